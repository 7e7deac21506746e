//! Migrations through the fleet: cases 51 to 54, 56 and 57, with twenty agencies, or a hundred in the long run.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

mod kills;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection, SqlSafeStr as _};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tenancy::provision::Provisioner;
use tenancy::provision::fleet::{Fleet, FleetOptions};
use tenancy::testing::{Agency, SECRET, agency, another, bed, run, superuser};
use tenancy::{TenantDb, TenantId};
use tokio::sync::{Mutex, OnceCell};

/// A rollout is everybody's: one test at a time.
static ALONE: Mutex<()> = Mutex::const_new(());

async fn alone() -> tokio::sync::MutexGuard<'static, ()> {
    let guard = ALONE.lock().await;
    bed().await;
    forget_templates().await;
    guard
}

/// Drops every template of a test's own history: a rehearsal begins with the newest older one.
async fn forget_templates() {
    let mut root = central().await;
    let others = "select datname::text from pg_database where datname like 'tenant_template_v3%'";
    for name in sqlx::query_scalar::<_, String>(others).fetch_all(&mut root).await.expect("listed") {
        for sql in [format!("alter database {name} with is_template false"), format!("drop database {name}")] {
            root.execute(AssertSqlSafe(sql)).await.expect("dropped");
        }
    }
}

/// Each test's file is newer than all before it.
static VERSION: AtomicI64 = AtomicI64::new(30_000_101_000_000);
/// As `tenancy::migrate` has it.
const MIGRATING: i64 = 0x0050_B8AD_0000_0001;

/// How many agencies: a hundredth of a long run, and never fewer than twenty.
fn many() -> usize {
    if std::env::var("SOBRADO_SOAK").is_ok_and(|value| value == "1") { 100 } else { 20 }
}

fn ours() -> Vec<Migration> {
    sqlx::migrate!("../../migrations/tenant").iter().cloned().collect()
}

fn migrator(files: Vec<Migration>) -> &'static Migrator {
    let mut migrator = Migrator::with_migrations(files);
    migrator.set_locking(false).set_ignore_missing(true);
    Box::leak(Box::new(migrator))
}

/// This program's history and one file more.
fn with(version: i64, sql: &str) -> &'static Migrator {
    migrator(ours().into_iter().chain([file(version, sql)]).collect())
}

fn file(version: i64, sql: &str) -> Migration {
    let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
    Migration::new(version, "one more".into(), MigrationType::Simple, sql, false)
}

fn next_version() -> i64 {
    VERSION.fetch_add(1, Ordering::Relaxed)
}

static EVERYBODY: OnceCell<Vec<Agency>> = OnceCell::const_new();

/// The agencies that most tests migrate.
async fn everybody() -> &'static [Agency] {
    EVERYBODY.get_or_init(|| agencies(many())).await
}

async fn agencies(count: usize) -> Vec<Agency> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(agency().await);
    }
    all
}

async fn inside(a: &Agency) -> PgConnection {
    superuser().await.database(&a.route.placement.db_name).connect().await.expect("superuser")
}

async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

async fn migrate(provisioner: &Provisioner, options: FleetOptions) -> Fleet {
    provisioner.migrate_fleet(&options, &|_, _| ()).await.expect("carried out")
}

fn outcome<'a>(fleet: &'a Fleet, a: &Agency) -> &'a Result<i64, String> {
    &fleet.agencies.iter().find(|(slug, _)| *slug == a.route.slug).expect("listed").1
}

/// How often each agency was tried in the rollouts to a version.
async fn attempts(version: i64) -> BTreeMap<TenantId, i32> {
    let asked = "select m.tenant_id, sum(m.attempt)::int from tenant_migrations m join migration_rollouts r on r.id = m.rollout_id
        where r.target = $1 group by 1";
    let rows: Vec<(TenantId, i32)> =
        sqlx::query_as(asked).bind(version).fetch_all(&mut central().await).await.expect("asked");
    rows.into_iter().collect()
}

/// Locks of migrators that somebody still holds, in any database.
async fn held_locks() -> i64 {
    let held = "select count(*) from pg_locks where locktype = 'advisory' and classid::bigint = $1 >> 32 and objid::bigint = $1 & 4294967295";
    sqlx::query_scalar(held).bind(MIGRATING).fetch_one(&mut central().await).await.expect("counted")
}

/// Reads an agency and writes to it, as the product does.
async fn assert_serves(db: &TenantDb) {
    sqlx::query("select company_name from store_settings").fetch_one(db).await.expect("it is read");
    let mut tx = db.begin().await.expect("a transaction");
    let write = "update store_settings set content_version = content_version + 1";
    let written = sqlx::query(write).execute(&mut tx).await.expect("it is written");
    assert_eq!(written.rows_affected(), 1);
    tx.commit().await.expect("committed");
}

#[test]
fn one_agency_that_cannot_be_migrated_holds_up_nobody_and_is_tried_again() {
    run(async {
        let _alone = alone().await;
        let all = everybody().await;
        let stubborn = &all[7];
        inside(stubborn)
            .await
            .execute("update store_settings set about = 'longer than is allowed'")
            .await
            .expect("set");
        let version = next_version();
        let sql = format!("alter table store_settings add constraint about_{version}_check check (length(about) < 9)");
        let provisioner = bed().await.deployment.provisioner().of_history(with(version, &sql));
        let fleet = migrate(&provisioner, FleetOptions::default()).await;
        assert_eq!(fleet.stopped, None);
        let failed: Vec<&String> =
            fleet.agencies.iter().filter(|(_, outcome)| outcome.is_err()).map(|(slug, _)| slug).collect();
        assert_eq!(failed, [&stubborn.route.slug], "all others are through");
        assert!(outcome(&fleet, stubborn).as_ref().is_err_and(|why| why.contains(&format!("about_{version}_check"))));
        assert!(all.iter().filter(|a| a.route.slug != stubborn.route.slug).all(|a| *outcome(&fleet, a) == Ok(version)));
        let kept =
            "select m.state, m.failed_version from tenant_migrations m join migration_rollouts r on r.id = m.rollout_id
            where m.tenant_id = $1 and r.target = $2 and m.error is not null";
        let kept = sqlx::query_as(kept).bind(stubborn.route.tenant).bind(version);
        let kept: (String, Option<i64>) = kept.fetch_one(&mut central().await).await.expect("kept");
        assert_eq!((kept.0.as_str(), kept.1), ("failed", Some(version)));
        let alert = "select count(*) from alerts where kind = 'migration' and tenant_id = $1 and closed_at is null";
        let alerts = async || -> i64 {
            sqlx::query_scalar(alert)
                .bind(stubborn.route.tenant)
                .fetch_one(&mut central().await)
                .await
                .expect("counted")
        };
        assert_eq!(alerts().await, 1);
        // It is served on the schema that it had, through a new pool too.
        bed().await.registry.evict(&stubborn.route).await;
        let db = bed().await.registry.open(&stubborn.route).await.expect("it is open");
        assert_serves(&db).await;
        // Its cause removed, only it is tried again.
        let before = attempts(version).await;
        inside(stubborn).await.execute("update store_settings set about = 'short'").await.expect("mended");
        let fleet = migrate(&provisioner, FleetOptions { only_failed: true, ..FleetOptions::default() }).await;
        assert_eq!(fleet.agencies, [(stubborn.route.slug.clone(), Ok(version))]);
        let after = attempts(version).await;
        let tried_again: Vec<_> = after.iter().filter(|(tenant, tries)| before[*tenant] != **tries).collect();
        assert_eq!(tried_again, [(&stubborn.route.tenant, &2)]);
        assert_eq!((alerts().await, held_locks().await), (0, 0));
    });
}

#[test]
fn a_migration_that_fails_everywhere_is_stopped_early() {
    run(async {
        let _alone = alone().await;
        everybody().await;
        let version = next_version();
        let provisioner = bed().await.deployment.provisioner();
        // The template has no row in it, so it goes through there.
        let sql = format!(
            "alter table store_settings add constraint never_{version}_check check (length(company_name) > 900)"
        );
        let provisioner = provisioner.of_history(with(version, &sql));
        let options = FleetOptions { parallel: 1, max_failures: Some(1), ..FleetOptions::default() };
        let fleet = migrate(&provisioner, options).await;
        assert!(fleet.stopped.as_ref().is_some_and(|why| why.contains("stopped")), "{:?}", fleet.stopped);
        let tried = attempts(version).await.values().filter(|tries| **tries > 0).count();
        assert_eq!(tried, 2, "one is put up with, the second ends it");
        let left =
            fleet.agencies.iter().filter(|(_, outcome)| outcome.as_ref().is_err_and(|why| why.contains("left alone")));
        assert_eq!(left.count(), fleet.agencies.len() - 2);
    });
}

const CHILD: &str = "SOBRADO_TEST_FLEET_CHILD";

/// Not a test of its own: the runner that the next ones kill. It joins its parent's cluster and dies by SIGKILL after so many
/// agencies; with none named it goes to the end.
#[test]
fn child_that_migrates_the_fleet() {
    let Ok(order) = std::env::var(CHILD) else { return };
    let words: Vec<String> = order.splitn(4, '|').map(str::to_owned).collect();
    let [data_dir, version, last, sql] = <[String; 4]>::try_from(words).expect("four words");
    run(async move {
        let deployment = tenancy::Deployment::open(tenancy::DeploymentOptions {
            data_dir: data_dir.into(),
            central_url: None,
            provisioner_url: None,
            key: tenancy::Key::parse(SECRET).expect("long enough"),
            cluster_settings: Vec::new(),
        })
        .await
        .expect("it joins");
        let provisioner = deployment.provisioner().of_history(with(version.parse().expect("a number"), &sql));
        let last: i64 = last.parse().expect("a number");
        let told = move |through: i64, _: i64| {
            if last > 0 && through >= last {
                let _ = nix::sys::signal::kill(nix::unistd::Pid::this(), nix::sys::signal::Signal::SIGKILL);
            }
        };
        let options = FleetOptions { parallel: 2, ..FleetOptions::default() };
        let fleet = provisioner.migrate_fleet(&options, &told).await.expect("carried out");
        assert!(fleet.stopped.is_none() && fleet.agencies.iter().all(|(_, outcome)| outcome.is_ok()), "{fleet:?}");
    });
}

/// What the last of them has said.
async fn child_log() -> std::path::PathBuf {
    bed().await.data_dir.join("child.log")
}

async fn begin_child(version: i64, last: usize, sql: &str) -> tokio::process::Child {
    let order = format!("{}|{version}|{last}|{sql}", bed().await.data_dir.display());
    let log = std::fs::File::create(child_log().await).expect("a log");
    tokio::process::Command::new(std::env::current_exe().expect("ourselves"))
        .args(["--exact", "child_that_migrates_the_fleet", "--nocapture"])
        .env(CHILD, order)
        .stdout(log.try_clone().expect("a log"))
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .expect("it runs")
}

async fn child(version: i64, last: usize, sql: &str) -> std::process::ExitStatus {
    begin_child(version, last, sql).await.wait().await.expect("it ran")
}

/// A file that would not go twice, and counts how often it was run.
fn once(version: i64) -> String {
    format!(
        "create table once_{version} (at timestamptz not null default now()); insert into once_{version} default values"
    )
}

async fn ran_once(all: &[Agency], version: i64) {
    for a in all {
        let count = format!("select count(*) from once_{version}");
        let count: i64 =
            sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut inside(a).await).await.expect("counted");
        assert_eq!(count, 1, "{}", a.route.slug);
    }
}

#[test]
fn a_runner_that_is_killed_half_way_is_followed_where_it_stopped() {
    run(async {
        let _alone = alone().await;
        let all = everybody().await;
        let (version, half) = (next_version(), many() / 2);
        assert!(!child(version, half, &once(version)).await.success(), "it was to be killed");
        let state = "select count(*) filter (where m.state = 'done'), count(*) filter (where m.state <> 'done')
            from tenant_migrations m join migration_rollouts r on r.id = m.rollout_id where r.target = $1";
        let (done, open): (i64, i64) =
            sqlx::query_as(state).bind(version).fetch_one(&mut central().await).await.expect("counted");
        assert!(done >= i64::try_from(half).expect("few") && open > 0, "{done} done, {open} open");
        let rollouts = "select count(*) from migration_rollouts where target = $1";
        let provisioner = bed().await.deployment.provisioner().of_history(with(version, &once(version)));
        let fleet = migrate(&provisioner, FleetOptions::default()).await;
        assert!(fleet.agencies.iter().all(|(_, outcome)| *outcome == Ok(version)), "{fleet:?}");
        let rollouts: i64 =
            sqlx::query_scalar(rollouts).bind(version).fetch_one(&mut central().await).await.expect("counted");
        assert_eq!(rollouts, 1, "it is the same rollout that goes on");
        ran_once(all, version).await;
        // At most what was in the dead one's two hands was taken up once more.
        let tries = attempts(version).await;
        assert!(tries.values().filter(|tries| **tries > 1).count() <= 2, "{tries:?}");
        assert_eq!(held_locks().await, 0);
    });
}

#[test]
fn two_runners_at_once_migrate_each_agency_once() {
    run(async {
        let _alone = alone().await;
        let all = everybody().await;
        let version = next_version();
        let sql = once(version);
        let provisioner = bed().await.deployment.provisioner().of_history(with(version, &sql));
        let (first, second, fleet) = tokio::join!(
            child(version, 0, &sql),
            child(version, 0, &sql),
            migrate(&provisioner, FleetOptions::default())
        );
        assert!(first.success() && second.success());
        assert!(fleet.agencies.iter().all(|(_, outcome)| *outcome == Ok(version)), "{fleet:?}");
        ran_once(all, version).await;
        let tries = attempts(version).await;
        assert!(tries.values().all(|tries| *tries == 1), "{tries:?}");
        assert_eq!(held_locks().await, 0);
    });
}

#[test]
fn who_reads_for_long_is_waited_for_in_turns_and_holds_up_no_reader() {
    run(async {
        let _alone = alone().await;
        let (a, b) = (agency().await, agency().await);
        let version = next_version();
        let sql = format!("alter table store_settings add column later_{version} int");
        let provisioner = bed().await.deployment.provisioner().of_history(with(version, &sql));
        let mut reader = inside(&a).await;
        reader.execute("begin; select * from store_settings").await.expect("it reads");
        let migrating = {
            let provisioner = provisioner.clone();
            tokio::spawn(async move { migrate(&provisioner, FleetOptions::default()).await })
        };
        // It stands before the reader's lock, goes away by itself, and comes again.
        let waits = "select count(*) from pg_stat_activity where datname = $1 and application_name = 'sobrado/migrator' and wait_event_type = 'Lock'";
        let mut root = central().await;
        let (mut rounds, mut was_waiting) = (0, false);
        let mut behind = Vec::new();
        for _ in 0..6_000 {
            let waiting: i64 =
                sqlx::query_scalar(waits).bind(&a.route.placement.db_name).fetch_one(&mut root).await.expect("counted");
            rounds += i32::from(was_waiting && waiting == 0);
            was_waiting = waiting > 0;
            if was_waiting && behind.is_empty() {
                // Behind it, and so in its turn until it lets go: a reader and a writer.
                let (reads, writes) = (a.db.clone(), a.db.clone());
                behind.push(tokio::spawn(async move {
                    sqlx::query("select company_name from store_settings").execute(&reads).await.expect("it is read");
                }));
                behind.push(tokio::spawn(async move { assert_serves(&writes).await }));
            }
            if rounds == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(rounds, 1, "it lets go of its place by itself");
        // Nobody stands behind it for ever: both are answered while the first one is still reading.
        assert_eq!(behind.len(), 2);
        for one in behind {
            one.await.expect("served");
        }
        assert!(!migrating.is_finished(), "it is to come again");
        reader.execute("commit").await.expect("it has read");
        let fleet = migrating.await.expect("no panic");
        assert_eq!((outcome(&fleet, &a), outcome(&fleet, &b)), (&Ok(version), &Ok(version)));
    });
}

#[test]
fn an_edited_migration_is_told_of_everywhere_before_anything_is_applied() {
    run(async {
        let _alone = alone().await;
        let all = agencies(3).await;
        let version = next_version();
        let mut files = ours();
        let edited = files.pop().expect("there are some");
        let text = format!("-- another text\n{}", edited.sql.as_str());
        files.extend([file(edited.version, &text), file(version, &once(version))]);
        let provisioner = bed().await.deployment.provisioner().of_history(migrator(files));
        let fleet = migrate(&provisioner, FleetOptions::default()).await;
        assert!(fleet.stopped.as_ref().is_some_and(|why| why.contains("nothing was applied")), "{:?}", fleet.stopped);
        for a in &all {
            let why = outcome(&fleet, a).as_ref().expect_err("told");
            assert!(why.contains(&edited.version.to_string()), "{why}");
            let exists = format!("select to_regclass('once_{version}') is not null");
            let exists: bool =
                sqlx::query_scalar(AssertSqlSafe(exists)).fetch_one(&mut inside(a).await).await.expect("asked");
            assert!(!exists);
        }
        assert!(attempts(version).await.is_empty());
        let template = format!("select count(*) from pg_database where datname = 'tenant_template_v{version}'");
        let template: i64 =
            sqlx::query_scalar(AssertSqlSafe(template)).fetch_one(&mut central().await).await.expect("asked");
        assert_eq!(template, 0, "not even a template was built");
    });
}

#[test]
fn a_migrated_agency_is_what_a_new_template_is_and_a_drift_is_named() {
    run(async {
        let _alone = alone().await;
        let (a, b) = (agency().await, agency().await);
        let version = next_version();
        let sql = format!("alter table store_settings add column kept_{version} int not null default 1");
        let provisioner = bed().await.deployment.provisioner().of_history(with(version, &sql));
        assert_eq!(migrate(&provisioner, FleetOptions::default()).await.stopped, None);
        let differences = async |a: &Agency| {
            let all = provisioner.verify_template().await.expect("compared");
            all.into_iter().find(|one| one.slug == a.route.slug).expect("there").different.expect("looked at")
        };
        assert!(differences(&a).await.is_empty(), "migrated, and made anew");
        for (drift, named) in [
            ("create index by_hand on properties (city)", "+ index CREATE INDEX by_hand"),
            ("grant update on plan_limits to tenant_app", "plan_limits"),
        ] {
            inside(&a).await.execute(drift).await.expect(drift);
            let found = differences(&a).await;
            assert!(found.iter().any(|line| line.contains(named)), "{drift}: {found:?}");
        }
        assert!(differences(&b).await.is_empty(), "the other agency's is as it was");
        inside(&a)
            .await
            .execute("drop index by_hand; revoke update on plan_limits from tenant_app")
            .await
            .expect("mended");
        assert!(differences(&a).await.is_empty());
    });
}

#[test]
fn a_migration_that_depends_on_what_was_there_is_found_in_rehearsal() {
    run(async {
        let _alone = alone().await;
        let a = agency().await;
        let version = next_version();
        // On an older template it finds the column that the file before it, changed since, had made under another name.
        let sql = format!(
            "do $$ begin if exists (select from pg_database where datname = current_database() and datname like 'sobrado_look_%')
             then create table only_where_it_is_old_{version} (id int); end if; end $$"
        );
        let provisioner = bed().await.deployment.provisioner().of_history(with(version, &sql));
        let fleet = migrate(&provisioner, FleetOptions::default()).await;
        let why = fleet.stopped.expect("stopped");
        assert!(why.contains(&format!("only_where_it_is_old_{version}")), "{why}");
        assert!(attempts(version).await.is_empty(), "no agency was touched");
        let left = "select count(*) from pg_database where datname like 'sobrado_look_%'";
        let left: i64 = sqlx::query_scalar(left).fetch_one(&mut central().await).await.expect("counted");
        assert_eq!((left, a.db.commits()), (0, 0), "nothing of it stays");
    });
}

/// A rollout that somebody has begun, with these agencies waiting in it, each in its ring.
async fn begin(version: i64, waiting: &[(&Agency, i16)]) -> uuid::Uuid {
    let (mut root, id) = (central().await, uuid::Uuid::now_v7());
    root.execute("update migration_rollouts set state = 'superseded' where state = 'running'").await.expect("ended");
    let begun = sqlx::query("insert into migration_rollouts (id, target, max_failures) values ($1, $2, 0)");
    begun.bind(id).bind(version).execute(&mut root).await.expect("begun");
    for (a, ring) in waiting {
        let entered = "insert into tenant_migrations (rollout_id, tenant_id, server_id, from_version, ring)
            values ($1, $2, $3, 0, $4)";
        let entered = sqlx::query(entered).bind(id).bind(a.route.tenant).bind(a.route.placement.server_id).bind(ring);
        entered.execute(&mut root).await.expect("entered");
    }
    id
}

#[test]
fn who_has_left_the_fleet_meanwhile_is_not_tried_and_has_not_failed() {
    run(async {
        let _alone = alone().await;
        let (gone, going, stays) = (agency().await, agency().await, agency().await);
        let version = next_version();
        let rollout = begin(version, &[(&gone, 1), (&going, 3)]).await;
        let mut root = central().await;
        for a in [&gone, &going] {
            let leaves = sqlx::query("update companies set status = 'deleting' where id = $1").bind(a.route.tenant);
            leaves.execute(&mut root).await.expect("it leaves");
        }
        let place = sqlx::query("delete from tenant_placements where tenant_id = $1").bind(gone.route.tenant);
        place.execute(&mut root).await.expect("it is nowhere");
        let provisioner = bed().await.deployment.provisioner().of_history(with(version, &once(version)));
        let options = FleetOptions { max_failures: Some(0), ..FleetOptions::default() };
        let fleet = tokio::time::timeout(Duration::from_secs(120), migrate(&provisioner, options));
        let fleet = fleet.await.expect("it ends");
        assert_eq!((fleet.stopped.clone(), outcome(&fleet, &stays)), (None, &Ok(version)));
        let left = "select count(*) from tenant_migrations where rollout_id = $1 and tenant_id = any($2)";
        let alerts =
            "select count(*) from alerts where kind = 'migration' and $1::uuid is not null and tenant_id = any($2)";
        let tenants = [gone.route.tenant, going.route.tenant];
        for asked in [left, alerts] {
            let asked = sqlx::query_scalar(asked).bind(rollout).bind(tenants);
            let count: i64 = asked.fetch_one(&mut root).await.expect("counted");
            assert_eq!(count, 0);
        }
        let touched = format!("select to_regclass('once_{version}') is not null");
        let touched: bool =
            sqlx::query_scalar(AssertSqlSafe(touched)).fetch_one(&mut inside(&going).await).await.expect("asked");
        assert!(!touched, "what is on its way out is left as it is");
    });
}

#[test]
fn a_server_that_is_down_fails_for_its_own_agencies_alone() {
    run(async {
        let _alone = alone().await;
        let deployment = &bed().await.deployment;
        let other = another("other").await;
        let adding =
            tenancy::Adding { name: "other", provisioner_url: &other.url, address: None, capacity: (500, 1500) };
        deployment.add_server(&adding).await.expect("added");
        deployment.drain_server("home").await.expect("drained");
        let there = agency().await;
        deployment.activate_server("home").await.expect("active");
        deployment.drain_server("other").await.expect("drained");
        let here = agency().await;
        let version = next_version();
        let provisioner = deployment.provisioner().of_history(with(version, &once(version)));
        let fleet = migrate(&provisioner, FleetOptions::default()).await;
        assert_eq!(
            (outcome(&fleet, &there), outcome(&fleet, &here)),
            (&Ok(version), &Ok(version)),
            "{:?}",
            fleet.stopped
        );
        // A rehearsal that cannot be made on one server is that server's affair.
        let version = {
            let before = version;
            let version = next_version();
            let more = [before, version].map(|version| file(version, &once(version)));
            let provisioner = deployment.provisioner().of_history(migrator(ours().into_iter().chain(more).collect()));
            provisioner.build_template().await.expect("built");
            let mut root = other.cluster.superuser().connect().await.expect("superuser");
            root.execute("alter role provisioner nocreatedb").await.expect("taken");
            let fleet = migrate(&provisioner, FleetOptions::default()).await;
            root.execute("alter role provisioner createdb").await.expect("given back");
            assert_eq!((fleet.stopped.clone(), outcome(&fleet, &here)), (None, &Ok(version)));
            let why = outcome(&fleet, &there).as_ref().expect_err("left alone");
            assert!(why.contains("its server cannot be worked with") && why.contains("permission denied"), "{why}");
            [before, version]
        };
        // Down: its agencies are told of it, and everybody else is migrated.
        other.cluster.close().await.expect("stopped");
        let ([first, second], version) = (version, next_version());
        let history = |versions: &[i64]| {
            let more = versions.iter().map(|version| file(*version, &once(*version)));
            deployment.provisioner().of_history(migrator(ours().into_iter().chain(more).collect()))
        };
        let no_failure = || FleetOptions { max_failures: Some(0), ..FleetOptions::default() };
        let fleet = migrate(&history(&[first, second, version]), no_failure()).await;
        assert_eq!((fleet.stopped.clone(), outcome(&fleet, &here)), (None, &Ok(version)));
        assert!(outcome(&fleet, &there).as_ref().is_err_and(|why| why.contains("server")), "{fleet:?}");
        // In a rollout that others have begun they wait; that one ends for everybody else, and says for whom it does not.
        let last = next_version();
        begin(last, &[(&there, 1)]).await;
        let provisioner = history(&[first, second, version, last]);
        let migrating = tokio::time::timeout(Duration::from_secs(120), migrate(&provisioner, no_failure()));
        let fleet = migrating.await.expect("it ends");
        assert_eq!(outcome(&fleet, &here), &Ok(last));
        assert!(fleet.stopped.as_ref().is_some_and(|why| why.contains("server other")), "{:?}", fleet.stopped);
        assert!(outcome(&fleet, &there).as_ref().is_err_and(|why| why.contains("its server")), "{fleet:?}");
        // Gone for good, as far as the other tests go.
        let gone = "update database_servers set state = 'retired' where name = 'other'";
        central().await.execute(gone).await.expect("retired");
        let parted = "update companies set status = 'deleting' where id = $1";
        sqlx::query(parted).bind(there.route.tenant).execute(&mut central().await).await.expect("parted");
    });
}

#[test]
fn who_comes_back_from_the_brink_has_the_schema_of_the_others() {
    run(async {
        let _alone = alone().await;
        let a = agency().await;
        let bed = bed().await;
        let asked = bed.deployment.provisioner().ask_to_go(a.route.tenant, (30, false), Default::default()).await;
        let asked = asked.expect("asked").expect("it may go");
        bed.deployment.provisioner().run_to_end(asked).await.expect("as far as it goes today");
        // The program is exchanged meanwhile, and its rollout passes by whoever goes.
        let version = next_version();
        let newer =
            bed.deployment.provisioner().of_history(with(version, "alter table store_settings add column later int"));
        assert!(newer.call_off(a.route.tenant, Default::default()).await.expect("called off"));
        let at: i64 = sqlx::query_scalar("select schema_version from tenant_placements where tenant_id = $1")
            .bind(a.route.tenant)
            .fetch_one(&mut central().await)
            .await
            .expect("read");
        assert_eq!(at, version);
        let later: Option<i32> = sqlx::query_scalar("select later from store_settings")
            .fetch_one(&mut inside(&a).await)
            .await
            .expect("read");
        assert_eq!(later, None);
    });
}

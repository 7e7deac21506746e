//! The life of an agency beside its birth: prepared before it comes, gone for good. Cases 44, 45 and 47 to 50.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use tenancy::central::audit;
use tenancy::central::operation_log;
use tenancy::central::operations::{self, NewTenant, ReserveError};
use tenancy::central::{directory, leases, slugs};
use tenancy::testing::{Agency, agency, agency_of, bed, new_tenant, run, superuser};
use tenancy::{OpenError, OperationId, Status, TenantId};
use tokio::sync::Mutex;

/// Whoever resumes what is due, or takes what is ready, is in another test's way.
static ALONE: Mutex<()> = Mutex::const_new(());

async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

async fn count(sql: &'static str, name: &str) -> i64 {
    sqlx::query_scalar(sql).bind(name).fetch_one(&mut central().await).await.expect("counted")
}

const DATABASES: &str = "select count(*) from pg_database where datname = $1";
const ROLES: &str = "select count(*) from pg_roles where rolname = $1";
const LOGINS: &str = "select count(*) from pg_roles where rolname = $1 and rolcanlogin";
const SLEEPERS: &str =
    "select count(*) from pg_stat_activity where usename = $1 and state = 'active' and query like '%pg_sleep%'";
const ALERTS: &str =
    "select count(*) from alerts where kind = 'deletion' and tenant_id = $1::uuid and closed_at is null";

fn described(a: &Agency) -> NewTenant {
    NewTenant { slug: a.route.slug.clone(), admin_email: a.email.clone(), ..new_tenant() }
}

/// The agency's last operation, begun and taken as far as it goes today.
async fn asked(a: &Agency, grace_days: i32, release_slug: bool) -> OperationId {
    let provisioner = bed().await.deployment.provisioner();
    let asked = provisioner.ask_to_go(a.route.tenant, (grace_days, release_slug), Default::default()).await;
    asked.expect("asked").expect("it may go")
}

#[test]
fn an_agency_that_goes_is_shut_out_at_once_and_dropped_when_its_time_has_come() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        let provisioner = bed.deployment.provisioner();
        let (a, b) = (agency().await, agency().await);
        let place = &a.route.placement.role_name;
        let held = sqlx::query("select pg_sleep(600)").execute(&a.db);
        let (id, cut) = tokio::join!(
            async {
                while count(SLEEPERS, place).await == 0 {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                let id = asked(&a, 30, false).await;
                provisioner.run_to_end(id).await.expect("as far as it goes today");
                id
            },
            held
        );
        let cut = cut.expect_err("whoever was inside has been sent away");
        assert_eq!(cut.as_database_error().and_then(|error| error.code()).as_deref(), Some("57P01"), "{cut}");
        assert_eq!((count(LOGINS, place).await, count(DATABASES, place).await), (0, 1));
        bed.routes.reload().await.expect("read");
        let route = bed.routes.by_tenant(a.route.tenant).expect("known");
        assert!(matches!(bed.registry.open(&route).await, Err(OpenError::NotActive(Status::Deleting))));
        assert!(sqlx::query("select 1").execute(&b.db).await.is_ok(), "the other agency does not notice");
        // Before its time nobody drops it, not even who finds it in the hands of somebody that is gone.
        let mut root = central().await;
        let lost =
            "update tenant_operations set state = 'running', lease_until = now() - interval '1 hour' where id = $1";
        sqlx::query(lost).bind(id).execute(&mut root).await.expect("lost");
        while provisioner.resume_next().await.expect("resumed") {}
        assert_eq!(count(DATABASES, place).await, 1);
        assert_eq!(operations::find(bed.deployment.central(), id).await.expect("there").state, "waiting");
        let other = NewTenant { slug: a.route.slug.clone(), ..new_tenant() };
        assert!(matches!(provisioner.reserve(&other, None).await, Err(ReserveError::SlugTaken)));
        // Its time has come.
        let due = "update tenant_operations set next_run_at = now(), data = jsonb_set(data, '{drop_after}', '\"2026-01-01T00:00:00Z\"') where id = $1";
        sqlx::query(due).bind(id).execute(&mut root).await.expect("due");
        while provisioner.resume_next().await.expect("resumed") {}
        assert_eq!((count(DATABASES, place).await, count(ROLES, place).await), (0, 0));
        let left = "select (select count(*) from tenant_placements where tenant_id = $1)
            + (select count(*) from sessions where tenant_id = $1)
            + (select count(*) from users where company_id = $1 and (active or email not like '%@gone.invalid'))
            + (select count(*) from people where id = $2 and email not like '%@gone.invalid')";
        let left: i64 =
            sqlx::query_scalar(left).bind(a.route.tenant).bind(a.person).fetch_one(&mut root).await.expect("counted");
        assert_eq!(left, 0, "nobody is left of it");
        assert_eq!(
            tenancy::central::audit::verify(bed.deployment.central(), a.route.tenant).await.expect("walked"),
            None
        );
        bed.routes.reload().await.expect("read");
        assert!(bed.routes.by_tenant(a.route.tenant).is_none() && bed.routes.by_slug(&a.route.slug).is_none());
    });
}

/// Tables of the central database with a row that holds this text in any of its columns. The log keeps what it has.
async fn tables_with(text: &str) -> Vec<String> {
    let mut root = central().await;
    let tables = "select c.relname::text from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'tenant_audit_log' order by 1";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut root).await.expect("listed");
    assert!(tables.len() > 20, "{tables:?}");
    let mut found = Vec::new();
    for table in tables {
        let holds = format!("select exists (select from {table} t where position($1 in to_jsonb(t)::text) > 0)");
        if sqlx::query_scalar(AssertSqlSafe(holds)).bind(text).fetch_one(&mut root).await.expect("looked at") {
            found.push(table);
        }
    }
    found
}

/// Whatever is known of somebody beside their name and address.
async fn tell_all_of(person: tenancy::PersonId, phone: &str) {
    let mut root = central().await;
    for sql in [
        "update people set phone = $2, creci = $2, locale = 'en', totp = convert_to($2, 'UTF8'), totp_set_at = now(),
                totp_pending = convert_to($2, 'UTF8'), totp_pending_at = now() where id = $1",
        "insert into recovery_codes (person_id, label, hash) values ($1, 'ABCD', $2)",
        "insert into person_links (id, person_id, purpose, token_digest, email, created_at, expires_at)
         select gen_random_uuid(), id, 'email', sha256(convert_to(id::text || $2, 'UTF8')), email, now(), now() + interval '1 day' from people where id = $1",
        "insert into mails (id, kind, recipient, sealed) select gen_random_uuid(), 'account.moved', email, convert_to($2, 'UTF8') from people where id = $1",
    ] {
        sqlx::query(sql).bind(person).bind(phone).execute(&mut root).await.expect(sql);
    }
}

#[test]
fn nothing_of_an_agency_that_is_gone_says_who_worked_there() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        let provisioner = bed.deployment.provisioner();
        let (a, b) = (agency().await, agency().await);
        let [of_a, of_b] =
            [&a, &b].map(|agency| format!("(11) 9{}", &agency.person.as_uuid().simple().to_string()[20..]));
        tell_all_of(a.person, &of_a).await;
        tell_all_of(b.person, &of_b).await;
        // The other one works here too, and stays whom they are where they still work.
        let both = tenancy::central::people::NewPerson { name: "Bia", email: &b.email, password_hash: "" };
        provisioner.add_user(a.route.tenant, &both, "broker").await.expect("added");
        let invited = format!("convidada@{}.example", a.route.slug);
        let invite = "insert into invitations (id, tenant_id, email, role, token_digest, locale, invited_by, created_at, sent_at, expires_at)
            values (gen_random_uuid(), $1, $2, 'broker', sha256(convert_to($2, 'UTF8')), 'pt', $3, now(), now(), now() + interval '7 days')";
        let mut root = central().await;
        let invite = sqlx::query(invite).bind(a.route.tenant).bind(&invited).bind(a.owner);
        invite.execute(&mut root).await.expect("invited");
        let before = tables_with(&a.email).await;
        for table in ["mails", "people", "person_links", "tenant_operations", "users"] {
            assert!(before.iter().any(|found| found == table), "{table}: {before:?}");
        }
        provisioner.run_to_end(asked(&a, 0, false).await).await.expect("gone");
        let digest: String = sqlx::query_scalar("select encode(sha256(convert_to($1, 'UTF8')), 'hex')")
            .bind(&a.email)
            .fetch_one(&mut root)
            .await
            .expect("computed");
        let hex: String = of_a.bytes().map(|byte| format!("{byte:02x}")).collect();
        for text in [
            &a.email,
            &of_a,
            &hex,
            &digest,
            &invited,
            &format!("\"{}\"", a.route.name),
            &format!("contato@{}.example", a.route.slug),
        ] {
            assert_eq!(tables_with(text).await, Vec::<String>::new(), "{text}");
        }
        let left = "select count(*) from people p where p.id = $1 and p.totp is not null
            and exists (select from recovery_codes where person_id = p.id) and exists (select from person_links where person_id = p.id)";
        let left: i64 = sqlx::query_scalar(left).bind(b.person).fetch_one(&mut root).await.expect("counted");
        assert_eq!((left, tables_with(&of_b).await.len()), (1, 2), "the other's people, and their recovery code");
    });
}

#[test]
fn an_address_is_kept_for_its_owner_and_what_is_made_there_is_new() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        let provisioner = bed.deployment.provisioner();
        let a = agency().await;
        let mut tx = a.db.begin().await.expect("a transaction");
        sqlx::query("update store_settings set about = 'of the old one'").execute(&mut tx).await.expect("written");
        tx.commit().await.expect("committed");
        let id = asked(&a, 0, false).await;
        provisioner.run_to_end(id).await.expect("gone");
        let gone = format!("gone-{}", a.route.tenant.as_uuid().simple());
        let filter = directory::Filter { text: gone.clone(), ..Default::default() };
        let (central_db, nobody) = (bed.deployment.central(), "");
        assert!(directory::page(central_db, &filter, nobody, 10).await.expect("listed").is_empty(), "no list shows it");
        directory::find(central_db, &gone).await.expect_err("nor does its number lead to it");
        let stranger = NewTenant { slug: a.route.slug.clone(), ..new_tenant() };
        assert!(matches!(provisioner.reserve(&stranger, None).await, Err(ReserveError::SlugTaken)));
        // Nor may an agency that is there already move in, unless it is theirs.
        let (central, key, other) = (bed.deployment.central(), bed.deployment.key(), agency().await);
        let wanted = (other.route.tenant, a.route.slug.as_str());
        let refused = slugs::rename(central, key, wanted, Default::default()).await;
        assert!(matches!(refused, Err(slugs::RenameError::Taken)), "{refused:?}");
        let theirs = agency_of(NewTenant { admin_email: a.email.clone(), ..new_tenant() }).await;
        let wanted = (theirs.route.tenant, a.route.slug.as_str());
        slugs::rename(central, key, wanted, Default::default()).await.expect("its owner's");
        provisioner.run_to_end(asked(&theirs, 0, false).await).await.expect("gone");
        let again = agency_of(described(&a)).await;
        assert_ne!((again.route.tenant, again.owner, again.person), (a.route.tenant, a.owner, a.person));
        let about: Option<String> =
            sqlx::query_scalar("select about from store_settings").fetch_one(&again.db).await.expect("there");
        assert_ne!(about.as_deref(), Some("of the old one"));
        // Freed, it is anybody's.
        provisioner.run_to_end(asked(&again, 0, false).await).await.expect("gone");
        assert!(slugs::release(bed.deployment.central(), &a.route.slug, Default::default()).await.expect("freed"));
        assert!(!slugs::release(bed.deployment.central(), &a.route.slug, Default::default()).await.expect("once"));
        let line = "select count(*) from tenant_audit_log where action = 'slug.release' and changes->>'slug' = $1";
        assert_eq!(count(line, &a.route.slug).await, 1);
        provisioner.reserve(&stranger, None).await.expect("it is theirs");
        // What is held for nobody any more is removed, with whose it was.
        slugs::sweep(central, time::OffsetDateTime::now_utc() + time::Duration::days(91)).await.expect("swept");
        assert_eq!(count("select count(*) from held_slugs where slug like $1 || '%'", "agency-").await, 0);
    });
}

/// Whether it waits, and is due at some later time.
async fn is_later(id: OperationId) -> bool {
    let later = "select state = 'waiting' and next_run_at > now() from tenant_operations where id = $1";
    sqlx::query_scalar(later).bind(id).fetch_one(&mut central().await).await.expect("there")
}

/// Waits until whoever takes up what is due has come to the end of it.
async fn resumed(id: OperationId) {
    let bed = bed().await;
    for _ in 0..600 {
        bed.deployment.provisioner().resume_next().await.expect("resumed");
        if operations::find(bed.deployment.central(), id).await.expect("kept").state == "done" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("nobody has gone on with it");
}

#[test]
fn while_a_database_does_not_drop_its_address_stays_taken() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        let provisioner = bed.deployment.provisioner();
        let a = agency().await;
        // Our role may send away whoever it likes, but no superuser.
        let inside = superuser().await.database(&a.route.placement.db_name).connect().await.expect("superuser");
        let id = asked(&a, 0, true).await;
        provisioner.run_to_end(id).await.expect_err("somebody holds on to it");
        let (name, tenant) = (&a.route.placement.db_name, a.route.tenant.to_string());
        assert_eq!((count(DATABASES, name).await, count(ALERTS, &tenant).await), (1, 1));
        let other = NewTenant { slug: a.route.slug.clone(), ..new_tenant() };
        assert!(matches!(provisioner.reserve(&other, None).await, Err(ReserveError::SlugTaken)));
        let operation = operations::find(bed.deployment.central(), id).await.expect("kept");
        assert_eq!((operation.state.as_str(), operation.step.as_str()), ("waiting", "fence"));
        assert!(is_later(id).await, "it is tried again by itself, and not at once");
        drop(inside);
        resumed(id).await;
        assert_eq!((count(DATABASES, name).await, count(ALERTS, &tenant).await), (0, 0));
        provisioner.reserve(&other, None).await.expect("it is free");
    });
}

#[test]
fn a_departure_is_gone_on_with_after_any_step() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        let provisioner = bed.deployment.provisioner();
        let mut root = central().await;
        for step in ["fence", "drop", "role", "forget"] {
            let a = agency().await;
            let id = asked(&a, 0, true).await;
            // The step is taken, and a moment before it is written down somebody dies.
            let refuse = format!(
                "create function refuse_{step}() returns trigger language plpgsql as $$ begin raise exception 'as meant'; end $$;
                 create trigger refuse_{step} before update on tenant_operations for each row
                 when (new.id = '{id}' and new.step = '{step}') execute function refuse_{step}()"
            );
            root.execute(AssertSqlSafe(refuse)).await.expect("made");
            let told = provisioner.run(id).await.expect_err("it dies").to_string();
            assert!(told.contains("as meant"), "{told}");
            assert!(matches!(provisioner.reserve(&described(&a), None).await, Err(ReserveError::SlugTaken)), "{step}");
            root.execute(AssertSqlSafe(format!("drop trigger refuse_{step} on tenant_operations")))
                .await
                .expect("mended");
            leases::release_leases(bed.deployment.central()).await.expect("released");
            provisioner.run_to_end(id).await.expect("gone");
            let name = &a.route.placement.db_name;
            assert_eq!((count(DATABASES, name).await, count(ROLES, name).await), (0, 0), "{step}");
            let gone = "select count(*) from tenant_audit_log where tenant_id = $1::uuid and action = 'tenant.deleted'";
            let lines = count(gone, &a.route.tenant.to_string()).await;
            assert_eq!(lines, 1, "{step}");
        }
    });
}

#[test]
fn a_departure_is_called_off_as_long_as_the_database_stands() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        let provisioner = bed.deployment.provisioner();
        let a = agency().await;
        assert!(!provisioner.call_off(a.route.tenant, Default::default()).await.expect("asked"), "nothing to call off");
        let id = asked(&a, 30, false).await;
        provisioner.run_to_end(id).await.expect("as far as it goes today");
        let twice = provisioner.ask_to_go(a.route.tenant, (0, true), Default::default()).await.expect("asked");
        assert!(twice.is_none(), "it is on its way already");
        assert!(provisioner.call_off(a.route.tenant, Default::default()).await.expect("called off"));
        bed.routes.reload().await.expect("read");
        // A time of grace is days: what was open before it has been at rest for too long by now.
        bed.registry.evict(&a.route).await;
        let db = bed.registry.open(&bed.routes.by_tenant(a.route.tenant).expect("routed")).await.expect("it opens");
        sqlx::query("select 1").execute(&db).await.expect("it answers");
        while provisioner.resume_next().await.expect("resumed") {}
        assert_eq!(count(DATABASES, &a.route.placement.db_name).await, 1, "nobody goes on with it");
        assert!(!provisioner.call_off(a.route.tenant, Default::default()).await.expect("asked"));
    });
}

/// Makes as many as are to be ready.
async fn prepare(size: u16) {
    let provisioner = bed().await.deployment.provisioner().keeping(size);
    while provisioner.prepare_next().await.expect("prepared") {}
}

async fn waiting() -> BTreeSet<TenantId> {
    let all = "select tenant_id from prepared_databases where state = 'ready'";
    sqlx::query_scalar(all).fetch_all(&mut central().await).await.expect("listed").into_iter().collect()
}

#[test]
fn fifty_at_once_take_five_that_are_ready_and_none_twice() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        prepare(5).await;
        let ready = waiting().await;
        assert_eq!(ready.len(), 5);
        let mut closed = central().await;
        let admits = "select count(*) from pg_database where datallowconn and datname = any($1)";
        let names: Vec<String> = ready.iter().map(|tenant| format!("t_{}", tenant.as_uuid().simple())).collect();
        let admits: i64 = sqlx::query_scalar(admits).bind(&names).fetch_one(&mut closed).await.expect("counted");
        assert_eq!(admits, 0, "nobody is let into one that waits");
        let mut all = Vec::new();
        for _ in 0..50 {
            let (provisioner, new) = (bed.deployment.provisioner(), new_tenant());
            all.push(tokio::spawn(async move { provisioner.reserve(&new, None).await }));
        }
        let (mut taken, mut tenants, mut ids, mut others) = (BTreeSet::new(), BTreeSet::new(), Vec::new(), Vec::new());
        for one in all {
            let id = one.await.expect("no panic").expect("reserved");
            let tenant = operations::find(bed.deployment.central(), id).await.expect("there").tenant;
            assert!(tenants.insert(tenant), "each is another's");
            if ready.contains(&tenant) {
                taken.insert(tenant);
                ids.push(id);
            } else {
                others.push(id);
            }
        }
        assert_eq!((taken, waiting().await.len(), others.len()), (ready, 0, 45));
        // One that was ready and one that was not become the same.
        for id in [ids[0], others[0]] {
            bed.deployment.provisioner().run_to_end(id).await.expect("made");
            let steps = operation_log::steps(bed.deployment.central(), id).await.expect("recorded");
            assert_eq!(steps, tenancy::provision::Step::ALL.map(tenancy::provision::Step::name));
        }
        // The others are not wanted any more.
        let given_up = "update tenant_operations set state = 'failed' where state = 'queued'";
        closed.execute(given_up).await.expect("given up");
    });
}

#[test]
fn what_was_begun_for_nobody_is_finished_and_leaves_a_server_that_is_emptied() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        let mut root = central().await;
        // As somebody left it who died between two steps.
        let begun = TenantId::generate();
        let left = "insert into prepared_databases (tenant_id, server_id) select $1, id from database_servers where name = 'home'";
        sqlx::query(left).bind(begun).execute(&mut root).await.expect("left");
        prepare(1).await;
        assert!(waiting().await.contains(&begun));
        let name = format!("t_{}", begun.as_uuid().simple());
        assert_eq!(count(DATABASES, &name).await, 1);
        bed.deployment.drain_server("home").await.expect("drained");
        prepare(1).await;
        bed.deployment.activate_server("home").await.expect("active");
        assert_eq!((waiting().await.len(), count(DATABASES, &name).await, count(ROLES, &name).await), (0, 0, 0));
    });
}

#[test]
fn an_agency_whose_template_somebody_sits_in_waits_and_is_made_when_they_get_up() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        agency().await;
        let template = format!("tenant_template_v{}", tenancy::migrate::latest());
        let mut root = central().await;
        let mut admits = async |is_open: bool| {
            let sql = format!("alter database {template} allow_connections {is_open}");
            root.execute(AssertSqlSafe(sql)).await.expect("set");
        };
        admits(true).await;
        let inside = superuser().await.database(&template).connect().await.expect("superuser");
        admits(false).await;
        let provisioner = bed.deployment.provisioner();
        let id = provisioner.reserve(&new_tenant(), None).await.expect("reserved");
        let refused = provisioner.run(id).await.expect_err("somebody sits in it");
        let code = match &refused {
            tenancy::provision::ProvisionError::Database(error) => error.as_database_error().and_then(|e| e.code()),
            _ => None,
        };
        assert_eq!(code.as_deref(), Some("55006"), "{refused}");
        let operation = operations::find(bed.deployment.central(), id).await.expect("kept");
        assert_eq!(operation.step, "role", "what was done stays done");
        assert!(is_later(id).await, "it is tried again by itself, and not at once");
        drop(inside);
        resumed(id).await;
        bed.routes.reload().await.expect("read");
        let route = bed.routes.by_tenant(operation.tenant).expect("routed");
        let db = bed.registry.open(&route).await.expect("it opens");
        sqlx::query("select 1").execute(&db).await.expect("it answers");
    });
}

/// Reads and writes an agency until it is told to stop: how often it has. Each time must go well.
async fn use_until(a: &Agency, stop: &AtomicBool) -> usize {
    let mut rounds = 0;
    while !stop.load(Ordering::Acquire) {
        let name = sqlx::query_scalar::<_, String>("select company_name from store_settings").fetch_one(&a.db).await;
        assert_eq!(name.expect("it is read"), a.route.name);
        let mut tx = a.db.begin().await.expect("a transaction");
        let write = "update store_settings set content_version = content_version + 1";
        sqlx::query(write).execute(&mut tx).await.expect("it is written");
        tx.commit().await.expect("committed");
        rounds += 1;
    }
    rounds
}

#[test]
fn twenty_agencies_are_made_at_once_from_a_template_that_admits_nobody() {
    run(async {
        let _alone = ALONE.lock().await;
        let other = agency().await;
        let template = format!("tenant_template_v{}", tenancy::migrate::latest());
        let refused = superuser().await.database(&template).connect().await.expect_err("nobody sits in it");
        assert_eq!(refused.as_database_error().and_then(|error| error.code()).as_deref(), Some("55000"));
        let stop = AtomicBool::new(false);
        let making = async {
            let made = futures::future::join_all((0..20).map(|_| tokio::spawn(agency()))).await;
            stop.store(true, Ordering::Release);
            made
        };
        let (made, rounds) = tokio::join!(making, use_until(&other, &stop));
        let tenants: BTreeSet<TenantId> = made.into_iter().map(|one| one.expect("made").route.tenant).collect();
        assert_eq!(tenants.len(), 20);
        assert!(rounds >= 20, "the other agency was used {rounds} times meanwhile");
    });
}

#[test]
fn doctor_finds_what_belongs_to_nobody_and_what_somebody_lacks() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        let (a, b) = (agency().await, agency().await);
        prepare(1).await;
        let findings = async || bed.deployment.examine().await;
        let of = |all: &[tenancy::doctor::Finding], check: &str| {
            let one = all.iter().find(|finding| finding.check == check).expect("looked at");
            (one.is_well, one.says.clone())
        };
        let well = findings().await;
        for check in ["orphans", "places", "roles", "epochs"] {
            assert!(of(&well, check).0, "{:?}", of(&well, check));
        }
        let mut root = central().await;
        let lost = format!("t_{}", uuid::Uuid::new_v4().simple());
        let (role, parted) = (&a.route.placement.role_name, &b.route.placement.db_name);
        bed.registry.evict(&b.route).await;
        let sent_away = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
        sqlx::query(sent_away).bind(parted).execute(&mut root).await.expect("sent away");
        for sql in [
            format!("create database {lost}"),
            format!("create role {lost}"),
            format!("alter role {role} createdb nologin"),
            format!("grant pg_read_all_stats to {role}"),
            format!("alter database {parted} rename to t_parted"),
        ] {
            root.execute(AssertSqlSafe(sql)).await.expect("done");
        }
        let job = "insert into jobs (id, tenant_id, epoch, kind, payload, mac) values (gen_random_uuid(), $1, 9, 'x', '{}', '')";
        sqlx::query(job).bind(a.route.tenant).execute(&mut root).await.expect("asked for");
        let found = findings().await;
        let (is_well, says) = of(&found, "orphans");
        assert!(!is_well && says.contains(&format!("drop database {lost} with (force); drop role {lost};")), "{says}");
        assert!(!says.contains(&format!("{role};")) && !says.contains("tenant_template"), "{says}");
        let (is_well, says) = of(&found, "places");
        assert!(!is_well && says.contains(&format!("{} has no database {parted}", b.route.slug)), "{says}");
        let (is_well, says) = of(&found, "roles");
        for remedy in [
            format!("alter role {role} nosuperuser nocreatedb"),
            format!("revoke \"pg_read_all_stats\" from {role};"),
            format!("alter role {role} login;"),
        ] {
            assert!(!is_well && says.contains(&remedy), "{remedy}: {says}");
        }
        let (is_well, says) = of(&found, "epochs");
        assert!(!is_well && says.contains(&format!("1 of {}", a.route.slug)), "{says}");
        // What it says is what helps.
        let (_, roles) = says_after(&of(&found, "roles").1);
        let (_, orphans) = says_after(&of(&found, "orphans").1);
        for statement in roles.split("; ").chain(orphans.split("; ")) {
            root.execute(AssertSqlSafe(statement.trim_end_matches(';').to_owned())).await.expect(statement);
        }
        root.execute(AssertSqlSafe(format!("alter database t_parted rename to {parted}"))).await.expect("back");
        root.execute("delete from jobs where kind = 'x'").await.expect("gone");
        let well = findings().await;
        for check in ["orphans", "places", "roles", "epochs"] {
            assert!(of(&well, check).0, "{:?}", of(&well, check));
        }
    });
}

#[test]
fn doctor_calls_nobody_behind_whom_no_migration_will_take() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        let (stays, going) = (agency().await, agency().await);
        asked(&going, 30, false).await;
        let migrations = async || {
            let found = bed.deployment.examine().await.into_iter().find(|finding| finding.check == "migrations");
            found.expect("looked at")
        };
        let mut root = central().await;
        let mut set = async |a: &Agency, version: i64| {
            let set = sqlx::query("update tenant_placements set schema_version = $2 where tenant_id = $1");
            set.bind(a.route.tenant).bind(version).execute(&mut root).await.expect("set");
        };
        set(&going, 1).await;
        assert!(migrations().await.is_well, "{:?}", migrations().await);
        set(&stays, 1).await;
        let found = migrations().await;
        assert!(!found.is_well && found.says.contains("1 agencies are behind"), "{found:?}");
        assert!(found.says.contains(&stays.route.slug), "{found:?}");
        set(&stays, tenancy::migrate::latest()).await;
    });
}

/// What a finding says, before and after its colon.
fn says_after(says: &str) -> (String, String) {
    let (before, after) = says.split_once(": ").expect("a remedy");
    (before.to_owned(), after.to_owned())
}

/// Writes a line into an agency's outbox, as somebody who is still at it when it goes.
async fn write_line(a: &Agency, kind: &str, payload: &serde_json::Value) -> uuid::Uuid {
    let id = uuid::Uuid::now_v7();
    let mut inside = superuser().await.database(&a.route.placement.db_name).connect().await.expect("superuser");
    let line = sqlx::query("insert into outbox (id, kind, payload) values ($1, $2, $3)").bind(id).bind(kind);
    line.bind(payload).execute(&mut inside).await.expect("written");
    inside.close().await.expect("closed");
    id
}

fn event(action: &str) -> serde_json::Value {
    let event = audit::Event::of_platform("property.archive", "property", uuid::Uuid::now_v7());
    let mut event = serde_json::to_value(event).expect("serialises");
    event["action"] = action.into();
    event
}

const IN_LOG: &str = "select count(*) from tenant_audit_log where id = $1::uuid";

#[test]
fn what_lies_in_the_outbox_of_an_agency_that_goes_is_in_the_log_when_its_database_is_gone() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        let (a, b) = (agency().await, agency().await);
        // More than are carried in one go, one that is refused, and what nobody will do any more.
        let mut lines = Vec::new();
        for _ in 0..tenancy::relay::BATCH + 1 {
            lines.push(uuid::Uuid::now_v7());
        }
        let mut inside = superuser().await.database(&a.route.placement.db_name).connect().await.expect("superuser");
        let many =
            sqlx::query("insert into outbox (id, kind, payload) select id, 'audit', $2 from unnest($1::uuid[]) id");
        many.bind(&lines).bind(event("property.archive")).execute(&mut inside).await.expect("written");
        inside.close().await.expect("closed");
        let refused = write_line(&a, "audit", &event("Not An Action")).await;
        let job = serde_json::json!({"kind": "properties.sweep_files", "payload": {"files": []}});
        let job = write_line(&a, "job", &job).await;
        let of_b = write_line(&b, "audit", &event("property.archive")).await;
        bed.deployment.provisioner().run_to_end(asked(&a, 0, false).await).await.expect("gone");
        assert_eq!(count(DATABASES, &a.route.placement.db_name).await, 0);
        let logged = "select count(*) from tenant_audit_log where tenant_id = $1 and id = any($2)";
        let logged = sqlx::query_scalar::<_, i64>(logged).bind(a.route.tenant).bind(&lines);
        assert_eq!(logged.fetch_one(&mut central().await).await.expect("counted"), 201);
        let kept = "select count(*) from refused_lines where id = $1::uuid";
        assert_eq!(count(kept, &refused.to_string()).await, 1, "what the log would not take is kept beside it");
        assert_eq!(count("select count(*) from jobs where id = $1::uuid", &job.to_string()).await, 0);
        assert_eq!(audit::verify(bed.deployment.central(), a.route.tenant).await.expect("walked"), None);
        assert_eq!(count(IN_LOG, &of_b.to_string()).await, 0, "the other's outbox is its worker's");
    });
}

#[test]
fn a_database_is_not_dropped_while_a_line_in_its_outbox_cannot_be_carried() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        let provisioner = bed.deployment.provisioner();
        let a = agency().await;
        let at_once = write_line(&a, "audit", &event("property.archive")).await;
        let id = asked(&a, 30, false).await;
        provisioner.run_to_end(id).await.expect("as far as it goes today");
        assert_eq!(count(IN_LOG, &at_once.to_string()).await, 1, "what was done until then is in the log at once");
        // Somebody was slower.
        let line = write_line(&a, "audit", &event("property.archive")).await;
        let mut root = central().await;
        let due = "update tenant_operations set next_run_at = now(), data = jsonb_set(data, '{drop_after}', '\"2026-01-01T00:00:00Z\"') where id = $1";
        sqlx::query(due).bind(id).execute(&mut root).await.expect("due");
        let refuse = format!(
            "create function refuse_lines() returns trigger language plpgsql as $$ begin raise exception 'as meant'; end $$;
             create trigger refuse_lines before insert on tenant_audit_log for each row
             when (new.tenant_id = '{}') execute function refuse_lines()",
            a.route.tenant
        );
        root.execute(AssertSqlSafe(refuse)).await.expect("made");
        let told = provisioner.run_to_end(id).await.expect_err("it is not carried").to_string();
        root.execute("drop trigger refuse_lines on tenant_audit_log; drop function refuse_lines()")
            .await
            .expect("mended");
        assert!(told.contains("as meant"), "{told}");
        let (name, tenant) = (&a.route.placement.db_name, a.route.tenant.to_string());
        assert_eq!((count(DATABASES, name).await, count(ALERTS, &tenant).await), (1, 1));
        assert_eq!(count(IN_LOG, &line.to_string()).await, 0);
        provisioner.run_to_end(id).await.expect("gone");
        assert_eq!((count(DATABASES, name).await, count(IN_LOG, &line.to_string()).await), (0, 1));
    });
}

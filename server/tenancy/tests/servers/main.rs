//! Several PostgreSQL servers: added, reached, filled by load, emptied, and as well kept apart as one. A1, A2 on the second.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use sqlx::{ConnectOptions as _, Executor as _, PgConnection};
use std::collections::BTreeSet;
use tenancy::central::operations::ReserveError;
use tenancy::central::{operations, servers};
use tenancy::provision::ProvisionError;
use tenancy::testing::{ANOTHER_PASSWORD, Agency, Another, agency, another, bed, new_tenant, role_password, run};
use tenancy::{Adding, RegistryOptions, ServerError, TenantId};
use tokio::sync::{Mutex, OnceCell};

/// Where the next agency goes depends on all servers: one test at a time.
static ALONE: Mutex<()> = Mutex::const_new(());
static SECOND: OnceCell<(Another, i32)> = OnceCell::const_new();

/// The bed's second server.
async fn second() -> &'static (Another, i32) {
    SECOND
        .get_or_init(|| async {
            let other = another("second").await;
            let id = bed().await.deployment.add_server(&adding("second", &other.url)).await.expect("added");
            (other, id)
        })
        .await
}

fn adding<'a>(name: &'a str, provisioner_url: &'a str) -> Adding<'a> {
    Adding { name, provisioner_url, address: None, capacity: (500, 1500) }
}

/// An agency on the server of this name.
async fn agency_on(name: &str) -> Agency {
    let deployment = &bed().await.deployment;
    let others: Vec<String> = names().await.into_iter().filter(|other| other != name).collect();
    for other in &others {
        deployment.drain_server(other).await.expect("drained");
    }
    let made = agency().await;
    for other in &others {
        deployment.activate_server(other).await.expect("active");
    }
    made
}

async fn names() -> BTreeSet<String> {
    let all = servers::list(bed().await.deployment.central()).await.expect("listed");
    all.into_iter().filter(|server| server.state != "retired").map(|server| server.name).collect()
}

async fn central() -> PgConnection {
    tenancy::testing::superuser().await.database("central").connect().await.expect("superuser")
}

/// Enters a database of the second server as an agency's own role.
async fn enter(a: &Agency, database: &str) -> Result<PgConnection, String> {
    let (other, _) = second().await;
    let login = other.cluster.base_options().username(&a.route.placement.role_name);
    let login = login.password(&role_password(&a.route).await).database(database);
    login.connect().await.map_err(|error| {
        error.as_database_error().and_then(|error| error.code()).map_or(error.to_string(), |code| code.into_owned())
    })
}

#[test]
fn an_agency_on_another_server_is_made_opened_and_kept_apart() {
    run(async {
        let _alone = ALONE.lock().await;
        let (other, id) = second().await;
        let (a, b, home) = (agency_on("second").await, agency_on("second").await, agency_on("home").await);
        assert_eq!([&a, &b].map(|there| there.route.placement.server_id), [*id; 2]);
        assert_ne!(home.route.placement.server_id, *id);
        // PostgreSQL's own number of the cluster that answers.
        let number = "select system_identifier::text from pg_control_system()";
        let mut root = other.cluster.superuser().connect().await.expect("superuser");
        let second: String = sqlx::query_scalar(number).fetch_one(&mut root).await.expect("known");
        for (one, is_there) in [(&a, true), (&b, true), (&home, false)] {
            let found: String = sqlx::query_scalar(number).fetch_one(&one.db).await.expect("it answers");
            assert_eq!(found == second, is_there);
            let mut tx = one.db.begin().await.expect("a transaction");
            sqlx::query("update store_settings set about = 'x'").execute(&mut tx).await.expect("it may write");
            tx.commit().await.expect("committed");
        }
        // Each behind its own door, there as at home.
        assert!(enter(&a, &a.route.placement.db_name).await.is_ok());
        for elsewhere in [b.route.placement.db_name.as_str(), "postgres", "template1"] {
            assert_eq!(enter(&a, elsewhere).await.expect_err(elsewhere), "28000");
        }
        // A mistaken grant opens nothing: the line of pg_hba.conf is the second fence.
        let (of_b, role) = (&b.route.placement.db_name, &a.route.placement.role_name);
        root.execute(sqlx::AssertSqlSafe(format!("grant connect on database {of_b} to {role}")))
            .await
            .expect("granted");
        assert_eq!(enter(&a, of_b).await.expect_err("refused"), "28000");
        // The same password opens nothing on a server where it was not made.
        let at_home = tenancy::testing::as_tenant(&a.route, &home.route.placement.db_name).await;
        assert!(at_home.connect().await.is_err());
        // Without the grants taken back and without the line, the role does get in: the test can fail.
        let hba = other.cluster.data_directory().join("pg_hba.conf");
        let before = std::fs::read_to_string(&hba).expect("ours");
        std::fs::write(&hba, before.replace("local sameuser", "local all")).expect("ours");
        root.execute("select pg_reload_conf()").await.expect("read");
        let mut entered = Err(String::new());
        for _ in 0..100 {
            entered = enter(&a, of_b).await;
            if entered.is_ok() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(entered.is_ok(), "an open door is found open");
        std::fs::write(&hba, before).expect("ours");
        root.execute("select pg_reload_conf()").await.expect("read");
        root.execute(sqlx::AssertSqlSafe(format!("revoke connect on database {of_b} from {role}")))
            .await
            .expect("back");
    });
}

#[test]
fn a_process_that_began_before_a_server_was_added_reaches_it() {
    run(async {
        let _alone = ALONE.lock().await;
        let bed = bed().await;
        let (registry, _committed) = bed.deployment.registry(&bed.routes, RegistryOptions::default());
        let other = another("third").await;
        bed.deployment.add_server(&adding("third", &other.url)).await.expect("added");
        let a = agency_on("third").await;
        let db = registry.open(&a.route).await.expect("it opens");
        assert_eq!(
            sqlx::query_scalar::<_, i64>("select used from usage_counters").fetch_one(&db).await.expect("asked"),
            0
        );
        registry.close().await;
        central()
            .await
            .execute("update database_servers set state = 'retired' where name = 'third'")
            .await
            .expect("done");
    });
}

#[test]
fn what_opens_a_server_is_nowhere_in_clear() {
    run(async {
        let _alone = ALONE.lock().await;
        let (other, id) = second().await;
        let mut root = central().await;
        let kept = "select s::text || coalesce(c::text, '') || encode(coalesce(s.address, ''), 'escape') || encode(coalesce(c.provisioner, ''), 'escape')
            from database_servers s left join database_server_credentials c on c.server_id = s.id where s.id = $1";
        let kept: String = sqlx::query_scalar(kept).bind(id).fetch_one(&mut root).await.expect("there");
        let socket = other.cluster.socket_dir().display().to_string();
        for secret in [ANOTHER_PASSWORD, "provisioner@", "postgres://", socket.as_str()] {
            assert!(!kept.contains(secret), "{secret}");
        }
        let lines =
            "select coalesce(string_agg(changes::text, ' '), '') from tenant_audit_log where action = 'server.add'";
        let lines: String = sqlx::query_scalar(lines).fetch_one(&mut root).await.expect("there");
        assert!(lines.contains("second") && !lines.contains(ANOTHER_PASSWORD) && !lines.contains(&socket), "{lines}");
        // The web part's role sees where a server is, sealed, and not who makes databases there.
        root.execute("set role central_app").await.expect("set");
        root.execute("select address from database_servers").await.expect("it may");
        let refused = root.execute("select * from database_server_credentials").await.expect_err("it may not");
        assert_eq!(refused.as_database_error().and_then(|e| e.code()).as_deref(), Some("42501"));
        let refused = root.execute("update database_servers set address = null").await.expect_err("it may not");
        assert_eq!(refused.as_database_error().and_then(|e| e.code()).as_deref(), Some("42501"));
        // Swapped between rows it opens nothing.
        root.execute("reset role").await.expect("reset");
        let a = agency_on("second").await;
        let swap = "insert into database_servers (name, address) select 'swapped', address from database_servers where id = $1";
        sqlx::query(swap).bind(id).execute(&mut root).await.expect("copied");
        let moved = "update tenant_placements set server_id = (select id from database_servers where name = 'swapped') where tenant_id = $1";
        sqlx::query(moved).bind(a.route.tenant).execute(&mut root).await.expect("moved");
        bed().await.routes.reload().await.expect("read");
        let route = bed().await.routes.by_tenant(a.route.tenant).expect("routed");
        let told = bed().await.registry.open(&route).await.expect_err("sealed for another row").to_string();
        assert!(told.contains("does not open"), "{told}");
        let back = sqlx::query("update tenant_placements set server_id = $2 where tenant_id = $1");
        back.bind(a.route.tenant).bind(id).execute(&mut root).await.expect("back");
        root.execute("delete from database_servers where name = 'swapped'").await.expect("gone");
    });
}

/// The servers of the agencies that are reserved now, by name.
async fn reserve(count: usize) -> Vec<Result<String, ReserveError>> {
    let provisioner = bed().await.deployment.provisioner();
    let mut all = Vec::new();
    for _ in 0..count {
        let (provisioner, new) = (provisioner.clone(), new_tenant());
        all.push(tokio::spawn(async move { provisioner.reserve(&new, None).await }));
    }
    let mut placed = Vec::new();
    for one in all {
        placed.push(match one.await.expect("no panic") {
            Ok(id) => {
                let tenant = operations::find(bed().await.deployment.central(), id).await.expect("there").tenant;
                Ok(server_of(tenant).await)
            }
            Err(error) => Err(error),
        });
    }
    placed
}

async fn server_of(tenant: TenantId) -> String {
    let name =
        "select s.name from tenant_placements p join database_servers s on s.id = p.server_id where p.tenant_id = $1";
    sqlx::query_scalar(name).bind(tenant).fetch_one(&mut central().await).await.expect("placed")
}

/// How many agencies lie on a server.
async fn held(name: &str) -> i32 {
    let all = servers::list(bed().await.deployment.central()).await.expect("listed");
    let server = all.into_iter().find(|server| server.name == name).expect("there");
    i32::try_from(server.agencies + server.prepared).expect("few")
}

#[test]
fn the_next_agency_goes_where_there_is_most_room() {
    run(async {
        let _alone = ALONE.lock().await;
        let deployment = &bed().await.deployment;
        second().await;
        let (at_home, there) = (agency_on("home").await, agency_on("second").await);
        let set = async |name: &str, capacity| deployment.set_server_capacity(name, capacity).await.expect("set");
        let size = async |tenant: TenantId, bytes: i64| {
            let sized = sqlx::query("update tenant_placements set size_bytes = $2 where tenant_id = $1");
            sized.bind(tenant).bind(bytes).execute(&mut central().await).await.expect("sized");
        };
        // By weight, not by number: one that is large counts for many.
        for (large, expected) in [(&at_home, "second"), (&there, "home")] {
            size(large.route.tenant, 100_000 * servers::WEIGHED).await;
            assert_eq!(reserve(1).await.remove(0).expect("placed"), expected);
            size(large.route.tenant, 0).await;
        }
        // Below its soft capacity before above it, however light that one is.
        size(there.route.tenant, 100_000 * servers::WEIGHED).await;
        set("home", (held("home").await, 1500)).await;
        assert_eq!(reserve(1).await.remove(0).expect("placed"), "second");
        // Above all of them the lightest.
        set("second", (held("second").await, 1500)).await;
        assert_eq!(reserve(1).await.remove(0).expect("placed"), "home");
        size(there.route.tenant, 0).await;
        // A hard capacity holds against many at once, and then there is no room, and nothing is left behind.
        set("home", (0, held("home").await + 3)).await;
        set("second", (0, held("second").await + 4)).await;
        let placed = reserve(20).await;
        let of = |name: &str| placed.iter().filter(|one| one.as_ref().is_ok_and(|at| at == name)).count();
        assert_eq!((of("home"), of("second")), (3, 4));
        assert!(placed.iter().filter_map(|one| one.as_ref().err()).all(|error| matches!(error, ReserveError::NoRoom)));
        let companies =
            "select count(*) from companies c where not exists (select from tenant_placements where tenant_id = c.id)";
        let left: i64 = sqlx::query_scalar(companies).fetch_one(&mut central().await).await.expect("counted");
        assert_eq!(left, 0);
        set("home", (500, 1500)).await;
        set("second", (500, 1500)).await;
    });
}

#[test]
fn a_server_that_is_emptied_takes_nobody_and_keeps_whom_it_has() {
    run(async {
        let _alone = ALONE.lock().await;
        let deployment = &bed().await.deployment;
        second().await;
        let there = agency_on("second").await;
        deployment.drain_server("second").await.expect("drained");
        assert!(reserve(6).await.into_iter().all(|placed| placed.expect("placed") == "home"));
        assert!(sqlx::query("select 1").execute(&there.db).await.is_ok());
        for name in names().await {
            deployment.drain_server(&name).await.expect("drained");
        }
        let refused = deployment.provisioner().create(&new_tenant()).await.expect_err("no room");
        assert!(matches!(refused, ProvisionError::Reserve(ReserveError::NoRoom)), "{refused:?}");
        for name in ["home", "second"] {
            deployment.activate_server(name).await.expect("active");
        }
        let unknown = deployment.drain_server("nowhere").await.expect_err("unknown");
        assert!(matches!(unknown, ServerError::Unknown(_)), "{unknown:?}");
    });
}

#[test]
fn a_server_on_which_nothing_can_be_prepared_keeps_no_other_waiting() {
    run(async {
        let _alone = ALONE.lock().await;
        let mut root = central().await;
        // Its address opens with another key: nobody reaches it. What was begun there is the oldest.
        let broken =
            "insert into database_servers (name, system_id, address) values ('broken', 'none', '\\x00') returning id";
        let broken: i32 = sqlx::query_scalar(broken).fetch_one(&mut root).await.expect("added");
        let begun = "insert into prepared_databases (tenant_id, server_id, created_at) values ($1, $2, '2020-01-01')";
        sqlx::query(begun).bind(TenantId::generate()).bind(broken).execute(&mut root).await.expect("begun");
        let deployment = &bed().await.deployment;
        let keeping = deployment.provisioner().keeping(1);
        let mut rounds = 0;
        while keeping.prepare_next().await.expect("the central database answers") {
            rounds += 1;
            assert!(rounds < 20, "it is tried once, and then left alone");
        }
        let ready = "select count(*) from prepared_databases d join database_servers s on s.id = d.server_id
            where d.state = 'ready' and s.name = 'home'";
        let ready: i64 = sqlx::query_scalar(ready).fetch_one(&mut root).await.expect("counted");
        let left = sqlx::query("delete from prepared_databases where server_id = $1").bind(broken);
        left.execute(&mut root).await.expect("forgotten");
        sqlx::query("delete from database_servers where id = $1").bind(broken).execute(&mut root).await.expect("gone");
        assert_eq!(ready, 1);
        // The other tests count what lies on a server.
        for name in names().await {
            deployment.drain_server(&name).await.expect("drained");
        }
        while keeping.prepare_next().await.expect("removed") {}
        for name in names().await {
            deployment.activate_server(&name).await.expect("active");
        }
    });
}

#[test]
fn a_server_is_added_once_and_only_when_it_can_be_used() {
    run(async {
        let _alone = ALONE.lock().await;
        let deployment = &bed().await.deployment;
        let (other, _) = second().await;
        let refused = async |adding: &Adding<'_>| deployment.add_server(adding).await.expect_err("refused").to_string();
        assert!(refused(&adding("again", &other.url)).await.contains("this cluster is known"));
        for (name, url) in [("x", other.url.as_str()), ("fine", "http://db.example"), ("fine", "")] {
            assert!(!refused(&adding(name, url)).await.is_empty());
        }
        let wrong = other.url.replace(ANOTHER_PASSWORD, "wrong");
        let told = refused(&adding("fine", &wrong)).await;
        assert!(told.contains("password authentication failed") && !told.contains("wrong@"), "{told}");
        // One whose doors stand open is told what is to be done, and is not added.
        let open = another("open").await;
        let mut root = open.cluster.superuser().connect().await.expect("superuser");
        root.execute("grant connect on database postgres to public").await.expect("opened");
        let told = refused(&adding("open", &open.url)).await;
        assert!(told.contains("revoke all on database \"postgres\" from public;"), "{told}");
        assert!(!names().await.contains("open"));
        // Another name for the home of the central database is no second server.
        let password = tenancy::testing::house_passwords().await[0].clone();
        let home = deployment.cluster().expect("private");
        let (socket, port) = (home.socket_dir().display(), home.base_options().get_port());
        let url = format!("postgres://provisioner:{password}@localhost:{port}/postgres?host={socket}");
        assert!(refused(&adding("twin", &url)).await.contains("holds the central database"));
    });
}

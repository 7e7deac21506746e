//! The pool registry: cases 28 to 39, places that change, the read-only rule; and what the routes hear, cases 14 to 16.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

mod again;
mod apart;
mod budget;
mod cut_short;
mod heard;
mod places;
mod shares;
mod troubles;

use sqlx::{AssertSqlSafe, ConnectOptions, Executor};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tenancy::central::companies;
use tenancy::testing::{Agency, agency, agency_of, bed, new_tenant, run, superuser};
use tenancy::{OpenError, RegistryOptions, Route, Status, TenantDb};

#[test]
fn two_hundred_first_requests_look_once() {
    run(async {
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
        let route = agency().await.route;
        let openings: Vec<_> = (0..200)
            .map(|_| {
                let (registry, route) = (registry.clone(), route.clone());
                tokio::spawn(async move {
                    let db = registry.open(&route).await.expect("it opens");
                    sqlx::query_scalar::<_, i64>("select used from usage_counters").fetch_one(&db).await
                })
            })
            .collect();
        for opening in openings {
            assert_eq!(opening.await.expect("no panic").expect("it answers"), 0);
        }
        let snapshot = registry.snapshot();
        assert_eq!(snapshot.opened, 1, "one looks, and the others wait for what it finds");
        assert!(snapshot.connected <= 5, "{snapshot:?}: and what they use then are the agency's places");
        registry.close().await;
    });
}

#[test]
fn a_process_at_rest_keeps_no_connection() {
    run(async {
        let options = RegistryOptions {
            idle_timeout: Duration::from_millis(500),
            forgotten_after: Duration::from_secs(2),
            ..RegistryOptions::default()
        };
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, options);
        let a = agency().await;
        let db = registry.open(&a.route).await.expect("it opens");
        sqlx::query("select 1").execute(&db).await.expect("it answers");
        drop(db);
        let snapshot = registry.snapshot();
        assert_eq!((snapshot.connections, snapshot.agencies), (1, 1));
        // Nothing asks for anything: only the ticker can close them.
        let mut open = i64::MAX;
        for _ in 0..150 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let mut root = superuser().await.connect().await.expect("superuser");
            open = sqlx::query_scalar(
                "select count(*) from pg_stat_activity where usename = $1 and application_name like 'sobrado/t_%'",
            )
            .bind(&a.route.placement.role_name)
            .fetch_one(&mut root)
            .await
            .expect("counted");
            // The bed's own registry holds connections of this agency for a minute.
            bed().await.registry.evict(&a.route).await;
            if open == 0 && registry.snapshot().agencies == 0 {
                break;
            }
        }
        assert_eq!((open, registry.snapshot().connections, registry.snapshot().agencies), (0, 0, 0));
    });
}

#[test]
fn an_eviction_is_not_noticed() {
    run(async {
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
        let a = agency().await;
        let db = registry.open(&a.route).await.expect("it opens");
        let slow = {
            let db = db.clone();
            tokio::spawn(async move { sqlx::query("select pg_sleep(1)").execute(&db).await })
        };
        tokio::time::sleep(Duration::from_millis(200)).await;
        registry.evict(&a.route).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        // The handle from before the eviction goes through a new connection, for reads and for writes.
        sqlx::query("select 1").execute(&db).await.expect("a read after the eviction");
        db.begin().await.expect("a write after the eviction").rollback().await.expect("rolled back");
        slow.await.expect("no panic").expect("the request that held the old one finishes");
        assert_eq!(registry.snapshot().opened, 2);
        registry.close().await;
    });
}

#[test]
fn commits_are_counted_however_often_an_agency_is_opened() {
    run(async {
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
        let (a, b) = (agency().await, agency().await);
        let db = registry.open(&a.route).await.expect("it opens");
        db.begin().await.expect("a transaction").commit().await.expect("committed");
        let under_way = db.begin().await.expect("a transaction");
        registry.evict(&a.route).await;
        let later = registry.open(&a.route).await.expect("it opens");
        assert_eq!(later.commits(), 1, "it does not begin anew: its count could be one that was seen before");
        under_way.commit().await.expect("committed");
        assert_eq!((later.commits(), db.commits()), (2, 2), "whichever way it went");
        assert_eq!(registry.open(&b.route).await.expect("it opens").commits(), 0, "each agency has its own");
        registry.close().await;
    });
}

/// From now on the agency's transactions that write to its outbox do this as they are committed.
async fn at_each_commit(a: &Agency, act: &str) {
    let mut root = superuser().await.database(&a.route.placement.db_name).connect().await.expect("superuser");
    let sql = format!(
        "create function at_commit() returns trigger language plpgsql security definer as
         $$ begin perform {act}; return null; end $$;
         create constraint trigger at_commit after insert on outbox deferrable initially deferred
         for each row execute function at_commit()"
    );
    root.execute(AssertSqlSafe(sql)).await.expect("made");
}

#[test]
fn a_commit_is_told_of_although_its_answer_was_not_heard() {
    run(async {
        let bed = bed().await;
        let (registry, mut committed) = bed.deployment.registry(&bed.routes, RegistryOptions::default());
        let (broken, left) = (agency().await, agency().await);
        at_each_commit(&broken, "pg_terminate_backend(pg_backend_pid())").await;
        at_each_commit(&left, "pg_sleep(1)").await;
        let begin = async |a: &Agency| {
            let db = registry.open(&a.route).await.expect("it opens");
            let mut tx = db.begin().await.expect("a transaction");
            let line = "insert into outbox (id, kind, payload) values (gen_random_uuid(), 'job', '{}')";
            sqlx::query(line).execute(&mut tx).await.expect("written");
            (db, tx)
        };
        let (db, tx) = begin(&broken).await;
        assert!(tx.commit().await.is_err(), "the connection breaks while it is committed");
        assert_eq!((db.commits(), committed.try_recv().ok()), (1, Some(broken.route.tenant)));
        let (db, tx) = begin(&left).await;
        let waited = tokio::time::timeout(Duration::from_millis(100), tx.commit()).await;
        assert!(waited.is_err(), "whoever asked has gone before the answer came");
        assert_eq!((db.commits(), committed.try_recv().ok()), (1, Some(left.route.tenant)));
        // A transaction that is given up is nobody's news.
        let (db, tx) = begin(&broken).await;
        tx.rollback().await.expect("rolled back");
        drop(begin(&broken).await);
        assert_eq!((db.commits(), committed.try_recv().ok()), (1, None));
        registry.close().await;
    });
}

#[test]
fn a_newcomer_among_hot_agencies_is_opened_once() {
    run(async {
        let options = RegistryOptions { max_connections: 4, ..RegistryOptions::default() };
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, options);
        let mut hot = Vec::new();
        for _ in 0..4 {
            hot.push(registry.open(&agency().await.route).await.expect("it opens"));
        }
        let newcomer = agency().await.route;
        let ask = async |db: &TenantDb| sqlx::query("select 1").execute(db).await.expect("it answers");
        for _ in 0..50 {
            for db in &hot {
                ask(db).await;
            }
        }
        let before = registry.snapshot();
        assert_eq!(before.connected, 4, "each has its own");
        for _ in 0..20 {
            ask(&registry.open(&newcomer).await.expect("it opens")).await;
            ask(&hot[3]).await;
        }
        let after = registry.snapshot();
        // Twenty if what is used most often were kept: it would throw the newcomer out each time.
        assert_eq!((after.opened - before.opened, after.connected - before.connected), (1, 1));
        assert_eq!(after.connections, 4);
        registry.close().await;
    });
}

/// Backends of these agencies' pools: the role of each.
async fn backends(routes: &[Arc<Route>]) -> Vec<String> {
    let roles: Vec<&str> = routes.iter().map(|route| route.placement.role_name.as_str()).collect();
    let mut root = superuser().await.connect().await.expect("superuser");
    let listed = sqlx::query_scalar(
        "select usename::text from pg_stat_activity where usename = any($1) and application_name like 'sobrado/t_%'",
    );
    listed.bind(roles).fetch_all(&mut root).await.expect("listed")
}

/// The same as soon as there are so many: one that was told to go is seen for a moment longer.
async fn as_many_backends(count: usize, routes: &[Arc<Route>]) -> Vec<String> {
    let mut open = backends(routes).await;
    for _ in 0..150 {
        if open.len() == count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        open = backends(routes).await;
    }
    open
}

#[test]
fn the_budget_holds_however_many_agencies_are_opened() {
    run(async {
        // Nothing is closed for being idle: only the budget closes anything here.
        let options =
            RegistryOptions { max_connections: 8, max_connections_per_tenant: 2, ..RegistryOptions::default() };
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, options);
        let mut routes = Vec::new();
        for _ in 0..12 {
            let route = agency().await.route;
            bed().await.registry.evict(&route).await;
            routes.push(route);
        }
        for route in &routes {
            let db = registry.open(route).await.expect("it opens");
            let asked = (0..6).map(|_| sqlx::query("select pg_sleep(0.05)").execute(&db));
            futures::future::try_join_all(asked).await.expect("each has its turn");
            let open = as_many_backends(2, std::slice::from_ref(route)).await;
            assert_eq!(open.len(), 2, "six questions at once share an agency's two connections");
        }
        assert_eq!(registry.snapshot().opened, 12);
        let open = as_many_backends(8, &routes).await;
        assert_eq!((registry.snapshot().connections, open.len()), (8, 8), "of 12 agencies with two connections each");
        // Those that were used last: they are asked again, and nothing is opened for it.
        let last: BTreeSet<String> = routes[8..].iter().map(|route| route.placement.role_name.clone()).collect();
        assert_eq!(BTreeSet::from_iter(open), last);
        for route in &routes[8..] {
            registry.open(route).await.expect("it is open");
        }
        assert_eq!(registry.snapshot().opened, 12);
        registry.close().await;
    });
}

/// What operators are told of an agency's stamp, as soon as they are.
async fn alerted(route: &Route) -> Vec<String> {
    let mut central = superuser().await.database("central").connect().await.expect("superuser");
    for _ in 0..200 {
        let listed =
            sqlx::query_scalar("select detail from alerts where kind = 'database_identity' and tenant_id = $1");
        let listed: Vec<String> = listed.bind(route.tenant).fetch_all(&mut central).await.expect("listed");
        if !listed.is_empty() {
            return listed;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Vec::new()
}

#[test]
fn a_database_with_another_agencys_stamp_is_refused() {
    run(async {
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
        let (a, b) = (agency().await, agency().await);
        let mut root = superuser().await.database(&a.route.placement.db_name).connect().await.expect("superuser");
        sqlx::query("update _tenant_identity set tenant_id = $1")
            .bind(b.route.tenant)
            .execute(&mut root)
            .await
            .expect("tampered");
        assert!(matches!(registry.open(&a.route).await, Err(OpenError::WrongIdentity)));
        assert!(registry.open(&b.route).await.is_ok(), "the other agency does not notice");
        assert_eq!(alerted(&a.route).await, [format!("the database bears the stamp: {}", b.route.tenant)]);
    });
}

#[test]
fn a_stamp_that_changes_under_open_connections_is_noticed_by_the_next() {
    run(async {
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
        let a = agency().await;
        let db = registry.open(&a.route).await.expect("it opens");
        let mut root = superuser().await.database(&a.route.placement.db_name).connect().await.expect("superuser");
        let held = db.begin().await.expect("the connection that is there");
        root.execute("update _tenant_identity set tenant_id = gen_random_uuid()").await.expect("tampered");
        assert!(sqlx::query("select 1").execute(&db).await.is_err(), "another connection is made now");
        held.rollback().await.expect("rolled back");
        assert!(sqlx::query("select 1").execute(&db).await.is_err(), "and the one from before is used no more");
        assert!(matches!(registry.open(&a.route).await, Err(OpenError::WrongIdentity)));
    });
}

#[test]
fn one_agencys_trouble_is_its_own() {
    run(async {
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
        let (a, b) = (agency().await, agency().await);
        let mut root = superuser().await.connect().await.expect("superuser");
        let sql = format!("alter role {} nologin", a.route.placement.role_name);
        root.execute(AssertSqlSafe(sql)).await.expect("fenced");
        assert!(matches!(registry.open(&a.route).await, Err(OpenError::Unavailable(_))));
        assert!(registry.open(&b.route).await.is_ok());
    });
}

#[test]
fn a_suspended_agency_opens_no_connection() {
    run(async {
        let bed = bed().await;
        let a = agency_of(new_tenant()).await;
        let (registry, _committed) = bed.deployment.registry(&bed.routes, RegistryOptions::default());
        let central = bed.deployment.central();
        companies::suspend(central, a.route.tenant, "unpaid", Default::default()).await.expect("suspended");
        bed.routes.reload().await.expect("read");
        let route = bed.routes.by_tenant(a.route.tenant).expect("routed");
        assert!(matches!(registry.open(&route).await, Err(OpenError::NotActive(Status::Suspended))));
        assert_eq!(registry.snapshot().opened, 0);
        companies::resume(central, a.route.tenant, Default::default()).await.expect("resumed");
        bed.routes.reload().await.expect("read");
        registry.open(&bed.routes.by_tenant(a.route.tenant).expect("routed")).await.expect("it opens again");
    });
}

#[test]
fn reading_cannot_write() {
    run(async {
        let a = agency().await;
        let error = sqlx::query("update store_settings set about = 'x'").execute(&a.db).await.expect_err("read only");
        assert_eq!(error.as_database_error().and_then(|e| e.code()).as_deref(), Some("25006"));
        let mut tx = a.db.begin().await.expect("a transaction");
        sqlx::query("update store_settings set about = 'x'").execute(&mut tx).await.expect("it may write");
        tx.commit().await.expect("committed");
        assert_eq!(a.db.commits(), 1);
    });
}

#[test]
fn a_schema_that_we_do_not_understand_closes_one_agency() {
    run(async {
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
        let a = agency().await;
        let mut root = superuser().await.database(&a.route.placement.db_name).connect().await.expect("superuser");
        root.execute("delete from _sqlx_migrations where version > 20261123000001").await.expect("aged");
        assert!(matches!(registry.open(&a.route).await, Err(OpenError::SchemaOutOfRange { .. })));
    });
}

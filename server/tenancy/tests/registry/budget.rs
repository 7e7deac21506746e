//! The budget of a server, an agency's own places, and the part of background work. D29, D30, D31, D38.

use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;
use tenancy::testing::{agency, bed, new_tenant, run, superuser};
use tenancy::{DatabaseError, OpenError, RegistryOptions, Route};

/// Long enough on a machine that has other things to do.
const PATIENT: Duration = Duration::from_secs(30);

fn refusal(error: &DatabaseError) -> Option<OpenError> {
    match error {
        DatabaseError::Configuration(source) => source.downcast_ref().cloned(),
        _ => None,
    }
}

/// Agencies that nobody has opened yet.
async fn unopened(count: usize) -> Vec<Arc<Route>> {
    let bed = bed().await;
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(bed.deployment.provisioner().create(&new_tenant()).await.expect("made"));
    }
    bed.routes.reload().await.expect("read");
    made.into_iter().map(|tenant| bed.routes.by_tenant(tenant).expect("routed")).collect()
}

/// The most backends of these roles that were there at once, looked at every 20 ms.
async fn most_backends(roles: Vec<String>, stop: Arc<AtomicBool>) -> (i64, usize) {
    let mut root = superuser().await.connect().await.expect("superuser");
    let (most, mut looks) = (AtomicI64::new(0), 0);
    while !stop.load(Ordering::Relaxed) {
        let counted = sqlx::query_scalar("select count(*) from pg_stat_activity where usename = any($1)");
        let counted: i64 = counted.bind(&roles).fetch_one(&mut root).await.expect("counted");
        most.fetch_max(counted, Ordering::Relaxed);
        looks += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (most.into_inner(), looks)
}

#[test]
fn many_agencies_share_a_budget_and_nobody_is_given_anothers_connection() {
    run(async {
        let soaks = std::env::var("SOBRADO_SOAK").is_ok_and(|value| value == "1");
        let (agencies, rounds) = if soaks { (200, 200) } else { (20, 20) };
        let routes = unopened(agencies).await;
        let options = RegistryOptions { max_connections: 20, acquire_timeout: PATIENT, ..RegistryOptions::default() };
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, options);
        let stop = Arc::new(AtomicBool::new(false));
        let roles = routes.iter().map(|route| route.placement.role_name.clone()).collect();
        let looking = tokio::spawn(most_backends(roles, stop.clone()));
        let routes = Arc::new(routes);
        let workers: Vec<_> = (0..64_usize)
            .map(|worker| {
                let (registry, routes) = (registry.clone(), routes.clone());
                tokio::spawn(async move {
                    for round in 0..rounds {
                        // A few are asked for often, most now and then.
                        let draw = (worker * 7919 + round * 104_729) % (routes.len() * routes.len());
                        let route = &routes[draw.isqrt() % routes.len()];
                        let db = registry.open(route).await.expect("it opens");
                        // Held for a moment, so that all there may be are in use at once on a busy machine, too.
                        let asked = "select current_database()::text from pg_sleep(0.01)";
                        let name = sqlx::query_scalar::<_, String>(asked).fetch_one(&db);
                        assert_eq!(name.await.expect("it answers"), route.placement.db_name);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.expect("no panic");
        }
        stop.store(true, Ordering::Relaxed);
        let (most, looks) = looking.await.expect("no panic");
        let snapshot = registry.snapshot();
        println!("{most} backends at most in {looks} looks; {snapshot:?}");
        assert!(most <= 20, "{most} backends");
        assert!(most >= 15, "{most} backends: the budget was not reached, and nothing is shown");
        assert!(snapshot.connected > 20, "connections went from one agency to another");
        assert_eq!(snapshot.in_use, 0);
        registry.close().await;
    });
}

#[test]
fn who_waits_in_vain_is_told_so_and_the_next_is_served() {
    run(async {
        let options = RegistryOptions { max_connections: 2, ..RegistryOptions::default() };
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, options);
        let (a, b, c) = (agency().await, agency().await, agency().await);
        let (db, other) = (registry.open(&a.route).await.expect("it opens"), registry.open(&b.route).await);
        let third = registry.open(&c.route).await.expect("it opens");
        let held = [db.begin().await.expect("a transaction"), other.expect("it opens").begin().await.expect("another")];
        for _ in 0..2 {
            let error = sqlx::query("select 1").execute(&third).await.expect_err("all are in use");
            assert!(matches!(refusal(&error), Some(OpenError::Busy)), "{error}");
        }
        let waits = {
            let third = third.clone();
            tokio::spawn(async move { sqlx::query("select 1").execute(&third).await })
        };
        tokio::time::sleep(Duration::from_millis(50)).await;
        for tx in held {
            tx.rollback().await.expect("rolled back");
        }
        waits.await.expect("no panic").expect("who has waited long enough is served");
        sqlx::query("select 1").execute(&third).await.expect("and whoever comes");
        let snapshot = registry.snapshot();
        assert_eq!((snapshot.in_use, snapshot.waiting), (0, 0));
        registry.close().await;
    });
}

#[test]
fn an_agency_with_all_its_places_taken_holds_up_itself_alone() {
    run(async {
        let options = RegistryOptions {
            max_connections: 8,
            max_connections_per_tenant: 3,
            acquire_timeout: PATIENT,
            ..RegistryOptions::default()
        };
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, options);
        let (noisy, other) = (agency().await, agency().await);
        let db = registry.open(&noisy.route).await.expect("it opens");
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(db.begin().await.expect("a transaction"));
        }
        let served = Arc::new(AtomicUsize::new(0));
        let crowd: Vec<_> = (0..500)
            .map(|_| {
                let (db, served) = (db.clone(), served.clone());
                tokio::spawn(async move {
                    let answer = sqlx::query("select 1").execute(&db).await;
                    served.fetch_add(1, Ordering::Relaxed);
                    answer
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(100)).await;
        let quiet = registry.open(&other.route).await.expect("it opens");
        for _ in 0..20 {
            futures::future::try_join_all((0..3).map(|_| sqlx::query("select 1").execute(&quiet)))
                .await
                .expect("served");
        }
        let snapshot = registry.snapshot();
        assert_eq!((snapshot.in_use, snapshot.waiting), (3, 0), "500 wait for their agency, and none for the server");
        assert_eq!(served.load(Ordering::Relaxed), 0);
        for tx in held {
            tx.rollback().await.expect("rolled back");
        }
        for one in crowd {
            one.await.expect("no panic").expect("in the end each is served");
        }
        registry.close().await;
    });
}

#[test]
fn background_work_that_fans_out_leaves_connections_to_pages() {
    run(async {
        let options = RegistryOptions { max_connections: 10, ..RegistryOptions::default() };
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, options);
        let jobs = registry.for_jobs();
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(jobs.open(&agency().await.route).await.expect("it opens").begin().await.expect("a transaction"));
        }
        let fourth = agency().await;
        assert!(matches!(jobs.open(&fourth.route).await, Err(OpenError::Busy)), "three of ten are its part");
        let page = registry.open(&fourth.route).await.expect("a page of the same agency is not held up");
        sqlx::query("select 1").execute(&page).await.expect("it answers");
        held.pop().expect("three").rollback().await.expect("rolled back");
        jobs.open(&fourth.route)
            .await
            .expect("it opens")
            .begin()
            .await
            .expect("its turn")
            .rollback()
            .await
            .expect("done");
        drop(held);
        registry.close().await;
    });
}

#[test]
fn a_thousand_statements_leave_a_connection_small() {
    run(async {
        let options = RegistryOptions { max_connections_per_tenant: 1, ..RegistryOptions::default() };
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, options);
        let a = agency().await;
        let (name, role) = (&a.route.placement.db_name, &a.route.placement.role_name);
        let mut root = superuser().await.database(name).connect().await.expect("superuser");
        for sql in [
            format!("grant select on pg_backend_memory_contexts to {role}"),
            format!("grant execute on function pg_get_backend_memory_contexts() to {role}"),
        ] {
            root.execute(AssertSqlSafe(sql)).await.expect("granted");
        }
        let db = registry.open(&a.route).await.expect("it opens");
        for n in 0..1_000 {
            let sql = format!(
                "select p.id, p.title as title_{n}, count(*) over () from properties p
                 left join property_photos f on f.property_id = p.id where p.title <> $1 order by p.created_at limit 24"
            );
            sqlx::query(AssertSqlSafe(sql)).bind("x").fetch_all(&db).await.expect("it answers");
        }
        let bytes = "select sum(total_bytes)::bigint from pg_backend_memory_contexts";
        let bytes: i64 = sqlx::query_scalar(bytes).fetch_one(&db).await.expect("measured");
        let prepared: i64 =
            sqlx::query_scalar("select count(*) from pg_prepared_statements").fetch_one(&db).await.expect("counted");
        println!("{bytes} bytes with {prepared} statements prepared");
        assert!(bytes < 12 * 1024 * 1024, "{bytes} bytes");
        assert!((40..=60).contains(&prepared), "{prepared}: what was used is kept, up to a limit");
        assert_eq!(registry.snapshot().connected, 1, "all of it on one connection");
        registry.close().await;
    });
}

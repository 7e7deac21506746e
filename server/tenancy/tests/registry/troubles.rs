//! What one agency's trouble, and a server's, mean for the others: breakers, and a PostgreSQL that goes and comes. D35, D36.

use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use std::sync::Arc;
use std::time::Duration;
use tenancy::testing::{agency, bed, run, superuser};
use tenancy::{DatabaseError, OpenError, Registry, RegistryOptions, Route};

use super::apart::Apart;

/// Opens until it is refused without being asked for, which is soon: at most ten times.
async fn until_it_rests(registry: &Registry, route: &Arc<Route>) -> usize {
    for asked in 1..=10 {
        match registry.open(route).await {
            Err(OpenError::Resting) => return asked,
            Err(OpenError::Unavailable(_)) => {}
            other => panic!("{:?}", other.map(|_| "open")),
        }
    }
    panic!("it is asked again and again");
}

/// Opens as soon as it can be opened again.
async fn until_it_opens(registry: &Registry, route: &Arc<Route>) {
    for _ in 0..600 {
        if registry.open(route).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it stays closed");
}

/// Breaks an agency's door, sees that nobody else is held up by it, mends it, and sees it open.
async fn alone(breaks: &str, mends: &str) {
    let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
    let (a, b) = (agency().await, agency().await);
    bed().await.registry.evict(&a.route).await;
    let mut root = superuser().await.connect().await.expect("superuser");
    let (name, secret) = (&a.route.placement.db_name, tenancy::testing::role_password(&a.route).await);
    let say = |sql: &str| AssertSqlSafe(sql.replace("{name}", name).replace("{secret}", &secret));
    // A database is renamed when nobody is in it.
    for _ in 0..100 {
        if root.execute(say(breaks)).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(until_it_rests(&registry, &a.route).await, 4, "three failures are enough");
    for _ in 0..5 {
        let db = registry.open(&b.route).await.expect("the other does not notice");
        sqlx::query("select 1").execute(&db).await.expect("it answers");
        assert!(registry.open(&a.route).await.is_err());
    }
    // A new look at the same place is no new chance.
    registry.evict(&a.route).await;
    root.execute(say(mends)).await.expect("mended");
    until_it_opens(&registry, &a.route).await;
    registry.close().await;
}

#[test]
fn a_wrong_password_closes_one_agency_and_is_not_tried_for_ever() {
    run(alone("alter role {name} password 'another'", "alter role {name} password '{secret}'"));
}

#[test]
fn a_missing_database_closes_one_agency_and_is_not_asked_for_for_ever() {
    run(alone("alter database {name} rename to {name}_gone", "alter database {name}_gone rename to {name}"));
}

#[test]
fn a_postgres_that_goes_is_left_alone_and_used_again_when_it_comes() {
    run(async {
        let apart = Apart::new("restarted", 120, 3).await;
        let (registry, _committed) = apart.deployment.registry(&apart.routes, RegistryOptions::default());
        let mut open = Vec::new();
        for route in &apart.agencies {
            open.push(registry.open(route).await.expect("it opens"));
        }
        let ask = async |n: usize| sqlx::query("select 1").execute(&open[n]).await;
        for n in 0..3 {
            ask(n).await.expect("it answers");
        }
        let held = open[0].begin().await.expect("a transaction that the end comes over");
        apart.stop_postgres().await;
        let mut rests = false;
        for n in 0..100 {
            let error = ask(n % 3).await.expect_err("there is no server");
            rests = matches!(&error, DatabaseError::Configuration(source) if matches!(source.downcast_ref(), Some(OpenError::Resting)));
            if rests {
                break;
            }
        }
        assert!(rests, "the breaker opens");
        assert!(held.commit().await.is_err());
        let _cluster = apart.start_postgres().await;
        for n in 0..3 {
            let mut answer = ask(n).await;
            for _ in 0..600 {
                if answer.is_ok() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
                answer = ask(n).await;
            }
            answer.expect("the breaker closes");
        }
        for n in 0..30 {
            ask(n % 3).await.expect("and nobody meets a connection of before");
        }
        let snapshot = registry.snapshot();
        assert_eq!((snapshot.in_use, snapshot.waiting), (0, 0), "no place is lost");
        registry.close().await;
        assert_eq!(registry.snapshot().connections, 0);
    });
}

#[test]
fn idle_connections_that_died_together_are_not_handed_out() {
    run(async {
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
        let (a, b) = (agency().await, agency().await);
        let mut open = Vec::new();
        for route in [&a.route, &b.route] {
            let db = registry.open(route).await.expect("it opens");
            let held =
                [db.begin().await.expect("one"), db.begin().await.expect("two"), db.begin().await.expect("three")];
            for tx in held {
                tx.rollback().await.expect("rolled back");
            }
            open.push(db);
        }
        let roles = [&a.route.placement.role_name, &b.route.placement.role_name].map(String::clone).to_vec();
        let mut root = superuser().await.connect().await.expect("superuser");
        let ended = sqlx::query_scalar(
            "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where usename = any($1)",
        );
        let ended: i64 = ended.bind(roles).fetch_one(&mut root).await.expect("ended");
        assert!(ended >= 6, "{ended}");
        let mut failed = 0;
        for _ in 0..4 {
            for db in &open {
                failed += usize::from(sqlx::query("select 1").execute(db).await.is_err());
            }
        }
        assert_eq!(failed, 1, "whoever finds the first; the others are looked at before they are used");
        registry.close().await;
    });
}

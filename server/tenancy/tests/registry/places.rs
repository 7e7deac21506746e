//! Agencies whose place or state changes while somebody has them open.

use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use std::sync::Arc;
use std::time::Duration;
use tenancy::central::companies;
use tenancy::testing::{agency, bed, role_password, run, superuser};
use tenancy::{OpenError, RegistryOptions, Route, Status};

/// An agency as it is routed after a change of its place.
async fn placed(route: &Route, change: &str) -> Arc<Route> {
    let mut central = superuser().await.database("central").connect().await.expect("superuser");
    let sql = AssertSqlSafe(format!("update tenant_placements set {change} where tenant_id = $1"));
    sqlx::query(sql).bind(route.tenant).execute(&mut central).await.expect("changed");
    bed().await.routes.reload().await.expect("read");
    bed().await.routes.by_tenant(route.tenant).expect("routed")
}

#[test]
fn an_agency_that_has_moved_is_opened_anew() {
    run(async {
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
        let (a, b) = (agency().await, agency().await);
        for route in [&a.route, &b.route] {
            registry.open(route).await.expect("it opens");
        }
        assert_eq!(registry.snapshot().opened, 2);
        let moved = placed(&a.route, "epoch = epoch + 1").await;
        for _ in 0..2 {
            registry.open(&moved).await.expect("it opens at its new place");
            assert_eq!(registry.snapshot().opened, 3, "nothing of the old place is used for the new one");
        }
        registry.open(&b.route).await.expect("it is open");
        assert_eq!(registry.snapshot().opened, 3, "the other agency has stayed where it was");
        registry.close().await;
    });
}

#[test]
fn who_opened_an_agency_before_it_was_closed_or_moved_does_not_write_as_if_it_were_not() {
    run(async {
        let bed = bed().await;
        let (registry, _committed) = bed.deployment.registry(&bed.routes, RegistryOptions::default());
        let (closed, moved, other) = (agency().await, agency().await, agency().await);
        let mut open = Vec::new();
        for agency in [&closed, &moved, &other] {
            open.push(registry.open(&agency.route).await.expect("it opens"));
        }
        let central = bed.deployment.central();
        let suspended = companies::suspend(central, closed.route.tenant, "unpaid", Default::default());
        assert!(suspended.await.expect("suspended"));
        placed(&moved.route, "epoch = epoch + 1").await;
        let refused = |error: tenancy::DatabaseError| match error {
            tenancy::DatabaseError::Configuration(source) => source.downcast_ref().cloned(),
            _ => None,
        };
        let error = open[0].begin().await.expect_err("it is closed, although its connections are open");
        assert!(matches!(refused(error), Some(OpenError::NotActive(Status::Suspended))));
        registry.evict(&closed.route).await;
        let mut read = None;
        for _ in 0..500 {
            read = sqlx::query("select 1").execute(&open[0]).await.err();
            if read.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let error = read.expect("once closed, it is not opened again");
        assert!(matches!(refused(error), Some(OpenError::NotActive(Status::Suspended))));
        assert!(open[0].begin().await.is_err());
        assert_eq!(registry.snapshot().opened, 3);
        open[2].begin().await.expect("the other agency does not notice").rollback().await.expect("rolled back");
        assert_eq!(registry.snapshot().opened, 3);
        open[1].begin().await.expect("at its new place").rollback().await.expect("rolled back");
        assert_eq!(registry.snapshot().opened, 4, "and not at the old one");
        let resumed = companies::resume(central, closed.route.tenant, Default::default());
        assert!(resumed.await.expect("resumed").is_some());
        bed.routes.reload().await.expect("read");
        open[0].begin().await.expect("it is open again").rollback().await.expect("rolled back");
        registry.close().await;
    });
}

#[test]
fn open_connections_are_worth_nothing_once_the_password_is_another() {
    run(async {
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
        let (a, b) = (agency().await, agency().await);
        let db = registry.open(&a.route).await.expect("it opens");
        sqlx::query("select 1").execute(&db).await.expect("it answers");
        registry.open(&b.route).await.expect("it opens");
        let changed = placed(&a.route, "cred_version = cred_version + 1").await;
        let old = role_password(&a.route).await;
        let new = role_password(&changed).await;
        assert_ne!(old, new, "the password follows from the number");
        // The role has the old one still: were the open connection used, nobody would notice.
        assert!(matches!(registry.open(&changed).await, Err(OpenError::Unavailable(_))));
        let mut root = superuser().await.connect().await.expect("superuser");
        let role = &changed.placement.role_name;
        root.execute(AssertSqlSafe(format!("alter role {role} password '{new}'"))).await.expect("changed");
        let db = registry.open(&changed).await.expect("it opens");
        sqlx::query("select 1").execute(&db).await.expect("it answers");
        assert_eq!(registry.snapshot().opened, 3);
        registry.open(&b.route).await.expect("it is open");
        assert_eq!(registry.snapshot().opened, 3, "the other agency's password is its own");
        registry.close().await;
    });
}

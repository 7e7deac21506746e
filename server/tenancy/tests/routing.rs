//! The routing map: cases 9, 14 and 15 at the level of the map; the HTTP side is tested through the router.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use sqlx::ConnectOptions;
use std::time::Duration;
use tenancy::testing::{agency, bed, run, superuser};
use tenancy::{Host, Route, Routes};

async fn owner(host: &Host) -> Option<String> {
    bed().await.routes.by_domain(host).map(|route: std::sync::Arc<Route>| route.slug.clone())
}

async fn until(host: &Host, slug: &str) -> bool {
    for _ in 0..100 {
        if owner(host).await.as_deref() == Some(slug) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

#[test]
fn a_domain_follows_its_owner_at_commit_and_not_before() {
    run(async {
        let (a, b) = (agency().await, agency().await);
        let name = format!("www.{}.example", a.route.slug);
        let host = Host::parse(&name).expect("a host");
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        sqlx::query("insert into domains (id, tenant_id, host, kind, state, verify_token) values (gen_random_uuid(), $1, $2, 'custom', 'verified', 't')")
            .bind(a.route.tenant)
            .bind(&name)
            .execute(&mut root)
            .await
            .expect("claimed");
        assert!(until(&host, &a.route.slug).await, "heard without a restart");
        let mut tx = sqlx::Connection::begin(&mut root).await.expect("a transaction");
        sqlx::query("update domains set tenant_id = $1 where host = $2")
            .bind(b.route.tenant)
            .bind(&name)
            .execute(&mut *tx)
            .await
            .expect("moved");
        bed().await.routes.reload().await.expect("read");
        assert_eq!(owner(&host).await.as_deref(), Some(a.route.slug.as_str()), "not before the commit");
        tx.commit().await.expect("committed");
        assert!(until(&host, &b.route.slug).await, "after the commit");
    });
}

#[test]
fn a_change_while_the_listener_was_cut_off_is_not_lost() {
    run(async {
        let a = agency().await;
        let name = format!("cut.{}.example", a.route.slug);
        let host = Host::parse(&name).expect("a host");
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        sqlx::query(
            "select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%' and datname = 'central'",
        )
        .execute(&mut root)
        .await
        .expect("cut off");
        sqlx::query("insert into domains (id, tenant_id, host, kind, state, verify_token) values (gen_random_uuid(), $1, $2, 'custom', 'verified', 't')")
            .bind(a.route.tenant)
            .bind(&name)
            .execute(&mut root)
            .await
            .expect("claimed");
        assert!(until(&host, &a.route.slug).await, "the reconnected listener reads everything anew");
    });
}

#[test]
fn what_was_read_earlier_does_not_replace_what_was_read_later() {
    run(async {
        let a = agency().await;
        let routes = Routes::load(bed().await.deployment.central()).await.expect("read");
        let root = superuser().await.database("central");
        for round in 0..40 {
            let mut claims = Vec::new();
            for n in 0..6 {
                let (root, routes, tenant) = (root.clone(), routes.clone(), a.route.tenant);
                let name = format!("n{round}-{n}.{}.example", a.route.slug);
                claims.push(tokio::spawn(async move {
                    let mut root = root.connect().await.expect("superuser");
                    sqlx::query("insert into domains (id, tenant_id, host, kind, state, verify_token) values (gen_random_uuid(), $1, $2, 'custom', 'verified', 't')")
                        .bind(tenant)
                        .bind(&name)
                        .execute(&mut root)
                        .await
                        .expect("claimed");
                    routes.reload().await.expect("read");
                    name
                }));
            }
            for claim in claims {
                let name = claim.await.expect("no panic");
                let host = Host::parse(&name).expect("a host");
                assert!(routes.by_domain(&host).is_some(), "{name} was committed and read, and is gone again");
            }
        }
    });
}

#[test]
fn an_unknown_host_is_unknown_without_a_question() {
    run(async {
        let bed = bed().await;
        let mut root = superuser().await.connect().await.expect("superuser");
        let asked = "select coalesce(sum(xact_commit + xact_rollback), 0)::bigint from pg_stat_database where datname = 'central'";
        let before: i64 = sqlx::query_scalar(asked).fetch_one(&mut root).await.expect("counted");
        for n in 0..10_000 {
            let host = Host::parse(&format!("h{n}.scanner.example")).expect("a host");
            assert!(bed.routes.by_domain(&host).is_none());
        }
        let after: i64 = sqlx::query_scalar(asked).fetch_one(&mut root).await.expect("counted");
        // Other tests run beside this one; ten thousand look-ups would not hide among their statements.
        assert!(after - before < 2_000, "{} transactions", after - before);
    });
}

#[test]
fn who_follows_for_nobody_ends() {
    run(async {
        let routes = Routes::load(bed().await.deployment.central()).await.expect("read");
        let following = tokio::spawn(routes.clone().follow(|_| ()));
        let copy = routes.clone();
        drop(routes);
        tokio::task::yield_now().await;
        assert!(!following.is_finished(), "somebody has a copy");
        drop(copy);
        following.await.expect("it ends, and gives its connection back");
    });
}

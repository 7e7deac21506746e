//! The routing map as one process reads it. What it hears of others is in registry/heard.rs.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use sqlx::ConnectOptions;
use tenancy::testing::{agency, bed, run, superuser};
use tenancy::{Host, Routes};

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

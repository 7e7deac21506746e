//! Connections to agencies' databases: when all are in use, and shared by several processes. D30, D39.

use http::StatusCode;
use nix::sys::signal::Signal;
use sqlx::PgConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tenancy::RegistryOptions;
use tenancy::testing::{house_passwords, run};

use crate::harness::open;
use crate::harness::process::Installation;
use crate::restarts::central;

#[test]
fn a_house_whose_connections_are_all_in_use_says_so_and_goes_on() {
    run(async {
        let house = open(RegistryOptions { max_connections: 2, ..RegistryOptions::default() }).await;
        let (a, b) = (house.agency().await, house.agency().await);
        // Pages that nobody has seen yet: one that is kept needs no connection.
        let db = house.state.house.registry.open(&b.route).await.expect("it opens");
        let held = [db.begin().await.expect("a transaction"), db.begin().await.expect("a transaction")];
        for path in ["/imoveis", "/imoveis?bedrooms=2"] {
            let answer = house.visitor(&a).get(path).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{path}");
        }
        for tx in held {
            tx.rollback().await.expect("rolled back");
        }
        assert_eq!(house.visitor(&a).get("/imoveis").await.status, StatusCode::OK);
    });
}

/// The shares that are written down, from the smallest to the largest.
async fn shares(central: &mut PgConnection) -> Vec<i32> {
    let listed = sqlx::query_scalar("select share from connection_shares order by share").fetch_all(central).await;
    listed.expect("listed")
}

/// Waits until these are they.
async fn come_to(central: &mut PgConnection, expected: &[i32]) {
    let mut found = Vec::new();
    for _ in 0..2_000 {
        found = shares(central).await;
        if found == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{found:?}, not {expected:?}");
}

#[test]
fn a_share_of_a_process_that_was_killed_is_the_others() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let cluster = databases.cluster().expect("it is private");
        let (socket, port) = (cluster.socket_dir().display(), cluster.base_options().get_port());
        let [_, password] = house_passwords().await;
        let url = format!("postgres://central_app:{password}@localhost:{port}/central?host={socket}");
        // Of 250 connections five are for superusers, 77 kept aside, and eight for commands.
        let (mut root, budget, stop) = (central(&databases).await, 168, Arc::new(AtomicBool::new(false)));
        let looking = {
            let (mut central, stop) = (central(&databases).await, stop.clone());
            tokio::spawn(async move {
                let mut most = 0;
                while !stop.load(Ordering::Relaxed) {
                    most = most.max(shares(&mut central).await.iter().sum());
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                most
            })
        };
        let (mut places, mut served) = (Vec::new(), Vec::new());
        for _ in 0..4 {
            let place = Installation::elsewhere(vec![("CENTRAL_DATABASE_URL", url.clone())]).await;
            served.push(place.serve(&["--no-worker"]).await);
            places.push(place);
        }
        come_to(&mut root, &[40; 4]).await;
        // Two of them: one page takes up to five connections of an agency, whose role may have ten in all.
        for one in &served[..2] {
            assert_eq!(one.visit(&at.agencies[0].new.slug, "/").await.expect("an answer").status, 200);
        }
        served.remove(0).kill().await;
        // Who is beside it sees at once that it is gone; from elsewhere it is taken for dead after three beats that did not come.
        come_to(&mut root, &[53, 53, 54]).await;
        let mut leaves = served.remove(0);
        leaves.signal(Signal::SIGTERM);
        assert!(leaves.ended().await.success());
        come_to(&mut root, &[80, 80]).await;
        for one in &served {
            assert_eq!(one.visit(&at.agencies[1].new.slug, "/").await.expect("an answer").status, 200);
        }
        stop.store(true, Ordering::Relaxed);
        let most: i32 = looking.await.expect("no panic");
        assert!((160..=budget).contains(&most), "{most} of {budget}");
        for mut one in served {
            one.signal(Signal::SIGTERM);
            assert!(one.ended().await.success());
        }
        assert!(shares(&mut root).await.is_empty(), "each gives back what it has");
        drop(root);
        databases.close().await.expect("stopped");
    });
}

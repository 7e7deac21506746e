//! Several processes at one server. Each registry here is what a process is there: it has a number and a share of its own. D39.

use sqlx::PgConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tenancy::testing::run;
use tenancy::{OpenError, Registry, RegistryOptions};

use super::apart::Apart;

/// Of 125 connections five are for superusers, and 77 are kept aside.
const MAX_CONNECTIONS: u32 = 125;
const BUDGET: i64 = 43;

/// What all shares come to, and how many there are.
async fn shares(central: &mut PgConnection) -> (i64, i64) {
    sqlx::query_as("select coalesce(sum(share), 0)::bigint, count(*) from connection_shares")
        .fetch_one(central)
        .await
        .expect("counted")
}

/// The most that all shares ever come to, looked at every 5 ms.
async fn most(mut central: PgConnection, stop: Arc<AtomicBool>) -> i64 {
    let mut most = 0;
    while !stop.load(Ordering::Relaxed) {
        most = most.max(shares(&mut central).await.0);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    most
}

/// Waits until these registries may open so many connections.
#[track_caller]
fn come_to<'a>(registries: &'a [&Registry], expected: &'a [usize]) -> impl Future<Output = ()> + 'a {
    let at = std::panic::Location::caller();
    async move {
        let mut found = Vec::new();
        for _ in 0..1_200 {
            found = registries.iter().map(|registry| registry.snapshot().budget).collect();
            // Who gets the odd one depends on numbers that were drawn.
            found.sort_unstable();
            if found == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{found:?}, not {expected:?}, at {at}");
    }
}

#[test]
fn processes_share_a_server_and_never_open_more_than_it_has() {
    run(async {
        let apart = Apart::new("shared", MAX_CONNECTIONS, 2).await;
        let stop = Arc::new(AtomicBool::new(false));
        let looking = tokio::spawn(most(apart.root("central").await, stop.clone()));
        let start = |options| apart.deployment.registry(&apart.routes, options).0;
        let mut central = apart.root("central").await;

        let first = start(RegistryOptions::default());
        come_to(&[&first], &[35]).await;
        let db = first.open(&apart.agencies[0]).await.expect("it opens");
        let second = start(RegistryOptions::default());
        come_to(&[&first, &second], &[17, 18]).await;
        let (third, fourth) = (start(RegistryOptions::default()), start(RegistryOptions::default()));
        come_to(&[&first, &second, &third, &fourth], &[8, 9, 9, 9]).await;
        assert_eq!(shares(&mut central).await, (35, 4));

        // A command finds its share at once, in what nobody serves with.
        let command = start(RegistryOptions::one_by_one());
        command.open(&apart.agencies[0]).await.expect("it opens");
        assert_eq!(command.snapshot().budget, 8);
        assert_eq!(shares(&mut central).await, (BUDGET, 5));
        command.close().await;
        assert_eq!(shares(&mut central).await.1, 4, "what is closed gives its share back");

        // One ends as it should, and one is dropped: it says goodbye by itself.
        second.close().await;
        drop(third);
        come_to(&[&first, &fourth], &[17, 18]).await;
        sqlx::query("select 1").execute(&db).await.expect("it answers");
        stop.store(true, Ordering::Relaxed);
        let most = looking.await.expect("no panic");
        assert!(most <= BUDGET, "{most} of {BUDGET}");
        assert!(most > 35, "{most}: the shares were looked at");
        for registry in [first, fourth] {
            registry.close().await;
        }
        assert_eq!(shares(&mut central).await, (0, 0));
    });
}

#[test]
fn a_share_of_the_dead_is_the_livings() {
    run(async {
        let apart = Apart::new("bequeathed", MAX_CONNECTIONS, 1).await;
        let mut central = apart.root("central").await;
        // A process that has all, as a crash would leave it: nothing of it is there but its row.
        let dead = "insert into connection_shares (server_id, process, is_command, wanted, share)
                    select id, gen_random_uuid(), false, 160, $1 from database_servers";
        sqlx::query(dead).bind(i32::try_from(BUDGET).expect("small")).execute(&mut central).await.expect("written");
        let (registry, _committed) = apart.deployment.registry(&apart.routes, RegistryOptions::default());
        let refused = registry.open(&apart.agencies[0]).await;
        assert!(matches!(refused, Err(OpenError::NoShare)), "{:?}", refused.map(|_| "open"));
        assert_eq!(shares(&mut central).await, (BUDGET, 2), "what it had is not taken from it at once");
        let silent = "update connection_shares set beaten_at = beaten_at - interval '15 seconds' where share > 0";
        sqlx::query(silent).execute(&mut central).await.expect("time has passed");
        come_to(&[&registry], &[35]).await;
        assert_eq!(shares(&mut central).await, (35, 1));
        registry.open(&apart.agencies[0]).await.expect("it opens");
        registry.close().await;
    });
}

#[test]
fn who_has_not_been_heard_of_comes_back_with_what_is_free() {
    run(async {
        let apart = Apart::new("resurrected", MAX_CONNECTIONS, 1).await;
        let mut central = apart.root("central").await;
        let (registry, _committed) = apart.deployment.registry(&apart.routes, RegistryOptions::default());
        come_to(&[&registry], &[35]).await;
        // Others have taken it for dead, and all of its share.
        sqlx::query("update connection_shares set process = gen_random_uuid(), share = 43")
            .execute(&mut central)
            .await
            .expect("taken");
        sqlx::query("select pg_notify('share', '')").execute(&mut central).await.expect("told");
        come_to(&[&registry], &[0]).await;
        assert_eq!(shares(&mut central).await, (BUDGET, 2));
        registry.close().await;
    });
}

#[test]
fn without_the_central_database_the_last_share_stays() {
    run(async {
        let apart = Apart::new("cut-off", MAX_CONNECTIONS, 1).await;
        let (registry, _committed) = apart.deployment.registry(&apart.routes, RegistryOptions::default());
        come_to(&[&registry], &[35]).await;
        let mut root = apart.root("postgres").await;
        for sql in [
            "alter database central allow_connections false",
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'central'",
        ] {
            sqlx::query(sql).execute(&mut root).await.expect("cut");
        }
        let db = registry.open(&apart.agencies[0]).await.expect("agencies are open");
        // Longer than between two beats.
        for _ in 0..60 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            sqlx::query("select 1").execute(&db).await.expect("and stay so");
            assert_eq!(registry.snapshot().budget, 35);
        }
        sqlx::query("alter database central allow_connections true").execute(&mut root).await.expect("mended");
        registry.close().await;
    });
}

//! Requests that are cut short: whatever they leave, the next one finds nothing of it.

use futures::TryStreamExt as _;
use sqlx::ConnectOptions as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tenancy::testing::{agency, bed, run, superuser};
use tenancy::{RegistryOptions, TenantDb};

/// Xorshift: the same throws for the same seed, which is printed.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let given = std::env::var("SOBRADO_TEST_SEED").ok().and_then(|text| text.parse().ok());
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| u64::from(since.subsec_nanos()));
        let seed = given.unwrap_or_else(now);
        println!("SOBRADO_TEST_SEED={seed}");
        Self(seed | 1)
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// One of the things that a request may be in the middle of. It never comes to a commit.
async fn begin_something(db: &TenantDb, what: u64) -> Result<(), tenancy::DatabaseError> {
    match what {
        0 => {
            let rows = sqlx::query_scalar::<_, i32>("select generate_series(1, 20000)").fetch(db);
            let mut rows = std::pin::pin!(rows);
            while rows.try_next().await?.is_some_and(|n| n < 500) {}
            // The rest of them is left.
        }
        1 => {
            sqlx::query("select pg_sleep(0.02)").execute(db).await?;
        }
        2 | 3 => {
            let mut tx = db.begin().await?;
            sqlx::query("update store_settings set about = 'left behind'").execute(&mut tx).await?;
            sqlx::query("select pg_sleep(0.005)").execute(&mut tx).await?;
            if what == 3 {
                sqlx::query("select 1/0").execute(&mut tx).await?;
            }
            // Neither committed nor rolled back.
        }
        4 => {
            sqlx::query("select 1/0").execute(db).await?;
        }
        _ => {
            let mut tx = db.begin().await?;
            sqlx::query("set local statement_timeout = 1").execute(&mut tx).await?;
            sqlx::query("select pg_sleep(1)").execute(&mut tx).await?;
        }
    }
    Ok(())
}

#[test]
fn a_request_that_is_cut_short_anywhere_leaves_nothing_to_the_next() {
    run(async {
        let mut dice = Dice::new();
        let options = RegistryOptions {
            max_connections_per_tenant: 2,
            acquire_timeout: Duration::from_secs(30),
            ..RegistryOptions::default()
        };
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, options);
        let a = agency().await;
        let db = registry.open(&a.route).await.expect("it opens");
        let (mut cut, mut ended) = (0, 0);
        for round in 0..400_i32 {
            let (what, after) = (dice.roll(6), Duration::from_micros(dice.roll(12_000)));
            match tokio::time::timeout(after, begin_something(&db, what)).await {
                Err(_) => cut += 1,
                Ok(_) => ended += 1,
            }
            // An answer of before would be another number; a transaction of before would refuse, or show what it wrote.
            let asked = (0..3).map(|n| {
                sqlx::query_as::<_, (i32, bool, String, i64)>(
                    "select $1, pg_current_xact_id_if_assigned() is null, current_setting('transaction_read_only'),
                            (select count(*) from store_settings where about = 'left behind')",
                )
                .bind(round * 3 + n)
                .fetch_one(&db)
            });
            for (n, answer) in (0..).zip(futures::future::try_join_all(asked).await.expect("served")) {
                assert_eq!(answer, (round * 3 + n, true, "on".to_owned(), 0), "round {round}, after {what}");
            }
        }
        println!("{cut} were cut short, {ended} ended by themselves; {:?}", registry.snapshot());
        assert!(cut > 50 && ended > 50, "{cut} and {ended}");
        registry.close().await;
        assert_eq!(registry.snapshot().connections, 0);
        let mut root = superuser().await.connect().await.expect("superuser");
        for _ in 0..100 {
            let open: i64 = sqlx::query_scalar(
                "select count(*) from pg_stat_activity where usename = $1 and state like 'idle in transaction%'",
            )
            .bind(&a.route.placement.role_name)
            .fetch_one(&mut root)
            .await
            .expect("counted");
            if open == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("a transaction is still open");
    });
}

#[test]
fn a_refused_statement_and_a_dropped_transaction_cost_no_connection() {
    run(async {
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
        let a = agency().await;
        let db = registry.open(&a.route).await.expect("it opens");
        for _ in 0..20 {
            assert!(sqlx::query("select 1/0").execute(&db).await.is_err());
            let mut tx = db.begin().await.expect("a transaction");
            assert!(sqlx::query("select 1/0").execute(&mut tx).await.is_err());
            drop(tx);
        }
        while registry.snapshot().in_use > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let snapshot = registry.snapshot();
        assert!(snapshot.connected <= 5, "{snapshot:?}: they are brought to rest and used again");
        registry.close().await;
    });
}

#[test]
fn the_rest_of_an_abandoned_statement_counts_until_its_backend_has_ended_it() {
    run(async {
        let options = RegistryOptions { max_connections_per_tenant: 1, ..RegistryOptions::default() };
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, options);
        let a = agency().await;
        let db = registry.open(&a.route).await.expect("it opens");
        let abandoned = sqlx::query("select pg_sleep(1)").execute(&db);
        assert!(tokio::time::timeout(Duration::from_millis(100), abandoned).await.is_err());
        assert_eq!(registry.snapshot().in_use, 1, "its backend works on");
        let mut root = superuser().await.connect().await.expect("superuser");
        let count = "select count(*) from pg_stat_activity where usename = $1 and query like 'select pg_sleep(1)%'";
        // Served as soon as it has ended, by another connection.
        sqlx::query("select 2").execute(&db).await.expect("served");
        let left: i64 =
            sqlx::query_scalar(count).bind(&a.route.placement.role_name).fetch_one(&mut root).await.expect("counted");
        assert_eq!((left, registry.snapshot().connected), (0, 2));
        registry.close().await;
    });
}

#[test]
fn a_first_look_that_nobody_waits_for_any_more_leaves_nothing_behind() {
    run(async {
        let (registry, _committed) = bed().await.deployment.registry(&bed().await.routes, RegistryOptions::default());
        // Its share comes first.
        registry.open(&agency().await.route).await.expect("it opens");
        let a = agency().await;
        let look = tokio::time::timeout(Duration::from_micros(100), registry.open(&a.route)).await;
        assert!(look.is_err(), "whoever has asked has gone");
        while registry.snapshot().in_use > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(registry.snapshot().opened, 2, "the look went on by itself");
        registry.open(&a.route).await.expect("and is good for the next");
        assert_eq!((registry.snapshot().opened, registry.snapshot().connected), (2, 2));
        registry.close().await;
    });
}

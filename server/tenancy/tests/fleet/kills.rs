//! A runner that is killed at any moment, over and over: whatever it had in hand is done or not begun. FLT-08.

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tenancy::provision::fleet::FleetOptions;
use tenancy::testing::{Agency, bed, run, superuser};

use super::{
    alone, assert_serves, begin_child, central, child_log, everybody, forget_templates, held_locks, migrate,
    next_version, once, ran_once, with,
};

/// How often it is killed: a hundredth of a long run, and never fewer than twenty.
fn kills() -> usize {
    if std::env::var("SOBRADO_SOAK").is_ok_and(|value| value == "1") { 100 } else { 20 }
}

/// Pauses of less than this many milliseconds, the same for the same seed, which is printed.
fn pauses(below: u64) -> impl Iterator<Item = Duration> {
    let given = std::env::var("SOBRADO_TEST_SEED").ok().and_then(|text| text.parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| u64::from(since.subsec_nanos()));
    let mut state = given.unwrap_or_else(now);
    println!("SOBRADO_TEST_SEED={state}");
    std::iter::from_fn(move || {
        // Knuth's MMIX constants; the upper half is what is even enough.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(Duration::from_millis((state >> 33) % below))
    })
}

/// Sessions of the runner that are inside the file: in the template and its rehearsal too, or in agencies' databases alone.
const INSIDE: &str = "select count(*) from pg_stat_activity
    where application_name = 'sobrado/migrator' and query like '%pg_sleep%' and state = 'active' and datname like $1";
const ANYWHERE: &str = "%";
const AN_AGENCY: &str = "t\\_%";

/// Kills it inside the file, somewhere. Says whether it had not come to its end before.
async fn killed((version, sql): (i64, &str), inside: &str, pause: Duration) -> bool {
    let mut root = central().await;
    let mut runner = begin_child(version, 0, sql).await;
    while runner.try_wait().expect("ours").is_none() {
        if sqlx::query_scalar::<_, i64>(INSIDE).bind(inside).fetch_one(&mut root).await.expect("counted") > 0 {
            tokio::time::sleep(pause).await;
            runner.kill().await.expect("killed");
            return !runner.wait().await.expect("ours").success();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let ended = runner.wait().await.expect("ours");
    let said = std::fs::read_to_string(child_log().await).unwrap_or_default();
    assert!(ended.success(), "nobody has killed it: {ended}\n{said}");
    false
}

/// Whether an agency has all of a file: what it made, and that it was applied. Half of it is never there.
async fn has(a: &Agency, version: i64) -> bool {
    let mut inside = superuser().await.database(&a.route.placement.db_name).connect().await.expect("superuser");
    let made = format!(
        "select exists (select from pg_class where relname = 'once_{version}'),
            exists (select from _sqlx_migrations where version = {version} and success)"
    );
    let (made, noted): (bool, bool) = sqlx::query_as(AssertSqlSafe(made)).fetch_one(&mut inside).await.expect("asked");
    inside.close().await.expect("closed");
    assert_eq!(made, noted, "{}", a.route.slug);
    made
}

#[test]
fn a_runner_that_is_killed_twenty_times_leaves_nothing_half_done() {
    run(async {
        let _alone = alone().await;
        let all = everybody().await;
        let (mut kill, mut half_way, mut versions) = (0, 0, Vec::new());
        let mut pauses = pauses(300);
        while kill < kills() {
            let version = next_version();
            let sql = format!("select pg_sleep(0.1); {}", once(version));
            versions.push(version);
            while kill < kills() {
                let inside = if kill % 4 == 0 { ANYWHERE } else { AN_AGENCY };
                if !killed((version, &sql), inside, pauses.next().expect("without an end")).await {
                    break;
                }
                kill += 1;
                let mut done = 0;
                for a in all {
                    done += usize::from(has(a, version).await);
                    // On the schema of before or on the new one.
                    assert_serves(&a.db).await;
                }
                half_way += usize::from(done > 0 && done < all.len());
            }
            // Whoever comes next finishes it.
            let provisioner = bed().await.deployment.provisioner().of_history(with(version, &sql));
            let fleet = migrate(&provisioner, FleetOptions::default()).await;
            assert!(fleet.agencies.iter().all(|(_, outcome)| *outcome == Ok(version)), "{fleet:?}");
            ran_once(all, version).await;
            // The next file is not this one's successor.
            forget_templates().await;
        }
        println!("{kill} times killed, {half_way} of them between two agencies, in {} files", versions.len());
        assert!(half_way > kill / 4, "it was hardly ever killed when some were done and others not");
        assert_eq!(held_locks().await, 0);
    });
}

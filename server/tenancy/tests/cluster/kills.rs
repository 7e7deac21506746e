//! Kills of the process and of PostgreSQL, in any order.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, Row};
use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tenancy::cluster::{Closed, Cluster};

use crate::{connect, folder, open, setting};

/// Makes this test binary the process that is killed; holds its DATA_DIR.
const CHILD: &str = "SOBRADO_TEST_CLUSTER_CHILD";
/// The first id it writes.
const FIRST_ID: &str = "SOBRADO_TEST_FIRST_ID";

/// A child that does not outlive its test.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Not a test: the process that the next one kills. Opens the cluster, writes, and prints each acknowledged id.
#[tokio::test]
async fn child_that_writes() {
    let Some(data_dir) = std::env::var_os(CHILD) else { return };
    let first: u64 = std::env::var(FIRST_ID).expect("a first id").parse().expect("a number");
    let cluster = open(Path::new(&data_dir)).await;
    let mut db = connect(&cluster.superuser()).await;
    db.execute("create table if not exists written (id bigint not null)").await.expect("a table");
    say(&format!("ready {}", cluster.pid()));
    let next = Arc::new(AtomicU64::new(first));
    let writers = (0..3).map(|_| tokio::spawn(write(cluster.superuser(), Arc::clone(&next))));
    for writer in writers.collect::<Vec<_>>() {
        let _ = writer.await;
    }
    // PostgreSQL is gone. Wait to be killed as well, without the goodbye of a `Drop`.
    std::future::pending::<()>().await;
}

async fn write(options: PgConnectOptions, next: Arc<AtomicU64>) {
    let mut db = connect(&options).await;
    loop {
        let id = next.fetch_add(1, Ordering::Relaxed);
        let inserted =
            sqlx::query("insert into written (id) values ($1)").bind(id.cast_signed()).execute(&mut db).await;
        if inserted.is_err() {
            return;
        }
        say(&format!("ack {id}"));
    }
}

/// One line in one write, past the harness's capture.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n{line}\n").as_bytes()).and_then(|()| out.flush()).expect("the parent listens");
}

struct Writer {
    process: Killed,
    postmaster: u32,
    acknowledged: JoinHandle<Vec<i64>>,
}

impl Writer {
    fn start(data_dir: &Path, first: u64) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this binary"));
        command.args(["--exact", "kills::child_that_writes", "--nocapture"]);
        command.env(CHILD, data_dir).env(FIRST_ID, first.to_string());
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().expect("this binary runs");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines().map_while(Result::ok);
        let process = Killed(child);
        let ready =
            lines.find_map(|line| line.strip_prefix("ready ").map(str::to_owned)).expect("the child gets ready");
        let acknowledged = std::thread::spawn(move || {
            lines.filter_map(|line| line.strip_prefix("ack ")?.parse().ok()).collect::<Vec<i64>>()
        });
        Self { process, postmaster: ready.parse().expect("a pid"), acknowledged }
    }

    fn kill_process(&mut self) {
        self.process.0.kill().expect("it lives");
        self.process.0.wait().expect("it is ours");
    }

    fn kill_postgres(&self) {
        kill_all(self.postmaster);
    }
}

/// Kills a postmaster and everything that it has started.
pub(crate) fn kill_all(postmaster: u32) {
    let children = children_of(postmaster);
    for pid in std::iter::once(postmaster).chain(children) {
        // A child may have gone with its parent.
        let _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
    }
}

fn children_of(parent: u32) -> Vec<u32> {
    let processes =
        fs::read_dir("/proc").expect("/proc").filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let is_child = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        after_name.split(' ').nth(1) == Some(parent.to_string().as_str())
    };
    processes.filter(is_child).collect()
}

/// Splitmix64: the same kills for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

fn seed() -> u64 {
    let given = std::env::var("SOBRADO_TEST_SEED").ok().and_then(|text| text.parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| u64::from(since.subsec_nanos()));
    given.unwrap_or_else(now)
}

#[tokio::test]
async fn twenty_kills_lose_no_acknowledged_write() {
    let seed = seed();
    println!("SOBRADO_TEST_SEED={seed}");
    let mut dice = Dice(seed);
    let folder = folder();
    let mut acknowledged: Vec<i64> = Vec::new();
    let started = Instant::now();
    for round in 0..20_u64 {
        let mut writer = Writer::start(folder.path(), (round + 1) * 1_000_000);
        tokio::time::sleep(Duration::from_millis(20 + dice.below(280))).await;
        let kind = dice.below(3);
        match kind {
            0 => {
                writer.kill_process();
                writer.kill_postgres();
            }
            1 => {
                writer.kill_postgres();
                writer.kill_process();
            }
            // PostgreSQL lives on, and the next one takes it over.
            _ => writer.kill_process(),
        }
        let postmaster = writer.postmaster;
        let new = writer.acknowledged.join().expect("the reader ends with the pipe");
        acknowledged.extend(new);
        let cluster = open(folder.path()).await;
        assert_eq!(cluster.pid() == postmaster, kind == 2, "round {round}, seed {seed}");
        let lost = lost(&cluster, &acknowledged).await;
        assert!(lost.is_empty(), "round {round}, seed {seed}: not there exactly once: {lost:?}");
        assert_eq!(cluster.close().await.expect("it stops"), Closed::Stopped);
    }
    assert!(acknowledged.len() >= 20, "the writers wrote only {} rows, seed {seed}", acknowledged.len());
    println!("{} acknowledged rows, all there, {:.1?}", acknowledged.len(), started.elapsed());
}

/// The acknowledged ids that are not there exactly once.
async fn lost(cluster: &Cluster, acknowledged: &[i64]) -> Vec<i64> {
    let mut db = connect(&cluster.superuser()).await;
    let rows = sqlx::query("select id, count(*) as n from written group by id").fetch_all(&mut db).await.expect("rows");
    db.close().await.expect("a goodbye");
    let counts: HashMap<i64, i64> = rows.iter().map(|row| (row.get("id"), row.get("n"))).collect();
    acknowledged.iter().filter(|id| counts.get(id) != Some(&1)).copied().collect()
}

/// FLT-34: twenty agencies, in the long run the two hundred that the catalogue names; it prints how long the recovery took.
#[tokio::test]
async fn a_crash_with_many_agencies_is_soon_over() {
    let agencies = if std::env::var("SOBRADO_SOAK").is_ok_and(|value| value == "1") { 200 } else { 20 };
    let folder = folder();
    let cluster = open(folder.path()).await;
    let mut db = connect(&cluster.superuser()).await;
    for n in 0..agencies {
        let create = format!("create database t_{n} template template0 strategy wal_log");
        db.execute(sqlx::AssertSqlSafe(create)).await.expect("a database");
    }
    // Agencies are there for long before a crash: what they were made of is on the disk.
    db.execute("checkpoint").await.expect("on the disk");
    db.execute("create table written as select n from generate_series(1, 10000) n").await.expect("written");
    kill_all(cluster.pid());
    let began = Instant::now();
    let again = open(folder.path()).await;
    let took = began.elapsed();
    println!("FLT-34: {agencies} agencies recovered in {took:.1?}; the catalogue wants 200 in 10 s");
    let mut db = connect(&again.superuser()).await;
    for (name, value) in [("recovery_init_sync_method", "syncfs"), ("fsync", "on"), ("full_page_writes", "on")] {
        assert_eq!(setting(&mut db, name).await, value, "{name}");
    }
    let count = "select count(*) from pg_database where datname like 't\\_%'";
    let there: i64 = sqlx::query_scalar(count).fetch_one(&mut db).await.expect("counted");
    let rows: i64 = sqlx::query_scalar("select count(*) from written").fetch_one(&mut db).await.expect("counted");
    assert_eq!((there, rows), (agencies, 10_000));
    assert!(took < Duration::from_secs(100), "{took:?}");
    drop(cluster);
    again.close().await.expect("it stops");
}

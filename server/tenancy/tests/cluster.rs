//! The private cluster with a real PostgreSQL: started, joined, stopped, killed.
#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid, User};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor, Row};
use std::collections::HashMap;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use tenancy::cluster::{Closed, Cluster, ClusterError, ClusterOptions, ServeLock};

/// Makes this test binary the process that is killed; holds its DATA_DIR.
const CHILD: &str = "SOBRADO_TEST_CLUSTER_CHILD";
/// The first id it writes.
const FIRST_ID: &str = "SOBRADO_TEST_FIRST_ID";

/// A throw-away DATA_DIR that the OS user `postgres` can reach when the tests run as root.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).expect("its mode");
    folder
}

fn small(data_dir: &Path) -> ClusterOptions {
    with(data_dir, "shared_buffers", "32MB")
}

fn with(data_dir: &Path, name: &str, value: &str) -> ClusterOptions {
    ClusterOptions { data_dir: data_dir.to_owned(), settings: vec![(name.to_owned(), value.to_owned())] }
}

async fn open(data_dir: &Path) -> Cluster {
    Cluster::open(small(data_dir)).await.expect("the cluster opens")
}

async fn connect(options: &PgConnectOptions) -> PgConnection {
    PgConnection::connect_with(options).await.expect("a connection")
}

async fn setting(db: &mut PgConnection, name: &str) -> String {
    sqlx::query_scalar("select current_setting($1)").bind(name).fetch_one(db).await.expect("a setting")
}

/// Lives, and is no zombie.
fn is_alive(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test]
async fn it_starts_durable_and_stops() {
    let folder = folder();
    let cluster = open(folder.path()).await;
    let mut db = connect(&cluster.superuser()).await;
    let wanted = [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("recovery_init_sync_method", "syncfs"),
        ("data_checksums", "on"),
        ("password_encryption", "scram-sha-256"),
        ("listen_addresses", ""),
        ("max_connections", "200"),
        ("superuser_reserved_connections", "5"),
        ("shared_buffers", "32MB"),
        ("idle_in_transaction_session_timeout", "30s"),
        ("jit", "off"),
        ("TimeZone", "UTC"),
        ("server_encoding", "UTF8"),
        ("unix_socket_permissions", "0770"),
    ];
    for (name, value) in wanted {
        assert_eq!(setting(&mut db, name).await, value, "{name}");
    }
    let collation = "select datcollate from pg_database where datname = 'template1'";
    let collation: String = sqlx::query_scalar(collation).fetch_one(&mut db).await.expect("a locale");
    assert!(["C.UTF-8", "C"].contains(&collation.as_str()), "{collation}");
    db.close().await.expect("a goodbye");

    let data_dir = folder.path().canonicalize().expect("it exists");
    assert_eq!(cluster.data_directory(), data_dir.join("postgres"));
    assert_eq!(cluster.note(), None);
    assert!(data_dir.join("log/postgres.log").exists());
    let mode = fs::metadata(cluster.socket_dir()).expect("the socket's folder").permissions().mode();
    assert_eq!(mode & 0o777, 0o770);
    let (pid, socket_dir) = (cluster.pid(), cluster.socket_dir().to_owned());
    assert_eq!(cluster.close().await.expect("it stops"), Closed::Stopped);
    // It has let go of everything; the kernel may need a moment to let go of it.
    for _ in 0..50 {
        if !is_alive(pid) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!is_alive(pid));
    assert!(!socket_dir.exists());
}

#[tokio::test]
async fn only_the_last_close_stops_it() {
    let folder = folder();
    // All at once: one makes and starts it, the others join.
    let (first, second, third) = tokio::join!(open(folder.path()), open(folder.path()), open(folder.path()));
    assert_eq!(first.pid(), second.pid());
    assert_eq!(first.pid(), third.pid());
    assert_eq!(first.close().await.expect("it leaves"), Closed::StillUsed);
    assert_eq!(third.close().await.expect("it leaves"), Closed::StillUsed);
    connect(&second.superuser()).await.close().await.expect("it still answers");
    let pid = second.pid();
    drop(second);
    assert!(!is_alive(pid), "dropping the last one stops it too");

    let again = open(folder.path()).await;
    assert_ne!(again.pid(), pid);
    assert_eq!(again.close().await.expect("it stops"), Closed::Stopped);
}

const HBA: [&str; 4] = [
    "local all postgres peer map=sobrado",
    "local all migrator,provisioner scram-sha-256",
    "local central central_app scram-sha-256",
    "local sameuser +tenant_roles scram-sha-256",
];

const ROLES: &str = "
    create role tenant_roles nologin;
    create role t_a login password 'a-secret' in role tenant_roles;
    create role t_b login password 'b-secret' in role tenant_roles;
    create role central_app login password 'c-secret';
    create role migrator login superuser password 'm-secret';
    create role stranger login superuser password 's-secret';
";

#[tokio::test]
async fn a_role_reaches_its_own_database_and_no_other() {
    let folder = folder();
    let cluster = open(folder.path()).await;
    let hba = fs::read_to_string(cluster.data_directory().join("pg_hba.conf")).expect("pg_hba.conf");
    let lines: Vec<&str> = hba.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines, HBA);

    let mut db = connect(&cluster.superuser()).await;
    db.execute(ROLES).await.expect("roles");
    for statement in
        ["create database t_a", "create database t_b", "create database central", "create database stranger"]
    {
        db.execute(statement).await.expect("a database");
    }
    db.close().await.expect("a goodbye");

    let base = cluster.base_options();
    let attempt = async |role: &str, password: &str, database: &str| {
        let options = base.clone().username(role).password(password).database(database);
        match PgConnection::connect_with(&options).await {
            Ok(connection) => connection.close().await.map(|()| String::from("in")).expect("a goodbye"),
            Err(sqlx::Error::Database(error)) => error.code().unwrap_or_default().into_owned(),
            Err(other) => panic!("{other}"),
        }
    };
    let no_line = "28000";
    let wrong_password = "28P01";
    assert_eq!(attempt("t_a", "a-secret", "t_a").await, "in");
    assert_eq!(attempt("t_a", "b-secret", "t_a").await, wrong_password);
    assert_eq!(attempt("t_a", "a-secret", "t_b").await, no_line);
    assert_eq!(attempt("t_a", "a-secret", "central").await, no_line);
    assert_eq!(attempt("t_a", "a-secret", "postgres").await, no_line);
    assert_eq!(attempt("central_app", "c-secret", "central").await, "in");
    assert_eq!(attempt("central_app", "c-secret", "t_a").await, no_line);
    assert_eq!(attempt("migrator", "m-secret", "t_b").await, "in");
    assert_eq!(attempt("stranger", "s-secret", "stranger").await, no_line);
    assert_eq!(attempt("nobody_knows", "x", "t_a").await, no_line);
    cluster.close().await.expect("it stops");
}

#[test]
fn a_second_serve_is_refused_by_name() {
    let folder = folder();
    let first = ServeLock::take(folder.path()).expect("the first one serves");
    let refused = ServeLock::take(folder.path()).expect_err("the second one does not").to_string();
    assert!(refused.contains(&format!("the process with pid {} already serves", std::process::id())), "{refused}");
    drop(first);
    ServeLock::take(folder.path()).expect("the place is free again");
}

#[tokio::test]
async fn a_stale_pid_file_fools_nobody() {
    let folder = folder();
    let cluster = open(folder.path()).await;
    let (data_directory, socket_dir) = (cluster.data_directory().to_owned(), cluster.socket_dir().to_owned());
    let pid_file = data_directory.join("postmaster.pid");
    let text = fs::read_to_string(&pid_file).expect("the pid file of a running server");
    let old = cluster.pid().to_string();
    cluster.close().await.expect("it stops");

    // The pid now belongs to another program of the user that PostgreSQL runs as: PostgreSQL itself would refuse.
    let mut stranger = stranger();
    let new = stranger.0.id().to_string();
    fs::write(&pid_file, text.replacen(&old, &new, 1)).expect("a stale pid file");
    let cluster = open(folder.path()).await;
    assert_ne!(cluster.pid(), stranger.0.id());
    assert_eq!(cluster.socket_dir(), socket_dir);
    connect(&cluster.superuser()).await.close().await.expect("it answers");
    cluster.close().await.expect("it stops");
    assert!(stranger.0.try_wait().expect("its state").is_none(), "nobody signalled the stranger");
}

/// `sleep`, as the user that PostgreSQL runs as.
fn stranger() -> Killed {
    let mut command = Command::new("sleep");
    command.arg("300");
    if Uid::effective().is_root() {
        let user = User::from_name("postgres").expect("the list of users").expect("the user postgres");
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    Killed(command.spawn().expect("sleep runs"))
}

#[tokio::test]
async fn backends_of_a_dead_server_are_waited_for() {
    let folder = folder();
    let cluster = open(folder.path()).await;
    let mut db = connect(&cluster.superuser()).await;
    // Computes without ever looking whether its server lives.
    let busy = "do $$ declare until timestamptz := clock_timestamp() + interval '3 s';
                begin while clock_timestamp() < until loop end loop; end $$";
    let busy = tokio::spawn(async move { db.execute(busy).await.is_ok() });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let pid = cluster.pid();
    kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL).expect("it runs");
    // The first one is still open, as in a `serve` whose PostgreSQL died; it must not miss the new one when it closes.
    let again = open(folder.path()).await;
    assert_ne!(again.pid(), pid);
    assert!(busy.await.is_ok(), "the old backend came to its end");
    let log = fs::read_to_string(folder.path().join("log/postgres.log")).expect("the log");
    assert!(log.contains("pre-existing shared memory block"), "the start met the old backend");
    assert_eq!(again.close().await.expect("it leaves"), Closed::StillUsed);
    assert_eq!(cluster.close().await.expect("it stops"), Closed::Stopped);
}

#[tokio::test]
async fn what_an_interrupted_initdb_left_is_swept_away() {
    let folder = folder();
    let half = folder.path().join("postgres.half-1-1");
    fs::create_dir(&half).expect("a half cluster");
    fs::write(half.join("PG_VERSION"), "15\n").expect("a file in it");
    let cluster = open(folder.path()).await;
    assert!(!half.exists());
    cluster.close().await.expect("it stops");
}

#[tokio::test]
async fn a_folder_that_is_no_cluster_is_left_alone() {
    let folder = folder();
    let taken = folder.path().join("postgres");
    fs::create_dir(&taken).expect("a folder");
    fs::write(taken.join("thesis.txt"), "do not delete").expect("a file in it");
    let error = Cluster::open(small(folder.path())).await.expect_err("it is no cluster");
    assert!(matches!(error, ClusterError::NotACluster { .. }), "{error}");
    assert!(taken.join("thesis.txt").exists());
}

#[tokio::test]
async fn a_failed_start_shows_the_log_and_leaves_nothing_running() {
    let folder = folder();
    let error = Cluster::open(with(folder.path(), "work_mem", "banana")).await.expect_err("no memory is a banana");
    assert!(matches!(&error, ClusterError::Ended { tail, .. } if tail.contains("banana")), "{error}");
    let error = Cluster::open(with(folder.path(), "listen_addresses", "*")).await.expect_err("the socket only");
    assert!(matches!(error, ClusterError::Setting { .. }), "{error}");
    open(folder.path()).await.close().await.expect("the next start is sound");
}

#[tokio::test]
async fn a_cluster_of_another_version_is_not_touched() {
    let folder = folder();
    open(folder.path()).await.close().await.expect("it stops");
    let version = folder.path().join("postgres/PG_VERSION");
    let ours = fs::read_to_string(&version).expect("PG_VERSION");
    fs::write(&version, "9\n").expect("another version");
    let error = Cluster::open(small(folder.path())).await.expect_err("nobody has version 9");
    assert!(matches!(error, ClusterError::OtherVersion { cluster: 9, .. }), "{error}");
    fs::write(&version, ours).expect("the right version");
    open(folder.path()).await.close().await.expect("it is sound");
}

/// Removes the cluster that lies outside of the throw-away folder.
struct Elsewhere(PathBuf);

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn where_postgres_cannot_reach_the_cluster_lies_elsewhere() {
    let folder = folder();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).expect("a closed folder");
    let data_dir = folder.path().join("data");
    let cluster = open(&data_dir).await;
    if !Uid::effective().is_root() {
        assert_eq!(cluster.note(), None, "our own folder is open to us");
        cluster.close().await.expect("it stops");
        return;
    }
    let place = Elsewhere(cluster.data_directory().to_owned());
    assert!(place.0.starts_with("/var/lib/sobrado"));
    let note = cluster.note().expect("it says where").to_owned();
    assert!(note.contains(&place.0.display().to_string()), "{note}");
    cluster.close().await.expect("it stops");

    // It stays there once it is there, and a moved DATA_DIR says so instead of starting empty.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).expect("an open folder");
    let again = open(&data_dir).await;
    assert_eq!(again.data_directory(), place.0);
    again.close().await.expect("it stops");
    let moved = folder.path().join("moved");
    fs::rename(&data_dir, &moved).expect("a move");
    let error = Cluster::open(small(&moved)).await.expect_err("its cluster is not here");
    assert!(matches!(error, ClusterError::Moved { .. }), "{error}");
}

// What follows is killed.

/// A child that does not outlive its test.
struct Killed(Child);

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
        command.args(["--exact", "child_that_writes", "--nocapture"]);
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
fn kill_all(postmaster: u32) {
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

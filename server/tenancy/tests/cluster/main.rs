//! The private cluster with a real PostgreSQL: started, joined, stopped, killed.
#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "a test looks behind the scenes")]

mod kills;

use kills::Killed;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid, User};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use tenancy::cluster::{Closed, Cluster, ClusterError, ClusterOptions, ServeLock};

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
        ("max_connections", "250"),
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

//! From a folder to a server that accepts connections: join the one that runs, or start it.

use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{Connection, Error};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::{Duration, Instant};

use super::binaries::Binaries;
use super::error::{ClusterError, failed};
use super::layout::{Layout, make_folder};
use super::process::{self, Postmaster};
use super::{initdb, settings, socket};

/// How long a server may take to accept connections, and one that says it is starting: after a crash, what a thousand
/// databases wrote is brought to the disk before anybody is let in.
const READY: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(900));

/// How often who waits for a recovery is told of it.
const TOLD: Duration = Duration::from_secs(10);

/// How long the backends of a server that died may hold its shared memory.
const OLD_BACKENDS: Duration = Duration::from_secs(20);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// A server that has answered.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) postmaster: Postmaster,
    pub(super) socket_dir: PathBuf,
}

/// How to reach the server in `socket_dir`, without a role yet; nothing of the `PG*` environment is in it but
/// `PGOPTIONS`, which sqlx does not let go of.
pub(super) fn base_options(socket_dir: &Path) -> PgConnectOptions {
    let options = PgConnectOptions::new_without_pgpass().socket(socket_dir).port(socket::PORT);
    options.ssl_mode(PgSslMode::Disable).application_name("sobrado")
}

/// The way in for us: the kernel says who we are, pg_ident.conf that we may be `postgres`.
pub(super) fn superuser(socket_dir: &Path) -> PgConnectOptions {
    base_options(socket_dir).username("postgres").database("postgres")
}

/// Waits for a server that runs already, also for one whose starter was killed. `None` when there is none, or when it
/// ends while we wait.
pub(super) async fn join(layout: &Layout) -> Result<Option<Running>, ClusterError> {
    let mut patience = Patience::new(Instant::now());
    while let Some(found) = Postmaster::find(layout)? {
        if let (true, Some(socket_dir)) = (found.is_ready, found.socket_dir)
            && answers(layout, &found.postmaster, &socket_dir).await?
        {
            return Ok(Some(Running { postmaster: found.postmaster, socket_dir }));
        }
        if !patience.lasts(found.is_starting, Instant::now()) {
            return Err(slow(layout, &found.postmaster, (0, patience.waited())));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(None)
}

/// Makes the cluster if there is none, writes its files and starts it.
pub(super) async fn start(layout: &Layout, extra: &[(String, String)]) -> Result<Running, ClusterError> {
    let version = layout.version()?;
    let binaries = Binaries::find(version.map(|major| (layout.cluster.as_path(), major)))?;
    if version.is_none() {
        initdb::create(layout, &binaries).await?;
        tracing::info!(path = %layout.cluster.display(), version = binaries.major, "made a PostgreSQL cluster");
    }
    layout.check_owner()?;
    let socket_dir = socket::ready_folder(layout)?;
    settings::write(layout, &socket_dir, extra)?;
    process::remove_stale_locks(layout, &socket::file(&socket_dir))?;
    let started = Instant::now();
    loop {
        match launch(layout, &binaries, &socket_dir).await {
            Err(ClusterError::OldBackends { .. }) if started.elapsed() < OLD_BACKENDS => {
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            launched => return launched.map(|postmaster| Running { postmaster, socket_dir }),
        }
    }
}

/// One attempt: spawns the postmaster and waits until it answers. A start that fails or is cancelled leaves nothing
/// running, but for a server that is merely slow.
async fn launch(layout: &Layout, binaries: &Binaries, socket_dir: &Path) -> Result<Postmaster, ClusterError> {
    let (log, log_from) = open_log(layout)?;
    let (pid, exit) = spawn(layout, binaries, log)?;
    let mut patience = Patience::new(Instant::now());
    let mut guard = Guard(Some(Postmaster::new(pid, layout)));
    loop {
        if exit.get().is_some() {
            guard.0 = None;
            return Err(ended(layout, log_from));
        }
        let found = Postmaster::find(layout)?.filter(|found| found.postmaster.pid == pid);
        let is_starting = found.as_ref().is_some_and(|found| found.is_starting);
        if let Some(found) = found.filter(|found| found.is_ready)
            && answers(layout, &found.postmaster, socket_dir).await?
        {
            guard.0 = None;
            return Ok(found.postmaster);
        }
        if !patience.lasts(is_starting, Instant::now()) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    let postmaster = guard.0.take().unwrap_or_else(|| Postmaster::new(pid, layout));
    Err(slow(layout, &postmaster, (log_from, patience.waited())))
}

/// How long a server is waited for, which depends on what it says of itself.
struct Patience {
    began: Instant,
    told: Instant,
}

impl Patience {
    fn new(began: Instant) -> Self {
        Self { began, told: began }
    }

    /// Whether waiting on is worth it. Of a long recovery it tells, now and then.
    fn lasts(&mut self, is_starting: bool, now: Instant) -> bool {
        let waited = now.duration_since(self.began);
        if is_starting && now.duration_since(self.told) >= TOLD {
            self.told = now;
            tracing::info!(seconds = waited.as_secs(), "PostgreSQL recovers what was being written when it ended");
        }
        waited < if is_starting { READY.1 } else { READY.0 }
    }

    fn waited(&self) -> Duration {
        self.began.elapsed()
    }
}

/// Stops a postmaster that nobody waits for any more.
struct Guard(Option<Postmaster>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(postmaster) = self.0.take() {
            postmaster.stop_blocking();
        }
    }
}

/// Starts `postgres` in a process group of its own, so that Ctrl-C in our terminal does not reach it. A thread waits
/// for it, so that it never stays a zombie.
fn spawn(layout: &Layout, binaries: &Binaries, log: File) -> Result<(u32, Arc<OnceLock<()>>), ClusterError> {
    let program = binaries.program("postgres");
    let cannot_run = |source| ClusterError::Run { path: program.clone(), account: layout.account.name.clone(), source };
    let exit = Arc::new(OnceLock::new());
    let (hand_over, handed) = mpsc::channel::<Child>();
    let exited = Arc::clone(&exit);
    let reaper = std::thread::Builder::new().name("postgres-reaper".to_owned());
    let reap = move || {
        if let Ok(mut child) = handed.recv() {
            let _ = child.wait();
            let _ = exited.set(());
        }
    };
    reaper.spawn(reap).map_err(cannot_run)?;
    let errors = log.try_clone().map_err(cannot_run)?;
    let mut command = layout.account.command(&program);
    command.arg("-D").arg(&layout.cluster).process_group(0);
    let child = command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn().map_err(cannot_run)?;
    let pid = child.id();
    hand_over.send(child).expect("the reaper waits for exactly this message");
    Ok((pid, exit))
}

/// Whether the superuser gets in; an error only when waiting cannot help.
async fn answers(layout: &Layout, postmaster: &Postmaster, socket_dir: &Path) -> Result<bool, ClusterError> {
    let options = superuser(socket_dir);
    let connected = tokio::time::timeout(Duration::from_secs(5), PgConnection::connect_with(&options)).await;
    match connected {
        Ok(Ok(connection)) => {
            // The answer is all we wanted; a failing goodbye changes nothing.
            let _ = connection.close().await;
            Ok(true)
        }
        Ok(Err(source)) if is_refusal(&source) => {
            Err(ClusterError::Refused { pid: postmaster.pid, path: layout.cluster.clone(), source })
        }
        Ok(Err(_)) | Err(_) => Ok(false),
    }
}

/// Class 28 of SQLSTATE (we are not let in), or a socket folder we may not enter.
fn is_refusal(error: &Error) -> bool {
    match error {
        Error::Database(error) => error.code().is_some_and(|code| code.starts_with("28")),
        Error::Io(error) => error.kind() == std::io::ErrorKind::PermissionDenied,
        _ => false,
    }
}

fn open_log(layout: &Layout) -> Result<(File, u64), ClusterError> {
    let path = layout.log();
    make_folder(path.parent().unwrap_or(&layout.data_dir), 0o700)?;
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(0o600).custom_flags(nix::fcntl::OFlag::O_NOFOLLOW.bits());
    let log = options.open(&path).map_err(failed("open", &path))?;
    let length = log.metadata().map_err(failed("read", &path))?.len();
    Ok((log, length))
}

/// Why it ended, read from what it wrote since.
fn ended(layout: &Layout, log_from: u64) -> ClusterError {
    let log = layout.log();
    let tail = tail(&log, log_from);
    let path = layout.cluster.clone();
    if tail.contains("pre-existing shared memory block") {
        ClusterError::OldBackends { path }
    } else if tail.contains("No space left on device") {
        ClusterError::DiskFull { path }
    } else if tail.contains("lock file \"") && tail.contains("already exists") {
        ClusterError::LockFile { tail }
    } else {
        ClusterError::Ended { log, tail }
    }
}

fn slow(layout: &Layout, postmaster: &Postmaster, (log_from, waited): (u64, Duration)) -> ClusterError {
    let log = layout.log();
    let tail = tail(&log, log_from);
    ClusterError::Slow { pid: postmaster.pid, seconds: waited.as_secs(), log, tail }
}

/// The last dozen lines that the log got since it was `from` bytes long.
fn tail(log: &Path, from: u64) -> String {
    let mut bytes = Vec::new();
    let length = fs::metadata(log).map_or(0, |meta| meta.len());
    let from = from.max(length.saturating_sub(16 * 1024));
    let read = File::open(log).and_then(|mut file| {
        file.seek(SeekFrom::Start(from))?;
        file.read_to_end(&mut bytes)
    });
    if read.is_err() || bytes.is_empty() {
        return "(its log says nothing)".to_owned();
    }
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::account::Account;
    use super::*;

    #[test]
    fn who_recovers_is_waited_for_longer_than_who_says_nothing() {
        let began = Instant::now();
        let after = |seconds| began + Duration::from_secs(seconds);
        let lasts = |is_starting, seconds| Patience::new(began).lasts(is_starting, after(seconds));
        assert!(lasts(false, 59) && !lasts(false, 60), "who says nothing has a minute");
        assert!(lasts(true, 61) && lasts(true, 899) && !lasts(true, 900), "a recovery has a quarter of an hour");
    }

    #[test]
    fn a_full_disk_is_told_from_what_this_start_wrote() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let cluster = dir.path().join("postgres");
        let account = Account::find().expect("PostgreSQL can run here");
        let layout = Layout { data_dir: dir.path().into(), cluster, tag: String::new(), account, note: None };
        let full = "LOG:  starting PostgreSQL 15.20\n\
                    FATAL:  could not write lock file \"postmaster.pid\": No space left on device\n";
        fs::create_dir(dir.path().join("log")).expect("a folder");
        fs::write(layout.log(), full).expect("written");
        let expected = format!("the disk that holds {} is full; make room and start again", layout.cluster.display());
        assert_eq!(ended(&layout, 0).to_string(), expected);
        // Room was made, and the next start fails for a reason of its own.
        let mut log = OpenOptions::new().append(true).open(layout.log()).expect("it is there");
        std::io::Write::write_all(&mut log, b"FATAL:  bogus data in file\n").expect("written");
        let later = ended(&layout, full.len() as u64).to_string();
        assert!(later.contains("bogus data") && !later.contains("is full"), "{later}");
    }
}

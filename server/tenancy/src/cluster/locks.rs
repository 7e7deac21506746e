//! Who uses the cluster, who starts it, who serves: three locks of the kernel, gone with their process.

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg, OFlag};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::account::Account;
use super::error::{ClusterError, failed};
use super::layout::{Layout, ready_data_dir};

/// Longer than a start or a stop may take, so that waiting for one ends in its own error.
const PATIENCE: Duration = Duration::from_secs(120);

/// Held while the cluster is looked for and started.
pub(super) async fn start(layout: &Layout) -> Result<Flock<File>, ClusterError> {
    wait(&layout.data_dir.join("cluster.start"), FlockArg::LockExclusiveNonblock).await
}

/// Held, shared, as long as the cluster is used.
pub(super) async fn users(layout: &Layout) -> Result<Flock<File>, ClusterError> {
    wait(&layout.data_dir.join("cluster.users"), FlockArg::LockSharedNonblock).await
}

/// Whether nobody else uses the cluster; then it is ours alone until the lock is dropped. If somebody does, our share
/// of the lock is gone: the caller was leaving anyway.
pub(super) fn is_last(users: &Flock<File>) -> bool {
    users.relock(FlockArg::LockExclusiveNonblock).is_ok()
}

/// Writes down for people and `doctor` what runs where.
pub(super) fn describe(start: &Flock<File>, text: &str) -> std::io::Result<()> {
    rewrite(start, text)
}

/// Held by the one `serve` of a DATA_DIR; the kernel drops it with the process, however that ends.
#[derive(Debug)]
pub struct ServeLock {
    _lock: Flock<File>,
}

impl ServeLock {
    /// Takes the lock and writes our pid into it.
    ///
    /// # Errors
    /// [`ClusterError::Serving`] names the process that holds it.
    pub fn take(data_dir: &Path) -> Result<Self, ClusterError> {
        let data_dir = ready_data_dir(data_dir, &Account::find()?)?;
        let path = data_dir.join("serve.lock");
        match Flock::lock(open(&path)?, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => {
                rewrite(&lock, &format!("{}\n", std::process::id())).map_err(failed("write", &path))?;
                Ok(Self { _lock: lock })
            }
            Err((file, Errno::EWOULDBLOCK)) => Err(ClusterError::Serving { holder: holder(file), data_dir }),
            Err((_, errno)) => Err(failed("lock", &path)(errno.into())),
        }
    }
}

fn holder(mut file: File) -> String {
    let mut text = String::new();
    let read = file.read_to_string(&mut text);
    match (read, text.trim().parse::<u32>()) {
        (Ok(_), Ok(pid)) => format!("the process with pid {pid}"),
        _ => "another process".to_owned(),
    }
}

fn open(path: &Path) -> Result<File, ClusterError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.custom_flags(OFlag::O_NOFOLLOW.bits()).open(path).map_err(failed("open", path))
}

fn rewrite(mut file: &File, text: &str) -> std::io::Result<()> {
    file.set_len(0)?;
    std::io::Seek::rewind(&mut file)?;
    file.write_all(text.as_bytes())
}

async fn wait(path: &Path, how: FlockArg) -> Result<Flock<File>, ClusterError> {
    let started = Instant::now();
    let mut file = open(path)?;
    loop {
        file = match Flock::lock(file, how) {
            Ok(lock) => return Ok(lock),
            Err((file, Errno::EWOULDBLOCK | Errno::EINTR)) => file,
            Err((_, errno)) => return Err(failed("lock", path)(errno.into())),
        };
        if started.elapsed() > PATIENCE {
            return Err(ClusterError::Busy { path: PathBuf::from(path), seconds: PATIENCE.as_secs() });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

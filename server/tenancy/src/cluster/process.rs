//! The postmaster as a process: found by its pid file, told from a stranger by its command line, stopped by signals.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::error::{ClusterError, failed};
use super::layout::Layout;

/// How long a fast shutdown may take, and then an immediate one.
const FAST: Duration = Duration::from_secs(30);
const IMMEDIATE: Duration = Duration::from_secs(10);

/// How long [`Postmaster::stop_blocking`] may hold up a `Drop`.
const DROP: Duration = Duration::from_secs(10);

/// A running postmaster of one cluster.
#[derive(Debug, Clone)]
pub(super) struct Postmaster {
    pub(super) pid: u32,
    cluster: PathBuf,
}

/// What `postmaster.pid` says about it.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) postmaster: Postmaster,
    pub(super) socket_dir: Option<PathBuf>,
    /// Whether it says that it accepts connections.
    pub(super) is_ready: bool,
    /// Whether it says that it is on its way there: after a crash it recovers.
    pub(super) is_starting: bool,
}

impl Postmaster {
    pub(super) fn new(pid: u32, layout: &Layout) -> Self {
        Self { pid, cluster: layout.cluster.clone() }
    }

    /// The postmaster of this cluster, if one runs. A pid file left behind by a dead one does not count, even if its
    /// pid belongs to another program now.
    pub(super) fn find(layout: &Layout) -> Result<Option<Found>, ClusterError> {
        let path = pid_file(layout);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("read", &path)(error)),
        };
        let lines: Vec<&str> = text.lines().collect();
        let Some(pid) = first_pid(&text) else { return Ok(None) };
        let postmaster = Self::new(pid, layout);
        if !postmaster.is_running() {
            return Ok(None);
        }
        let socket_dir = lines.get(4).filter(|line| !line.is_empty()).map(PathBuf::from);
        let says = |word| lines.get(7).is_some_and(|status| status.trim() == word);
        Ok(Some(Found { postmaster, socket_dir, is_ready: says("ready"), is_starting: says("starting") }))
    }

    /// Whether the process lives and is a postmaster on this cluster. A zombie has no command line and does not count.
    pub(super) fn is_running(&self) -> bool {
        if !Path::new("/proc/self").exists() {
            return is_alive(self.pid);
        }
        let args = command_line(self.pid);
        let is_ours = |arg: &[u8]| {
            arg == self.cluster.as_os_str().as_bytes()
                || fs::canonicalize(Path::new(std::ffi::OsStr::from_bytes(arg))).is_ok_and(|path| path == self.cluster)
        };
        is_postgres(&args) && args.windows(2).any(|pair| pair[0] == b"-D" && is_ours(&pair[1]))
    }

    /// Whether it has let go of everything. On its way out a process loses its command line first, and only then its
    /// files and its shared memory: whoever starts the next postmaster in between is refused by the memory in use.
    fn has_ended(&self) -> bool {
        !self.is_running() && !is_ending(self.pid)
    }

    /// Fast shutdown, and an immediate one if that takes too long.
    pub(super) async fn stop(&self, log: &Path) -> Result<(), ClusterError> {
        for (signal, limit) in [(Signal::SIGINT, FAST), (Signal::SIGQUIT, IMMEDIATE)] {
            self.signal(signal);
            let asked = Instant::now();
            while asked.elapsed() < limit {
                if self.has_ended() {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Err(ClusterError::NotStopped { pid: self.pid, log: log.to_owned() })
    }

    /// Fast shutdown without a runtime: it waits a while, so that nobody meets a server that is about to go.
    pub(super) fn stop_blocking(&self) {
        self.signal(Signal::SIGINT);
        let asked = Instant::now();
        while !self.has_ended() && asked.elapsed() < DROP {
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn signal(&self, signal: Signal) {
        if self.is_running() {
            // It may have ended in between: then there is nothing to tell it.
            let _ = kill(as_pid(self.pid), signal);
        }
    }
}

/// Removes lock files that would make PostgreSQL refuse to start although it does not run: their pid belongs to another
/// program now. Called under the start lock, when no postmaster of this cluster runs.
pub(super) fn remove_stale_locks(layout: &Layout, socket: &Path) -> Result<(), ClusterError> {
    let mut socket_lock = socket.as_os_str().to_owned();
    socket_lock.push(".lock");
    remove_if(&pid_file(layout), |pid| is_alive(pid) && !Postmaster::new(pid, layout).is_running())?;
    remove_if(Path::new(&socket_lock), |pid| is_alive(pid) && !is_postgres(&command_line(pid)))
}

fn remove_if(path: &Path, is_stale: impl FnOnce(u32) -> bool) -> Result<(), ClusterError> {
    let Some(pid) = fs::read_to_string(path).ok().as_deref().and_then(first_pid) else { return Ok(()) };
    if !is_stale(pid) {
        return Ok(());
    }
    tracing::warn!(path = %path.display(), pid, "removed a stale lock file: its pid belongs to another program now");
    fs::remove_file(path).map_err(failed("remove", path))
}

fn pid_file(layout: &Layout) -> PathBuf {
    layout.cluster.join("postmaster.pid")
}

/// The first line; PostgreSQL writes a negative pid there when it runs without a postmaster.
fn first_pid(text: &str) -> Option<u32> {
    text.lines().next()?.trim().trim_start_matches('-').parse().ok().filter(|pid| *pid > 1)
}

fn is_alive(pid: u32) -> bool {
    kill(as_pid(pid), None) != Err(nix::errno::Errno::ESRCH)
}

/// Whether it is between its last instruction and being a zombie. A pid that another program has got does not count.
fn is_ending(pid: u32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    // The name stands in parentheses and may hold some itself.
    let state = stat.rsplit(')').next().and_then(|rest| rest.trim_start().chars().next());
    let is_bare = fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.is_empty());
    is_bare && !matches!(state, Some('Z' | 'X'))
}

fn as_pid(pid: u32) -> Pid {
    Pid::from_raw(pid.cast_signed())
}

fn command_line(pid: u32) -> Vec<Vec<u8>> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    bytes.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect()
}

fn is_postgres(args: &[Vec<u8>]) -> bool {
    let program = args.first().map(|arg| arg.rsplit(|byte| *byte == b'/').next().unwrap_or_default());
    matches!(program, Some(b"postgres" | b"postmaster"))
}

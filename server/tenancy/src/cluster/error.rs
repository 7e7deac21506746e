//! What can go wrong with the private cluster, each as a sentence that says what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private cluster could not be opened, joined or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No PostgreSQL programs anywhere.
    #[error(
        "PostgreSQL 15 or newer was not found; install it with `apt-get install postgresql`, \
         or name the folder of its programs in SOBRADO_PG_BIN, or give a server in CENTRAL_DATABASE_URL"
    )]
    NoPrograms,
    /// Only programs that are too old.
    #[error(
        "PostgreSQL 15 or newer is needed, and only {found} was found; install it with `apt-get install postgresql`, \
         or name the folder of its programs in SOBRADO_PG_BIN"
    )]
    OldPrograms {
        /// What was found, newest first.
        found: String,
    },
    /// `SOBRADO_PG_BIN` is set and wrong.
    #[error(
        "SOBRADO_PG_BIN names {}, which holds no working `postgres` and `initdb`; correct or unset it",
        path.display()
    )]
    WrongFolder {
        /// What the variable says.
        path: PathBuf,
    },
    /// The cluster was made by another major version than the programs here.
    #[error(
        "the cluster in {} was made by PostgreSQL {cluster}, and here is only {programs}; \
         install postgresql-{cluster}, or move the data with pg_upgrade",
        path.display()
    )]
    OtherVersion {
        /// Where the cluster lies.
        path: PathBuf,
        /// The major version that made it.
        cluster: u32,
        /// The versions found on this machine.
        programs: String,
    },
    /// We are root and there is nobody to run PostgreSQL as.
    #[error(
        "PostgreSQL does not run as root, and this machine has no OS user `postgres`; \
         install it with `apt-get install postgresql`, or start as another user"
    )]
    NoPostgresUser,
    /// Our own uid has no name, and peer authentication needs one.
    #[error("the OS user {uid} has no name, and PostgreSQL needs one; add it to /etc/passwd or start as another user")]
    NamelessUser {
        /// Our effective uid.
        uid: u32,
    },
    /// A file or folder could not be read, written or made.
    #[error("could not {doing} {}; look at its owner, its mode and the folders above it", path.display())]
    File {
        /// The verb.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// No room left.
    #[error("the disk that holds {} is full; make room and start again", path.display())]
    DiskFull {
        /// What could not be written.
        path: PathBuf,
    },
    /// The folder exists and is no cluster.
    #[error(
        "{} exists and holds no PostgreSQL cluster; move it away, and the next start makes a new one",
        path.display()
    )]
    NotACluster {
        /// The folder.
        path: PathBuf,
    },
    /// The cluster belongs to another OS user than PostgreSQL would run as.
    #[error(
        "the cluster in {} belongs to the OS user {owner}, and PostgreSQL would run as `{account}`; \
         start as its owner, or give it away with chown -R {account}",
        path.display()
    )]
    OtherOwner {
        /// Where the cluster lies.
        path: PathBuf,
        /// The uid it belongs to.
        owner: u32,
        /// Whom PostgreSQL would run as.
        account: String,
    },
    /// DATA_DIR was moved or copied while its cluster lies elsewhere.
    #[error(
        "{} says that the cluster lies in {}, which belongs to another DATA_DIR; \
         move DATA_DIR back, or, if it was moved for good, rename that folder to {} and delete the file",
        pointer.display(), recorded.display(), expected.display()
    )]
    Moved {
        /// The file in DATA_DIR that names the cluster's place.
        pointer: PathBuf,
        /// What it says.
        recorded: PathBuf,
        /// Where the cluster of this DATA_DIR would lie.
        expected: PathBuf,
    },
    /// The folder for the socket is somebody else's.
    #[error("the socket's folder {} {fault}; remove it and start again", path.display())]
    SocketFolder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// Every candidate gives a socket path longer than the kernel takes.
    #[error(
        "the socket's path {} is longer than 106 bytes; set TMPDIR to a shorter folder",
        path.display()
    )]
    SocketPath {
        /// The path.
        path: PathBuf,
    },
    /// A setting that the cluster keeps to itself, or one that cannot be written down.
    #[error("the PostgreSQL setting `{name}` cannot be given here; take it out of the cluster's settings")]
    Setting {
        /// Its name.
        name: String,
    },
    /// initdb failed.
    #[error("initdb could not make the cluster in {}; mend what it says and start again:\n{output}", path.display())]
    Initdb {
        /// Where it was to lie.
        path: PathBuf,
        /// The end of what initdb printed.
        output: String,
    },
    /// A program could not be run at all.
    #[error("could not run {}; check that the OS user `{account}` may execute it", path.display())]
    Run {
        /// The program.
        path: PathBuf,
        /// As whom.
        account: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// PostgreSQL ended while it was starting.
    #[error(
        "PostgreSQL ended at its start; mend what it says and start again (all of it in {}):\n{tail}",
        log.display()
    )]
    Ended {
        /// Its log.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },
    /// Another PostgreSQL holds the socket's or the cluster's lock file.
    #[error(
        "another PostgreSQL holds a lock file of this cluster; stop the process it names and start again \
         (one whose folder was deleted ends by itself within a minute):\n{tail}"
    )]
    LockFile {
        /// The log's last lines.
        tail: String,
    },
    /// The server died, and its backends live on.
    #[error(
        "backends of a PostgreSQL that died still use the cluster in {}; end them and start again \
         (`ps -ef | grep postgres:` shows them)",
        path.display()
    )]
    OldBackends {
        /// Where the cluster lies.
        path: PathBuf,
    },
    /// PostgreSQL runs and does not accept connections.
    #[error(
        "PostgreSQL (pid {pid}) accepts no connections after {seconds} s; if it is recovering, it goes on: \
         start again later (it writes to {}):\n{tail}",
        log.display()
    )]
    Slow {
        /// The postmaster.
        pid: u32,
        /// How long we waited.
        seconds: u64,
        /// Its log.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },
    /// PostgreSQL runs and does not let us in.
    #[error(
        "PostgreSQL (pid {pid}) runs in {} and refuses this OS user; start as root or as the user that started it",
        path.display()
    )]
    Refused {
        /// The postmaster.
        pid: u32,
        /// Where the cluster lies.
        path: PathBuf,
        /// What it said.
        source: sqlx::Error,
    },
    /// Somebody else is starting or stopping it and does not come to an end.
    #[error("another process has held {} for {seconds} s; see whether it hangs, and start again", path.display())]
    Busy {
        /// The lock.
        path: PathBuf,
        /// How long we waited.
        seconds: u64,
    },
    /// A second `serve` on one DATA_DIR.
    #[error(
        "{holder} already serves from {}; stop it, or give this one a DATA_DIR of its own",
        data_dir.display()
    )]
    Serving {
        /// Who holds the lock: `pid 123`.
        holder: String,
        /// The DATA_DIR.
        data_dir: PathBuf,
    },
    /// It did not stop.
    #[error("PostgreSQL (pid {pid}) did not stop; see why in {}, then end it with kill -9", log.display())]
    NotStopped {
        /// The postmaster.
        pid: u32,
        /// Its log.
        log: PathBuf,
    },
}

/// Names the file in an error of the operating system: `.map_err(failed("read", path))`.
pub(super) fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ClusterError {
    let path = path.to_owned();
    move |source| match source.kind() {
        io::ErrorKind::StorageFull => ClusterError::DiskFull { path },
        _ => ClusterError::File { doing, path, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_finds_no_room_says_that_the_disk_is_full() {
        let said = |kind: io::ErrorKind| failed("write", Path::new("/data/cluster.path"))(kind.into()).to_string();
        let full = "the disk that holds /data/cluster.path is full; make room and start again";
        assert_eq!(said(io::ErrorKind::StorageFull), full);
        assert!(said(io::ErrorKind::PermissionDenied).starts_with("could not write /data/cluster.path; "));
    }
}

//! The private PostgreSQL under DATA_DIR, for when no server is given by URL.
//!
//! [`Cluster::open`] makes it where none is, starts it where it does not run, and joins it where it does: a command
//! works beside a running `serve` and without one. Three files in DATA_DIR are locks of the kernel, which end with the
//! process that holds them, however it ends:
//!
//! - `cluster.start`, exclusive, held while it is looked for and started; says what runs where;
//! - `cluster.users`, shared, held by everybody who uses it; whoever can get it exclusively was the last and stops it;
//! - `serve.lock`, exclusive, held by the one `serve` ([`ServeLock`]).
//!
//! The postmaster is no part of us: it has its own process group, survives our `kill -9`, and the next start joins it.
//! It listens on a Unix socket only. The superuser is whoever the kernel says is us, root or `postgres`; every other
//! role needs its password, and an agency's role reaches the database of its own name and no other (`pg_hba.conf`).
//! Settings, `pg_hba.conf` and `pg_ident.conf` are written anew at each start; joining changes none of them.

mod account;
mod binaries;
mod error;
mod initdb;
mod layout;
mod locks;
mod process;
mod settings;
mod socket;
mod start;

use nix::fcntl::Flock;
use sqlx::postgres::PgConnectOptions;
use std::fs::File;
use std::path::{Path, PathBuf};

use layout::Layout;
use process::Postmaster;
use start::Running;

pub use error::ClusterError;
pub use locks::ServeLock;

/// Which cluster, and how it is set up.
#[derive(Debug, Clone, Default)]
pub struct ClusterOptions {
    /// The folder that holds all of an installation; made if it does not exist.
    pub data_dir: PathBuf,
    /// PostgreSQL settings beside ours, replacing them; they hold when this call starts the server, not when it joins.
    pub settings: Vec<(String, String)>,
}

/// What became of the server when a [`Cluster`] was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// We were the last, and it has stopped.
    Stopped,
    /// Others use it; it runs on.
    StillUsed,
}

/// The private cluster in use: as long as this lives, nobody of us stops it.
///
/// End with [`Cluster::close`]. Dropping it does the same as well as it can: if we were the last, PostgreSQL is told to
/// stop, and the thread waits for that up to ten seconds; a server that takes longer goes on stopping by itself.
#[derive(Debug)]
pub struct Cluster {
    layout: Layout,
    postmaster: Postmaster,
    socket_dir: PathBuf,
    /// Taken by `close`; a cluster without it has nothing left to end.
    users: Option<Flock<File>>,
}

impl Cluster {
    /// Joins the cluster of this DATA_DIR, or makes and starts it.
    ///
    /// # Errors
    /// Each says what to do. A start that fails leaves nothing running, but for a server that is still recovering
    /// ([`ClusterError::Slow`]): the next call joins it.
    pub async fn open(options: ClusterOptions) -> Result<Self, ClusterError> {
        settings::check(&options.settings)?;
        let layout = Layout::find(&options.data_dir)?;
        let start = locks::start(&layout).await?;
        // Waits for somebody who is stopping it right now.
        let users = locks::users(&layout).await?;
        let Running { postmaster, socket_dir } = match start::join(&layout).await? {
            Some(running) => running,
            None => start::start(&layout, &options.settings).await?,
        };
        let cluster = Self { layout, postmaster, socket_dir, users: Some(users) };
        let start_file = cluster.layout.data_dir.join("cluster.start");
        locks::describe(&start, &cluster.description()).map_err(error::failed("write", &start_file))?;
        tracing::info!(pid = cluster.pid(), socket = %cluster.socket_dir.display(), "PostgreSQL accepts connections");
        Ok(cluster)
    }

    /// The way in as superuser: database `postgres`, no password. Only provisioning and migration have use for it.
    pub fn superuser(&self) -> PgConnectOptions {
        start::superuser(&self.socket_dir)
    }

    /// The way in for other roles, which give their name, password and database.
    pub fn base_options(&self) -> PgConnectOptions {
        start::base_options(&self.socket_dir)
    }

    /// The folder of its socket.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// The postmaster's process id, as it was when this was opened.
    pub fn pid(&self) -> u32 {
        self.postmaster.pid
    }

    /// PostgreSQL's own folder: in DATA_DIR, or elsewhere if [`Cluster::note`] says so.
    pub fn data_directory(&self) -> &Path {
        &self.layout.cluster
    }

    /// A sentence for the operator when the cluster does not lie in DATA_DIR.
    pub fn note(&self) -> Option<&str> {
        self.layout.note.as_deref()
    }

    /// Stops the server if nobody else uses it.
    ///
    /// # Errors
    /// [`ClusterError::NotStopped`] when it withstands both a fast and an immediate shutdown.
    pub async fn close(mut self) -> Result<Closed, ClusterError> {
        let Some(users) = self.users.take() else { return Ok(Closed::StillUsed) };
        if !locks::is_last(&users) {
            return Ok(Closed::StillUsed);
        }
        // Under the exclusive lock: who opens it meanwhile waits, and then finds none running. Looked for anew, because
        // somebody may have started it again after a crash.
        if let Some(found) = Postmaster::find(&self.layout)? {
            found.postmaster.stop(&self.layout.log()).await?;
        }
        self.leave_no_folder();
        Ok(Closed::Stopped)
    }

    /// Removes the socket's folder; it stays if something is in it.
    fn leave_no_folder(&self) {
        let _ = std::fs::remove_dir(&self.socket_dir);
    }

    fn description(&self) -> String {
        let (pid, socket, folder) = (self.pid(), self.socket_dir.display(), self.layout.cluster.display());
        format!("pid {pid}\nsocket {socket}\nfolder {folder}\n")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(users) = self.users.take()
            && locks::is_last(&users)
            && let Ok(Some(found)) = Postmaster::find(&self.layout)
        {
            found.postmaster.stop_blocking();
            self.leave_no_folder();
        }
    }
}

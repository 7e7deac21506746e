//! An installation of the product's own making for the length of the run, and the limits beside it. Everything that is
//! started here is stopped here, however the run ends.

use nix::fcntl::{Flock, FlockArg};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

use super::{Failure, load};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Programs, folder, ports, and what runs.
pub(crate) struct Installation {
    binary: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    internal: u16,
    /// What a server is started with beside what all are.
    variables: Vec<(&'static str, String)>,
    /// As long as we hold a share, PostgreSQL runs on while servers come and go.
    users: Option<Flock<File>>,
    server: Option<Child>,
    limits: Option<(Child, u16)>,
    outbox: Option<Mutex<PgConnection>>,
}

impl Installation {
    /// A new folder with PostgreSQL running in it and the central database made.
    pub(crate) async fn make(binary: &Path) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("sobrado-bench-").tempdir()?;
        // As root PostgreSQL runs as another user, who must be able to walk through.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711))?;
        let data = folder.path().join("data");
        fs::create_dir(&data)?;
        fs::set_permissions(&data, fs::Permissions::from_mode(0o711))?;
        fs::create_dir(folder.path().join("answers"))?;
        let users = File::create_new(data.join("cluster.users"))?;
        let users = Flock::lock(users, FlockArg::LockSharedNonblock).map_err(|(_, errno)| errno)?;
        let (port, internal) = (free_port()?, free_port()?);
        let binary = binary.to_owned();
        let this = Self {
            binary,
            folder,
            port,
            internal,
            variables: Vec::new(),
            users: Some(users),
            server: None,
            limits: None,
            outbox: None,
        };
        this.run(&["migrate"], "").await?;
        Ok(this)
    }

    /// Where pages are captured to.
    pub(crate) fn answers(&self) -> PathBuf {
        self.folder.path().join("answers")
    }

    /// The installation's folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Gives every command and server from now on this variable.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.to_owned()));
    }

    /// Where the server says its metrics.
    pub(crate) fn internal(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.internal))
    }

    /// Where the server listens.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.process_group(0).kill_on_drop(true).stdin(Stdio::null());
        command.env("SOBRADO_ENV", "bench").env("DATA_DIR", self.folder.path().join("data"));
        command.env("BASE_URL", format!("http://localhost:{}", self.port));
        command.env("LISTEN_ADDR", format!("127.0.0.1:{}", self.port));
        command.env("INTERNAL_ADDR", format!("127.0.0.1:{}", self.internal));
        for name in ["CENTRAL_DATABASE_URL", "PROVISIONER_DATABASE_URL", "FILES_URL", "RUST_LOG"] {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        command
    }

    /// Runs a command of the product to its end. `typed` is its standard input.
    pub(crate) async fn run(&self, arguments: &[&str], typed: &str) -> Result<Output, Failure> {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(typed.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        if output.status.success() {
            return Ok(output);
        }
        Err(format!("sobrado {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)).into())
    }

    /// Starts the server and waits for its first page; says how long that took.
    pub(crate) async fn serve(&mut self, first: &str) -> Result<Duration, Failure> {
        let log = File::options().create(true).append(true).open(self.folder.path().join("server.log"))?;
        let mut command = self.command();
        command.arg("serve").stdout(log.try_clone()?).stderr(log);
        let began = Instant::now();
        let child = command.spawn()?;
        self.server = Some(child);
        while began.elapsed() < PATIENCE {
            if load::once(self.address(), first).await.is_ok_and(|answer| answer.status == 200) {
                return Ok(began.elapsed());
            }
            if let Some(status) = self.server.as_mut().and_then(|server| server.try_wait().ok().flatten()) {
                return Err(format!("the server ended with {status}: {}", self.log()).into());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Err(format!("the server did not answer: {}", self.log()).into())
    }

    fn log(&self) -> String {
        let log = fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }

    /// Stops the server; PostgreSQL runs on.
    pub(crate) async fn stop_server(&mut self) -> Result<(), Failure> {
        if let Some(mut server) = self.server.take() {
            terminate(&server);
            if tokio::time::timeout(PATIENCE, server.wait()).await.is_err() {
                server.kill().await?;
            }
        }
        Ok(())
    }

    /// The server's process.
    pub(crate) fn server(&self) -> Result<u32, Failure> {
        self.server.as_ref().and_then(Child::id).ok_or_else(|| "the server does not run".into())
    }

    /// Starts the limits on these databases.
    pub(crate) async fn serve_limits(&mut self, program: &Path, databases: [&str; 3]) -> Result<(), Failure> {
        let mut command = Command::new(program);
        command.arg(self.cluster("socket")?).args(databases).arg(self.answers());
        let mut child =
            command.process_group(0).kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("the limits have no output")?;
        let line = BufReader::new(output).lines().next_line().await?.ok_or("the limits did not start")?;
        self.limits = Some((child, line.parse()?));
        Ok(())
    }

    /// Where the limits listen, and their process.
    pub(crate) fn limits(&self) -> Result<(SocketAddr, u32), Failure> {
        let (child, port) = self.limits.as_ref().ok_or("the limits do not run")?;
        Ok((SocketAddr::from(([127, 0, 0, 1], *port)), child.id().ok_or("the limits have ended")?))
    }

    /// A word of what the cluster wrote down about itself: `pid`, `socket` or `folder`.
    pub(crate) fn cluster(&self, name: &str) -> Result<String, Failure> {
        let text = fs::read_to_string(self.folder.path().join("data/cluster.start"))?;
        let value = text.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
        value.ok_or_else(|| format!("the cluster does not say its {name}").into())
    }

    /// PostgreSQL's first process.
    pub(crate) fn postmaster(&self) -> Result<u32, Failure> {
        Ok(self.cluster("pid")?.parse()?)
    }

    /// Ends PostgreSQL, and starts it as an administrator would who has changed a setting.
    pub(crate) async fn restart_postgres(&mut self) -> Result<(), Failure> {
        drop(self.outbox.take());
        let (postmaster, folder) = (self.postmaster()?, self.cluster("folder")?);
        kill(Pid::from_raw(postmaster.cast_signed()), Signal::SIGINT)?;
        let began = Instant::now();
        // The last thing that it does is to take its file away (postgres(1): SIGINT is a fast shutdown).
        while Path::new(&folder).join("postmaster.pid").exists() {
            if began.elapsed() > PATIENCE {
                return Err("PostgreSQL does not end".into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.run(&["tenant", "list"], "").await?;
        Ok(())
    }

    /// PostgreSQL's log.
    pub(crate) fn postgres_says(&self) -> String {
        fs::read_to_string(self.data().join("log/postgres.log")).unwrap_or_default()
    }

    /// The way in above every rule.
    pub(crate) fn way(&self) -> Result<PgConnectOptions, Failure> {
        Ok(PgConnectOptions::new_without_pgpass().socket(self.cluster("socket")?).username("postgres"))
    }

    /// A connection above every rule.
    pub(crate) async fn root(&self, database: &str) -> Result<PgConnection, Failure> {
        Ok(self.way()?.database(database).connect().await?)
    }

    /// Says whose outbox [`Self::carried`] looks into, over a connection that stays.
    pub(crate) async fn watch(&mut self, database: &str) -> Result<(), Failure> {
        self.outbox = Some(Mutex::new(self.root(database).await?));
        Ok(())
    }

    /// Waits until the outbox holds nothing: carrying it belongs to the bill of whoever wrote it.
    pub(crate) async fn carried(&self) -> Result<(), Failure> {
        let Some(outbox) = &self.outbox else { return Ok(()) };
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let waits = sqlx::query_scalar("select exists (select from outbox)");
            if !waits.fetch_one(&mut *outbox.lock().await).await? {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err("the outbox is not carried".into())
    }

    /// Stops all that was started and removes the folder.
    pub(crate) async fn close(mut self) -> Result<(), Failure> {
        if let Some((mut limits, _)) = self.limits.take() {
            limits.kill().await?;
        }
        self.stop_server().await?;
        let folder = self.cluster("folder").ok();
        drop(self.outbox.take());
        drop(self.users.take());
        // Any command joins PostgreSQL, and as its last user stops it.
        self.run(&["tenant", "list"], "").await?;
        if let Some(folder) = folder.filter(|folder| folder.starts_with("/var/lib/sobrado/")) {
            fs::remove_dir_all(folder)?;
        }
        Ok(self.folder.close()?)
    }
}

fn terminate(child: &Child) {
    if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) {
        // It may have ended by itself.
        let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
    }
}

fn free_port() -> Result<u16, Failure> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

//! The real program as a process of its own: started, asked over HTTP, told to stop, killed.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::{self, File};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tenancy::central::operations::NewTenant;
use tenancy::testing::{SECRET, bed, new_tenant};
use tenancy::{Deployment, DeploymentOptions, Key, TenantId};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;

/// Ten times what anything here should take, even on a busy machine.
const LONG: Duration = Duration::from_secs(90);

/// An agency of an installation.
#[derive(Debug, Clone)]
pub struct Resident {
    pub tenant: TenantId,
    pub new: NewTenant,
}

/// A `DATA_DIR` with two agencies in it, where nothing runs.
pub struct Installation {
    pub folder: PathBuf,
    pub agencies: Vec<Resident>,
    /// Variables beside those that every installation of a test has.
    pub variables: Vec<(&'static str, String)>,
    public: SocketAddr,
    internal: SocketAddr,
}

static AT_REST: OnceCell<(PathBuf, Vec<Resident>)> = OnceCell::const_new();
static COPIES: AtomicU32 = AtomicU32::new(0);

/// Below the bed's folder, which is removed when the tests are over.
pub async fn folder(name: &str) -> PathBuf {
    let folder = bed().await.data_dir.join(name);
    fs::create_dir_all(&folder).expect("a folder");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o711)).expect("ours");
    folder
}

async fn open(data_dir: PathBuf) -> Deployment {
    let options = DeploymentOptions {
        data_dir,
        central_url: None,
        provisioner_url: None,
        key: Key::parse(SECRET).expect("long enough"),
        cluster_settings: vec![("shared_buffers".into(), "32MB".into())],
    };
    Deployment::open(options).await.expect("the cluster starts")
}

/// Made once and copied: an installation costs seconds, a copy of one at rest does not.
async fn make() -> (PathBuf, Vec<Resident>) {
    let at_rest = folder("at-rest").await;
    let deployment = open(at_rest.clone()).await;
    deployment.migrate_central().await.expect("migrated");
    deployment.provisioner().build_template().await.expect("built");
    let mut agencies = Vec::new();
    for _ in 0..2 {
        let new = new_tenant();
        let tenant = deployment.provisioner().create(&new).await.expect("made");
        agencies.push(Resident { tenant, new });
    }
    deployment.close().await.expect("stopped");
    (at_rest, agencies)
}

async fn a_folder() -> PathBuf {
    folder(&format!("copy-{}", COPIES.fetch_add(1, Ordering::Relaxed))).await
}

/// Each once, and below those that Linux gives to whoever connects somewhere (`ip_local_port_range` in ip(7)): whoever is to
/// listen there comes to it later.
pub fn a_free_port() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id().wrapping_mul(97);
    loop {
        let nth = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        let port = 20_000 + u16::try_from(nth).expect("below 12,000");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

impl Installation {
    pub async fn new() -> Self {
        let (at_rest, agencies) = AT_REST.get_or_init(make).await;
        let copy = a_folder().await;
        let source = format!("{}/.", at_rest.display());
        let copied = Command::new("cp").arg("-a").arg(source).arg(&copy).status().await.expect("cp runs");
        assert!(copied.success());
        Self::of(copy, agencies.clone(), Vec::new())
    }

    /// An empty `DATA_DIR`, with databases where these variables say.
    pub async fn elsewhere(variables: Vec<(&'static str, String)>) -> Self {
        Self::of(a_folder().await, Vec::new(), variables)
    }

    fn of(folder: PathBuf, agencies: Vec<Resident>, variables: Vec<(&'static str, String)>) -> Self {
        Self { folder, agencies, variables, public: a_free_port(), internal: a_free_port() }
    }

    /// Its databases, from this process: joins a running cluster, or starts it.
    pub async fn databases(&self) -> Deployment {
        open(self.folder.clone()).await
    }

    /// The program with this installation's environment and nothing else of ours.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sobrado"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("SOBRADO_ENV", "test")
            .env("DATA_DIR", &self.folder)
            .env("SECRET_KEY", SECRET)
            .env("BASE_URL", format!("http://localhost:{}", self.public.port()))
            .env("LISTEN_ADDR", self.public.to_string())
            .env("INTERNAL_ADDR", self.internal.to_string())
            .env("TRUSTED_PROXIES", "127.0.0.1")
            .envs(std::env::var_os("SOBRADO_PG_BIN").map(|bin| ("SOBRADO_PG_BIN", bin)))
            .envs(self.variables.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs a command to its end. Gives its success and what it said.
    pub async fn say(&self, arguments: &[&str]) -> (bool, String) {
        let output = self.command(arguments).output().await.expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// Runs a command beside the test; what it says is appended to these files.
    pub fn start(&self, arguments: &[&str], [out, err]: [&str; 2]) -> Child {
        let log = |name: &str| {
            let path = self.folder.join(name);
            File::options().create(true).append(true).open(path).expect("a log")
        };
        self.command(arguments).stdout(log(out)).stderr(log(err)).spawn().expect("it runs")
    }

    /// Serves, and waits until it is ready.
    pub async fn serve(&self, arguments: &[&str]) -> Served {
        let mut served = self.begin(arguments);
        self.is_ready(&mut served).await;
        served
    }

    /// Begins to serve.
    pub fn begin(&self, arguments: &[&str]) -> Served {
        let child = self.start(&[&["serve"], arguments].concat(), ["stdout.log", "stderr.log"]);
        Served { child, public: self.public, internal: self.internal }
    }

    /// Waits until it is ready, as the same process.
    pub async fn is_ready(&self, served: &mut Served) {
        self.says(served, "/readyz", 200).await;
    }

    /// Waits until it answers so, as the same process.
    pub async fn says(&self, served: &mut Served, path: &str, status: u16) {
        let ready = async {
            loop {
                if let Some(status) = served.child.try_wait().expect("ours") {
                    panic!("it ended with {status}: {}", self.log());
                }
                match served.get(path).await {
                    Ok(reply) if reply.status == status => return,
                    _ => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        };
        if tokio::time::timeout(LONG, ready).await.is_err() {
            panic!("it does not answer {path} with {status}: {}", self.log());
        }
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("stderr.log")).unwrap_or_default()
    }

    /// The process identifier of its PostgreSQL.
    pub fn postmaster(&self) -> Option<i32> {
        let text = fs::read_to_string(self.folder.join("postgres/postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// Kills its PostgreSQL without a word, all of it.
    pub fn kill_postgres(&self) {
        let Some(postmaster) = self.postmaster() else { return };
        let processes = fs::read_dir("/proc").expect("/proc").flatten();
        let all = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let is_child = |pid: &i32| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
            after_name.split(' ').nth(1) == Some(postmaster.to_string().as_str())
        };
        let children: Vec<i32> = all.filter(is_child).collect();
        for pid in std::iter::once(postmaster).chain(children) {
            // A child may have gone with its parent.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        // A killed server leaves its PostgreSQL running.
        self.kill_postgres();
    }
}

/// The program, serving.
pub struct Served {
    child: Child,
    pub public: SocketAddr,
    pub internal: SocketAddr,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// The cookies that it sets, as the next request sends them.
    pub fn cookies(&self) -> String {
        let set = self.headers.iter().filter(|(n, _)| n == "set-cookie");
        set.filter_map(|(_, v)| v.split(';').next()).collect::<Vec<_>>().join("; ")
    }

    fn parse(bytes: &[u8]) -> io::Result<Self> {
        let bad = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").ok_or_else(bad)?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|l| l.split(' ').nth(1)?.parse().ok()).ok_or_else(bad)?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned()))
            .collect();
        let of = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let body = &bytes[end + 4..];
        let body =
            if of("transfer-encoding") == Some("chunked") { unchunk(body).ok_or_else(bad)? } else { body.to_vec() };
        // An answer that was cut off is none.
        if of("content-length").and_then(|v| v.parse::<usize>().ok()).is_some_and(|length| length != body.len()) {
            return Err(bad());
        }
        Ok(Self { status, body: String::from_utf8_lossy(&body).into_owned(), headers })
    }
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|w| w == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + size)?);
        rest = rest.get(end + 4 + size..)?;
    }
}

impl Served {
    /// The platform's host, and an agency's.
    pub fn host(&self, slug: Option<&str>) -> String {
        let port = self.public.port();
        slug.map_or_else(|| format!("localhost:{port}"), |slug| format!("{slug}.localhost:{port}"))
    }

    pub async fn get(&self, path: &str) -> io::Result<Reply> {
        self.send("GET", path, &[], b"").await
    }

    /// A visitor's look at an agency's storefront.
    pub async fn visit(&self, slug: &str, path: &str) -> io::Result<Reply> {
        self.send("GET", path, &[("host", &self.host(Some(slug)))], b"").await
    }

    /// A call of a server function from our own page.
    pub async fn call(&self, endpoint: &str, cookies: &str, fields: &[(&str, &str)]) -> io::Result<Reply> {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "application/json"),
            ("cookie", cookies),
            ("sec-fetch-site", "same-origin"),
        ];
        self.send("POST", &format!("/fn/{endpoint}"), &headers, super::encode(fields).as_bytes()).await
    }

    /// Signs in, and gives the cookies.
    pub async fn sign_in(&self, email: &str) -> String {
        let fields = [("email", email), ("password", tenancy::testing::PASSWORD)];
        let reply = self.call("auth/sign_in", "", &fields).await.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.cookies()
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Reply> {
        let mut stream = TcpStream::connect(self.public).await?;
        stream.write_all(&self.head(method, path, headers, body.len())).await?;
        stream.write_all(body).await?;
        read(stream).await
    }

    /// The head of a request.
    pub fn head(&self, method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            head.push_str(&format!("host: {}\r\n", self.host(None)));
        }
        if !headers.iter().any(|(name, _)| *name == "accept") {
            head.push_str("accept: text/html\r\n");
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if length > 0 {
            head.push_str(&format!("content-length: {length}\r\n"));
        }
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// What the internal listener answers.
    pub async fn ask_inside(&self, path: &str) -> Reply {
        let mut stream = TcpStream::connect(self.internal).await.expect("it listens");
        stream.write_all(&self.head("GET", path, &[], 0)).await.expect("sent");
        read(stream).await.expect("an answer")
    }

    pub fn signal(&self, signal: Signal) {
        send(&self.child, signal);
    }

    /// Kills it without a word.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("killed");
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        ended(&mut self.child).await
    }
}

/// Sends a process of ours a signal.
pub fn send(child: &Child, signal: Signal) {
    let pid = child.id().expect("it lives");
    kill(Pid::from_raw(pid.cast_signed()), signal).expect("ours");
}

/// Waits for a process's end.
pub async fn ended(child: &mut Child) -> ExitStatus {
    tokio::time::timeout(LONG, child.wait()).await.expect("it ends").expect("ours")
}

/// The whole answer on a connection that is closed after it.
pub async fn read(mut stream: impl AsyncRead + Unpin) -> io::Result<Reply> {
    let mut bytes = Vec::new();
    match tokio::time::timeout(LONG, stream.read_to_end(&mut bytes)).await {
        Ok(Ok(_)) => Reply::parse(&bytes),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

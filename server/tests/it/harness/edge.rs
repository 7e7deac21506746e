//! The packaged Caddy with the house's own Caddyfile, before a local authority (pebble) that looks at challenges for real.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use super::process::{Reply, a_free_port, read};

/// Ten times what a certificate takes, even on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// An authority with a directory of its own.
pub struct Authority {
    _pebble: Child,
    folder: PathBuf,
    directory: SocketAddr,
    /// Where it looks for challenges: the edge's two ports.
    pub http: SocketAddr,
    pub https: SocketAddr,
}

/// The edge.
pub struct Edge {
    caddy: Child,
    folder: PathBuf,
    pub http: SocketAddr,
    https: SocketAddr,
    roots: Arc<ClientConfig>,
}

fn start(program: &str, folder: &Path, arguments: &[&str], variables: &[(&str, String)]) -> Child {
    let log = fs::File::create(folder.join(format!("{program}.log"))).expect("a log");
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(name, folder);
    }
    command.envs(variables.iter().map(|(name, value)| (*name, value)));
    command.stdin(Stdio::null()).stdout(log.try_clone().expect("the log again")).stderr(log).kill_on_drop(true);
    command.spawn().unwrap_or_else(|error| panic!("{program} does not run ({error}): apt-get install caddy pebble"))
}

fn config(roots: &Path) -> Arc<ClientConfig> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(roots).expect("a file of certificates") {
        store.add(certificate.expect("a certificate")).expect("it is one");
    }
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("usual ones").with_root_certificates(store);
    Arc::new(config.with_no_client_auth())
}

/// Makes a key, and a certificate for these names that holds from one moment to another. Gives their files. It is no authority's
/// certificate: rustls takes none of those from a server.
pub async fn self_signed(folder: &Path, name: &str, names: &str, life: [OffsetDateTime; 2]) -> [PathBuf; 2] {
    let [from, until] = life.map(|at| {
        let (day, time) = (at.date(), at.time());
        let day = format!("{:04}{:02}{:02}", day.year(), u8::from(day.month()), day.day());
        format!("{day}{:02}{:02}{:02}Z", time.hour(), time.minute(), time.second())
    });
    let at = folder.join(format!("{name}.made"));
    fs::create_dir_all(&at).expect("a folder");
    let settings = "[ca]\ndefault_ca = made\n[made]\ndatabase = index\nrand_serial = yes\nnew_certs_dir = .\ndefault_md = sha256\n\
        policy = any\n[any]\ncommonName = supplied\n";
    let extensions = format!("basicConstraints = critical,CA:FALSE\nsubjectAltName = {names}\n");
    for (file, text) in [("settings", settings), ("index", ""), ("extensions", &extensions)] {
        fs::write(at.join(file), text).expect("written");
    }
    let [key, certificate] = ["key", "crt"].map(|kind| folder.join(format!("{name}.{kind}")));
    let steps = "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=made -keyout \"$1\" -out request && \
        openssl ca -batch -config settings -selfsign -notext -keyfile \"$1\" -in request -out \"$2\" \
            -startdate \"$3\" -enddate \"$4\" -extfile extensions";
    let mut command = Command::new("sh");
    command.args(["-c", steps, "made"]).args([&key, &certificate]).args([&from, &until]).current_dir(&at);
    let made = command.output().await.expect("a shell");
    assert!(made.status.success(), "openssl makes no certificate: {}", String::from_utf8_lossy(&made.stderr));
    [key, certificate]
}

/// Bytes behind their length, which takes so many bytes itself.
fn sized(width: usize, bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("short").to_be_bytes();
    [&length[4 - width..], bytes].concat()
}

/// The first message of somebody who knows no newer version than this, with suites that every version of them has.
fn client_hello(version: u16, host: &str) -> Vec<u8> {
    let name = sized(2, &[&[0][..], &sized(2, host.as_bytes())].concat());
    let extensions: [(u16, Vec<u8>); 4] = [
        (0, name),
        (10, sized(2, &[0, 29, 0, 23])),
        (11, sized(1, &[0])),
        (13, sized(2, &[4, 3, 8, 4, 4, 1, 2, 3, 2, 1])),
    ];
    let extensions: Vec<u8> =
        extensions.iter().flat_map(|(kind, body)| [kind.to_be_bytes().to_vec(), sized(2, body)].concat()).collect();
    let suites = [0xc02b_u16, 0xc02f, 0xc009, 0xc013, 0x002f].map(u16::to_be_bytes).concat();
    let hello = [
        &version.to_be_bytes()[..],
        &[7; 32],
        &sized(1, &[]),
        &sized(2, &suites),
        &sized(1, &[0]),
        &sized(2, &extensions),
    ]
    .concat();
    let message = [&[1][..], &sized(3, &hello)].concat();
    [&[22, 3, 1][..], &sized(2, &message)].concat()
}

/// One request over https to whoever is at this address, as the host.
async fn send(config: &Arc<ClientConfig>, at: SocketAddr, host: &str, request: &[u8]) -> io::Result<Reply> {
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let all = async {
        let stream = TcpStream::connect(at).await?;
        let mut stream = TlsConnector::from(config.clone()).connect(name, stream).await?;
        stream.write_all(request).await?;
        read(stream).await
    };
    tokio::time::timeout(LONG, all).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

impl Authority {
    /// Starts pebble, which asks this DNS server.
    pub async fn start(folder: &Path, dns: SocketAddr) -> Self {
        let (directory, management) = (a_free_port(), a_free_port());
        let (http, https) = (a_free_port(), a_free_port());
        let now = OffsetDateTime::now_utc();
        let life = [now - time::Duration::hours(1), now + time::Duration::days(2)];
        let [key, certificate] = self_signed(folder, "directory", "IP:127.0.0.1,DNS:localhost", life).await;
        let settings = serde_json::json!({"pebble": {
            "listenAddress": directory.to_string(), "managementListenAddress": management.to_string(),
            "certificate": certificate, "privateKey": key, "httpPort": http.port(), "tlsPort": https.port(),
            "ocspResponderURL": "", "externalAccountBindingRequired": false,
        }});
        let file = folder.join("pebble.json");
        fs::write(&file, settings.to_string()).expect("written");
        let arguments = ["-config", &file.to_string_lossy(), "-dnsserver", &dns.to_string()];
        let pebble = start("pebble", folder, &arguments, &[("PEBBLE_VA_NOSLEEP", "1".to_owned())]);
        let authority = Self { _pebble: pebble, folder: folder.to_owned(), directory, http, https };
        // What it signs with is made at its start.
        let trusted = config(&certificate);
        for (path, file) in [("/roots/0", authority.roots()), ("/intermediates/0", authority.intermediate())] {
            let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
            let mut written = false;
            for _ in 0..300 {
                if let Ok(reply) = send(&trusted, management, "localhost", request.as_bytes()).await {
                    fs::write(&file, reply.body).expect("written");
                    written = true;
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            assert!(written, "pebble does not answer: {}", authority.log());
        }
        authority
    }

    /// The file with what it signs hosts' certificates with.
    fn intermediate(&self) -> PathBuf {
        self.folder.join("intermediate.pem")
    }

    /// The number of its key (RFC 7469, 2.4), by which a browser can be told to trust what it has signed.
    pub async fn pin(&self) -> String {
        let pipe = "openssl x509 -in \"$1\" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary \
            | openssl base64";
        let told = Command::new("sh").args(["-c", pipe, "pin"]).arg(self.intermediate()).output().await;
        let pin = String::from_utf8(told.expect("openssl runs").stdout).expect("text").trim().to_owned();
        assert_eq!(pin.len(), 44, "a number of 256 bits: {pin:?}");
        pin
    }

    /// The file with what it signs with.
    pub fn roots(&self) -> PathBuf {
        self.folder.join("roots.pem")
    }

    /// What it has been asked for so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("pebble.log")).unwrap_or_default()
    }
}

impl Edge {
    /// Starts Caddy with `server/deploy/Caddyfile` before a program that listens at these addresses.
    pub async fn start(authority: &Authority, [listen, internal]: [SocketAddr; 2]) -> Self {
        let folder = &authority.folder;
        let caddyfile = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/Caddyfile");
        let variables = [
            ("EDGE_HTTP_PORT", authority.http.port().to_string()),
            ("EDGE_HTTPS_PORT", authority.https.port().to_string()),
            ("EDGE_ADMIN", "off".to_owned()),
            ("ACME_CA", format!("https://{}/dir", authority.directory)),
            ("ACME_CA_ROOT", folder.join("directory.crt").to_string_lossy().into_owned()),
            ("LISTEN_ADDR", listen.to_string()),
            ("INTERNAL_ADDR", internal.to_string()),
        ];
        let arguments = ["run", "--adapter", "caddyfile", "--config", &caddyfile.to_string_lossy()];
        let caddy = start("caddy", folder, &arguments, &variables);
        let (http, https) = (authority.http, authority.https);
        let edge = Self { caddy, folder: folder.clone(), http, https, roots: config(&authority.roots()) };
        for _ in 0..300 {
            if TcpStream::connect(https).await.is_ok() {
                return edge;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("caddy does not listen: {}", edge.log());
    }

    /// Kills it without a word. What it has stored is there for the next one.
    pub async fn kill(mut self) {
        self.caddy.kill().await.expect("ours");
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("caddy.log")).unwrap_or_default()
    }

    /// A request over https, as a browser makes it that finds the host here and knows the authority.
    pub async fn ask(
        &self,
        method: &str,
        url: (&str, &str),
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Reply> {
        let (host, path) = url;
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if method != "GET" {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        send(&self.roots, self.https, host, format!("{head}\r\n{body}").as_bytes()).await
    }

    pub async fn get(&self, host: &str, path: &str) -> io::Result<Reply> {
        self.ask("GET", (host, path), &[("accept", "text/html")], "").await
    }

    /// What Chromium shows of a page when it has been loaded, with whatever its policy lets it load. It finds every host here, and
    /// trusts what was signed with this key.
    pub async fn browse(&self, (host, path): (&str, &str), pin: &str) -> String {
        let program = std::env::var_os("CHROMIUM").unwrap_or_else(|| "/usr/bin/chromium".into());
        let profile = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(&program);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom"]);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        command.arg(format!("--host-resolver-rules=MAP * {}", self.https));
        command.arg(format!("--ignore-certificate-errors-spki-list={pin}"));
        command.arg(format!("https://{host}{path}")).stdin(Stdio::null()).kill_on_drop(true);
        let shown = tokio::time::timeout(LONG, command.output()).await.expect("in time");
        let shown = shown.unwrap_or_else(|error| panic!("{} does not run: {error}", program.display()));
        String::from_utf8_lossy(&shown.stdout).into_owned()
    }

    /// Walks `end2end/edge` in Chromium, which finds every host here and trusts what was signed with this key. Gives whether it went
    /// well, and what was said of it.
    pub async fn walk(&self, pin: &str, variables: &[(&str, String)]) -> (bool, String) {
        let journeys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end");
        let program = journeys.join("node_modules/@playwright/test/cli.js");
        assert!(program.exists(), "there is no {}: npm install in end2end", program.display());
        let mut command = Command::new("node");
        command.arg(program).args(["test", "--config", "edge.config.ts"]).current_dir(journeys);
        command.env("EDGE_ADDR", self.https.to_string()).env("EDGE_PIN", pin);
        command.envs(variables.iter().map(|(name, value)| (*name, value)));
        let walked = command.stdin(Stdio::null()).kill_on_drop(true).output().await.expect("node runs");
        let said = [walked.stdout, walked.stderr].concat();
        (walked.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// What it answers to whoever offers this version of TLS as their newest (RFC 5246, 7.4.1.2) and names this host: the first
    /// message's type, and of an alert what it says.
    pub async fn greet(&self, version: u16, host: &str) -> (u8, u8) {
        let mut stream = TcpStream::connect(self.https).await.expect("it listens");
        stream.write_all(&client_hello(version, host)).await.expect("sent");
        let mut answer = [0; 7];
        let read = tokio::time::timeout(LONG, stream.read_exact(&mut answer)).await.expect("in time");
        read.unwrap_or_else(|error| panic!("{version:#x} {host}: {error}"));
        (answer[0], answer[6])
    }

    /// A request over http.
    pub async fn ask_plainly(&self, method: &str, host: &str, path: &str) -> Reply {
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, self.http.port()));
        let mut stream = TcpStream::connect(at).await.expect("it listens");
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("sent");
        read(stream).await.expect("an answer")
    }
}

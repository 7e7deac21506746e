//! The program's own variables, all of them read once, at start. `.env.sample` documents them, and those few that are read
//! elsewhere: `SOBRADO_PG_BIN` by the search for PostgreSQL, `RUST_LOG` by the log, `LEPTOS_*` by Leptos.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::outside::edge::EdgeOptions;
use app::outside::mail::Post;
use app::state::{DemoPerson, Settings};
use tenancy::{Key, RegistryOptions};

/// What kind of installation this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Somebody's own machine.
    Development,
    /// A test's throw-away installation.
    Test,
    /// A benchmark's, on a loopback address: limits count and do not refuse.
    Bench,
    /// The real thing: no demo, no weak secret, no credential for everything.
    Production,
}

impl Environment {
    /// How long after SIGTERM we still take requests while `/readyz` already says no: an edge must be able to notice.
    pub const fn farewell(self) -> Duration {
        match self {
            Self::Development | Self::Bench => Duration::ZERO,
            Self::Test => Duration::from_millis(500),
            Self::Production => Duration::from_secs(3),
        }
    }
}

/// A variable that cannot be used, with what it should be.
#[derive(Debug, thiserror::Error)]
#[error("{variable} {problem}")]
pub struct ConfigError {
    variable: &'static str,
    problem: String,
}

fn wrong(variable: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError { variable, problem: problem.into() }
}

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// What kind of installation this is.
    pub environment: Environment,
    /// The platform's address, without a slash at the end.
    pub base_url: String,
    /// Where pages are served.
    pub listen: SocketAddr,
    /// Where metrics are served.
    pub internal: SocketAddr,
    /// The central database; none: the private cluster.
    pub central_url: Option<String>,
    /// The role that makes databases.
    pub provisioner_url: Option<String>,
    /// The installation's folder.
    pub data_dir: PathBuf,
    /// Where photographs lie.
    pub files: PathBuf,
    /// Which way mails go.
    pub mail: Post,
    /// The program's secret.
    pub key: Key,
    /// Proxies whose forwarded headers are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// DNS servers that are asked whose a domain is.
    pub dns_servers: Vec<SocketAddr>,
    /// Where the edge is.
    pub edge: EdgeOptions,
    /// Databases that wait on each server for who signs up next.
    pub prepared: u16,
    /// Connections to agencies that a serving process would like to have to each server.
    pub connections: u32,
    /// How agencies pay what they owe, as operators say it.
    pub payment: Option<Arc<str>>,
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// [`ConfigError`], naming the variable and what it should be.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from(|name| std::env::var(name).ok())
    }

    /// Reads variables from wherever `get` finds them.
    ///
    /// # Errors
    /// [`ConfigError`], naming the variable and what it should be.
    pub fn from(get: impl Fn(&'static str) -> Option<String>) -> Result<Self, ConfigError> {
        let get = |name| get(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let environment = environment(get("SOBRADO_ENV").as_deref())?;
        let base_url = get("BASE_URL").unwrap_or_else(|| "http://localhost:3000".into());
        let base_url = base_url.trim_end_matches('/').to_owned();
        settings(&base_url, environment)?;
        let data_dir = PathBuf::from(get("DATA_DIR").unwrap_or_else(|| ".data".into()));
        let files = match get("FILES_URL") {
            None => data_dir.join("files"),
            Some(url) => match url.strip_prefix("file:") {
                Some(folder) if !folder.trim_start_matches('/').is_empty() => {
                    PathBuf::from(folder.trim_start_matches("//"))
                }
                _ => {
                    return Err(wrong(
                        "FILES_URL",
                        "must be file:<folder>; other stores are not supported yet by this version",
                    ));
                }
            },
        };
        let (central_url, provisioner_url) = (get("CENTRAL_DATABASE_URL"), get("PROVISIONER_DATABASE_URL"));
        if environment == Environment::Production && central_url.is_some() && provisioner_url == central_url {
            return Err(wrong(
                "PROVISIONER_DATABASE_URL",
                "must be another role than CENTRAL_DATABASE_URL's in production",
            ));
        }
        let listen = address("LISTEN_ADDR", get("LISTEN_ADDR"), "127.0.0.1:3000")?;
        if environment == Environment::Bench
            && (base_url.starts_with("https://") || !listen.ip().is_loopback() || central_url.is_some())
        {
            return Err(wrong(
                "SOBRADO_ENV",
                "is `bench`, which lets everybody try passwords: it takes http on localhost, a LISTEN_ADDR that nobody else \
                 reaches, and a PostgreSQL of its own",
            ));
        }
        let mail = post(get("SMTP_URL"), environment, &data_dir)?;
        Ok(Self {
            environment,
            mail,
            listen,
            internal: address("INTERNAL_ADDR", get("INTERNAL_ADDR"), "127.0.0.1:3001")?,
            key: key(get("SECRET_KEY"), environment, &data_dir)?,
            trusted_proxies: proxies(get("TRUSTED_PROXIES"))?,
            dns_servers: dns_servers(get("DNS_SERVERS"))?,
            edge: EdgeOptions {
                address: get("EDGE_ADDR").map(|v| address("EDGE_ADDR", Some(v), "127.0.0.1:443")).transpose()?,
                roots: get("EDGE_CA_FILE").map(PathBuf::from),
            },
            prepared: prepared(get("PREPARED_DATABASES"), environment)?,
            connections: connections(get("TENANT_CONNECTIONS"))?,
            payment: payment(get("PAYMENT_INSTRUCTIONS"))?,
            base_url,
            central_url,
            provisioner_url,
            data_dir,
            files,
        })
    }

    /// Asked by whatever makes or migrates databases; `serve --no-worker` does without.
    ///
    /// # Errors
    /// [`ConfigError`] in production, when one role would do everything.
    pub fn require_provisioner(&self) -> Result<(), ConfigError> {
        let is_given = self.central_url.is_some();
        if self.environment == Environment::Production && is_given && self.provisioner_url.is_none() {
            return Err(wrong(
                "PROVISIONER_DATABASE_URL",
                "is required in production, but for `serve --no-worker`: the web part's role must not make databases",
            ));
        }
        Ok(())
    }

    /// What screens and layers need of it.
    ///
    /// # Panics
    /// Never: the base URL was checked when it was read.
    pub fn settings(&self, demo: Option<Arc<[DemoPerson]>>) -> Settings {
        let settings = settings(&self.base_url, self.environment).expect("the base URL was checked when it was read");
        let (dns_servers, edge) = (self.dns_servers.clone(), self.edge.clone());
        Settings { demo, mail: self.mail.clone(), dns_servers, edge, payment: self.payment.clone(), ..settings }
    }
}

fn environment(value: Option<&str>) -> Result<Environment, ConfigError> {
    match value {
        None | Some("development") => Ok(Environment::Development),
        Some("test") => Ok(Environment::Test),
        Some("bench") => Ok(Environment::Bench),
        Some("production") => Ok(Environment::Production),
        Some(other) => Err(wrong("SOBRADO_ENV", format!("is `{other}`; use development, test, bench or production"))),
    }
}

fn settings(base_url: &str, environment: Environment) -> Result<Settings, ConfigError> {
    let (scheme, rest) =
        base_url.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https")).ok_or_else(|| {
            wrong("BASE_URL", format!("is `{base_url}`; it must begin with https://, or http:// on localhost"))
        })?;
    let host = tenancy::Host::parse(rest).ok_or_else(|| {
        wrong("BASE_URL", format!("is `{base_url}`; after the scheme comes one host name and nothing else"))
    })?;
    let https = scheme == "https";
    if !https && host.as_str() != "localhost" {
        let problem =
            "must be https: browsers keep the session cookie over http on localhost only, and nobody could sign in";
        return Err(wrong("BASE_URL", problem));
    }
    let base_port = rest.split_once(':').map(|(_, port)| format!(":{port}")).unwrap_or_default();
    Ok(Settings {
        base_url: base_url.to_owned(),
        base_host: host.as_str().to_owned(),
        base_port,
        https,
        demo: None,
        mail: Post::Folder(PathBuf::new()),
        production: environment == Environment::Production,
        only_counts: environment == Environment::Bench,
        dns_servers: Vec::new(),
        edge: EdgeOptions::default(),
        payment: None,
    })
}

/// A sentence or two, as they are shown.
fn payment(value: Option<String>) -> Result<Option<Arc<str>>, ConfigError> {
    if value.as_ref().is_some_and(|text| text.chars().count() > 500 || text.chars().any(char::is_control)) {
        return Err(wrong("PAYMENT_INSTRUCTIONS", "is to be one line of at most 500 characters"));
    }
    Ok(value.map(Arc::from))
}

fn address(variable: &'static str, value: Option<String>, default: &str) -> Result<SocketAddr, ConfigError> {
    let value = value.unwrap_or_else(|| default.to_owned());
    value.parse().map_err(|_| wrong(variable, format!("is `{value}`; use an address and a port such as {default}")))
}

/// With their port, or without it at the usual one.
fn dns_servers(value: Option<String>) -> Result<Vec<SocketAddr>, ConfigError> {
    let value = value.unwrap_or_default();
    let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
    let read = |part: &str| part.parse().or_else(|_| part.parse().map(|ip: IpAddr| SocketAddr::new(ip, 53)));
    parts
        .map(|part| {
            read(part).map_err(|_| wrong("DNS_SERVERS", format!("holds `{part}`, which is no address of a server")))
        })
        .collect()
}

fn proxies(value: Option<String>) -> Result<Vec<IpAddr>, ConfigError> {
    value
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let ip = part.parse::<IpAddr>().map(|ip| ip.to_canonical());
            ip.map_err(|_| wrong("TRUSTED_PROXIES", format!("holds `{part}`, which is no IP address")))
        })
        .collect()
}

/// To the server that is given, else into a folder. In production nobody on the way may read a link that opens a door.
fn post(url: Option<String>, environment: Environment, data_dir: &std::path::Path) -> Result<Post, ConfigError> {
    let Some(url) = url else { return Ok(Post::Folder(data_dir.join("outbox"))) };
    let post = Post::smtp(&url).map_err(|problem| wrong("SMTP_URL", problem))?;
    if environment == Environment::Production && post.is_open() {
        let problem = "would send mails in the clear to another machine: use smtps://, or smtp://..?tls=required";
        return Err(wrong("SMTP_URL", problem));
    }
    Ok(post)
}

/// Three unless it is said; in a test none that nobody has asked for.
fn prepared(value: Option<String>, environment: Environment) -> Result<u16, ConfigError> {
    let Some(value) = value else { return Ok(if environment == Environment::Test { 0 } else { 3 }) };
    let number = value.parse().ok().filter(|number| *number <= 100);
    number.ok_or_else(|| wrong("PREPARED_DATABASES", format!("is `{value}`; use a number from 0 to 100")))
}

/// As many as a registry wants by itself, unless it is said.
fn connections(value: Option<String>) -> Result<u32, ConfigError> {
    let Some(value) = value else { return Ok(RegistryOptions::default().max_connections) };
    let number = value.parse().ok().filter(|number| (8..=10_000).contains(number));
    number.ok_or_else(|| wrong("TENANT_CONNECTIONS", format!("is `{value}`; use a number from 8 to 10000")))
}

/// The secret: as given; outside production made once and kept beside the data, readable by us alone.
fn key(value: Option<String>, environment: Environment, data_dir: &std::path::Path) -> Result<Key, ConfigError> {
    let parse = |secret: &str| Key::parse(secret).map_err(|e| wrong("SECRET_KEY", format!("is unusable: {e}")));
    if let Some(secret) = value {
        return parse(&secret);
    }
    if environment == Environment::Production {
        return Err(wrong("SECRET_KEY", "is required in production; make one with `openssl rand -base64 32`"));
    }
    let path = data_dir.join("secret_key");
    if let Ok(secret) = std::fs::read_to_string(&path) {
        return parse(&secret);
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|e| wrong("SECRET_KEY", format!("could not be made: {e}")))?;
    let secret = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    write_secret(&path, &secret)
        .map_err(|e| wrong("DATA_DIR", format!("cannot be written ({}): {e}", path.display())))?;
    parse(&secret)
}

fn write_secret(path: &std::path::Path, secret: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        // As root PostgreSQL runs as another user, who must be able to walk through.
        let mode = if nix::unistd::Uid::effective().is_root() { 0o711 } else { 0o700 };
        std::fs::DirBuilder::new().recursive(true).mode(mode).create(folder)?;
    }
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, String> {
        let secret = ("SECRET_KEY", "0123456789abcdef0123456789abcdef");
        let get =
            |name: &'static str| pairs.iter().chain([&secret]).find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        Config::from(get).map_err(|e| e.to_string())
    }

    #[test]
    fn the_sample_lists_what_is_read() {
        // Beside what is read here: what others read.
        let elsewhere = ["SOBRADO_PG_BIN", "RUST_LOG"];
        let sample = include_str!("../../.env.sample");
        let listed = sample.lines().filter_map(|line| line.strip_prefix('#')?.split_once('=')).map(|(name, _)| name);
        let is_name = |name: &&str| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
        let listed = listed.filter(is_name).filter(|name| !elsewhere.contains(name) && !name.starts_with("LEPTOS_"));
        let asked = std::cell::RefCell::new(std::collections::BTreeSet::new());
        let config = Config::from(|name| {
            asked.borrow_mut().insert(name);
            (name == "SECRET_KEY").then(|| "0123456789abcdef0123456789abcdef".to_owned())
        });
        assert!(config.is_ok(), "{config:?}");
        assert_eq!(listed.collect::<std::collections::BTreeSet<_>>(), asked.into_inner());
    }

    #[test]
    fn a_bad_variable_is_named_with_what_it_should_be() {
        for (name, value) in [
            ("SOBRADO_ENV", "prod"),
            ("BASE_URL", "localhost:3000"),
            ("BASE_URL", "http://192.168.0.5:3000"),
            ("BASE_URL", "http://sobrado.example"),
            ("BASE_URL", "https://sobrado.example/crm"),
            ("LISTEN_ADDR", "3000"),
            ("INTERNAL_ADDR", "localhost"),
            ("TRUSTED_PROXIES", "10.0.0.1, proxy"),
            ("DNS_SERVERS", "9.9.9.9, dns.example"),
            ("EDGE_ADDR", "443"),
            ("FILES_URL", "s3:bucket"),
            ("PREPARED_DATABASES", "101"),
            ("TENANT_CONNECTIONS", "7"),
            ("TENANT_CONNECTIONS", "many"),
            ("SMTP_URL", "mail.example:25"),
            ("PAYMENT_INSTRUCTIONS", "Pix\n12.345.678/0001-90"),
        ] {
            let error = read(&[(name, value)]).expect_err(name);
            assert!(error.starts_with(name), "{error}");
        }
        let error = Config::from(|name| (name == "SECRET_KEY").then(|| "short".to_owned())).expect_err("too short");
        assert!(error.to_string().starts_with("SECRET_KEY"), "{error}");
    }

    #[test]
    fn a_trusted_proxy_has_one_form() {
        let config = read(&[("TRUSTED_PROXIES", "::ffff:10.0.0.1, 2001:db8::1")]).expect("two addresses");
        let proxies = config.trusted_proxies.iter().map(IpAddr::to_string).collect::<Vec<_>>();
        assert_eq!(proxies, ["10.0.0.1", "2001:db8::1"]);
    }

    #[test]
    fn a_dns_server_has_a_port_or_the_usual_one() {
        let config = read(&[("DNS_SERVERS", "9.9.9.9, [2620:fe::fe]:5353, 127.0.0.1:8053")]).expect("three servers");
        let servers = config.dns_servers.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(servers, ["9.9.9.9:53", "[2620:fe::fe]:5353", "127.0.0.1:8053"]);
    }

    #[test]
    fn production_takes_no_shortcuts() {
        let error = Config::from(|name| (name == "SOBRADO_ENV").then(|| "production".to_owned())).expect_err("no key");
        assert!(error.to_string().starts_with("SECRET_KEY"));
        let url = ("CENTRAL_DATABASE_URL", "postgres://a@db/central");
        let production = ("SOBRADO_ENV", "production");
        let web = read(&[production, url]).expect("enough to serve");
        let error = web.require_provisioner().expect_err("not enough to make databases").to_string();
        assert!(error.starts_with("PROVISIONER_DATABASE_URL"), "{error}");
        assert!(
            read(&[production, url, ("PROVISIONER_DATABASE_URL", url.1)])
                .expect_err("the same")
                .starts_with("PROVISIONER")
        );
        let both =
            read(&[production, url, ("PROVISIONER_DATABASE_URL", "postgres://p@db/postgres")]).expect("two roles");
        assert!(both.require_provisioner().is_ok());
    }

    #[test]
    fn mails_go_into_a_folder_or_to_a_server_and_in_production_nobody_reads_them_on_the_way() {
        let folder = read(&[("DATA_DIR", "/srv/data")]).expect("fine").mail;
        assert_eq!(folder, Post::Folder("/srv/data/outbox".into()));
        let (production, web) = (("SOBRADO_ENV", "production"), ("CENTRAL_DATABASE_URL", "postgres://a@db/central"));
        let clear = ("SMTP_URL", "smtp://u:hunter2@mail.example:25");
        assert!(read(&[clear]).is_ok(), "on one's own machine it is one's own business");
        let error = read(&[production, web, clear]).expect_err("readable on the way");
        assert!(error.starts_with("SMTP_URL") && !error.contains("hunter2"), "{error}");
        for closed in ["smtps://u:p@mail.example", "smtp://u:p@mail.example:587?tls=required", "smtp://localhost:25"] {
            assert!(read(&[production, web, ("SMTP_URL", closed)]).is_ok(), "{closed}");
        }
    }

    #[test]
    fn what_serves_anybody_else_is_no_bench() {
        let bench = ("SOBRADO_ENV", "bench");
        assert!(read(&[bench]).expect("a loopback address").settings(None).only_counts);
        for real in [
            ("BASE_URL", "https://sobrado.example"),
            ("LISTEN_ADDR", "0.0.0.0:3000"),
            ("CENTRAL_DATABASE_URL", "postgres://a@db/central"),
        ] {
            assert!(read(&[bench, real]).expect_err(real.0).starts_with("SOBRADO_ENV"), "{real:?}");
            let development = read(&[("SOBRADO_ENV", "development"), real]).expect(real.0);
            assert!(!development.settings(None).only_counts, "limits refuse everywhere else");
        }
    }

    #[test]
    fn the_base_url_gives_host_and_port() {
        let config = read(&[("BASE_URL", "https://sobrado.example/")]).expect("fine");
        let settings = config.settings(None);
        assert_eq!(
            (settings.base_host.as_str(), settings.base_port.as_str(), settings.https),
            ("sobrado.example", "", true)
        );
        assert_eq!(settings.storefront_url("abc", None), "https://abc.sobrado.example");
        let settings = read(&[]).expect("fine").settings(None);
        assert_eq!(settings.storefront_url("abc", None), "http://abc.localhost:3000");
        assert_eq!(settings.storefront_url("abc", Some("www.abc.example")), "https://www.abc.example");
    }
}

//! `sobrado serve`: pages, storefronts, metrics and the worker in one process, until it is told to stop.

use anyhow::Context as _;
use clap::Args;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;
use tenancy::cluster::ServeLock;
use tenancy::{Clock, Deployment, Registry, RegistryOptions, TenantId};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use app::outside::mail::Post;
use app::state::AppState;

use crate::config::{Config, Environment};
use crate::layers::request::Proxies;
use crate::listen::{PER_PEER, Patience, Peers};
use crate::router::{self, Readiness};
use crate::tls_allowed::Asked;
use crate::tls_allowed::kept::{self, Kept};
use crate::waiting::{self, Lent};
use crate::{boot, listen, telemetry, worker};

/// What is left after the requests' time for pools to close; [`listen::CLOSING`] holds it.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// Serve the platform and every agency's storefront
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Leave the worker to another process
    #[arg(long)]
    no_worker: bool,
    /// First bring all databases up to date
    #[arg(long)]
    migrate: bool,
    /// First create the demo's agencies and people
    #[arg(long)]
    demo: bool,
}

impl Serve {
    pub(super) async fn run(&self, config: Config) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(
            !(self.demo && config.environment == Environment::Production),
            "production has no demo people: leave --demo out"
        );
        std::fs::create_dir_all(&config.data_dir)
            .with_context(|| format!("DATA_DIR {} cannot be made", config.data_dir.display()))?;
        let lock = ServeLock::take(&config.data_dir)?;
        let mut porch = Porch::open(&config).await?;
        let meanwhile = Lent::to(router::internal(porch.asked.clone()), &porch.internal, &config)?;
        let (deployment, state, committed) = tokio::select! {
            opened = self.open(&config, &porch.public) => opened?,
            _ = porch.told.wait() => return Ok(ExitCode::SUCCESS),
        };
        meanwhile.back().await;
        let result = self.serve(&config, &deployment, (state, committed), porch).await;
        deployment.close().await?;
        drop(lock);
        result.map(|()| ExitCode::SUCCESS)
    }

    /// Everything that is there before the first page.
    async fn open(&self, config: &Config, public: &TcpListener) -> anyhow::Result<(Deployment, AppState, Committed)> {
        waiting::for_the_central_database(config, public).await?;
        let makes = !self.no_worker || self.migrate || self.demo;
        let deployment = if makes { boot::open_deployment(config).await? } else { boot::open_serving(config).await? };
        match self.make_ready(config, &deployment).await {
            Ok((state, committed)) => Ok((deployment, state, committed)),
            Err(error) => {
                deployment.close().await?;
                Err(error)
            }
        }
    }

    async fn make_ready(&self, config: &Config, deployment: &Deployment) -> anyhow::Result<(AppState, Committed)> {
        if self.migrate {
            for (name, outcome) in super::migrate::all(deployment).await? {
                if let Err(error) = outcome {
                    tracing::error!(
                        database = name,
                        error,
                        "a database was not migrated; one that is too old answers 503"
                    );
                }
            }
        }
        deployment.require_current().await?;
        if self.demo {
            super::demo::create(config, deployment).await?;
        }
        let settings = config.settings(self.demo.then(|| super::demo::people().into()));
        let options = RegistryOptions { max_connections: config.connections, ..RegistryOptions::default() };
        boot::open_state(deployment, config.files.clone(), settings, Clock::system(), options).await
    }

    async fn serve(
        &self,
        config: &Config,
        deployment: &Deployment,
        (state, committed): (AppState, Committed),
        Porch { public, internal, asked, mut told }: Porch,
    ) -> anyhow::Result<()> {
        let (stop, readiness) = (CancellationToken::new(), Readiness::default());
        let farewell = config.environment.farewell();
        let patience = Patience::default();
        let patience = Patience { finish: patience.finish.saturating_sub(farewell), ..patience };
        let working = if self.no_worker {
            tokio::spawn(worker::elsewhere::tell_each(deployment.central().clone(), committed, stop.clone()))
        } else {
            let provisioner = deployment.provisioner().keeping(config.prepared);
            tokio::spawn(worker::run(state.house.clone(), provisioner, committed, stop.clone()))
        };
        if !self.no_worker {
            tokio::spawn(worker::heads::run(
                state.house.central.clone(),
                state.house.key.clone(),
                state.house.clock.clone(),
                config.data_dir.clone(),
                stop.clone(),
            ));
        }
        let peers = || Peers::new(Proxies(config.trusted_proxies.as_slice().into()), PER_PEER);
        let pages = router::router(&state, &config.trusted_proxies, readiness.clone());
        let serving = tokio::spawn(listen::serve(public, pages, stop.clone(), patience, peers()));
        let inside = router::internal(asked.with_a_map(state.house.clone()));
        let measuring = tokio::spawn(listen::serve(internal, inside, stop.clone(), patience, peers()));
        let keeping = tokio::spawn(kept::keep(state.house.clone(), config.data_dir.clone(), stop.clone()));
        announce(config, deployment, self.demo);
        telemetry::metrics().run_upkeep();
        let how = told.wait().await;
        tracing::info!("stopping: what is under way finishes first");
        readiness.stop();
        if how == Stop::Terminate {
            // An edge asks `/readyz` now and then: until it has, it sends requests, and they are answered.
            tokio::select! {
                () = tokio::time::sleep(farewell) => {}
                _ = told.wait() => {}
            }
        }
        stop.cancel();
        let deadline = Instant::now() + patience.finish;
        let _ = tokio::join!(serving, measuring, keeping);
        if let Some(mut committed) = end(working, deadline).await {
            // What was committed since: another process works already, or looks when this one is started again.
            worker::elsewhere::tell(deployment.central(), None, &mut committed).await;
        }
        close(&state.house.registry).await;
        Ok(())
    }
}

/// Whose outbox may hold something.
type Committed = mpsc::UnboundedReceiver<TenantId>;

/// What a process has before its databases: its ports, what it tells an edge, and an ear for who ends it.
struct Porch {
    public: TcpListener,
    internal: TcpListener,
    asked: Asked,
    told: Told,
}

impl Porch {
    /// Both ports first: a taken one is told before anything is started.
    async fn open(config: &Config) -> anyhow::Result<Self> {
        let public = bind("LISTEN_ADDR", config.listen).await?;
        let internal = bind("INTERNAL_ADDR", config.internal).await?;
        // Counts from here on.
        telemetry::metrics();
        let (base_host, kept) = (config.settings(None).base_host, Kept::read(&config.data_dir));
        let asked = Asked::without_a_map(&base_host, kept, Clock::system());
        Ok(Self { public, internal, asked, told: Told::listen()? })
    }
}

/// Closes the agencies' pools, and waits a moment for connections in use.
pub(super) async fn close(registry: &Registry) {
    if tokio::time::timeout(LAST_MOMENT, registry.close()).await.is_err() {
        tracing::warn!("some connections of agencies' databases were still in use, and are cut off");
    }
}

/// Waits for the worker until then, and no longer: what it leaves half done is done again. Gives what it gives back.
pub(super) async fn end<T>(mut working: JoinHandle<T>, deadline: Instant) -> Option<T> {
    match tokio::time::timeout_at(deadline, &mut working).await {
        Ok(ended) => ended.ok(),
        Err(_) => {
            tracing::warn!("the worker did not finish in time; what it had begun is done again");
            working.abort();
            None
        }
    }
}

async fn bind(variable: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow::anyhow!(
            "{address} is taken by another program: stop it, or choose another with {variable} (`make run PORT=4000` sets both)"
        ),
        std::io::ErrorKind::PermissionDenied => anyhow::anyhow!("{address} needs more rights: choose a port above 1023 with {variable}"),
        _ => anyhow::anyhow!("{variable} {address} cannot be listened on: {error}"),
    })
}

/// How we were told to stop.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Ctrl-C: somebody sits there and waits.
    Interrupt,
    /// SIGTERM: a supervisor, with visitors still on their way.
    Terminate,
}

/// The signals that stop us.
pub(super) struct Told {
    terminate: Signal,
    interrupt: Signal,
}

impl Told {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    pub(super) async fn wait(&mut self) -> Stop {
        tokio::select! {
            _ = self.terminate.recv() => Stop::Terminate,
            _ = self.interrupt.recv() => Stop::Interrupt,
        }
    }
}

/// What a newcomer wants to know, on standard output: the log is on standard error.
fn announce(config: &Config, deployment: &Deployment, demo: bool) {
    println!("\nSobrado is open.\n\n  platform     {}", config.base_url);
    if demo {
        print!("{}", introduced(config));
    }
    let data = std::path::absolute(&config.data_dir).unwrap_or_else(|_| config.data_dir.clone());
    println!("\n  data         {}", data.display());
    match &config.mail {
        Post::Folder(folder) => {
            let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
            println!("  mails        {} (a file each)", folder.display());
        }
        Post::Smtp(_) => println!("  mails        to the server of SMTP_URL"),
    }
    println!("  log          on standard error, a line of JSON each");
    if let Some(cluster) = deployment.cluster() {
        println!("  PostgreSQL   {} (private, process {})", cluster.data_directory().display(), cluster.pid());
        println!("               {} (its log)", config.data_dir.join("log/postgres.log").display());
        if let Some(note) = cluster.note() {
            println!("  note         {note}");
        }
    }
    println!("\n  Ctrl-C stops everything.\n");
}

/// The demo's storefronts, and whom one can sign in as.
fn introduced(config: &Config) -> String {
    let (mut out, settings) = (String::new(), config.settings(None));
    let mut line = |text: String| out.extend([text.as_str(), "\n"]);
    for (slug, name, domain) in super::demo::storefronts() {
        line(format!("  storefront   {:<40} {name}", settings.storefront_url(slug, None)));
        if let Some(domain) = domain {
            let port = &settings.base_port;
            line(format!("               http://{domain}{port:<33} (when this machine knows the name)"));
        }
    }
    line(format!("\n  sign in at   {}/entrar", config.base_url));
    for person in super::demo::people() {
        let (role, door) = match person.role {
            Some(role) => (role.as_str(), String::new()),
            None => ("operator", format!(", at {}/platform/entrar", config.base_url)),
        };
        line(format!("               {:<28} {role:<10} {}{door}", person.email, person.at));
    }
    line(format!("  password     {}", super::demo::PASSWORD));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demos_doors_and_people_are_introduced() {
        let get = |name| match name {
            "SECRET_KEY" => Some("0123456789abcdef0123456789abcdef".to_owned()),
            "BASE_URL" => Some("http://localhost:4000".to_owned()),
            _ => None,
        };
        let text = introduced(&Config::from(get).expect("complete"));
        let has = |words: &[&str]| text.lines().any(|line| words.iter().all(|word| line.contains(word)));
        assert!(has(&["http://casa-azul.localhost:4000", "Casa Azul"]), "{text}");
        assert!(has(&["http://horizonte.localhost:4000", "Horizonte"]), "{text}");
        assert!(has(&["sign in at", "http://localhost:4000/entrar"]), "{text}");
        assert!(has(&["ana@casa-azul.example", "owner"]), "{text}");
        assert!(has(&["operador@sobrado.example", "/platform/entrar"]), "{text}");
        for person in crate::commands::demo::people() {
            assert!(has(&[person.email, &person.at]), "{} in {text}", person.email);
        }
        assert!(has(&["password", crate::commands::demo::PASSWORD]), "{text}");
    }
}

//! From the configuration to what the process has opened.

use anyhow::Context as _;
use leptos::config::LeptosOptions;
use std::sync::Arc;
use tenancy::central::accounts::Accounts;
use tenancy::central::sessions::Sessions;
use tenancy::relay::Elsewhere;
use tenancy::{Changed, Clock, Deployment, DeploymentOptions, RegistryOptions, Routes, TenantId};
use tokio::sync::{broadcast, mpsc};

use app::outside::edge::Edge;
use app::outside::files::Files;
use app::outside::mail::Mailer;
use app::outside::names::Names;
use app::outside::password::Passwords;
use app::outside::pictures::Pictures;
use app::sign_up::looks::Looks;
use app::state::{AppState, House, Settings};
use app::storefront::db::KnownChoices;

use crate::config::Config;

/// The databases as the configuration names them, made ready, for who makes and migrates them.
///
/// # Errors
/// With what to do about it.
pub async fn open_deployment(config: &Config) -> anyhow::Result<Deployment> {
    config.require_provisioner()?;
    Deployment::open(deployment_options(config)).await.context(CANNOT_OPEN)
}

/// The databases for who only serves: without the credential that makes them.
///
/// # Errors
/// With what to do about it.
pub async fn open_serving(config: &Config) -> anyhow::Result<Deployment> {
    Deployment::open_serving(deployment_options(config)).await.context(CANNOT_OPEN)
}

/// The databases as they are, for who only looks.
///
/// # Errors
/// With what to do about it.
pub async fn open_unprepared(config: &Config) -> anyhow::Result<Deployment> {
    Deployment::open_unprepared(&deployment_options(config)).await.context(CANNOT_OPEN)
}

const CANNOT_OPEN: &str = "the databases cannot be opened";

/// Where the databases are, as the configuration names them.
pub fn deployment_options(config: &Config) -> DeploymentOptions {
    let cluster_settings = if config.environment == crate::config::Environment::Bench {
        [("shared_buffers", "1GB"), ("work_mem", "16MB")].map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec()
    } else {
        Vec::new()
    };
    DeploymentOptions {
        data_dir: config.data_dir.clone(),
        central_url: config.central_url.clone(),
        provisioner_url: config.provisioner_url.clone(),
        key: config.key.clone(),
        cluster_settings,
    }
}

/// Notices of operations that are kept for whoever is slow to listen; who misses some reads the record.
const HEARD: usize = 256;

/// What layers and server functions work with, and the channel that says whose outbox may hold something.
///
/// # Errors
/// When the routes cannot be read, or the folder for files or mails cannot be made.
pub async fn open_state(
    deployment: &Deployment,
    files: std::path::PathBuf,
    settings: Settings,
    clock: Clock,
    registry: RegistryOptions,
) -> anyhow::Result<(AppState, mpsc::UnboundedReceiver<TenantId>)> {
    let routes = Routes::load(deployment.central()).await.context("the routes cannot be read")?;
    let (registry, committed) = deployment.registry(&routes, registry);
    let accounts = Accounts::new(deployment.central().clone());
    let sessions = Sessions::new(deployment.central().clone(), clock.clone());
    let (operations, outboxes) = (broadcast::Sender::new(HEARD), Elsewhere::default());
    let files = Files::in_folder(files).context("the folder for files cannot be made")?;
    let mailer = Mailer::open(&settings.mail, &settings.base_host)?;
    let house = House {
        central: deployment.central().clone(),
        accounts: accounts.clone(),
        sessions: sessions.clone(),
        routes: routes.clone(),
        registry,
        operations: operations.clone(),
        outboxes: outboxes.clone(),
        files,
        mailer,
        names: Names::new(&settings.dns_servers).context("the DNS cannot be asked")?,
        edge: Edge::new(&settings.edge)?,
        choices: KnownChoices::default(),
        looks: Looks::default(),
        pictures: Pictures::default(),
        passwords: Passwords::default(),
        clock,
        key: deployment.key().clone(),
        settings,
    };
    tokio::spawn(routes.follow(move |changed| {
        let (accounts, sessions) = (accounts.clone(), sessions.clone());
        match changed {
            Changed::Account(id) => drop(tokio::spawn(async move { accounts.forget(id).await })),
            Changed::Session(stored) => drop(tokio::spawn(async move { sessions.forget(&stored).await })),
            // Nobody may be waiting for it.
            Changed::Operation(id) => drop(operations.send(id)),
            Changed::Outbox(tenant) => outboxes.hear(tenant),
        }
    }));
    Ok((AppState { leptos_options: leptos_options(), house: Arc::new(house) }, committed))
}

/// Where the bundle is: as the environment says (cargo-leptos and `make run` set it), else as a plain build leaves it.
fn leptos_options() -> LeptosOptions {
    leptos::config::get_configuration(None)
        .map(|c| c.leptos_options)
        .unwrap_or_else(|_| LeptosOptions::builder().output_name("sobrado").site_root("target/site").build())
}

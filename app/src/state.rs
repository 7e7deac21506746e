//! What the process has opened, handed to every layer and server function.

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use std::net::SocketAddr;
use std::sync::Arc;
use tenancy::central::accounts::Accounts;
use tenancy::central::sessions::Sessions;
use tenancy::relay::Elsewhere;
use tenancy::{CentralDb, Clock, Key, OperationId, Registry, Routes};
use tokio::sync::broadcast;

use crate::access::Role;
use crate::outside::edge::{Edge, EdgeOptions};
use crate::outside::files::Files;
use crate::outside::mail::{Mailer, Post};
use crate::outside::names::Names;
use crate::outside::password::Passwords;
use crate::outside::pictures::Pictures;
use crate::sign_up::looks::Looks;
use crate::storefront::db::KnownChoices;

/// Cheap to clone; every part is.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// Where Leptos finds its bundle.
    pub leptos_options: LeptosOptions,
    /// Everything else.
    pub house: Arc<House>,
}

/// The opened parts.
#[derive(Clone)]
pub struct House {
    /// The shared database.
    pub central: CentralDb,
    /// Who may act for which agency.
    pub accounts: Accounts,
    /// Who is signed in.
    pub sessions: Sessions,
    /// From host to agency.
    pub routes: Routes,
    /// From agency to database.
    pub registry: Registry,
    /// Which operations have come further, as soon as that is committed.
    pub operations: broadcast::Sender<OperationId>,
    /// Whose outbox may hold something that another process has committed.
    pub outboxes: Elsewhere,
    /// Photographs and logos.
    pub files: Files,
    /// Carries mails; only the worker asks it to.
    pub mailer: Mailer,
    /// The DNS.
    pub names: Names,
    /// The edge that serves the hosts over https.
    pub edge: Edge,
    /// What storefronts' search forms offer.
    pub choices: KnownChoices,
    /// How often lines have looked whether a name in addresses is free.
    pub looks: Looks,
    /// Photographs, off the async threads.
    pub pictures: Pictures,
    /// argon2id, off the async threads.
    pub passwords: Passwords,
    /// What time it is.
    pub clock: Clock,
    /// The program's secret.
    pub key: Key,
    /// What the operator set.
    pub settings: Settings,
}

/// Somebody in the demo, whom a newcomer may sign in as.
#[derive(Debug, Clone)]
pub struct DemoPerson {
    /// E-mail address.
    pub email: &'static str,
    /// What they are; none for operators.
    pub role: Option<Role>,
    /// Where they work.
    pub at: String,
}

/// Settings that screens, layers and the world outside need.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `https://sobrado.example`, without a slash at the end.
    pub base_url: String,
    /// Host of the base URL, without a port.
    pub base_host: String,
    /// `:3000`, or nothing when the port is the scheme's own.
    pub base_port: String,
    /// Whether the addresses are `https`.
    pub https: bool,
    /// Whom the start page shows as people of the demo; none, where there is no demo.
    pub demo: Option<Arc<[DemoPerson]>>,
    /// Whether this is production: no hints, no demo.
    pub production: bool,
    /// Which way mails go.
    pub mail: Post,
    /// Whether limits only count: a benchmark comes from one address and must not be told to wait.
    pub only_counts: bool,
    /// DNS servers that are asked whose a domain is; none: the system's.
    pub dns_servers: Vec<SocketAddr>,
    /// Where the edge is.
    pub edge: EdgeOptions,
    /// How agencies pay what they owe, as the operator says it; none: they ask.
    pub payment: Option<Arc<str>>,
}

impl Settings {
    /// A whole address on the platform's host, for mails: of what the operator set, whatever host a request came to.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// The address of an agency's storefront: its primary domain, which has its own certificate, or its place under the
    /// platform's host, with the platform's scheme and port.
    pub fn storefront_url(&self, slug: &str, primary: Option<&str>) -> String {
        let scheme = if self.https { "https" } else { "http" };
        match primary {
            Some(domain) => format!("https://{domain}"),
            None => format!("{scheme}://{slug}.{}{}", self.base_host, self.base_port),
        }
    }
}

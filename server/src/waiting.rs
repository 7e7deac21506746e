//! What `serve` answers until it has its databases: an edge what was known when they were last there (TLS-07), and whoever comes
//! for a page that they should come back.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use http::StatusCode;
use std::io;
use std::os::fd::AsFd as _;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;

use crate::boot;
use crate::config::Config;
use crate::layers::headers::Secure;
use crate::layers::request::Proxies;
use crate::layers::{central, headers, panic, request};
use crate::listen::{self, PER_PEER, Patience, Peers};

/// Before the databases are asked for again; each pause is twice the one before.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(10);
/// Nothing that is answered here takes time: whoever has not heard it by then is cut off, and nobody else waits for them.
const FINISH: Duration = Duration::from_secs(1);

/// A listener on which somebody answers for the time being.
pub struct Lent {
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Lent {
    /// Answers by this router.
    ///
    /// # Errors
    /// When the process may open no more files.
    pub fn to(router: Router, listener: &TcpListener, config: &Config) -> io::Result<Self> {
        let again = TcpListener::from_std(listener.as_fd().try_clone_to_owned()?.into())?;
        let stop = CancellationToken::new();
        let patience = Patience { finish: FINISH, ..Patience::default() };
        let peers = Peers::new(Proxies(config.trusted_proxies.as_slice().into()), PER_PEER);
        Ok(Self { serving: tokio::spawn(listen::serve(again, router, stop.clone(), patience, peers)), stop })
    }

    /// Ends that. Whoever comes next waits in the kernel's queue for who answers next.
    pub async fn back(self) {
        self.stop.cancel();
        drop(self.serving.await);
    }
}

/// Waits until the central database is there, if it is on a given server, and is not said to be there by itself: what only a
/// person can mend is left to who opens it. Meanwhile the public listener says to come back.
///
/// # Errors
/// [`Lent::to`]'s.
pub async fn for_the_central_database(config: &Config, public: &TcpListener) -> io::Result<()> {
    let options = boot::deployment_options(config);
    let (mut lent, mut pause) = (None, PAUSE);
    while let Some(error) = options.away().await {
        tracing::warn!(%error, ?pause, "the central database is away, and asked for again after a pause");
        if lent.is_none() {
            lent = Some(Lent::to(come_back(config), public, config)?);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST);
    }
    if let Some(lent) = lent {
        tracing::info!("the central database is there");
        lent.back().await;
    }
    Ok(())
}

/// Alive, not ready, and no page yet.
fn come_back(config: &Config) -> Router {
    let proxies = Proxies(config.trusted_proxies.as_slice().into());
    let secure = Secure { https: config.settings(None).https };
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(proxies, request::layer))
        .layer(from_fn_with_state(secure, headers::layer))
        .layer(from_fn(panic::layer));
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, "not ready\n") }))
        .fallback(async |request: Request| central::come_back(&request))
        .layer(layers)
}

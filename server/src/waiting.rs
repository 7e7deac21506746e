//! What `serve` answers until it has its databases: an edge what was known when they were last there (TLS-07), and whoever comes
//! for a page that they should come back.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use http::{StatusCode, header};
use std::io;
use std::os::fd::AsFd as _;
use std::time::Duration;
use tenancy::Host;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;

use crate::boot;
use crate::config::Config;
use crate::layers::headers::Secure;
use crate::layers::host::OnPlatform;
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

/// Waits while the central database is away, if it lies on a given server; what only a person can mend is left to whoever opens
/// it. Meanwhile the public listener says to come back.
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

/// Alive, not ready, and no page yet. The platform's host is told what it is always told: browsers keep the last word that they
/// hear of https (RFC 6797, 8.1).
fn come_back(config: &Config) -> Router {
    let proxies = Proxies(config.trusted_proxies.as_slice().into());
    let settings = config.settings(None);
    let (secure, base_host) = (Secure { https: settings.https }, settings.base_host);
    let answer = async move |request: Request| {
        let named = request.headers().get(header::HOST).and_then(|host| Host::parse(host.to_str().ok()?));
        let mut response = central::come_back(&request);
        if named.is_some_and(|host| host.as_str() == base_host) {
            response.extensions_mut().insert(OnPlatform);
        }
        response
    };
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(proxies, request::layer))
        .layer(from_fn_with_state(secure, headers::layer))
        .layer(from_fn(panic::layer));
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, "not ready\n") }))
        .fallback(answer)
        .layer(layers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::extract::ConnectInfo;
    use std::net::{Ipv4Addr, SocketAddr};
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn browsers_keep_what_they_know_of_https() {
        let config = Config::from(|name| match name {
            "BASE_URL" => Some("https://sobrado.example".to_owned()),
            "SECRET_KEY" => Some("0123456789abcdef0123456789abcdef".to_owned()),
            _ => None,
        });
        let waiting = come_back(&config.expect("enough"));
        for (host, expected) in [
            ("sobrado.example", "max-age=63072000; includeSubDomains"),
            ("casa-azul.sobrado.example", "max-age=63072000"),
        ] {
            let peer = ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 1)));
            let request = Request::builder().uri("/").header(header::HOST, host).extension(peer);
            let request = request.body(Body::empty()).expect("a request");
            let response = waiting.clone().oneshot(request).await.expect("an answer");
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers()[header::STRICT_TRANSPORT_SECURITY], expected, "{host}");
        }
    }
}

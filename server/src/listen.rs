//! The accept loop. hyper's own, because `axum::serve` waits for a request's head for ever.

use axum::Router;
use axum::extract::connect_info::ConnectInfo;
use futures::FutureExt as _;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::Service as _;

/// From the word to stop to the end of the process: what is under way has finished by then, or is cut off.
pub const GRACE: Duration = Duration::from_secs(15);
/// Connections at once; the next ones wait in the kernel's queue.
const CONNECTIONS: usize = 10_000;
/// The length of that queue.
const WAITING: usize = 1024;

/// How long others are waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request: of the first one from when the connection is made.
    pub head: Duration,
    /// For requests to finish once we are told to stop.
    pub finish: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(10), finish: GRACE }
    }
}

/// Serves until the token is cancelled, then lets what is under way finish, for as long as we are patient.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken, patience: Patience) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience.head);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(100).keep_alive_interval(Duration::from_secs(30));
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let take = |stream: TcpStream, peer, place: OwnedSemaphorePermit| {
        // A streamed page is many small writes; without this each waits 40 ms for the other side's delayed answer.
        let _ = stream.set_nodelay(true);
        let heard = CancellationToken::new();
        let service = with_peer(router.clone(), peer, heard.clone());
        let connection =
            graceful.watch(builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned());
        tokio::spawn(async move {
            // A client that goes away mid-sentence is no event.
            until_silent(connection, heard, patience.head).await;
            drop(place);
        });
    };
    let next = async || {
        let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
        listener.accept().await.map(|(stream, peer)| (stream, peer, place))
    };
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = next() => accepted,
        };
        match accepted {
            Ok((stream, peer, place)) => take(stream, peer, place),
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    // Who has knocked before we close is let in.
    for _ in 0..WAITING {
        let Some(Ok((stream, peer, place))) = next().now_or_never() else { break };
        take(stream, peer, place);
    }
    drop(listener);
    if tokio::time::timeout(patience.finish, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

/// hyper's own timeout begins when it knows which HTTP is spoken: who says nothing, or half of HTTP/2's greeting, is let
/// go here.
async fn until_silent(connection: impl Future, heard: CancellationToken, head: Duration) {
    tokio::pin!(connection);
    tokio::select! {
        _ = &mut connection => return,
        () = heard.cancelled() => {}
        () = tokio::time::sleep(head) => return,
    }
    connection.await;
}

fn with_peer(
    router: Router,
    peer: SocketAddr,
    heard: CancellationToken,
) -> impl hyper::service::Service<
    hyper::Request<hyper::body::Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future = impl Future<Output = Result<axum::response::Response, std::convert::Infallible>> + Send,
> + Clone {
    hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        heard.cancel();
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request.map(axum::body::Body::new))
    })
}

//! The accept loop. hyper's own, because `axum::serve` waits for a request's head for ever.

mod peers;
mod requests;

use axum::Router;
use axum::extract::connect_info::ConnectInfo;
use futures::FutureExt as _;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulConnection;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service as _;

use requests::{Answer, Requests, nothing_open, silence};

pub use peers::{PER_PEER, Peers};

/// From the word to stop to the end of our own work: what is under way has finished by then, or is cut off. A private
/// PostgreSQL then writes down what it has, which takes its own time.
pub const GRACE: Duration = Duration::from_secs(15);
/// Of that, what is kept for the end: pools that do not close and threads that do not come back are left a second each.
pub const CLOSING: Duration = Duration::from_secs(3);
/// Connections at once; the next ones wait in the kernel's queue.
const CONNECTIONS: usize = 10_000;
/// The length of that queue.
const WAITING: usize = 1024;

/// How long others are waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request: of the first one from when the connection is made.
    pub head: Duration,
    /// For the next request on a connection where nothing is under way. HTTP/1 has [`Patience::head`] for it, if that is
    /// shorter.
    pub idle: Duration,
    /// For requests to finish once we are told to stop.
    pub finish: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(10), idle: Duration::from_secs(60), finish: GRACE.saturating_sub(CLOSING) }
    }
}

/// Serves until the token is cancelled, then lets what is under way finish, for as long as we are patient.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken, patience: Patience, peers: Peers) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience.head);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(100).keep_alive_interval(Duration::from_secs(30));
    let (connections, cut) = (TaskTracker::new(), CancellationToken::new());
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let take = |stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit| {
        let Some(among_its_own) = peers.let_in(peer.ip()) else {
            metrics::counter!("connections_refused_total").increment(1);
            return;
        };
        // A streamed page is many small writes; without this each waits 40 ms for the other side's delayed answer.
        let _ = stream.set_nodelay(true);
        let requests = Requests::default();
        let service = with_peer(router.clone(), peer, requests.clone());
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let ends = (stop.clone(), cut.clone());
        connections.spawn(async move {
            // A client that goes away mid-sentence is no event.
            see_through(connection, requests, ends, patience).await;
            drop((place, among_its_own));
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
    connections.close();
    if tokio::time::timeout(patience.finish, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "some requests did not finish in time");
        cut.cancel();
    }
}

/// A connection until its end: the client's, or ours when it says nothing, when nothing is under way, or at the stop.
async fn see_through<C: GracefulConnection>(
    connection: C,
    requests: Requests,
    (stop, cut): (CancellationToken, CancellationToken),
    patience: Patience,
) {
    tokio::pin!(connection);
    tokio::select! {
        _ = &mut connection => return,
        // hyper's own timeout begins when it knows which HTTP is spoken: who says nothing, or half of HTTP/2's greeting, is
        // let go here.
        () = silence(requests.seen(), patience.head) => return,
        () = nothing_open(requests.seen(), patience.idle) => {}
        () = stop.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        _ = &mut connection => {}
        // Who does not answer our goodbye.
        () = nothing_open(requests.seen(), patience.idle) => {}
        () = cut.cancelled() => {}
    }
}

fn with_peer(
    router: Router,
    peer: SocketAddr,
    requests: Requests,
) -> impl hyper::service::Service<
    hyper::Request<Incoming>,
    Response = hyper::Response<Answer>,
    Error = Infallible,
    Future = impl Future<Output = Result<hyper::Response<Answer>, Infallible>> + Send,
> + Clone {
    hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        let open = requests.begin();
        request.extensions_mut().insert(ConnectInfo(peer));
        let answering = router.clone().call(request.map(axum::body::Body::new));
        async move { Ok(answering.await?.map(|body| Answer::new(body, open))) }
    })
}

//! Connections: how many one peer has, and how long one may lie idle. On real sockets, with short patience.

use axum::Router;
use axum::routing::get;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tenancy::testing::run;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use server::layers::request::Proxies;
use server::listen::{self, Patience, Peers};

use crate::harness::process::read;

/// Far more than anything here takes: who waits for so long waits for ever.
const LONG: Duration = Duration::from_secs(60);
const MOMENT: Duration = Duration::from_millis(300);

struct House {
    address: SocketAddr,
    /// Lets `/slow` answer.
    go: Arc<Notify>,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

async fn serve(patience: Patience, proxies: &[Ipv4Addr], per_peer: usize) -> House {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, go) = (CancellationToken::new(), Arc::new(Notify::new()));
    let gate = go.clone();
    let slow = move || async move {
        gate.notified().await;
        "at last"
    };
    let router = Router::new().route("/", get(|| async { "well" })).route("/slow", get(slow));
    let proxies = proxies.iter().map(|ip| (*ip).into()).collect::<Vec<_>>();
    let peers = Peers::new(Proxies(proxies.into()), per_peer);
    let serving = tokio::spawn(listen::serve(listener, router, stop.clone(), patience, peers));
    House { address, go, stop, serving }
}

impl House {
    async fn from(&self, peer: [u8; 4]) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((Ipv4Addr::from(peer), 0).into()).expect("an address of this machine");
        socket.connect(self.address).await.expect("it listens")
    }

    async fn end(self) {
        self.stop.cancel();
        self.serving.await.expect("it ends");
    }
}

const HERE: [u8; 4] = [127, 0, 0, 1];
const THERE: [u8; 4] = [127, 0, 0, 2];

/// Asks on a connection that is kept. Nothing: it was closed.
async fn ask(stream: &mut TcpStream, path: &str) -> Option<String> {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.ok()?;
    let mut answer = vec![0; 4096];
    match tokio::time::timeout(LONG, stream.read(&mut answer)).await.expect("an answer or an end") {
        Ok(0) | Err(_) => None,
        Ok(length) => Some(String::from_utf8_lossy(&answer[..length]).into_owned()),
    }
}

/// Waits until the other side has closed.
async fn closed(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    // A reset is an end too.
    let _ = tokio::time::timeout(LONG, stream.read_to_end(&mut rest)).await.expect("it is closed");
}

#[test]
fn one_peer_cannot_take_everybodys_places() {
    run(async {
        let house = serve(Patience::default(), &[], 3).await;
        let mut crowd = Vec::new();
        for _ in 0..3 {
            let mut stream = house.from(HERE).await;
            assert!(ask(&mut stream, "/").await.expect("let in").ends_with("well"));
            crowd.push(stream);
        }
        assert_eq!(ask(&mut house.from(HERE).await, "/").await, None, "there are three of it");
        assert!(ask(&mut house.from(THERE).await, "/").await.is_some(), "others are let in");
        assert!(ask(&mut crowd[0], "/").await.is_some(), "who is in stays in");
        // A place is free when its connection has ended, a moment after the client has gone.
        crowd.pop();
        while ask(&mut house.from(HERE).await, "/").await.is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        drop(crowd);
        house.end().await;
    });
}

#[test]
fn a_proxy_has_as_many_connections_as_it_has_visitors() {
    run(async {
        let house = serve(Patience::default(), &[HERE.into()], 3).await;
        let mut crowd = Vec::new();
        for n in 0..20 {
            let mut stream = house.from(HERE).await;
            assert!(ask(&mut stream, "/").await.is_some(), "number {n}");
            crowd.push(stream);
        }
        drop(crowd);
        house.end().await;
    });
}

#[test]
fn an_idle_connection_is_closed_and_a_slow_answer_is_waited_for() {
    run(async {
        let patience = Patience { head: LONG, idle: MOMENT, ..Patience::default() };
        let house = serve(patience, &[], 100).await;
        let mut slow = house.from(HERE).await;
        slow.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.expect("sent");
        let mut slow_too = Http2::begin(house.from(HERE).await).await;
        slow_too.ask(1, "/slow").await;
        // Each is asked once after the slow ones, and then lies idle for as long as one may.
        let mut idle = house.from(HERE).await;
        assert!(ask(&mut idle, "/").await.expect("let in").ends_with("well"));
        let mut idle_too = Http2::begin(house.from(HERE).await).await;
        idle_too.ask(1, "/").await;
        idle_too.until_answered(1).await;
        closed(&mut idle).await;
        assert!(
            idle_too.until_closed().await,
            "and says so before: a request that is on its way is sent anew elsewhere"
        );
        // The slow ones have been there for longer than that.
        house.go.notify_waiters();
        assert_eq!(read(slow).await.expect("answered").body, "at last");
        slow_too.until_answered(1).await;
        house.end().await;
    });
}

#[test]
fn who_does_not_answer_our_goodbye_is_let_go() {
    run(async {
        let house = serve(Patience { idle: MOMENT, ..Patience::default() }, &[], 100).await;
        let mut deaf = Http2::begin(house.from(HERE).await).await;
        deaf.is_deaf = true;
        deaf.ask(1, "/").await;
        deaf.until_answered(1).await;
        deaf.until_closed().await;
        house.end().await;
    });
}

/// As much of HTTP/2 (RFC 9113) as a client needs who asks and listens.
struct Http2 {
    stream: TcpStream,
    /// Answers no ping.
    is_deaf: bool,
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const END_STREAM_AND_HEADERS: u8 = 5;

impl Http2 {
    async fn begin(mut stream: TcpStream) -> Self {
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("sent");
        let mut client = Self { stream, is_deaf: false };
        client.send(SETTINGS, 0, 0, b"").await;
        client
    }

    async fn send(&mut self, kind: u8, flags: u8, id: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
        let head = [&length[1..], &[kind, flags], &id.to_be_bytes()].concat();
        self.stream.write_all(&[&head, payload].concat()).await.expect("sent");
    }

    async fn ask(&mut self, id: u32, path: &str) {
        // HPACK (RFC 7541): GET and http from the table, path and authority as literals.
        let length = u8::try_from(path.len()).expect("short");
        let block = [&[0x82, 0x86, 0x04, length], path.as_bytes(), &[0x01, 1, b'x']].concat();
        self.send(HEADERS, END_STREAM_AND_HEADERS, id, &block).await;
    }

    /// The next frame: kind, flags and stream. Nothing: it was closed.
    async fn next(&mut self) -> Option<(u8, u8, u32)> {
        let mut head = [0; 9];
        let read = tokio::time::timeout(LONG, self.stream.read_exact(&mut head)).await.expect("a frame or an end");
        read.ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).expect("short")];
        self.stream.read_exact(&mut payload).await.ok()?;
        let (kind, flags) = (head[3], head[4]);
        if kind == PING && flags == 0 && !self.is_deaf {
            self.send(PING, 1, 0, &payload).await;
        }
        Some((kind, flags, u32::from_be_bytes([head[5], head[6], head[7], head[8]])))
    }

    async fn until_answered(&mut self, id: u32) {
        loop {
            let (kind, flags, stream) = self.next().await.expect("it is open");
            if stream == id && matches!(kind, DATA | HEADERS) && flags & 1 == 1 {
                return;
            }
        }
    }

    /// Waits for the end. Whether it was said before.
    async fn until_closed(&mut self) -> bool {
        let mut is_said = false;
        while let Some((kind, ..)) = self.next().await {
            is_said |= kind == GOAWAY;
        }
        is_said
    }
}

//! Two DNS servers that speak the protocol, and whose records a test sets.

use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, TXT};
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use std::collections::{HashMap, HashSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::OnceCell;

#[derive(Default)]
struct Zone {
    records: HashMap<(String, RecordType), Vec<RData>>,
    /// Names for which it says that it cannot find out.
    broken: HashSet<String>,
}

/// A server on a port of its own, over UDP and TCP.
#[derive(Clone)]
pub struct Dns {
    pub address: SocketAddr,
    zone: Arc<Mutex<Zone>>,
}

static DNS: OnceCell<[Dns; 2]> = OnceCell::const_new();

/// The process's two servers. Each test has names of its own.
pub async fn dns() -> &'static [Dns; 2] {
    DNS.get_or_init(|| async { [Dns::start().await, Dns::start().await] }).await
}

/// Where both servers are.
pub async fn addresses() -> Vec<SocketAddr> {
    dns().await.iter().map(|server| server.address).collect()
}

/// Lets a host lead to this address, whoever is asked.
pub async fn point(host: &str, to: [u8; 4]) {
    for server in dns().await {
        server.point(host, to);
    }
}

/// Puts these proofs into a host's DNS, whoever is asked.
pub async fn prove(host: &str, proofs: &[&str]) {
    for server in dns().await {
        server.prove(host, proofs);
    }
}

/// Lets nobody find out anything about a host, or lets them again.
pub async fn break_names(host: &str, is_broken: bool) {
    for server in dns().await {
        let mut zone = server.zone.lock().expect("not poisoned");
        for name in [host.to_owned(), format!("_sobrado-verify.{host}")] {
            if is_broken {
                zone.broken.insert(name);
            } else {
                zone.broken.remove(&name);
            }
        }
    }
}

impl Dns {
    async fn start() -> Self {
        loop {
            let tcp = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = tcp.local_addr().expect("an address");
            // The same port has to be free for both.
            let Ok(udp) = UdpSocket::bind(address).await else { continue };
            let dns = Self { address, zone: Arc::default() };
            tokio::spawn(dns.clone().datagrams(udp));
            tokio::spawn(dns.clone().streams(tcp));
            return dns;
        }
    }

    pub fn point(&self, host: &str, [a, b, c, d]: [u8; 4]) {
        self.set(host, RecordType::A, vec![RData::A(A(Ipv4Addr::new(a, b, c, d)))]);
    }

    pub fn prove(&self, host: &str, proofs: &[&str]) {
        let texts = proofs.iter().map(|proof| RData::TXT(TXT::new(vec![(*proof).to_owned()]))).collect();
        self.set(&format!("_sobrado-verify.{host}"), RecordType::TXT, texts);
    }

    fn set(&self, name: &str, kind: RecordType, data: Vec<RData>) {
        self.zone.lock().expect("not poisoned").records.insert((name.to_owned(), kind), data);
    }

    async fn datagrams(self, socket: UdpSocket) {
        let mut buffer = [0; 4096];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
            if let Some(answer) = self.answer(&buffer[..length]) {
                // Whoever asked may have gone.
                let _ = socket.send_to(&answer, peer).await;
            }
        }
    }

    async fn streams(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let dns = self.clone();
            tokio::spawn(async move { dns.stream(stream).await });
        }
    }

    /// RFC 1035, 4.2.2: each message behind its length.
    async fn stream(&self, mut stream: TcpStream) -> Option<()> {
        loop {
            let length = stream.read_u16().await.ok()?;
            let mut question = vec![0; length.into()];
            stream.read_exact(&mut question).await.ok()?;
            let answer = self.answer(&question)?;
            stream.write_u16(u16::try_from(answer.len()).ok()?).await.ok()?;
            stream.write_all(&answer).await.ok()?;
        }
    }

    fn answer(&self, question: &[u8]) -> Option<Vec<u8>> {
        let asked = Message::from_vec(question).ok()?;
        let query = asked.queries.first()?.clone();
        let name = query.name.to_ascii().trim_end_matches('.').to_ascii_lowercase();
        let zone = self.zone.lock().expect("not poisoned");
        let mut answer = Message::response(asked.metadata.id, OpCode::Query);
        answer.metadata.recursion_desired = asked.metadata.recursion_desired;
        answer.metadata.recursion_available = true;
        let is_known = zone.records.keys().any(|(known, _)| *known == name);
        answer.metadata.response_code = match (zone.broken.contains(&name), is_known) {
            (true, _) => ResponseCode::ServFail,
            (false, true) => ResponseCode::NoError,
            (false, false) => ResponseCode::NXDomain,
        };
        if !zone.broken.contains(&name) {
            let found = zone.records.get(&(name, query.query_type)).cloned().unwrap_or_default();
            for data in found {
                answer.add_answer(Record::from_rdata(query.name.clone(), 60, data));
            }
        }
        answer.add_query(query);
        answer.to_vec().ok()
    }
}

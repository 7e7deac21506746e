//! The load: connections that are kept, one request after the other on each, every answer read whole and looked at.
//!
//! Our own instead of `wrk`: each request has a body of its own without a script between, an answer that is not the page
//! counts as refused, and nothing has to be installed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Failure;

/// What is asked for: where, the bytes of the n-th request, and how small an answer may be.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) request: Arc<dyn Fn(u64) -> String + Send + Sync>,
    pub(crate) least: usize,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// What a load has seen.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) requests: u64,
    /// Answers other than 2xx and 3xx, or smaller than the page.
    pub(crate) refused: u64,
    /// The first of them.
    pub(crate) example: Option<String>,
    /// In microseconds, sorted.
    pub(crate) latencies: Vec<u32>,
}

impl Seen {
    /// The latency that so many of a hundred requests stay under, in milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let at = (self.latencies.len() * percent / 100).min(last);
        self.latencies.get(at).map_or(0.0, |us| f64::from(*us) / 1000.0)
    }
}

/// One request on a connection of its own.
pub(crate) async fn once(address: SocketAddr, request: &str) -> Result<Answer, Failure> {
    let mut line = Line::open(address).await?;
    line.ask(request).await
}

/// Loads a target for so long on so many connections. `first` numbers the first request.
pub(crate) async fn run(target: &Target, connections: usize, time: Duration, first: u64) -> Result<Seen, Failure> {
    let (number, until) = (Arc::new(AtomicU64::new(first)), Instant::now() + time);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (target, number) = (target.clone(), number.clone());
        tasks.spawn(async move {
            let mut line = Line::open(target.address).await?;
            let mut seen = Seen::default();
            while Instant::now() < until {
                let request = (target.request)(number.fetch_add(1, Ordering::Relaxed));
                let began = Instant::now();
                let answer = line.ask(&request).await?;
                seen.latencies.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
                seen.requests += 1;
                if !(200..400).contains(&answer.status) || answer.body.len() < target.least {
                    seen.refused += 1;
                    let (status, bytes) = (answer.status, answer.body.len());
                    let start = String::from_utf8_lossy(&answer.body).chars().take(200).collect::<String>();
                    seen.example.get_or_insert_with(|| format!("{status}, {bytes} bytes: {start}"));
                }
                line.body = answer.body;
            }
            Ok::<_, Failure>(seen)
        });
    }
    let mut all = Seen::default();
    while let Some(seen) = tasks.join_next().await {
        let mut seen = seen??;
        all.requests += seen.requests;
        all.refused += seen.refused;
        all.example = all.example.or(seen.example);
        all.latencies.append(&mut seen.latencies);
    }
    all.latencies.sort_unstable();
    Ok(all)
}

/// The same request so many times a second, whether or not the last one was answered; for latencies, not for costs.
pub(crate) async fn paced(address: SocketAddr, request: &str, rate: u32, time: Duration) -> Result<Seen, Failure> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
    let until = Instant::now() + time;
    let (mut idle, mut busy): (Vec<Line>, tokio::task::JoinSet<Result<_, Failure>>) = (Vec::new(), <_>::default());
    let mut seen = Seen::default();
    while Instant::now() < until || !busy.is_empty() {
        tokio::select! {
            _ = ticks.tick(), if Instant::now() < until => {
                let line = idle.pop();
                let request = request.to_owned();
                busy.spawn(async move {
                    let began = Instant::now();
                    let mut line = match line {
                        Some(line) => line,
                        None => Line::open(address).await?,
                    };
                    let answer = line.ask(&request).await?;
                    Ok((line, answer.status, began.elapsed()))
                });
            }
            Some(done) = busy.join_next() => {
                let (line, status, took) = done??;
                idle.push(line);
                seen.latencies.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
                seen.requests += 1;
                if !(200..400).contains(&status) {
                    seen.refused += 1;
                    seen.example.get_or_insert_with(|| status.to_string());
                }
            }
            else => break,
        }
    }
    seen.latencies.sort_unstable();
    Ok(seen)
}

/// One kept connection of HTTP/1.1.
struct Line {
    stream: TcpStream,
    /// What was read and not yet used.
    read: Vec<u8>,
    /// An answer's body, lent out and given back.
    body: Vec<u8>,
}

impl Line {
    async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(128 * 1024), body: Vec::new() })
    }

    async fn ask(&mut self, request: &str) -> Result<Answer, Failure> {
        self.stream.write_all(request.as_bytes()).await?;
        let end = self.find(0, b"\r\n\r\n").await?;
        let head = String::from_utf8_lossy(&self.read[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("an answer without a status")?;
        let lower = head.to_ascii_lowercase();
        let header = |name: &str| lower.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let mut body = std::mem::take(&mut self.body);
        body.clear();
        let from = end + 4;
        if let Some(length) = header("content-length:").and_then(|v| v.parse::<usize>().ok()) {
            self.fill(from + length).await?;
            body.extend_from_slice(&self.read[from..from + length]);
            self.read.drain(..from + length);
        } else if header("transfer-encoding:") == Some("chunked") {
            self.chunks(from, &mut body).await?;
        } else {
            self.read.drain(..from);
        }
        Ok(Answer { status, head, body })
    }

    async fn chunks(&mut self, mut at: usize, body: &mut Vec<u8>) -> Result<(), Failure> {
        loop {
            let end = self.find(at, b"\r\n").await?;
            let length = usize::from_str_radix(std::str::from_utf8(&self.read[at..end])?.trim(), 16)?;
            let from = end + 2;
            self.fill(from + length + 2).await?;
            body.extend_from_slice(&self.read[from..from + length]);
            at = from + length + 2;
            if length == 0 {
                self.read.drain(..at);
                return Ok(());
            }
        }
    }

    /// Reads until the bytes are there, and says where.
    async fn find(&mut self, from: usize, what: &[u8]) -> Result<usize, Failure> {
        let mut looked = from;
        loop {
            let rest = self.read.get(looked..).unwrap_or_default();
            if let Some(at) = rest.windows(what.len()).position(|window| window == what) {
                return Ok(looked + at);
            }
            looked = self.read.len().saturating_sub(what.len()).max(from);
            self.more().await?;
        }
    }

    async fn fill(&mut self, length: usize) -> Result<(), Failure> {
        while self.read.len() < length {
            self.more().await?;
        }
        Ok(())
    }

    async fn more(&mut self) -> Result<(), Failure> {
        if self.stream.read_buf(&mut self.read).await? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(())
    }
}

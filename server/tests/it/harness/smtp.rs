//! A mail server that speaks as much of SMTP (RFC 5321) as a client needs, and says what a test wants to hear.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server says to the next recipient that it is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// 451: come back later.
    Later,
    /// 550: no such mailbox.
    Never,
    /// Nothing: the connection ends after the whole mail was sent, before it is taken.
    Nothing,
}

/// A mail as it arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub from: String,
    pub to: Vec<String>,
    pub data: String,
}

impl Arrived {
    /// A header's value, its continued lines included.
    pub fn header(&self, name: &str) -> String {
        header(&self.data, name)
    }
}

#[derive(Default)]
struct Seen {
    mails: Vec<Arrived>,
    says: VecDeque<Says>,
    greetings: usize,
}

/// The server; it ends with the test.
pub struct MailServer {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    listening: JoinHandle<()>,
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let all = seen.clone();
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let seen = all.clone();
                tokio::spawn(async move {
                    // Whoever hangs up has said what they had to say.
                    let _ = talk(stream, &seen).await;
                });
            }
        });
        Self { address, seen, listening }
    }

    /// What `SMTP_URL` is.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// What it says to the next recipients, one after the other; to every other it says yes.
    pub fn say(&self, says: &[Says]) {
        self.seen.lock().expect("not poisoned").says.extend(says);
    }

    /// The mails that it has taken.
    pub fn mails(&self) -> Vec<Arrived> {
        self.seen.lock().expect("not poisoned").mails.clone()
    }

    /// How often somebody has greeted it.
    pub fn greetings(&self) -> usize {
        self.seen.lock().expect("not poisoned").greetings
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn talk(stream: TcpStream, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let (mut from, mut to, mut hangs_up) = (String::new(), Vec::new(), false);
    write.write_all(b"220 mail.example ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let reply = match verb.as_str() {
            "EHLO" | "HELO" => {
                seen.lock().expect("not poisoned").greetings += 1;
                "250-mail.example\r\n250 8BITMIME\r\n"
            }
            "MAIL" => {
                from = between(&line);
                "250 2.1.0 ok\r\n"
            }
            "RCPT" => match seen.lock().expect("not poisoned").says.pop_front() {
                Some(Says::Later) => "451 4.3.0 come back later\r\n",
                Some(Says::Never) => "550 5.1.1 no such mailbox\r\n",
                other => {
                    hangs_up = other == Some(Says::Nothing);
                    to.push(between(&line));
                    "250 2.1.5 ok\r\n"
                }
            },
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut data = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    data.push_str(line.strip_prefix('.').unwrap_or(&line));
                    data.push_str("\r\n");
                }
                if hangs_up {
                    return Ok(());
                }
                let mail = Arrived { from: std::mem::take(&mut from), to: std::mem::take(&mut to), data };
                seen.lock().expect("not poisoned").mails.push(mail);
                "250 2.0.0 taken\r\n"
            }
            "QUIT" => {
                write.write_all(b"221 2.0.0 bye\r\n").await?;
                return Ok(());
            }
            "RSET" | "NOOP" => "250 2.0.0 ok\r\n",
            _ => "502 5.5.1 what?\r\n",
        };
        write.write_all(reply.as_bytes()).await?;
    }
    Ok(())
}

fn between(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(address, _)| address).to_owned()
}

/// A header's value in a mail, its continued lines included.
pub fn header(data: &str, name: &str) -> String {
    let head = data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
    let line = head.lines().find_map(|line| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)));
    line.map_or("", |(_, value)| value).to_owned()
}

/// A mail's parts without what quoted-printable does to them (RFC 2045, 6.7).
pub fn readable(data: &str) -> String {
    let joined = data.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let digits =
            tail.get(..2).and_then(|d| std::str::from_utf8(d).ok()).and_then(|d| u8::from_str_radix(d, 16).ok());
        match (byte, digits) {
            (b'=', Some(value)) => {
                bytes.push(value);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

//! A PostgreSQL behind a line that a test cuts: for the central database alone, while agencies' own go on in the same cluster.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tenancy::testing::{SECRET, bed, house_passwords};
use tenancy::{Deployment, DeploymentOptions, Key};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// What becomes of connections to the central database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// They are handed on.
    Whole,
    /// Those that were are ended, and those that come are refused.
    Cut,
}

/// The line. It ends with the test.
pub struct Cut {
    pub address: SocketAddr,
    line: Arc<watch::Sender<Line>>,
    refused: Arc<AtomicUsize>,
    listening: tokio::task::JoinHandle<()>,
}

impl Cut {
    /// Before the cluster of all tests.
    pub async fn start() -> Self {
        let cluster = bed().await.deployment.cluster().expect("it is private");
        let socket = cluster.socket_dir().join(format!(".s.PGSQL.{}", cluster.base_options().get_port()));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let line = Arc::new(watch::Sender::new(Line::Whole));
        let (heard, refused) = (line.clone(), Arc::new(AtomicUsize::new(0)));
        let counted = refused.clone();
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Whoever hangs up has said what they had to say.
                tokio::spawn(hand_on(stream, socket.clone(), heard.subscribe(), counted.clone()));
            }
        });
        Self { address, line, refused, listening }
    }

    /// How often somebody has asked for the central database while the line was cut.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }

    /// The bed's databases behind this line, as a web process that makes nothing has them.
    pub async fn deployment(&self) -> Deployment {
        let [_, password] = house_passwords().await;
        let password: String = form_urlencoded::byte_serialize(password.as_bytes()).collect();
        Deployment::open_serving(DeploymentOptions {
            data_dir: bed().await.data_dir.clone(),
            central_url: Some(format!("postgres://central_app:{password}@{}/central?sslmode=disable", self.address)),
            provisioner_url: None,
            key: Key::parse(SECRET).expect("long enough"),
            cluster_settings: Vec::new(),
        })
        .await
        .expect("it opens")
    }
}

impl Drop for Cut {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// The first message says for which database somebody comes (PostgreSQL's protocol, StartupMessage).
async fn hand_on(
    mut stream: TcpStream,
    socket: PathBuf,
    mut line: watch::Receiver<Line>,
    refused: Arc<AtomicUsize>,
) -> std::io::Result<()> {
    let length = stream.read_u32().await?;
    let mut message = vec![0; usize::try_from(length).unwrap_or(0).saturating_sub(4)];
    stream.read_exact(&mut message).await?;
    let is_central = message.windows(17).any(|part| part == b"database\0central\0");
    if is_central && *line.borrow() == Line::Cut {
        refused.fetch_add(1, Ordering::SeqCst);
        return Ok(());
    }
    let mut server = UnixStream::connect(socket).await?;
    server.write_u32(length).await?;
    server.write_all(&message).await?;
    tokio::select! {
        _ = copy_bidirectional(&mut stream, &mut server) => {}
        _ = line.wait_for(|line| is_central && *line == Line::Cut) => {}
    }
    Ok(())
}

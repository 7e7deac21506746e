//! The edge, as a visitor meets it: asked over https whether it has a certificate for a host and leads to us.

use bytes::Bytes;
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

/// How long an edge may take: it asks for the certificate meanwhile.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the edge is, as this program reaches it.
#[derive(Debug, Clone, Default)]
pub struct EdgeOptions {
    /// Its address; none: where the host itself leads, at port 443.
    pub address: Option<SocketAddr>,
    /// Certificates of an authority beside those that browsers know, PEM.
    pub roots: Option<PathBuf>,
}

/// Asks the edge. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    address: Option<SocketAddr>,
    tls: TlsConnector,
}

/// Why a host does not answer over https.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// The file of further certificates cannot be read.
    #[error("the certificates in EDGE_CA_FILE cannot be read: {0}")]
    Roots(#[from] tokio_rustls::rustls::pki_types::pem::Error),
    /// The cryptography has none of what is needed.
    #[error(transparent)]
    Tls(#[from] tokio_rustls::rustls::Error),
    /// Nobody answers there, or without a certificate for the host.
    #[error(transparent)]
    Connection(#[from] std::io::Error),
    /// What answers does not speak HTTP.
    #[error(transparent)]
    Http(#[from] hyper::Error),
    /// What answers is somebody else.
    #[error("it answers {0}")]
    Status(http::StatusCode),
    /// It took too long.
    #[error("it does not answer in time")]
    TooSlow,
    /// The host leads nowhere.
    #[error("it leads nowhere")]
    Nowhere,
}

impl Edge {
    /// As these options say.
    ///
    /// # Errors
    /// [`EdgeError::Roots`], [`EdgeError::Tls`].
    pub fn new(options: &EdgeOptions) -> Result<Self, EdgeError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = &options.roots {
            for certificate in CertificateDer::pem_file_iter(path)? {
                roots.add(certificate?)?;
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { address: options.address, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Whether the host answers over https as ours: its certificate is for it, and behind it is this program. An edge that
    /// has none yet asks for one now. `addresses` are ours, where the host leads: nowhere else is ever connected to.
    ///
    /// # Errors
    /// [`EdgeError`].
    pub async fn knock(&self, host: &str, addresses: &BTreeSet<IpAddr>) -> Result<(), EdgeError> {
        let first = addresses.first().map(|ip| SocketAddr::new(*ip, 443));
        let address = self.address.or(first).ok_or(EdgeError::Nowhere)?;
        tokio::time::timeout(PATIENCE, self.ask(host, address)).await.unwrap_or(Err(EdgeError::TooSlow))
    }

    async fn ask(&self, host: &str, address: SocketAddr) -> Result<(), EdgeError> {
        let name = ServerName::try_from(host.to_owned()).map_err(std::io::Error::other)?;
        let stream = self.tls.connect(name, TcpStream::connect(address).await?).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let request = http::Request::get("/healthz").header(http::header::HOST, host).body(Empty::<Bytes>::new());
        let answer = sender.send_request(request.map_err(std::io::Error::other)?).await;
        connection.abort();
        match answer?.status() {
            http::StatusCode::OK => Ok(()),
            other => Err(EdgeError::Status(other)),
        }
    }
}

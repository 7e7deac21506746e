//! The edge, as a visitor meets it: asked over https whether it has a certificate for a host, for how long, and leads to us.

use bytes::Bytes;
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{CertificateError, ClientConfig, RootCertStore, crypto};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::time::Time;

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
    Connection(std::io::Error),
    /// Its certificate is over.
    #[error("its certificate has expired")]
    Expired,
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

impl From<std::io::Error> for EdgeError {
    fn from(error: std::io::Error) -> Self {
        use tokio_rustls::rustls::Error::InvalidCertificate;
        match error.get_ref().and_then(|inside| inside.downcast_ref()) {
            Some(InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. })) => {
                Self::Expired
            }
            _ => Self::Connection(error),
        }
    }
}

/// From when until when a certificate holds (RFC 5280, 4.1.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first moment.
    pub from: OffsetDateTime,
    /// The last one.
    pub until: OffsetDateTime,
}

impl Validity {
    fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let certificate = Certificate::from_der(certificate).ok()?;
        let validity = certificate.tbs_certificate().validity();
        let moment = |time: Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
            OffsetDateTime::from_unix_timestamp(seconds).ok()
        };
        Some(Self { from: moment(validity.not_before)?, until: moment(validity.not_after)? })
    }

    /// Whether less than a third of it is left (TLS-13). By then an edge has renewed it, whatever the lifetime is (Caddy's
    /// `renewal_window_ratio`).
    pub fn is_late(&self, now: OffsetDateTime) -> bool {
        (self.until - now) * 3 < self.until - self.from
    }
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
        let mut config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // A session that is taken up again shows the certificate that it began with.
        config.resumption = Resumption::disabled();
        Ok(Self { address: options.address, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Whether the host answers over https as ours: its certificate is for it, and behind it is this program. An edge that
    /// has none yet asks for one now. Gives how long the certificate holds, if that can be read. `addresses` are ours, where the host leads: nowhere else is ever connected to.
    ///
    /// # Errors
    /// [`EdgeError`].
    pub async fn knock(&self, host: &str, addresses: &BTreeSet<IpAddr>) -> Result<Option<Validity>, EdgeError> {
        let first = addresses.first().map(|ip| SocketAddr::new(*ip, 443));
        let address = self.address.or(first).ok_or(EdgeError::Nowhere)?;
        tokio::time::timeout(PATIENCE, self.ask(host, address)).await.unwrap_or(Err(EdgeError::TooSlow))
    }

    async fn ask(&self, host: &str, address: SocketAddr) -> Result<Option<Validity>, EdgeError> {
        let name = ServerName::try_from(host.to_owned()).map_err(std::io::Error::other)?;
        let stream = self.tls.connect(name, TcpStream::connect(address).await?).await?;
        let shown = stream.get_ref().1.peer_certificates().and_then(|all| all.first());
        let validity = shown.and_then(Validity::of);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let request = http::Request::get("/healthz").header(http::header::HOST, host).body(Empty::<Bytes>::new());
        let answer = sender.send_request(request.map_err(std::io::Error::other)?).await;
        connection.abort();
        match answer?.status() {
            http::StatusCode::OK => Ok(validity),
            other => Err(EdgeError::Status(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenancy::Clock;
    use time::Duration;

    #[test]
    fn a_certificate_is_late_in_its_last_third_whatever_its_lifetime() {
        for days in [200, 100, 47] {
            let from = OffsetDateTime::UNIX_EPOCH;
            let life = Duration::days(days);
            let validity = Validity { from, until: from + life };
            let is_late = |age: Duration| validity.is_late(Clock::of(move || from + age).now());
            let due = life * 2 / 3;
            assert_eq!((is_late(Duration::ZERO), is_late(due - Duration::days(1))), (false, false), "{days}");
            assert_eq!((is_late(due), is_late(due + Duration::SECOND)), (false, true), "{days}: less than a third");
            assert_eq!((is_late(life), is_late(life * 2)), (true, true), "{days}: until it is renewed");
        }
    }

    #[test]
    fn what_is_no_certificate_says_nothing_of_its_life() {
        assert_eq!(Validity::of(&CertificateDer::from(b"no certificate".as_slice())), None);
    }
}

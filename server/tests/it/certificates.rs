//! Certificates that an edge does not renew are told to those who run the platform. TLS-13.

use http::{HeaderValue, StatusCode, header};
use sqlx::Row as _;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tenancy::central::alerts;
use tenancy::central::claims;
use tenancy::central::companies::By;
use tenancy::central::operators;
use tenancy::central::people::NewPerson;
use tenancy::testing::{PASSWORD, PASSWORD_HASH, run};
use time::{Duration, OffsetDateTime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ServerConfig, crypto};

use app::domains::jobs::{Ours, look_after, look_at_ours};
use app::outside::edge::EdgeOptions;
use app::state::Settings;

use crate::harness::dns::point;
use crate::harness::edge::self_signed;
use crate::harness::process::Installation;
use crate::harness::{House, open_on, settings};
use crate::restarts::central;

const PLATFORM: &str = "plataforma-dos-certificados.com.br";

/// What the edge shows to whoever asks for a host.
#[derive(Debug, Default)]
struct Shown(Mutex<HashMap<String, Arc<CertifiedKey>>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.lock().expect("not poisoned").get(hello.server_name()?).cloned()
    }
}

/// An edge that renews when the test says so.
struct Edge {
    address: SocketAddr,
    shown: Arc<Shown>,
    folder: PathBuf,
    roots: PathBuf,
}

impl Edge {
    async fn start(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (address, shown) = (listener.local_addr().expect("bound"), Arc::<Shown>::default());
        let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("usual ones").with_no_client_auth();
        let acceptor = TlsAcceptor::from(Arc::new(config.with_cert_resolver(shown.clone())));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                // Whoever does not like the certificate hangs up.
                tokio::spawn(async move {
                    let mut stream = acceptor.accept(stream).await?;
                    let _ = stream.read(&mut [0; 4096]).await?;
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nok\n").await?;
                    stream.shutdown().await
                });
            }
        });
        Self { address, shown, folder: folder.to_owned(), roots: folder.join("made-roots.pem") }
    }

    /// A certificate for a host, from so many days ago until in so many days. Whoever opens a house later trusts it.
    async fn make(&self, host: &str, [ago, left]: [i64; 2]) -> Arc<CertifiedKey> {
        let now = OffsetDateTime::now_utc();
        let life = [now - Duration::days(ago), now + Duration::days(left)];
        let name = format!("made-{host}-{ago}-{left}");
        let [key, certificate] = self_signed(&self.folder, &name, &format!("DNS:{host}"), life).await;
        let trusted = std::fs::read_to_string(&self.roots).unwrap_or_default();
        let certificate_text = std::fs::read_to_string(&certificate).expect("made");
        std::fs::write(&self.roots, trusted + &certificate_text).expect("written");
        let chain = vec![CertificateDer::from_pem_file(certificate).expect("a certificate")];
        let key = PrivateKeyDer::from_pem_file(key).expect("a key");
        Arc::new(CertifiedKey::from_der(chain, key, &crypto::ring::default_provider()).expect("they belong together"))
    }

    fn show(&self, host: &str, certificate: &Arc<CertifiedKey>) {
        self.shown.0.lock().expect("not poisoned").insert(host.to_owned(), certificate.clone());
    }

    /// A house before which this edge stands.
    async fn house(&self, databases: &tenancy::Deployment) -> House {
        let edge = EdgeOptions { address: Some(self.address), roots: Some(self.roots.clone()) };
        let settings = Settings {
            base_url: format!("https://{PLATFORM}"),
            base_host: PLATFORM.into(),
            base_port: String::new(),
            https: true,
            edge,
            ..settings()
        };
        open_on(databases, Default::default(), settings).await
    }
}

/// What is open: whose, how often, and what it says.
async fn open_alerts(house: &House) -> Vec<(Option<String>, i32, String)> {
    let all = alerts::list_open(&house.state.house.central).await.expect("listed");
    let ours = all.into_iter().filter(|alert| alert.kind == "certificate_expiring");
    ours.map(|alert| (alert.agency, alert.count, alert.detail)).collect()
}

/// The worker's look, so much later. Gives what is open then.
async fn later(house: &House, time: Duration) -> Vec<(Option<String>, i32, String)> {
    house.wait(time);
    look_after(&house.state.house).await.expect("looked after");
    open_alerts(house).await
}

/// What an operator reads on the page of what is wrong.
async fn health(house: &House) -> String {
    let new = NewPerson { name: "Olívia", email: "olivia@sobrado.example", password_hash: PASSWORD_HASH };
    operators::ensure(&house.state.house.central, &new).await.expect("added");
    let mut operator = house.stranger();
    operator.host = PLATFORM.into();
    let origin = HeaderValue::try_from(format!("https://{PLATFORM}")).expect("an origin");
    operator.headers.insert(header::ORIGIN, origin);
    let fields = [("email", new.email), ("password", PASSWORD)];
    let signed = operator.call("auth/sign_in_operator", &fields).await;
    assert_eq!(signed.status, StatusCode::OK, "{}", signed.text());
    operator.get("/platform/health").await.text()
}

#[test]
fn a_certificate_that_is_not_renewed_is_told_until_it_is() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let edge = Edge::start(&at.folder).await;
        let [a, b] = [0, 1].map(|n| &at.agencies[n]);
        let [of_a, of_b] = [a, b].map(|agency| format!("www.{}-certificada.com.br", agency.new.slug));
        let mut ids = Vec::new();
        for (agency, host) in [(a, &of_a), (b, &of_b)] {
            let made = sqlx::query(
                "insert into domains (id, tenant_id, host, kind, state, verify_token, verified_at, is_vouched)
                 values (gen_random_uuid(), $1, $2, 'custom', 'verified', 't', now(), true) returning id",
            );
            let made = made.bind(agency.tenant).bind(host).fetch_one(&mut central(&databases).await).await;
            ids.push(made.expect("made").get::<uuid::Uuid, _>("id"));
        }
        for name in [PLATFORM, &of_a, &of_b] {
            point(name, [127, 0, 0, 1]).await;
        }
        let (short, renewed) = (edge.make(&of_a, [0, 47]).await, edge.make(&of_a, [0, 100]).await);
        let (long, over) = (edge.make(&of_b, [0, 200]).await, edge.make(&of_b, [47, -1]).await);
        let house = edge.house(&databases).await;
        edge.show(&of_a, &short);
        edge.show(&of_b, &long);
        let hour = Duration::minutes(61);
        assert_eq!(later(&house, Duration::ZERO).await, []);
        let state = async |id: &uuid::Uuid| {
            let state = sqlx::query_scalar::<_, String>("select tls_state from domains where id = $1").bind(id);
            state.fetch_one(&mut central(&databases).await).await.expect("read")
        };
        assert_eq!((state(&ids[0]).await, state(&ids[1]).await), ("active".into(), "active".into()));
        assert_eq!(later(&house, Duration::days(31)).await, [], "more than a third is left");
        // The look itself may be what makes an edge renew it.
        assert_eq!(later(&house, Duration::days(1)).await, [], "less is left, and nobody is told yet");
        let raised = later(&house, hour).await;
        assert!(
            matches!(&raised[..], [(slug, 1, detail)] if *slug == Some(a.new.slug.clone()) && detail.contains(&of_a)),
            "{raised:?}"
        );
        assert_eq!(later(&house, hour).await, raised, "it is told once a day");
        let counted: Vec<i32> = later(&house, Duration::days(1)).await.into_iter().map(|alert| alert.1).collect();
        assert_eq!(counted, [2]);
        let page = health(&house).await;
        assert!(page.contains("Um certificado não foi renovado") && page.contains(&of_a), "{page}");
        edge.show(&of_a, &renewed);
        assert_eq!(later(&house, Duration::days(1)).await, [], "it was renewed");

        // One that is over is shown to nobody, and told all the same.
        edge.show(&of_b, &over);
        assert_eq!(later(&house, Duration::days(1)).await, []);
        let raised = later(&house, hour).await;
        let expected = (Some(b.new.slug.clone()), 1, format!("{of_b}: expired"));
        assert_eq!((raised, state(&ids[1]).await), (vec![expected], "failed".to_owned()));
        edge.show(&of_b, &long);
        assert_eq!((later(&house, hour).await, state(&ids[1]).await), (vec![], "active".to_owned()));

        // Of a host that was let go of nobody is told any more.
        edge.show(&of_a, &short);
        later(&house, Duration::days(1)).await;
        assert_eq!(later(&house, hour).await.len(), 1);
        let (central_db, now) = (&house.state.house.central, house.state.house.clock.now());
        assert!(claims::release(central_db, a.tenant, ids[0], now, By::default()).await.expect("released"));
        assert_eq!(open_alerts(&house).await, []);
        databases.close().await.expect("stopped");
    });
}

#[test]
fn the_platforms_own_certificate_is_looked_at_too() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let edge = Edge::start(&at.folder).await;
        point(PLATFORM, [127, 0, 0, 1]).await;
        let (late, renewed) = (edge.make(PLATFORM, [150, 50]).await, edge.make(PLATFORM, [0, 200]).await);
        let house = edge.house(&databases).await;
        let mut ours = Ours::default();
        let mut later = async |time| {
            house.wait(time);
            look_at_ours(&house.state.house, &mut ours).await.expect("looked at");
            open_alerts(&house).await
        };
        edge.show(PLATFORM, &late);
        assert_eq!(later(Duration::ZERO).await, [], "the look may be what makes an edge renew it");
        assert_eq!(later(Duration::minutes(30)).await, [], "nobody looks again so soon");
        let raised = later(Duration::minutes(31)).await;
        assert!(matches!(&raised[..], [(None, 1, detail)] if detail.contains(PLATFORM)), "{raised:?}");
        edge.show(PLATFORM, &renewed);
        assert_eq!(later(Duration::hours(2)).await, raised, "a look a day");
        assert_eq!(later(Duration::days(1)).await, []);
        databases.close().await.expect("stopped");
    });
}

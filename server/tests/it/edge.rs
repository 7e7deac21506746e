//! A custom domain from its claim to its page over https, through the packaged Caddy and a real ACME order: by requests, and once
//! in a browser from end to end. TLS-07, TLS-10, TLS-11, TLS-12, TLS-14, CSRF-07.

use nix::sys::signal::Signal;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tenancy::testing::{PASSWORD, run};

use crate::harness::dns::{addresses, dns, point, prove};
use crate::harness::edge::{Authority, Edge};
use crate::harness::encode;
use crate::harness::process::{Installation, Reply, Served};

/// The platform's host in this test.
const PLATFORM: &str = "plataforma-da-borda.com.br";
const HERE: [u8; 4] = [127, 0, 0, 1];

/// A platform that stands behind its edge, and the authority that its certificates come from.
struct Platform {
    edge: Edge,
    served: Served,
    authority: Authority,
    at: Installation,
}

impl Platform {
    async fn start(mut at: Installation) -> Self {
        let authority = Authority::start(&at.folder, dns().await[0].address).await;
        point(PLATFORM, HERE).await;
        for agency in &at.agencies {
            point(&format!("{}.{PLATFORM}", agency.new.slug), HERE).await;
        }
        let servers = addresses().await.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        at.variables.extend([
            ("BASE_URL", format!("https://{PLATFORM}")),
            ("DNS_SERVERS", servers),
            ("EDGE_ADDR", authority.https.to_string()),
            ("EDGE_CA_FILE", authority.roots().to_string_lossy().into_owned()),
            ("LEPTOS_OUTPUT_NAME", "sobrado".to_owned()),
            ("LEPTOS_SITE_ROOT", site(&at.folder).to_string_lossy().into_owned()),
        ]);
        let served = at.serve(&[]).await;
        let edge = Edge::start(&authority, [served.public, served.internal]).await;
        Self { edge, served, authority, at }
    }
}

/// What browsers are given of a build, as far as there is one here: the house's own files, and a stylesheet with nothing in it.
fn site(folder: &Path) -> PathBuf {
    let (site, public) = (folder.join("site"), Path::new(env!("CARGO_MANIFEST_DIR")).join("../public"));
    fs::create_dir_all(site.join("pkg")).expect("a folder");
    fs::write(site.join("pkg/sobrado.css"), "").expect("written");
    for file in fs::read_dir(public).expect("it is ours").flatten() {
        symlink(file.path(), site.join(file.file_name())).expect("linked");
    }
    site
}

/// Somebody's browser at the platform, before which the edge stands.
struct Browser<'a> {
    edge: &'a Edge,
    cookies: String,
}

impl Browser<'_> {
    async fn call_from(&self, origin: &str, endpoint: &str, fields: &[(&str, &str)]) -> Reply {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "application/json"),
            ("origin", origin),
            ("cookie", &self.cookies),
        ];
        let path = format!("/fn/{endpoint}");
        self.edge.ask("POST", (PLATFORM, &path), &headers, &encode(fields)).await.expect("an answer")
    }

    async fn call(&self, endpoint: &str, fields: &[(&str, &str)]) -> Reply {
        self.call_from(&format!("https://{PLATFORM}"), endpoint, fields).await
    }

    /// What the page shows of the one domain.
    async fn domain(&self) -> serde_json::Value {
        let reply = self.call("domains/load", &[]).await;
        let page: serde_json::Value = serde_json::from_str(&reply.body).unwrap_or_else(|_| panic!("{reply:?}"));
        page["domains"][0].clone()
    }

    /// Asks until the page says so.
    async fn until(&self, key: &str, value: &str, look: Option<&str>) {
        for _ in 0..120 {
            if let Some(id) = look {
                // Refused now and then for coming too soon.
                self.call("domains/check", &[("id", id)]).await;
            }
            if self.domain().await[key] == value {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        panic!("{key} is not {value}: {}\n{}", self.domain().await, self.edge.log());
    }
}

#[test]
fn a_custom_domain_goes_from_its_claim_to_its_page_over_https() {
    run(async {
        let at = Installation::new().await;
        let [a, b] = [0, 1].map(|n| at.agencies[n].new.clone());
        let host = format!("www.{}-de-casa.com.br", a.slug);
        let stray = format!("www.{}-alheia.com.br", a.slug);
        let below = format!("{}.{PLATFORM}", a.slug);
        for name in [&host, &stray] {
            point(name, HERE).await;
        }
        let Platform { edge, mut served, authority, at } = Platform::start(at).await;
        let browser = Browser { edge: &edge, cookies: String::new() };
        let signed = browser.call("auth/sign_in", &[("email", &a.admin_email), ("password", PASSWORD)]).await;
        assert_eq!(signed.status, 200, "{signed:?}");
        let browser = Browser { cookies: signed.cookies(), ..browser };
        // A page of another origin gets nothing through the edge either: Host and Origin come as they were sent.
        let foreign = browser.call_from("https://evil.example", "domains/claim", &[("host", &host)]).await;
        assert_eq!(foreign.status, 403, "{foreign:?}");

        let claimed = browser.call("domains/claim", &[("host", &host)]).await;
        assert_eq!(claimed.status, 200, "{claimed:?}");
        for name in [&host, &stray] {
            assert!(edge.get(name, "/").await.is_err(), "there is no certificate for {name}");
        }
        let ordered = authority.log();
        assert!(ordered.contains(PLATFORM) && !ordered.contains(&host) && !ordered.contains(&stray), "nor an order");
        let domain = browser.domain().await;
        let (id, proof) =
            (domain["id"].as_str().expect("there"), domain["records"][0]["value"].as_str().expect("there"));
        assert_eq!(domain["records"][1]["value"], PLATFORM, "where it has to lead");
        prove(&host, &[proof]).await;
        browser.until("state", "comprovado", Some(id)).await;
        // Nobody has visited it: the program itself was its first visitor.
        browser.until("tls", "https ativo", None).await;
        assert!(authority.log().contains(&host), "the certificate was ordered");

        let page = edge.get(&host, "/").await.expect("over https");
        assert!(page.status == 200 && page.body.contains(&a.name) && !page.body.contains(&b.name), "{page:?}");
        // In a browser; and it is the certificate by which it gets there.
        let shown = edge.browse((&host, "/"), &authority.pin().await).await;
        assert!(shown.contains(&a.name) && !shown.contains(&b.name), "{shown}");
        let refused = edge.browse((&host, "/"), &"A".repeat(43)).await;
        assert!(!refused.contains(&a.name), "a browser that does not know the authority: {refused}");
        let hsts = page.header("strict-transport-security");
        assert!(hsts.contains("max-age=63072000") && !hsts.contains("includeSubDomains"), "{hsts}");
        assert_eq!((page.header("server"), page.header("x-frame-options")), ("", "DENY"));
        let tricked =
            [("x-forwarded-host", PLATFORM), ("forwarded", "host=evil.example"), ("x-request-id", "of-a-stranger")];
        let tricked = edge.ask("GET", (&host, "/"), &tricked, "").await.expect("over https");
        assert!(tricked.body.contains(&a.name), "whoever says where they were forwarded from is not believed");
        assert_ne!(tricked.header("x-request-id"), "of-a-stranger");

        // Old versions are refused, and a name that has no certificate is shown none of somebody else's.
        const HANDSHAKE: u8 = 22;
        const PROTOCOL_VERSION: (u8, u8) = (21, 70);
        for old in [0x0300, 0x0301, 0x0302] {
            assert_eq!(edge.greet(old, &host).await, PROTOCOL_VERSION, "{old:#x}");
        }
        assert_eq!(edge.greet(0x0303, &host).await.0, HANDSHAKE);
        for nobody in [stray.as_str(), "nobody.example", ""] {
            assert_ne!(edge.greet(0x0303, nobody).await.0, HANDSHAKE, "{nobody}");
        }

        // The one address that it is found at.
        assert_eq!(browser.call("domains/set_primary", &[("id", id)]).await.status, 200);
        assert_eq!(browser.call("domains/set_redirects", &[("redirects", "true")]).await.status, 200);
        let mut moved = edge.get(&below, "/imoveis?page=2").await.expect("it has a certificate too");
        for _ in 0..100 {
            if moved.status == 308 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            moved = edge.get(&below, "/imoveis?page=2").await.expect("over https");
        }
        assert_eq!((moved.status, moved.header("location")), (308, &*format!("https://{host}/imoveis?page=2")));

        let plain = edge.ask_plainly("GET", &host, "/imoveis?q=1").await;
        assert_eq!((plain.status, plain.header("location")), (308, &*format!("https://{host}/imoveis?q=1")));
        for (method, path) in [("POST", "/fn/auth/sign_in"), ("GET", "/api/v1/properties")] {
            assert_eq!(edge.ask_plainly(method, &host, path).await.status, 403, "{method} {path} over http");
        }

        // Nobody is there to be asked, and the edge begins anew: who had a certificate has it, and hears that we are away.
        let cookies = browser.cookies;
        served.signal(Signal::SIGTERM);
        assert!(served.ended().await.success());
        edge.kill().await;
        let edge = Edge::start(&authority, [served.public, served.internal]).await;
        for name in [&host, &below, PLATFORM] {
            let away = edge.get(name, "/").await.unwrap_or_else(|error| panic!("{name}: {error}\n{}", edge.log()));
            assert!(away.status == 503 && away.body.contains("Voltamos em instantes"), "{name}: {away:?}");
        }
        assert!(edge.get(&stray, "/").await.is_err(), "and nobody else has one");
        let served = at.serve(&[]).await;
        let browser = Browser { edge: &edge, cookies };
        assert_eq!(edge.get(&host, "/").await.expect("over https").status, 200);

        assert_eq!(browser.call("domains/release", &[("id", id), ("confirmed", "true")]).await.status, 200);
        for _ in 0..100 {
            if edge.get(&host, "/").await.is_ok_and(|reply| reply.status == 404) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let gone = edge.get(&host, "/").await.expect("this Caddy keeps what it has in memory");
        assert!(gone.status == 404 && !gone.body.contains(&a.name), "{gone:?}");
        let asked = served.ask_inside(&format!("/internal/tls-allowed?domain={host}")).await;
        assert_eq!(asked.status, 404, "it gets no other one");
    });
}

/// Whoever keeps an owner's DNS: sets the records of each note that they hand over, and takes it away.
async fn keep_dns(note: &Path) -> ! {
    loop {
        if let Ok(text) = fs::read_to_string(note) {
            let records: Vec<[String; 3]> = serde_json::from_str(&text).expect("kind, name and value of each");
            for [kind, name, value] in &records {
                match (kind.as_str(), name.strip_prefix("_sobrado-verify."), value.as_str()) {
                    ("TXT", Some(host), proof) => prove(host, &[proof]).await,
                    ("CNAME", None, PLATFORM) => point(name, HERE).await,
                    _ => panic!("no record of ours: {records:?}"),
                }
            }
            fs::remove_file(note).expect("taken away");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn an_owner_takes_a_domain_from_its_claim_to_its_page_over_https_in_a_browser() {
    run(async {
        let at = Installation::new().await;
        let [a, b] = [0, 1].map(|n| at.agencies[n].new.clone());
        let host = format!("www.{}-a-vista.com.br", a.slug);
        let note = at.folder.join("records.json");
        let Platform { edge, authority, .. } = &Platform::start(at).await;
        let variables = [
            ("BASE_URL", format!("https://{PLATFORM}")),
            ("OWN_DOMAIN", format!("https://{host}")),
            ("DNS_NOTE", note.to_string_lossy().into_owned()),
            ("EMAIL", a.admin_email),
            ("PASSWORD", PASSWORD.to_owned()),
            ("AGENCY", a.name),
            ("OTHER_AGENCY", b.name),
        ];
        let pin = authority.pin().await;
        let (is_well, said) = tokio::select! {
            walked = edge.walk(&pin, &variables) => walked,
            never = keep_dns(&note) => never,
        };
        assert!(is_well, "{said}\n{}", edge.log());
        assert!(said.contains("1 passed"), "{said}");
        assert!(authority.log().contains(&host), "the certificate was ordered");
    });
}

//! A program that starts while the central database is away: it tells an edge what it knew, and opens when the database is there.
//! TLS-06, TLS-07.

use nix::sys::signal::Signal;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;
use tenancy::Deployment;
use tenancy::testing::{house_passwords, run};

use crate::harness::process::{Installation, Served, a_free_port};
use crate::restarts::central;

/// The file that it keeps names in.
const KEPT: &str = "tls-names.json";

/// A web process of its own for an installation's databases, which it finds as those of a given server.
async fn web(databases: &Deployment, password: &str) -> Installation {
    let cluster = databases.cluster().expect("it is private");
    let (socket, port) = (cluster.socket_dir().display(), cluster.base_options().get_port());
    let password: String = form_urlencoded::byte_serialize(password.as_bytes()).collect();
    let url = format!("postgres://central_app:{password}@localhost:{port}/central?host={socket}");
    Installation::elsewhere(vec![("CENTRAL_DATABASE_URL", url)]).await
}

async fn edge_may(served: &Served, domain: &str) -> u16 {
    served.ask_inside(&format!("/internal/tls-allowed?domain={domain}")).await.status
}

/// Waits until the file says so.
async fn is_kept(at: &Installation, words: &str) {
    let text = || fs::read_to_string(at.folder.join(KEPT)).unwrap_or_default();
    for _ in 0..600 {
        if text().contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{words} is not in {}: {}", text(), at.log());
}

#[test]
fn a_start_without_the_central_database_tells_an_edge_what_it_knew_and_opens_when_it_is_back() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let [_, password] = house_passwords().await;
        let web = web(&databases, &password).await;
        let [a, b] = [0, 1].map(|n| &at.agencies[n]);
        let [own, other] = [a, b].map(|agency| format!("{}.localhost", agency.new.slug));
        let [secured, ordered, late] =
            ["casa", "nova", "tardia"].map(|name| format!("www.{name}-{}.com.br", a.new.slug));
        let mut served = web.serve(&["--no-worker"]).await;
        // What changes while it serves is kept too.
        let domain =
            "insert into domains (id, tenant_id, host, kind, state, verify_token, verified_at, is_vouched, tls_state)
            values (gen_random_uuid(), $1, $2, 'custom', 'verified', 't', now(), true, $3)";
        let own_a_domain = async |host: &str, tls: &str| {
            let mut central = central(&databases).await;
            let made = sqlx::query(domain).bind(a.tenant).bind(host).bind(tls).execute(&mut central).await;
            made.expect("made");
        };
        own_a_domain(&secured, "active").await;
        own_a_domain(&ordered, "none").await;
        is_kept(&web, &ordered).await;
        let mode = fs::metadata(web.folder.join(KEPT)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        served.signal(Signal::SIGTERM);
        assert!(served.ended().await.success());
        own_a_domain(&late, "active").await;
        databases.close().await.expect("stopped");

        let mut served = web.begin(&["--no-worker"]);
        web.says(&mut served, "/healthz", 200).await;
        for (domain, status) in [
            ("localhost", 200),
            (&own, 200),
            (&other, 200),
            (&secured, 200),
            (&late, 404),
            ("scanner.com.br", 404),
            ("nobody.localhost", 404),
            ("", 404),
        ] {
            assert_eq!(edge_may(&served, domain).await, status, "{domain}");
        }
        for expected in [200, 200, 200, 200, 429] {
            assert_eq!(edge_may(&served, &ordered).await, expected, "one without a certificate has its tries");
        }
        assert_eq!(served.ask_inside("/healthz").await.status, 200);
        let metrics = served.ask_inside("/metrics").await.body;
        assert!(metrics.contains("tls_asks_total{status=\"429\"} 1"), "{metrics}");
        for path in ["/", "/entrar", "/healthz-not", "/internal/tls-allowed?domain=localhost"] {
            let page = served.visit(&a.new.slug, path).await.expect("an answer");
            assert_eq!((page.status, page.header("retry-after")), (503, "5"), "{path}");
            assert!(page.body.contains("<h1>") && page.header("x-frame-options") == "DENY", "{page:?}");
            assert_eq!(page.header("x-request-id").len(), 32);
        }
        assert_eq!(served.get("/readyz").await.expect("an answer").status, 503);
        // It goes on asking, and says so.
        let asked = || web.log().matches("asked for again after a pause").count();
        for _ in 0..300 {
            if asked() >= 3 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(asked() >= 3, "{}", web.log());

        let databases = at.databases().await;
        web.is_ready(&mut served).await;
        let page = served.visit(&a.new.slug, "/").await.expect("an answer");
        assert!(page.status == 200 && page.body.contains(&a.new.name), "{page:?}");
        assert_eq!((edge_may(&served, &late).await, edge_may(&served, &secured).await), (200, 200));
        assert_eq!(edge_may(&served, &ordered).await, 429, "what was ordered before counts");
        is_kept(&web, &late).await;
        served.signal(Signal::SIGTERM);
        assert!(served.ended().await.success());
        databases.close().await.expect("stopped");
    });
}

#[test]
fn a_start_that_waiting_does_not_mend_ends_and_one_that_waits_ends_when_told() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let web = web(&databases, "wrong").await;
        let (came_up, said) = web.say(&["serve", "--no-worker"]).await;
        assert!(!came_up && said.contains("password authentication failed"), "{said}");
        let (came_up, said) = web.say(&["serve"]).await;
        let sentence = "the server does not let in who CENTRAL_DATABASE_URL names";
        assert!(!came_up && said.contains(sentence), "{said}");
        databases.close().await.expect("stopped");

        for signal in [Signal::SIGTERM, Signal::SIGINT] {
            let nowhere = format!("postgres://central_app:x@{}/central", a_free_port());
            let at = Installation::elsewhere(vec![("CENTRAL_DATABASE_URL", nowhere)]).await;
            let mut served = at.begin(&[]);
            at.says(&mut served, "/readyz", 503).await;
            assert_eq!((edge_may(&served, "localhost").await, edge_may(&served, "a.localhost").await), (200, 404));
            served.signal(signal);
            assert!(served.ended().await.success(), "{}", at.log());
        }
    });
}

#[test]
fn names_that_cannot_be_kept_or_read_harm_nothing() {
    run(async {
        let at = Installation::new().await;
        // Neither a file that can be read, nor a place where one can be put.
        fs::create_dir_all(at.folder.join(KEPT).join("in-the-way")).expect("a folder");
        let mut served = at.serve(&["--no-worker"]).await;
        let slug = &at.agencies[0].new.slug;
        assert_eq!(served.visit(slug, "/").await.expect("an answer").status, 200);
        assert_eq!(edge_may(&served, &format!("{slug}.localhost")).await, 200);
        served.signal(Signal::SIGTERM);
        assert!(served.ended().await.success());
        for sentence in ["cannot be read", "were not kept"] {
            assert!(at.log().contains(sentence), "{sentence}: {}", at.log());
        }
    });
}

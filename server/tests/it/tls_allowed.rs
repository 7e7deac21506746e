//! What an edge is told of the hosts that it may get certificates for. TLS-04 to TLS-08.

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, StatusCode};
use std::net::SocketAddr;
use tenancy::central::companies::{self, By};
use tenancy::central::domains;
use tenancy::testing::run;
use tower::ServiceExt as _;

use server::router::internal;
use server::tls_allowed::Asked;

use crate::domains::{a_host, central, claim, own};
use crate::harness::chance::{Dice, times};
use crate::harness::process::Installation;
use crate::harness::{House, house, open, statements};

async fn ask_as(
    house: &House,
    domain: &str,
    with: impl FnOnce(http::request::Builder) -> http::request::Builder,
) -> u16 {
    let address = format!("/internal/tls-allowed?domain={domain}");
    let request = with(Request::get(address)).body(Body::empty()).expect("a request");
    internal(Asked::new(house.state.house.clone()))
        .oneshot(request)
        .await
        .expect("a router never fails")
        .status()
        .as_u16()
}

async fn ask(house: &House, domain: &str) -> u16 {
    ask_as(house, domain, |request| request).await
}

async fn reload(house: &House) {
    house.state.house.routes.reload().await.expect("read");
}

#[test]
fn an_edge_gets_certificates_for_what_is_ours_and_for_nothing_else() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let (host, pending) = (a_host(&a), a_host(&a));
        claim(&mut owner, &pending).await;
        let id = own(house, &mut owner, &host).await;
        let unicode = "www.im%C3%B3veis.com.br";
        for (domain, status) in [
            (host.clone(), 200),
            (format!("{host}."), 200),
            (host.to_uppercase(), 404),
            (format!("{host}:443"), 404),
            (format!("x.{host}"), 404),
            (pending, 404),
            ("localhost".into(), 200),
            (format!("{}.localhost", a.route.slug), 200),
            (format!("{}.localhost", b.route.slug), 200),
            (format!("x.{}.localhost", a.route.slug), 404),
            ("nobody.localhost".into(), 404),
            ("scanner.example".into(), 404),
            (unicode.into(), 404),
            (String::new(), 404),
            ("127.0.0.1".into(), 404),
        ] {
            assert_eq!(ask(house, &domain).await, status, "{domain}");
        }
        // In doubt it is served on; let go of, and it is nobody's.
        let state = async |state: &str| {
            let set = sqlx::query("update domains set state = $2, released_at = now() where id = $1::uuid");
            set.bind(&id).bind(state).execute(&mut central().await).await.expect("set");
            reload(house).await;
            ask(house, &host).await
        };
        assert_eq!((state("suspect").await, state("released").await), (200, 404));
        // Closed, an agency says so over https; taken away, it says nothing.
        let central_db = &house.state.house.central;
        assert!(companies::suspend(central_db, b.route.tenant, "fatura", By::default()).await.expect("suspended"));
        reload(house).await;
        let name = format!("{}.localhost", b.route.slug);
        assert_eq!(ask(house, &name).await, 200);
        let set = async |status: &str| {
            let set = sqlx::query("update companies set status = $2 where id = any($1)");
            let set = set.bind([a.route.tenant, b.route.tenant]).bind(status).execute(&mut central().await).await;
            set.expect("set");
            reload(house).await;
        };
        set("cancelled").await;
        assert_eq!((ask(house, &name).await, state("verified").await), (200, 200), "its own domain too");
        set("active").await;
        let gone = sqlx::query("update companies set status = 'deleting' where id = $1").bind(b.route.tenant);
        gone.execute(&mut central().await).await.expect("set");
        reload(house).await;
        assert_eq!(ask(house, &name).await, 404);
    });
}

#[test]
fn an_address_that_was_left_is_ordered_a_few_times_an_hour() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let new = format!("{}-nova", a.route.slug);
        assert_eq!(owner.call("domains/rename", &[("address", &new)]).await.status, StatusCode::OK);
        reload(&house).await;
        let router = internal(Asked::new(house.state.house.clone()));
        let ask = async |slug: &str| {
            let request = Request::get(format!("/internal/tls-allowed?domain={slug}.localhost"));
            let request = request.body(Body::empty()).expect("a request");
            router.clone().oneshot(request).await.expect("a router never fails").status().as_u16()
        };
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push((ask(&a.route.slug).await, ask(&new).await));
        }
        assert_eq!(statuses[..4], [(200, 200); 4]);
        assert_eq!(statuses[4], (429, 200), "what it goes by now is never refused");
    });
}

#[test]
fn an_edge_asks_from_beside_us_and_through_nobody() {
    run(async {
        let house = house().await;
        for (name, value) in
            [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-host", "a"), ("forwarded", "for=1.2.3.4"), ("via", "1.1 a")]
        {
            assert_eq!(ask_as(house, "localhost", |request| request.header(name, value)).await, 403, "{name}");
        }
        for (peer, status) in
            [("203.0.113.9:1", 403), ("10.0.0.1:1", 403), ("127.0.0.1:1", 200), ("[::ffff:127.0.0.1]:1", 200)]
        {
            let peer: SocketAddr = peer.parse().expect("an address");
            assert_eq!(
                ask_as(house, "localhost", |request| request.extension(ConnectInfo(peer))).await,
                status,
                "{peer}"
            );
        }
        let a = house.agency().await;
        for mut caller in [house.stranger(), house.visitor(&a)] {
            let answer = caller.get("/internal/tls-allowed?domain=localhost").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "not at the public door of {}", caller.host);
        }
    });
}

#[test]
fn no_name_costs_a_question() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let host = a_host(&a);
        own(house, &mut owner, &host).await;
        let mut dice = Dice::new();
        let ((), heard) = statements(async {
            for _ in 0..times(10_000) {
                let name = format!("n{}.scanner.com.br", dice.below(1_000_000_000));
                assert_eq!(ask(house, &name).await, 404, "no order comes of {name}");
            }
            assert_eq!(ask(house, &host).await, 200);
        })
        .await;
        assert_eq!(heard, [""; 0]);
        let ((), heard) = statements(reload(house)).await;
        assert!(!heard.is_empty(), "a question would have been heard");
    });
}

#[test]
fn a_name_without_a_certificate_is_ordered_a_few_times_an_hour() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let host = a_host(&a);
        let id = own(&house, &mut owner, &host).await;
        let house_state = house.state.house.clone();
        let router = internal(Asked::new(house_state.clone()));
        let ask = async || {
            let request =
                Request::get(format!("/internal/tls-allowed?domain={host}")).body(Body::empty()).expect("a request");
            router.clone().oneshot(request).await.expect("a router never fails").status().as_u16()
        };
        assert_eq!([ask().await, ask().await, ask().await, ask().await, ask().await], [200, 200, 200, 200, 429]);
        house.wait(time::Duration::minutes(61));
        assert_eq!(ask().await, 200);
        // One that has its certificate orders nothing: an edge asks also when it takes it from its store.
        domains::set_tls(&house_state.central, id.parse().expect("an identifier"), "active", house_state.clock.now())
            .await
            .expect("noted");
        reload(&house).await;
        for _ in 0..20 {
            assert_eq!(ask().await, 200);
        }
    });
}

#[test]
fn known_names_are_known_while_the_central_database_is_away() {
    run(async {
        let at = Installation::new().await;
        let served = at.serve(&["--no-worker"]).await;
        at.kill_postgres();
        for (name, status) in [(format!("{}.localhost", at.agencies[0].new.slug), 200), ("scanner.com.br".into(), 404)]
        {
            let reply = served.ask_inside(&format!("/internal/tls-allowed?domain={name}")).await;
            assert_eq!(reply.status, status, "{name}");
        }
        let metrics = served.ask_inside("/metrics").await.body;
        assert!(
            metrics.contains("tls_asks_total{status=\"200\"} 1")
                && metrics.contains("tls_asks_total{status=\"404\"} 1"),
            "{metrics}"
        );
        let outside = served.send("GET", "/internal/tls-allowed?domain=localhost", &[], b"").await.expect("an answer");
        // Nothing of it is there, or nothing at all: by then it may be known that the central database has gone.
        assert!([404, 503].contains(&outside.status), "{}", outside.status);
    });
}

//! HDR-03 and HDR-04: what browsers are told about staying on https and about what a page may do, on answers of every kind.

use tenancy::testing::{Agency, run};

use app::state::Settings;

use crate::harness::{Answer, House, a_property, open_as, settings};

/// The platform at an https address.
async fn at_home() -> House {
    let https = Settings {
        base_url: "https://localhost".into(),
        base_port: String::new(),
        https: true,
        production: true,
        ..settings()
    };
    open_as(Default::default(), https).await
}

/// Answers of the platform's host, each of another kind.
async fn of_the_platform(house: &House, a: &Agency) -> Vec<(&'static str, Answer)> {
    let mut owner = house.stranger();
    owner.host = "localhost".into();
    let mut stranger = owner.clone();
    let answer = owner.call("auth/sign_in", &[("email", &a.email), ("password", OWN)]).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    let mut foreign = owner.clone();
    foreign.headers.insert("origin", "https://evil.example".parse().expect("a header"));
    vec![
        ("sign-in", answer),
        ("page", owner.get("/app").await),
        ("marketing", stranger.get("/").await),
        ("form", stranger.get("/entrar").await),
        ("redirect", stranger.get("/app").await),
        ("not found", owner.get("/app/nowhere").await),
        ("call", owner.call("auth/me", &[]).await),
        ("refused call", stranger.call("auth/me", &[]).await),
        ("invalid", owner.call("properties/create", &a_property("x", "")).await),
        ("too large", owner.call("properties/create", &[("title", &"x".repeat(70_000))]).await),
        ("foreign", foreign.call("auth/me", &[]).await),
        ("missing file", stranger.get("/pkg/none.js").await),
        ("health", stranger.get("/healthz").await),
    ]
}

/// Answers of hosts that are not the platform's.
async fn of_others(house: &House, a: &Agency) -> Vec<(&'static str, Answer)> {
    let mut visitor = house.visitor(a);
    visitor.host = format!("{}.localhost", a.route.slug);
    let mut unknown = house.stranger();
    unknown.host = "unknown.example".into();
    let mut bad = house.stranger();
    bad.host = "a, b".into();
    vec![
        ("storefront", visitor.get("/").await),
        ("stock", visitor.get("/imoveis").await),
        ("not found", visitor.get("/nowhere").await),
        ("missing photograph", visitor.get("/media/x/y").await),
        ("health", visitor.get("/healthz").await),
        ("unknown host", unknown.get("/").await),
        ("bad host", bad.get("/").await),
    ]
}

/// The owner's password, which is not the demo's: that one opens nothing in production.
const OWN: &str = "cada-chave-abre-uma-porta";

async fn with_a_password(house: &House) -> Agency {
    let hash = house.state.house.passwords.place().await.hash(OWN.into()).await.expect("short enough");
    let new = tenancy::testing::new_tenant();
    house.agency_of(tenancy::central::operations::NewTenant { admin_password_hash: hash, ..new }).await
}

#[test]
fn browsers_are_kept_on_https_for_a_year_and_more() {
    run(async {
        let house = at_home().await;
        let a = with_a_password(&house).await;
        let age = |answer: &Answer| {
            let value = answer.header("strict-transport-security").to_owned();
            let age =
                value.split(';').find_map(|part| part.trim().strip_prefix("max-age=")).and_then(|n| n.parse().ok());
            (age.unwrap_or(0_u64), value.contains("includeSubDomains"))
        };
        for (what, answer) in of_the_platform(&house, &a).await {
            let (seconds, subdomains) = age(&answer);
            assert!(seconds >= 31_536_000, "{what}: {seconds}");
            // What is answered to every host alike is answered as to a stranger's.
            assert!(subdomains || what == "health", "{what}");
        }
        for (what, answer) in of_others(&house, &a).await {
            let (seconds, subdomains) = age(&answer);
            assert!(seconds >= 31_536_000 && !subdomains, "{what}: the subdomains of an agency's domain are not ours");
        }
        // A browser forgets nothing that it was told over http, and so is told nothing.
        let plain = crate::harness::house().await;
        assert!(!plain.stranger().get("/").await.headers.contains_key("strict-transport-security"));
    });
}

#[test]
fn every_kind_of_answer_says_what_a_page_may_do() {
    run(async {
        let house = at_home().await;
        let a = with_a_password(&house).await;
        let (ours, others) = (of_the_platform(&house, &a).await, of_others(&house, &a).await);
        for (what, answer) in ours.iter().chain(&others) {
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("referrer-policy", "strict-origin-when-cross-origin"),
                ("x-frame-options", "DENY"),
            ] {
                assert_eq!(answer.header(name), value, "{what}: {name}");
                assert_eq!(answer.headers.get_all(name).iter().count(), 1, "{what}: {name}");
            }
            let permissions = answer.header("permissions-policy");
            for denied in ["camera=()", "microphone=()", "geolocation=()", "payment=()", "usb=()"] {
                assert!(permissions.contains(denied), "{what}: {permissions}");
            }
            assert!(!answer.headers.contains_key("server") && !answer.headers.contains_key("x-powered-by"), "{what}");
        }
        for (what, answer) in &ours {
            // Search engines find what is for everybody, and nothing of the CRM.
            let hidden = answer.header("x-robots-tag").contains("noindex");
            assert_eq!(hidden, !matches!(*what, "marketing" | "health"), "{what}");
        }
        let shown = |answer: &Answer| !answer.headers.contains_key("x-robots-tag");
        assert!(others.iter().filter(|(what, _)| ["storefront", "stock"].contains(what)).all(|(_, a)| shown(a)));
    });
}

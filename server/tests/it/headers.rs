//! HDR-03 to HDR-05: what browsers are told about staying on https and about what a page may do, on answers of every kind.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use sha2::{Digest as _, Sha256};
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
        ("call", owner.call("auth/sessions", &[]).await),
        ("refused call", stranger.call("auth/sessions", &[]).await),
        ("invalid", owner.call("properties/create", &a_property("x", "")).await),
        ("too large", owner.call("properties/create", &[("title", &"x".repeat(70_000))]).await),
        ("foreign", foreign.call("auth/sessions", &[]).await),
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

/// The policy of a page without a program: storefronts and the platform's front pages.
const SITE: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
/// The CRM's.
const CRM: &str = "default-src 'self'; script-src 'nonce-NONCE' 'strict-dynamic' 'wasm-unsafe-eval'; \
    style-src 'self' 'nonce-NONCE'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; \
    base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
/// That of what is no page.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// The whole policy, but for what is new in every answer.
fn policy(answer: &Answer) -> String {
    assert_eq!(answer.headers.get_all("content-security-policy").iter().count(), 1, "a second one would count too");
    let policy = answer.header("content-security-policy");
    if let Some(hash) = policy.split(" 'sha256-").nth(1).and_then(|rest| rest.split('\'').next()) {
        // A plain page brings its own style, and no other is let in.
        let text = answer.text();
        let style = text.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).expect("a style");
        assert_eq!(hash, STANDARD.encode(Sha256::digest(style)), "the policy names another style");
        return policy.replace(&format!(" 'sha256-{hash}'"), "");
    }
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
    nonce.map_or_else(|| policy.to_owned(), |nonce| policy.replace(nonce, "NONCE"))
}

/// What every answer of an https house says, whatever else it is.
#[track_caller]
fn carries(what: &str, answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("x-frame-options", "DENY"),
        (
            "permissions-policy",
            "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
        ),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
        assert_eq!(answer.headers.get_all(name).iter().count(), 1, "{what}: {name}");
    }
    let is_page = answer.header("content-type").starts_with("text/html");
    let policy = policy(answer);
    assert!(if is_page { [SITE, CRM].contains(&&*policy) } else { policy == NOTHING }, "{what}: {policy}");
    assert!(answer.header("strict-transport-security").starts_with("max-age="), "{what}");
    assert!(!answer.header("cache-control").is_empty() && !answer.header("x-request-id").is_empty(), "{what}");
    assert!(!answer.headers.contains_key("server") && !answer.headers.contains_key("x-powered-by"), "{what}");
    // Nobody else's pages may read anything here.
    assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{what}");
    let kind = answer.header("content-type");
    let is_text = kind.starts_with("text/html") || kind.starts_with("text/plain");
    assert!(!is_text || kind.ends_with("charset=utf-8"), "{what}: {kind}");
}

/// An answer of each status that is no page and no call's own.
async fn of_every_status(house: &House, a: &Agency) -> Vec<(StatusCode, &'static str, Answer)> {
    let mut owner = house.stranger();
    owner.host = "localhost".into();
    let mut stranger = owner.clone();
    let answer = owner.call("auth/sign_in", &[("email", &a.email), ("password", OWN)]).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    let mut visitor = house.visitor(a);
    visitor.host = format!("{}.localhost", a.route.slug);
    let etag = visitor.get("/").await.headers.get("etag").cloned().expect("a page that is kept has one");
    let mut again = visitor.clone();
    again.headers.insert("if-none-match", etag);
    let mut answers = vec![
        (StatusCode::SEE_OTHER, "redirect", stranger.get("/app").await),
        (StatusCode::NOT_MODIFIED, "unchanged", again.get("/").await),
        (StatusCode::NOT_FOUND, "missing file", stranger.get("/pkg/none.js").await),
        (
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            stranger.send(Method::DELETE, "/favicon.svg", "text/html", None).await,
        ),
    ];
    // Said to be too large, and found to be so.
    let large = "x".repeat(70_000);
    let said = owner.call("properties/create", &[("title", &large)]).await;
    owner.headers.insert("content-length", large.len().into());
    answers.push((StatusCode::PAYLOAD_TOO_LARGE, "too large", said));
    let said = owner.send(Method::POST, "/fn/properties/create", "text/html", Some(large)).await;
    owner.headers.remove("content-length");
    let asked = stranger.get(&format!("/entrar?{}", "a=1&".repeat(2_001))).await;
    answers.push((StatusCode::URI_TOO_LONG, "too long an address", asked));
    answers.push((StatusCode::PAYLOAD_TOO_LARGE, "said to be too large", said));
    // An address of its own: what is counted here must not hold up other tests.
    stranger.peer = Some("203.0.113.202:1".parse().expect("an address"));
    for _ in 0..10 {
        stranger.call("auth/sign_in", &[("email", &a.email), ("password", "wrong wrong wrong")]).await;
    }
    let held = stranger.call("auth/sign_in", &[("email", &a.email), ("password", OWN)]).await;
    answers.push((StatusCode::TOO_MANY_REQUESTS, "too many", held));
    let central = &house.state.house.central;
    tenancy::central::companies::suspend(central, a.route.tenant, "unpaid", Default::default())
        .await
        .expect("suspended");
    house.state.house.routes.reload().await.expect("read");
    answers.push((StatusCode::SERVICE_UNAVAILABLE, "suspended", visitor.get("/").await));
    house.break_clock();
    answers.push((StatusCode::INTERNAL_SERVER_ERROR, "panic", owner.get("/app").await));
    answers.push((StatusCode::INTERNAL_SERVER_ERROR, "panic of a call", owner.call("auth/sessions", &[]).await));
    answers
}

#[test]
fn answers_of_every_status_carry_the_same_headers() {
    run(async {
        let house = at_home().await;
        let a = with_a_password(&house).await;
        for (status, what, answer) in of_every_status(&house, &a).await {
            assert_eq!(answer.status, status, "{what}: {}", answer.text());
            carries(what, &answer);
        }
    });
}

#[test]
fn every_kind_of_answer_says_what_a_page_may_do() {
    run(async {
        let house = at_home().await;
        let a = with_a_password(&house).await;
        let (ours, others) = (of_the_platform(&house, &a).await, of_others(&house, &a).await);
        for (what, answer) in ours.iter().chain(&others) {
            carries(what, answer);
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

#[test]
fn a_page_may_do_exactly_what_its_policy_says() {
    run(async {
        let house = crate::harness::house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        for agency in [&a, &b] {
            let (mut owner, mut visitor, mut stranger) =
                (house.owner(agency).await, house.visitor(agency), house.stranger());
            for (what, answer, expected) in [
                ("storefront", visitor.get("/").await, SITE),
                ("stock", visitor.get("/imoveis").await, SITE),
                ("storefront, not found", visitor.get("/nowhere").await, SITE),
                ("marketing", stranger.get("/").await, SITE),
                ("sign-in", stranger.get("/entrar").await, SITE),
                ("CRM", owner.get("/app").await, CRM),
                ("list", owner.get("/app/properties").await, CRM),
                ("form", owner.get("/app/properties/new").await, CRM),
                ("CRM, not found", owner.get("/app/nowhere").await, CRM),
                ("call", owner.call("auth/sessions", &[]).await, NOTHING),
                ("missing file", stranger.get("/pkg/none.js").await, NOTHING),
            ] {
                assert_eq!(policy(&answer), expected, "{what}");
            }
        }
    });
}

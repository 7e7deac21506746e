//! A session ends in the middle of a form: whoever comes back finds it as they left it, and nobody else does.

use axum::body::Body;
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use axum::{Extension, Router};
use http::{Request, StatusCode, header};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tenancy::central::open_sessions;
use tenancy::testing::{Agency, PASSWORD, SECRET, bed, run};
use tenancy::{Deployment, DeploymentOptions, Host, Key, RegistryOptions};
use time::Duration;
use tower::ServiceExt as _;

use app::caller::{SESSION, Who};
use app::state;
use app::words::Lang;
use server::layers::forms::{self, Forms};

use crate::harness::{Answer, Caller, House, a_property, house, open};

const PAGE: &str = "/app/properties/new";

/// The value of a hidden field on a page.
fn hidden(page: &str, name: &str) -> Option<String> {
    let at = page.split(&format!("name=\"{name}\" value=\"")).nth(1)?;
    Some(at.split('"').next().unwrap_or_default().to_owned())
}

async fn sent_too_late(house: &House, caller: &mut Caller) -> (Answer, String) {
    let id = uuid::Uuid::now_v7().to_string();
    house.wait(Duration::hours(13));
    let answer = caller.post("properties/create", PAGE, &a_property(&id, "Sobrado com quintal")).await;
    let sealed = hidden(&answer.text(), "late");
    let sealed = sealed.unwrap_or_else(|| panic!("the form goes along: {} {:?}", answer.text(), answer.headers));
    (answer, sealed)
}

#[test]
fn an_expired_session_in_the_middle_of_a_form_loses_nothing() {
    run(async {
        let house = open(RegistryOptions::default()).await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let (answer, sealed) = sent_too_late(&house, &mut owner).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(!answer.text().contains("Sobrado com quintal"), "it is sealed");
        // A wrong password keeps it waiting.
        let form = |password: &'static str| [("email", agency.email.clone()), ("password", password.to_owned())];
        let fields = |password, late: &str| {
            let mut fields: Vec<(&str, String)> = form(password).to_vec();
            fields.extend([("late", late.to_owned()), ("next", PAGE.to_owned())]);
            fields
        };
        let wrong = fields("not the password", &sealed);
        let wrong: Vec<(&str, &str)> = wrong.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let again = owner.post("auth/sign_in", "/entrar", &wrong).await;
        assert!(again.text().contains("E-mail ou senha não conferem."), "{}", again.text());
        let sealed = hidden(&again.text(), "late").expect("still there");
        let right = fields(PASSWORD, &sealed);
        let right: Vec<(&str, &str)> = right.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let inside = owner.post("auth/sign_in", "/entrar", &right).await;
        let location = inside.header("location").to_owned();
        assert!(location.starts_with("/app/properties/new?draft="), "{location}");
        let page = owner.get(&location).await.text();
        assert!(page.contains("value=\"Sobrado com quintal\"") && page.contains("value=\"450.000\""), "{page}");
    });
}

#[test]
fn a_session_that_was_ended_elsewhere_loses_nothing_either() {
    run(async {
        let house = open(RegistryOptions::default()).await;
        let agency = house.agency().await;
        let (mut here, mut elsewhere) = (house.owner(&agency).await, house.owner(&agency).await);
        for session in elsewhere.call("auth/sessions", &[]).await.json().as_array().expect("a list") {
            if session["is_this"] == false {
                let id = session["id"].as_str().expect("an identifier");
                assert_eq!(elsewhere.call("auth/end_session", &[("id", id)]).await.status, StatusCode::OK);
                assert_eq!(elsewhere.call("auth/end_session", &[("id", id)]).await.status, StatusCode::NOT_FOUND);
            }
        }
        let id = uuid::Uuid::now_v7().to_string();
        let answer = here.post("properties/create", PAGE, &a_property(&id, "Chalé")).await;
        let sealed = hidden(&answer.text(), "late").expect("the form goes along");
        let fields = [("email", agency.email.as_str()), ("password", PASSWORD), ("late", &sealed)];
        let inside = here.post("auth/sign_in", "/entrar", &fields).await;
        let page = here.get(inside.header("location")).await.text();
        assert!(page.contains("value=\"Chalé\""), "{page}");
    });
}

#[test]
fn somebody_else_gets_nothing_of_a_late_form() {
    run(async {
        let house = open(RegistryOptions::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let (_, sealed) = sent_too_late(&house, &mut owner).await;
        let mut other = house.stranger();
        let fields = [("email", b.email.as_str()), ("password", PASSWORD), ("late", &sealed)];
        let inside = other.post("auth/sign_in", "/entrar", &fields).await;
        assert_eq!(inside.header("location"), "/app");
        for junk in ["", "x", &sealed[..40]] {
            let mut fresh = house.stranger();
            let fields = [("email", a.email.as_str()), ("password", PASSWORD), ("late", junk)];
            let inside = fresh.post("auth/sign_in", "/entrar", &fields).await;
            assert_eq!(inside.header("location"), "/app", "{junk}");
        }
        house.wait(Duration::minutes(61));
        let mut late = house.stranger();
        let fields = [("email", a.email.as_str()), ("password", PASSWORD), ("late", &sealed)];
        assert_eq!(late.post("auth/sign_in", "/entrar", &fields).await.header("location"), "/app", "an hour later");
    });
}

#[test]
fn a_call_without_a_session_is_answered_and_renewed_in_place() {
    run(async {
        let house = open(RegistryOptions::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let user = a.owner.to_string();
        house.wait(Duration::hours(13));
        let id = uuid::Uuid::now_v7().to_string();
        let refused = owner.call("properties/create", &a_property(&id, "Casa")).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        let wrong = owner.call("auth/renew", &[("user", &user), ("password", "wrong password")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Another's account does not open with one's own password, and nobody's is a wrong password too.
        let theirs = b.owner.to_string();
        sqlx::query("update people set password_hash = 'x' where id = $1")
            .bind(b.person.as_uuid())
            .execute(&mut central().await)
            .await
            .expect("set");
        for account in [theirs, uuid::Uuid::now_v7().to_string()] {
            let answer = owner.call("auth/renew", &[("user", &account), ("password", PASSWORD)]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        }
        let renewed = owner.call("auth/renew", &[("user", &user), ("password", PASSWORD)]).await;
        assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.text());
        let saved = owner.call("properties/create", &a_property(&id, "Casa")).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.text());
    });
}

/// Ends the agency's owner's sessions, as another browser of theirs does.
async fn end_sessions(house: &House, agency: &Agency) {
    let house = &house.state.house;
    let open = open_sessions::list(&house.central, agency.person, house.clock.now()).await.expect("read");
    for one in open {
        assert!(house.sessions.end(agency.person, &one.id).await.expect("ended"));
    }
}

#[test]
fn who_asked_to_stay_signed_in_stays_so_when_asked_for_the_password_again() {
    run(async {
        let house = house().await;
        for remember in ["true", "false"] {
            let agency = house.agency().await;
            let mut owner = house.stranger();
            let fields = [("email", agency.email.as_str()), ("password", PASSWORD), ("remember", remember)];
            assert_eq!(owner.call("auth/sign_in", &fields).await.status, StatusCode::OK);
            // What the page knows of its session, which its dialog sends along.
            let page = owner.get("/app").await.text();
            let user = agency.owner.to_string();
            assert!(page.contains(&format!(r#"\"user\":\"{user}\""#)), "{page}");
            assert!(page.contains(&format!(r#"\"remember\":{remember}"#)), "{page}");
            end_sessions(house, &agency).await;
            assert_eq!(owner.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
            let fields = [("user", user.as_str()), ("password", PASSWORD), ("remember", remember)];
            let renewed = owner.call("auth/renew", &fields).await;
            assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.text());
            let cookies: Vec<&str> =
                renewed.headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok()).collect();
            let session = cookies.iter().find(|c| c.starts_with(SESSION)).expect("a session");
            assert_eq!(session.contains("Max-Age=2592000"), remember == "true", "in the browser: {session}");
            let lives = "select max(expires_at) > now() + interval '29 days' from sessions where person_id = $1";
            let lives = sqlx::query_scalar(lives).bind(agency.person.as_uuid());
            let lives: bool = lives.fetch_one(&mut central().await).await.expect("asked");
            assert_eq!(lives, remember == "true", "and here");
            assert!(
                owner.get("/app").await.text().contains(&format!(r#"\"remember\":{remember}"#)),
                "and on the next page"
            );
        }
    });
}

#[test]
fn who_is_told_that_a_form_is_too_large_to_wait_knows_where_it_still_is() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        for (lang, sentence) in [("pt-BR", "pelo botão Voltar do navegador"), ("en", "Back button and send it again")]
        {
            let mut owner = house.owner(&agency).await;
            end_sessions(house, &agency).await;
            owner.headers.insert(header::ACCEPT_LANGUAGE, lang.parse().expect("a header"));
            let (id, notes) = (uuid::Uuid::now_v7().to_string(), "x".repeat(45_000));
            let mut fields = a_property(&id, "Casa");
            fields.push(("internal_notes", &notes));
            let answer = owner.post("properties/create", PAGE, &fields).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert!(answer.text().contains(sentence), "{}", answer.text());
            assert_eq!(hidden(&answer.text(), "late"), None, "nothing waits");
        }
    });
}

/// The process's house with a central database that answers nobody.
async fn without_a_database() -> state::House {
    let bed = bed().await;
    let options = DeploymentOptions {
        data_dir: bed.data_dir.clone(),
        central_url: None,
        provisioner_url: None,
        key: Key::parse(SECRET).expect("long enough"),
        cluster_settings: Vec::new(),
    };
    // It joins the cluster of the tests, and its connections are its own.
    let central = Deployment::open(options).await.expect("the cluster runs").central().clone();
    central.close().await;
    let whole = &house().await.state.house;
    state::House {
        operations: whole.operations.clone(),
        outboxes: whole.outboxes.clone(),
        central,
        accounts: whole.accounts.clone(),
        sessions: whole.sessions.clone(),
        routes: whole.routes.clone(),
        registry: whole.registry.clone(),
        files: whole.files.clone(),
        mailer: whole.mailer.clone(),
        names: whole.names.clone(),
        edge: whole.edge.clone(),
        choices: whole.choices.clone(),
        looks: whole.looks.clone(),
        pictures: whole.pictures.clone(),
        passwords: whole.passwords.clone(),
        clock: whole.clock.clone(),
        key: whole.key.clone(),
        settings: whole.settings.clone(),
    }
}

#[test]
fn a_form_that_cannot_be_asked_about_is_not_lost_without_a_word() {
    run(async {
        let house = Arc::new(without_a_database().await);
        for (lang, sentence) in [(Lang::Pt, "Nada se perdeu; tente de novo"), (Lang::En, "Nothing is lost; try again")]
        {
            let (through, forms) =
                (Arc::new(AtomicUsize::new(0)), Forms { house: house.clone(), front: Router::new() });
            let count = through.clone();
            let taken = post(move || async move { count.fetch_add(1, Ordering::Relaxed).to_string() });
            let router = Router::new()
                .route("/fn/properties/create", taken)
                .layer(from_fn_with_state(forms, forms::layer))
                .layer(Extension(Who::Nobody))
                .layer(Extension(lang))
                .layer(Extension(Host::parse("localhost:3000").expect("a host")));
            let request = Request::post("/fn/properties/create")
                .header(header::ACCEPT, "text/html")
                .header(header::REFERER, format!("http://localhost:3000{PAGE}"))
                .header(header::COOKIE, format!("{SESSION}={}", tower_sessions::session::Id::default()))
                .body(Body::from("title=Casa"))
                .expect("a request");
            let answer = router.oneshot(request).await.expect("the router never fails");
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            let page = axum::body::to_bytes(answer.into_body(), 10_000).await.expect("a body");
            let page = String::from_utf8_lossy(&page);
            assert!(page.contains(sentence), "{page}");
            assert_eq!(through.load(Ordering::Relaxed), 0, "nothing was done with it");
        }
    });
}

async fn central() -> sqlx::PgConnection {
    use sqlx::ConnectOptions as _;
    tenancy::testing::superuser().await.database("central").connect().await.expect("superuser")
}

//! A session ends in the middle of a form: whoever comes back finds it as they left it, and nobody else does.

use http::StatusCode;
use tenancy::RegistryOptions;
use tenancy::testing::{PASSWORD, run};
use time::Duration;

use crate::harness::{Answer, Caller, House, a_property, open};

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
        let user = owner.call("auth/me", &[]).await.json()["user"].as_str().expect("an account").to_owned();
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

async fn central() -> sqlx::PgConnection {
    use sqlx::ConnectOptions as _;
    tenancy::testing::superuser().await.database("central").connect().await.expect("superuser")
}

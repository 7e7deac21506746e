//! Signing in with a second factor: a step between in which nothing is open, one code for one session, a throttle of its own.
//! AUTH-04, AUTH-12, AUTH-26, AUTH-27.

use http::StatusCode;
use sqlx::{ConnectOptions as _, Row as _};
use std::sync::Arc;
use tenancy::testing::{Agency, PASSWORD, PASSWORD_HASH, run, superuser};
use time::Duration;

use crate::harness::second_factor::Phone;
use crate::harness::{Answer, Caller, House, a_property, open, open_for_bench};

const SESSION: &str = "__Host-sobrado";
const DEVICE: &str = "__Host-device";

/// An owner who has a second factor, and their telephone, which shows a code that nobody has used.
pub(super) async fn enrolled(house: &House) -> (Agency, Caller, Phone) {
    let agency = house.agency().await;
    let mut owner = house.owner(&agency).await.elsewhere();
    let phone = house.enrol(&mut owner).await;
    house.wait(Duration::seconds(30));
    (agency, owner, phone)
}

/// Somebody on a machine that nobody knows, at an address that no other test counts at, who has given the password.
pub(super) async fn between(house: &House, agency: &Agency) -> Caller {
    let mut caller = house.stranger().elsewhere();
    password(&mut caller, agency).await;
    caller
}

async fn password(caller: &mut Caller, agency: &Agency) {
    let answer = caller.call("auth/sign_in", &[("email", &agency.email), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.header("location"), "/entrar/codigo?next=%2Fapp");
}

pub(super) async fn give(caller: &mut Caller, code: &str) -> Answer {
    caller.call("auth/sign_in_code", &[("second_factor", code)]).await
}

#[test]
fn who_has_a_second_factor_signs_in_in_two_steps() {
    run(async {
        let house = open(Default::default()).await;
        let (a, _, phone) = enrolled(&house).await;
        let mut somebody = house.stranger().elsewhere();
        let typed = [("email", a.email.as_str()), ("password", PASSWORD), ("next", "/app/properties?q=casa")];
        let half = somebody.post("auth/sign_in", "/entrar", &typed).await;
        let page = "/entrar/codigo?next=%2Fapp%2Fproperties%3Fq%3Dcasa";
        assert_eq!((half.status, half.header("location")), (StatusCode::FOUND, page));
        // Nothing is open, and the machine is not known yet.
        assert!(somebody.cookie(DEVICE).is_none());
        assert!(somebody.get("/app").await.header("location").starts_with("/entrar?next="));
        for function in ["auth/sessions", "auth/agencies", "auth/security", "today/load", "auth/end_other_sessions"] {
            assert_eq!(somebody.call(function, &[]).await.status, StatusCode::UNAUTHORIZED, "{function}");
        }
        let text = somebody.get(page).await.text();
        assert!(text.contains("autocomplete=\"one-time-code\"") && !text.contains("<script"), "{text}");
        let wrong = phone.wrong_code(&house);
        let typed =
            |code: &str| vec![("second_factor", code.to_owned()), ("next", "/app/properties?q=casa".to_owned())];
        let post = async |somebody: &mut Caller, code: &str| {
            let fields = typed(code);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            somebody.post("auth/sign_in_code", page, &fields).await
        };
        let refused = post(&mut somebody, &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = refused.text();
        assert!(text.contains("O código não confere ou já foi usado.") && !text.contains(&wrong), "{text}");
        assert!(text.contains("name=\"next\" value=\"/app/properties?q=casa\""), "{text}");
        let before = somebody.cookie(SESSION);
        let code = phone.code(&house, 0);
        let inside = post(&mut somebody, &code).await;
        assert_eq!((inside.status, inside.header("location")), (StatusCode::FOUND, "/app/properties?q=casa"));
        assert_ne!(somebody.cookie(SESSION), before, "a new identifier");
        assert!(somebody.cookie(DEVICE).is_some());
        assert_eq!(somebody.call("auth/sessions", &[]).await.status, StatusCode::OK);
        // Whoever was inside is not any more once they begin to sign in anew; and the same browser may begin again and again.
        let mut again = somebody.clone();
        for _ in 0..2 {
            password(&mut again, &a).await;
            assert_eq!(somebody.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
        }
        // The same code is good no second time, nor is one of an earlier step.
        let mut another = between(&house, &a).await;
        for used in [phone.code(&house, 0), phone.code(&house, -1)] {
            assert_eq!(give(&mut another, &used).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{used}");
        }
        assert_eq!(give(&mut another, &phone.code(&house, 1)).await.status, StatusCode::OK, "the next one is");
    });
}

#[test]
fn the_step_between_lasts_five_minutes_and_makes_one_session() {
    run(async {
        let house = open(Default::default()).await;
        let (a, _, phone) = enrolled(&house).await;
        let mut late = between(&house, &a).await;
        house.wait(Duration::minutes(5));
        let code = phone.code(&house, 0);
        let over = give(&mut late, &code).await;
        assert_eq!(over.json()["data"][0][1], "step_over", "{}", over.text());
        assert_eq!(
            give(&mut house.stranger().elsewhere(), &code).await.json()["data"][0][1],
            "step_over",
            "nor without a password"
        );
        // Two good codes at once, with the same password behind them.
        let mut twice = between(&house, &a).await;
        let mut other = twice.clone();
        let (one, two) = (phone.code(&house, 0), phone.code(&house, 1));
        let (one, two) = futures::join!(give(&mut twice, &one), give(&mut other, &two));
        let inside = [one.status, two.status].iter().filter(|status| **status == StatusCode::OK).count();
        assert_eq!(inside, 1, "{} {}", one.text(), two.text());
    });
}

#[test]
fn a_changed_password_or_factor_ends_the_step_between() {
    run(async {
        let house = open(Default::default()).await;
        let (a, mut owner, phone) = enrolled(&house).await;
        let mut waiting = between(&house, &a).await;
        let central = &house.state.house;
        let set = tenancy::central::people::set_password(&central.central, &central.key, &a.email, PASSWORD_HASH).await;
        assert!(set.expect("set"));
        let code = phone.code(&house, 0);
        assert_eq!(give(&mut waiting, &code).await.json()["data"][0][1], "step_over");
        assert_eq!(owner.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
        // A session of the password alone that comes after the second factor is none: it was signed in without it.
        let b = house.agency().await;
        let (mut before, mut enrolling) = (house.owner(&b).await, house.owner(&b).await);
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        house.enrol(&mut enrolling).await;
        let id = "update sessions set ended_at = null where person_id = $1";
        sqlx::query(id).bind(b.person.as_uuid()).execute(&mut root).await.expect("as if it had been opened meanwhile");
        assert_eq!(before.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(enrolling.call("auth/sessions", &[]).await.status, StatusCode::OK);
    });
}

#[test]
fn codes_have_a_throttle_that_no_password_resets() {
    run(async {
        let house = open(Default::default()).await;
        let (a, owner, phone) = enrolled(&house).await;
        let wrong = phone.wrong_code(&house);
        for _ in 0..5 {
            // The password is given anew each time: that makes nothing forgotten.
            let mut thief = house.stranger().elsewhere();
            password(&mut thief, &a).await;
            assert_eq!(give(&mut thief, &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let mut thief = house.stranger().elsewhere();
        password(&mut thief, &a).await;
        let held = give(&mut thief, &phone.code(&house, 0)).await;
        assert_eq!(
            (held.status, held.header("retry-after")),
            (StatusCode::TOO_MANY_REQUESTS, "60"),
            "even the right one"
        );
        // The owner's own machine has its own count.
        let mut known = house.stranger().elsewhere();
        known.cookies = owner.cookies.iter().filter(|(name, _)| name == DEVICE).cloned().collect();
        password(&mut known, &a).await;
        assert_eq!(give(&mut known, &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY, "it may try");
        house.wait(Duration::seconds(61));
        for n in 0..5 {
            assert_eq!(give(&mut thief, &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{n}, a minute later");
        }
        house.wait(Duration::seconds(61));
        let mut thief = house.stranger().elsewhere();
        // Ten wrong ones hold up the password too, as ten wrong passwords do.
        let typed = [("email", a.email.as_str()), ("password", PASSWORD)];
        assert_eq!(thief.call("auth/sign_in", &typed).await.status, StatusCode::TOO_MANY_REQUESTS);
        password(&mut known, &a).await;
        assert_eq!(give(&mut known, &phone.code(&house, 0)).await.status, StatusCode::OK, "the owner gets in");
    });
}

#[test]
fn a_thousand_codes_at_once_are_tried_five_times() {
    run(async {
        let house = Arc::new(open(Default::default()).await);
        let (a, _, phone) = enrolled(&house).await;
        let thief = between(&house, &a).await;
        let wrong = phone.wrong_code(&house);
        let tries: Vec<_> = (0..40)
            .map(|_| {
                let (mut thief, wrong) = (thief.clone(), wrong.clone());
                tokio::spawn(async move { give(&mut thief, &wrong).await.status })
            })
            .collect();
        let mut tried = 0;
        for one in tries {
            tried += usize::from(one.await.expect("no panic") == StatusCode::UNPROCESSABLE_ENTITY);
        }
        // As with passwords, as many as there are places may slip in.
        let most = 4 + house.state.house.passwords.places();
        assert!((5..=most).contains(&tried), "{tried} were tried");
    });
}

#[test]
fn a_bench_counts_wrong_codes_and_holds_up_nobody() {
    run(async {
        let house = open_for_bench().await;
        let (a, _, phone) = enrolled(&house).await;
        let (mut somebody, wrong) = (between(&house, &a).await, phone.wrong_code(&house));
        for _ in 0..7 {
            assert_eq!(give(&mut somebody, &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(give(&mut somebody, &phone.code(&house, 0)).await.status, StatusCode::OK);
    });
}

#[test]
fn a_recovery_code_lets_in_once_however_many_try() {
    run(async {
        let house = Arc::new(open_for_bench().await);
        let (a, _, phone) = enrolled(&house).await;
        let mut waiting = Vec::new();
        for _ in 0..20 {
            waiting.push(between(&house, &a).await);
        }
        let code = phone.recovery[3].to_uppercase().replace('-', " ");
        let tries: Vec<_> = waiting
            .into_iter()
            .map(|mut caller| {
                let code = code.clone();
                tokio::spawn(async move { give(&mut caller, &code).await.status })
            })
            .collect();
        let mut inside = 0;
        for one in tries {
            inside += usize::from(one.await.expect("no panic") == StatusCode::OK);
        }
        assert_eq!(inside, 1);
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        let lines = "select count(*) from tenant_audit_log where entity_id = $1 and action = 'second_factor.recovery'";
        let lines = sqlx::query(lines).bind(a.person.as_uuid()).fetch_one(&mut root).await.expect("counted");
        assert_eq!(lines.get::<i64, _>(0), 1);
        // Another's does not fit, and costs as much.
        let (b, _, others) = enrolled(&house).await;
        let passwords = house.state.house.passwords.clone();
        for foreign in [&phone.recovery[4], &"k3vd-0123-4567-89ab-cd1f".to_owned()] {
            let mut caller = between(&house, &b).await;
            let before = passwords.computed();
            assert_eq!(give(&mut caller, foreign).await.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(passwords.computed() - before, 1, "one hash, whether or not there is such a code");
        }
        assert_eq!(give(&mut between(&house, &b).await, &others.recovery[0]).await.status, StatusCode::OK);
    });
}

#[test]
fn a_session_that_ended_in_the_middle_of_a_form_is_renewed_with_a_code() {
    run(async {
        let house = open(Default::default()).await;
        let (a, mut owner, phone) = enrolled(&house).await;
        let user = a.owner.to_string();
        let page = owner.get("/app").await.text();
        assert!(page.contains(r#"\"second_factor\":true"#), "the dialog knows that a code is to be asked for: {page}");
        house.wait(Duration::hours(13));
        let id = uuid::Uuid::now_v7().to_string();
        let late = owner.call("properties/create", &a_property(&id, "Casa")).await;
        assert_eq!(late.status, StatusCode::UNAUTHORIZED);
        let renew = async |owner: &mut Caller, password: &str, code: &str| {
            owner.call("auth/renew", &[("user", &user), ("password", password), ("second_factor", code)]).await
        };
        let (code, wrong) = (phone.code(&house, 0), phone.wrong_code(&house));
        let mut answers = Vec::new();
        for (password, code) in [("not the password", code.as_str()), (PASSWORD, wrong.as_str()), (PASSWORD, "")] {
            let refused = renew(&mut owner, password, code).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(owner.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
            answers.push(refused.text());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "no answer says whether it was the password: {answers:?}");
        assert_eq!(renew(&mut owner, PASSWORD, &code).await.status, StatusCode::OK);
        assert_eq!(owner.call("properties/create", &a_property(&id, "Casa")).await.status, StatusCode::OK);
    });
}

#[test]
fn a_form_that_came_too_late_waits_for_the_code_as_well() {
    run(async {
        let house = open(Default::default()).await;
        let (a, mut owner, phone) = enrolled(&house).await;
        house.wait(Duration::hours(13));
        let id = uuid::Uuid::now_v7().to_string();
        let late = owner.post("properties/create", "/app/properties/new", &a_property(&id, "Sobrado tardio")).await;
        let text = late.text();
        let sealed =
            text.split("name=\"late\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("sealed");
        let typed = [("email", a.email.as_str()), ("password", PASSWORD), ("late", sealed)];
        let half = owner.post("auth/sign_in", "/entrar", &typed).await;
        assert_eq!(half.header("location"), "/entrar/codigo?next=%2Fapp");
        let page = "/entrar/codigo?next=%2Fapp";
        let wrong = phone.wrong_code(&house);
        let refused = owner.post("auth/sign_in_code", page, &[("second_factor", &wrong)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let code = phone.code(&house, 0);
        let inside = owner.post("auth/sign_in_code", page, &[("second_factor", &code)]).await;
        let location = inside.header("location").to_owned();
        assert!(location.starts_with("/app/properties/new?draft="), "{location}");
        assert!(owner.get(&location).await.text().contains("value=\"Sobrado tardio\""));
    });
}

#[test]
fn operators_sign_in_with_a_code_at_their_own_door() {
    run(async {
        let house = open(Default::default()).await;
        let mut operator = house.operator().await;
        let email = operator.call("auth/security", &[]).await.json()["email"].as_str().expect("theirs").to_owned();
        let phone = house.enrol(&mut operator).await;
        house.wait(Duration::seconds(30));
        let mut somebody = house.stranger().elsewhere();
        let typed = [("email", email.as_str()), ("password", PASSWORD), ("next", "/platform/tenants?q=a")];
        let half = somebody.post("auth/sign_in_operator", "/platform/entrar", &typed).await;
        assert_eq!(half.header("location"), "/entrar/codigo?next=%2Fplatform%2Ftenants%3Fq%3Da");
        assert!(somebody.get("/platform/tenants").await.header("location").starts_with("/platform/entrar"));
        let text = somebody.get(half.header("location")).await.text();
        assert!(text.contains("href=\"/platform/entrar\""), "the way back is their own door: {text}");
        let code = phone.code(&house, 0);
        let typed = [("second_factor", code.as_str()), ("next", "/platform/tenants?q=a")];
        let inside = somebody.post("auth/sign_in_code", half.header("location"), &typed).await;
        assert_eq!(inside.header("location"), "/platform/tenants?q=a");
        assert_eq!(somebody.get("/platform/tenants").await.status, StatusCode::OK);
    });
}

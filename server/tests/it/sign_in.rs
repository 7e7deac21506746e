//! AUTH-01 to AUTH-15: one answer for everything that does not fit, one hash, a session that is new, and a throttle.

use http::{Method, StatusCode};
use sqlx::{ConnectOptions, Connection as _, Row as _};
use tenancy::central::people::NewPerson;
use tenancy::testing::{PASSWORD, PASSWORD_HASH, run, superuser};
use time::Duration;

use crate::harness::{house, open, statements};

const SESSION: &str = "__Host-sobrado";

pub async fn central(sql: &'static str) -> Vec<sqlx::postgres::PgRow> {
    let mut root = superuser().await.database("central").connect().await.expect("superuser");
    sqlx::query(sql).fetch_all(&mut root).await.expect("rows")
}

#[test]
fn known_and_unknown_people_get_the_same_answer_for_the_same_work() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let passwords = house.state.house.passwords.clone();
        let unknown = format!("nobody-{}@example.com", a.route.slug);
        let mut answers = Vec::new();
        for email in [a.email.as_str(), unknown.as_str()] {
            let before = passwords.computed();
            let typed = [("email", email), ("password", "wrong wrong wrong")];
            let (call, asked) = statements(house.stranger().call("auth/sign_in", &typed)).await;
            assert_eq!(passwords.computed() - before, 1, "exactly one hash for {email}");
            assert!(asked.iter().any(|statement| statement.contains("from people")), "{asked:?}");
            let form = house.stranger().post("auth/sign_in", "/entrar", &typed).await;
            assert_eq!(form.status, StatusCode::UNPROCESSABLE_ENTITY);
            let shown = form.comparable();
            answers.push((call.comparable(), asked, (shown.0, shown.1, form.text().replace(email, "E-MAIL"))));
        }
        assert_eq!(answers[0], answers[1], "the same to see, and the same statements of the database");
        assert_eq!(answers[0].0.0, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn a_refused_sign_in_keeps_all_but_the_password() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let b = house.agency().await;
        for (function, page, next) in [
            ("auth/sign_in", "/entrar", "/app/properties?q=casa"),
            ("auth/sign_in_operator", "/platform/entrar", "/platform/tenants"),
        ] {
            let mut somebody = house.stranger();
            // The second time the form comes from the answer to the first.
            for from in [format!("{page}?next=/elsewhere"), format!("/fn/{function}")] {
                let typed = [
                    ("email", a.email.as_str()),
                    ("password", "wrong wrong wrong"),
                    ("remember", "true"),
                    ("next", next),
                ];
                let answer = somebody.post(function, &from, &typed).await;
                assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
                let text = answer.text();
                assert!(text.contains("E-mail ou senha não conferem."), "{text}");
                assert!(text.contains(&format!("value=\"{}\"", a.email)), "{text}");
                assert!(text.contains(&format!("name=\"next\" value=\"{next}\"")), "{text}");
                assert_eq!(text.contains("checked"), function == "auth/sign_in", "{text}");
                assert!(!text.contains("wrong wrong"), "{text}");
            }
            // It was said to that form, and stays nowhere: neither for the same person nor for anybody else.
            for asks in [&mut somebody, &mut house.owner(&b).await] {
                let text = asks.get(page).await.text();
                assert!(!text.contains(&a.email) && !text.contains("não conferem"), "{text}");
            }
        }
    });
}

#[test]
fn a_session_is_new_at_every_sign_in_and_gone_after_signing_out() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let first = owner.cookie(SESSION).expect("a session");
        owner.call("auth/sign_in", &[("email", &a.email), ("password", PASSWORD)]).await;
        let second = owner.cookie(SESSION).expect("a session");
        assert_ne!(first, second);
        let mut old = house.stranger();
        old.cookies = vec![(SESSION.into(), first)];
        assert_eq!(
            old.call("auth/sessions", &[]).await.status,
            StatusCode::UNAUTHORIZED,
            "the old identifier is worth nothing"
        );
        let question = owner.get("/sair").await;
        assert!(question.status == StatusCode::OK && question.text().contains("action=\"/sair\""), "it asks first");
        let left = owner.send(Method::POST, "/sair", "text/html", None).await;
        assert_eq!((left.status, left.header("location")), (StatusCode::SEE_OTHER, "/entrar"));
        assert_eq!(left.header("clear-site-data"), "\"cache\", \"storage\"");
        let removal = left.header("set-cookie");
        assert!(removal.starts_with("__Host-sobrado=;") && removal.contains("Max-Age=0"), "{removal}");
        assert!(removal.contains("Secure") && removal.contains("Path=/"), "a browser ignores it otherwise: {removal}");
        let mut ended = house.stranger();
        ended.cookies = vec![(SESSION.into(), second)];
        assert_eq!(ended.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn a_planted_identifier_is_never_let_in() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let planted = "AAAAAAAAAAAAAAAAAAAAAA".to_owned();
        let mut victim = house.stranger();
        victim.cookies = vec![(SESSION.into(), planted.clone())];
        victim.call("auth/sign_in", &[("email", &a.email), ("password", PASSWORD)]).await;
        assert_ne!(victim.cookie(SESSION).expect("a session"), planted);
        let mut thief = house.stranger();
        thief.cookies = vec![(SESSION.into(), planted)];
        assert_eq!(thief.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn what_the_database_holds_opens_nothing() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let owner = house.owner(&a).await;
        let value = owner.cookie(SESSION).expect("a session");
        for row in central("select encode(id, 'hex') as hex, encode(id, 'base64') as base, id::text as raw, data::text as data from sessions").await {
            for column in ["hex", "base", "raw", "data"] {
                let stored: String = row.get(column);
                assert!(!stored.contains(&value), "the identifier is stored in clear");
                let mut thief = house.stranger();
                let cookie: String = stored.chars().filter(|c| c.is_ascii_alphanumeric()).take(64).collect();
                thief.cookies = vec![(SESSION.into(), cookie)];
                assert_eq!(thief.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
            }
        }
    });
}

#[test]
fn the_cookies_are_bound_to_the_platforms_host() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let answer = house.stranger().call("auth/sign_in", &[("email", &a.email), ("password", PASSWORD)]).await;
        let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()).collect();
        assert_eq!(cookies.len(), 2, "{cookies:?}");
        for cookie in cookies {
            assert!(cookie.starts_with("__Host-sobrado=") || cookie.starts_with("__Host-device="), "{cookie}");
            for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(cookie.contains(part), "{cookie} lacks {part}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
    });
}

#[test]
fn a_session_ends_unused_and_ends_anyway() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        for _ in 0..2 {
            house.wait(Duration::hours(11));
            assert_eq!(owner.call("auth/sessions", &[]).await.status, StatusCode::OK, "used within twelve hours");
        }
        house.wait(Duration::hours(3));
        assert_eq!(owner.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED, "a day is the end of it");
        let mut idle = house.owner(&a).await;
        house.wait(Duration::hours(13));
        assert_eq!(idle.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED, "twelve hours unused");
        let mut kept = house.stranger();
        kept.call("auth/sign_in", &[("email", &a.email), ("password", PASSWORD), ("remember", "true")]).await;
        house.wait(Duration::days(29));
        assert_eq!(kept.call("auth/sessions", &[]).await.status, StatusCode::OK);
        house.wait(Duration::days(2));
        assert_eq!(kept.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn an_ended_session_is_not_brought_back_by_a_request_that_had_read_it() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let owner = house.owner(&a).await;
        // Due to be written down as used, so that the request writes after it has read.
        house.wait(Duration::minutes(10));
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        let mut held = root.begin().await.expect("a transaction");
        sqlx::query("update sessions set ended_at = now() where tenant_id = $1")
            .bind(a.route.tenant)
            .execute(&mut *held)
            .await
            .expect("ended, not yet seen by others");
        let mut late = owner.clone();
        let request = tokio::spawn(async move { late.call("auth/sessions", &[]).await.status });
        let mut other = superuser().await.database("central").connect().await.expect("superuser");
        let waits = "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like 'update sessions set last_seen_at%')";
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut other).await.expect("a row") {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        held.commit().await.expect("ended");
        assert_eq!(request.await.expect("no panic"), StatusCode::UNAUTHORIZED, "the request that was under way");
        assert_eq!(
            owner.clone().call("auth/sessions", &[]).await.status,
            StatusCode::UNAUTHORIZED,
            "and every one after it"
        );
    });
}

#[test]
fn a_right_password_at_the_wrong_door_is_a_wrong_password() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let email = format!("op-{}@sobrado.example", a.route.slug);
        let new = NewPerson { name: "Op", email: &email, password_hash: PASSWORD_HASH };
        tenancy::central::operators::ensure(&house.state.house.central, &new).await.expect("added");
        let fields =
            |email: &str| vec![("email".to_owned(), email.to_owned()), ("password".to_owned(), PASSWORD.to_owned())];
        for (endpoint, email) in [("auth/sign_in", &email), ("auth/sign_in_operator", &a.email)] {
            let fields = fields(email);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let answer = house.stranger().call(endpoint, &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{endpoint}");
            assert!(!answer.headers.contains_key("set-cookie"), "{endpoint}");
        }
    });
}

#[test]
fn somebody_who_left_is_out_within_seconds() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut broker = house.member(&a, "broker").await;
        assert_eq!(broker.call("auth/sessions", &[]).await.status, StatusCode::OK);
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        sqlx::query("update users set active = false where company_id = $1 and role = 'broker'")
            .bind(a.route.tenant)
            .execute(&mut root)
            .await
            .expect("left");
        let mut status = StatusCode::OK;
        for _ in 0..80 {
            status = broker.call("auth/sessions", &[]).await.status;
            if status == StatusCode::UNAUTHORIZED {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    });
}

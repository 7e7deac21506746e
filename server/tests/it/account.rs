//! One's own account: a forgotten password, another one, another e-mail address. AUTH-03, AUTH-10, AUTH-19, AUTH-21 to AUTH-23,
//! AUTH-25, HDR-04.

use http::StatusCode;
use sqlx::{ConnectOptions as _, PgConnection};
use std::sync::atomic::{AtomicU32, Ordering};
use tenancy::testing::{Agency, PASSWORD, run, superuser};
use time::Duration;

use crate::harness::{Answer, Caller, House, bring_up, ends, house, open};

const NEW: &str = "quarta chuva na varanda";

async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

/// Somebody from an address of their own: others' questions do not count against theirs.
pub(super) fn from_somewhere(house: &House) -> Caller {
    static LINES: AtomicU32 = AtomicU32::new(1);
    let [_, _, c, d] = LINES.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let mut caller = house.stranger();
    caller.peer = Some(([198, 51, c, d], 4711).into());
    caller
}

pub(super) async fn ask(caller: &mut Caller, email: &str) -> Answer {
    caller.call("account/ask_password", &[("email", email)]).await
}

pub(super) async fn reset(house: &House, path: &str, password: &str) -> Answer {
    let token = path.rsplit('/').next().unwrap_or_default();
    house.stranger().call("account/set_password", &[("token", token), ("new_password", password)]).await
}

async fn can_sign_in(house: &House, email: &str, password: &str) -> bool {
    let fields = [("email", email), ("password", password)];
    from_somewhere(house).call("auth/sign_in", &fields).await.status == StatusCode::OK
}

async fn count(sql: &'static str, value: &str) -> i64 {
    sqlx::query_scalar(sql).bind(value).fetch_one(&mut central().await).await.expect("counted")
}

async fn lines(agency: &Agency, action: &str) -> i64 {
    sqlx::query_scalar("select count(*) from tenant_audit_log where entity_id = $1 and action = $2")
        .bind(agency.person)
        .bind(action)
        .fetch_one(&mut central().await)
        .await
        .expect("counted")
}

#[test]
fn a_known_and_an_unknown_address_are_answered_alike() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let unknown = format!("ninguem@{}.example", a.route.slug);
        let (known, nobodys) =
            (ask(&mut from_somewhere(house), &a.email).await, ask(&mut from_somewhere(house), &unknown).await);
        assert_eq!(known.status, StatusCode::OK, "{}", known.text());
        assert_eq!(known.bare(), nobodys.bare());
        let form = |email: String| async move {
            from_somewhere(house).post("account/ask_password", "/senha", &[("email", &email)]).await.bare()
        };
        assert_eq!(form(a.email.clone()).await, form(unknown.clone()).await);
        // Not even the mail is sent within the request, and to nobody there is none.
        assert_eq!(house.mails("account.reset", &a.email).await.len(), 2);
        assert_eq!(count("select count(*) from mails where recipient = $1", &unknown).await, 0);
        let wrong = ask(&mut from_somewhere(house), "sem arroba").await;
        assert_eq!(wrong.json()["data"], serde_json::json!([["email", "not_an_email"]]));
    });
}

#[test]
fn who_asks_too_often_is_told_to_wait_and_no_mailbox_is_flooded() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        for _ in 0..6 {
            assert_eq!(
                ask(&mut from_somewhere(house), &a.email).await.status,
                StatusCode::OK,
                "the same for everybody"
            );
        }
        assert_eq!(house.mails("account.reset", &a.email).await.len(), 3);
        let mut one = from_somewhere(house);
        let mut answers = Vec::new();
        for n in 0..21 {
            answers.push(ask(&mut one, &format!("p{n}@{}.example", a.route.slug)).await);
        }
        assert!(answers[..20].iter().all(|answer| answer.status == StatusCode::OK));
        assert_eq!(answers[20].status, StatusCode::TOO_MANY_REQUESTS);
        assert!(!answers[20].header("retry-after").is_empty());
    });
}

#[test]
fn a_link_sets_the_password_once_ends_every_session_and_tells_the_person() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut other) = (house.owner(&a).await, house.owner(&b).await);
        let mut asking = from_somewhere(house);
        asking.headers.insert("x-forwarded-host", http::HeaderValue::from_static("evil.example"));
        ask(&mut asking, &a.email).await;
        let path = house.link("account.reset", &a.email).await;
        assert!(path.starts_with("/senha/"), "{path}");
        let token = path.rsplit('/').next().expect("a token").to_owned();
        let row = count(
            "select count(*) from person_links l join people p on p.id = l.person_id where p.email = $1",
            &a.email,
        );
        assert_eq!(row.await, 1);
        let text: String = sqlx::query_scalar("select string_agg(row_to_json(l)::text, '') from person_links l")
            .fetch_one(&mut central().await)
            .await
            .expect("read");
        assert!(!text.contains(&token), "the table opens no door");
        let page = house.stranger().get(&path).await;
        assert_eq!(
            (page.status, page.header("referrer-policy"), page.header("cache-control")),
            (StatusCode::OK, "same-origin", "no-store")
        );

        for (bad, problem) in [
            ("curta", serde_json::json!({"too_short": 15})),
            ("senhasenhasenhasenha", serde_json::json!("weak_password")),
        ] {
            let answer = reset(house, &path, bad).await;
            assert_eq!(answer.json()["data"], serde_json::json!([["new_password", problem]]), "{bad}");
        }
        let taken = reset(house, &path, NEW).await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.text());
        assert!(!taken.headers.contains_key("set-cookie"), "nobody is signed in by it (AUTH-22)");
        ends(&mut owner).await;
        assert_eq!(other.call("auth/sessions", &[]).await.status, StatusCode::OK, "nobody else's session ends");
        assert!(can_sign_in(house, &a.email, NEW).await && !can_sign_in(house, &a.email, PASSWORD).await);
        assert_eq!(reset(house, &path, "outra frase bem diferente").await.status, StatusCode::NOT_FOUND, "once");
        assert_eq!(house.stranger().get(&path).await.status, StatusCode::NOT_FOUND);
        let told = house.mails("account.changed", &a.email).await;
        assert!(told.len() == 1 && told[0].contains("Sua senha mudou") && !told[0].contains(NEW), "{told:?}");
        assert_eq!(lines(&a, "person.reset_password").await, 1);
    });
}

#[test]
fn of_twenty_who_use_a_link_at_once_one_sets_the_password() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        ask(&mut from_somewhere(house), &a.email).await;
        let path = house.link("account.reset", &a.email).await;
        let passwords: Vec<String> = (0..20).map(|n| format!("{NEW} numero {n}")).collect();
        let answers = futures::future::join_all(passwords.iter().map(|password| reset(house, &path, password))).await;
        let won: Vec<usize> = (0..20).filter(|&n| answers[n].status == StatusCode::OK).collect();
        assert_eq!(won.len(), 1);
        assert!(can_sign_in(house, &a.email, &passwords[won[0]]).await);
    });
}

#[test]
fn a_link_is_good_for_half_an_hour_and_until_another_is_asked_for() {
    run(async {
        let house = open(tenancy::RegistryOptions::default()).await;
        let a = house.agency().await;
        ask(&mut from_somewhere(&house), &a.email).await;
        let first = house.link("account.reset", &a.email).await;
        ask(&mut from_somewhere(&house), &a.email).await;
        let second = house.link("account.reset", &a.email).await;
        assert_ne!(first, second);
        assert_eq!(reset(&house, &first, NEW).await.status, StatusCode::NOT_FOUND, "the last one counts");
        house.wait(Duration::minutes(29));
        assert_eq!(house.stranger().get(&second).await.status, StatusCode::OK);
        house.wait(Duration::minutes(2));
        assert_eq!(house.stranger().get(&second).await.status, StatusCode::NOT_FOUND);
        assert_eq!(reset(&house, &second, NEW).await.status, StatusCode::NOT_FOUND);
        assert!(can_sign_in(&house, &a.email, PASSWORD).await);
        for junk in ["/senha/x", "/confirmar/email/x", "/convite/x", &second.replace("/senha/", "/confirmar/email/")] {
            assert_eq!(house.stranger().get(junk).await.status, StatusCode::NOT_FOUND, "{junk}");
        }
    });
}

#[test]
fn another_password_needs_the_one_there_is_and_ends_the_other_sessions() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let (mut here, mut elsewhere) = (house.owner(&a).await, house.owner(&a).await);
        let change = |current: &'static str, new: &'static str| [("current_password", current), ("new_password", new)];
        let wrong = here.call("account/change_password", &change("not the password of hers", NEW)).await;
        assert_eq!(wrong.json()["data"], serde_json::json!([["current_password", "wrong_password"]]));
        let short = here.call("account/change_password", &change(PASSWORD, "curta")).await;
        assert_eq!(short.json()["data"], serde_json::json!([["new_password", {"too_short": 15}]]));
        let before = here.cookie(app::caller::SESSION);
        assert_eq!(here.call("account/change_password", &change(PASSWORD, NEW)).await.status, StatusCode::OK);
        assert_eq!(here.call("auth/sessions", &[]).await.status, StatusCode::OK, "this one goes on");
        assert_ne!(here.cookie(app::caller::SESSION), before, "under another name");
        ends(&mut elsewhere).await;
        assert!(can_sign_in(house, &a.email, NEW).await && !can_sign_in(house, &a.email, PASSWORD).await);
        assert_eq!(house.mails("account.changed", &a.email).await.len(), 1);
        assert_eq!(lines(&a, "person.change_password").await, 1);
    });
}

#[test]
fn another_address_is_confirmed_at_the_new_one_and_can_be_taken_back_at_the_old() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let new = format!("nova@{}.example", a.route.slug);
        let wrong =
            owner.call("account/ask_email", &[("email", &new), ("email_password", "not the password of hers")]).await;
        assert_eq!(wrong.json()["data"], serde_json::json!([["email_password", "wrong_password"]]));
        let asked = owner.call("account/ask_email", &[("email", &new), ("email_password", PASSWORD)]).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text());
        assert!(can_sign_in(house, &a.email, PASSWORD).await, "until it is confirmed nothing changes");
        let path = house.link("account.confirm", &new).await;
        // Programs that look at links change nothing.
        assert!(house.stranger().get(&path).await.text().contains(&new));
        assert!(!can_sign_in(house, &new, PASSWORD).await);
        let confirm = |path: String| async move {
            let token = path.rsplit('/').next().unwrap_or_default().to_owned();
            house.stranger().call("account/confirm_email", &[("token", &token)]).await
        };
        assert_eq!(confirm(path.clone()).await.status, StatusCode::OK);
        assert_eq!(confirm(path).await.status, StatusCode::NOT_FOUND, "once");
        assert!(can_sign_in(house, &new, PASSWORD).await && !can_sign_in(house, &a.email, PASSWORD).await);
        bring_up(house).await;
        let staff: String = sqlx::query_scalar("select email from staff").fetch_one(&a.db).await.expect("read");
        assert_eq!(staff, new, "the agency's own copy too");
        let undo = house.link("account.moved", &a.email).await;
        assert_eq!(confirm(undo).await.status, StatusCode::OK);
        assert!(can_sign_in(house, &a.email, PASSWORD).await && !can_sign_in(house, &new, PASSWORD).await);
        assert_eq!(lines(&a, "person.change_email").await, 2);

        // Somebody else's address is nobody's to take.
        let mut owner = house.owner(&a).await;
        let asked = owner.call("account/ask_email", &[("email", &b.email), ("email_password", PASSWORD)]).await;
        assert_eq!(asked.status, StatusCode::OK, "and nobody learns that it is somebody's");
        let taken = confirm(house.link("account.confirm", &b.email).await).await;
        assert_eq!(taken.json()["data"], serde_json::json!([["email", "taken"]]));
        assert!(can_sign_in(house, &b.email, PASSWORD).await && can_sign_in(house, &a.email, PASSWORD).await);
    });
}

/// Asks for another address, and gives the path that was sent there.
async fn ask_email(house: &House, (agency, caller): (&Agency, &mut Caller), to: &str) -> String {
    // What is remembered of an account is believed for five seconds, and its address with it.
    house.state.house.accounts.forget(agency.owner.as_uuid()).await;
    let asked = caller.call("account/ask_email", &[("email", to), ("email_password", PASSWORD)]).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text());
    house.link("account.confirm", to).await
}

async fn follow(house: &House, path: &str) -> StatusCode {
    let token = path.rsplit('/').next().unwrap_or_default();
    house.stranger().call("account/confirm_email", &[("token", token)]).await.status
}

#[test]
fn who_takes_an_address_back_keeps_it_from_whoever_had_it_between() {
    run(async {
        let house = house().await;
        // The owner's way back first, or the thief's: in the end the address is the owner's.
        for thief_is_first in [false, true] {
            let a = house.agency().await;
            let mut thief = house.owner(&a).await;
            let [b, c, d] = ["b", "c", "d"].map(|name| format!("{name}@{}.example", a.route.slug));
            assert_eq!(follow(house, &ask_email(house, (&a, &mut thief), &b).await).await, StatusCode::OK);
            assert_eq!(follow(house, &ask_email(house, (&a, &mut thief), &c).await).await, StatusCode::OK);
            let onward = ask_email(house, (&a, &mut thief), &d).await;
            let (to_a, to_b) = (house.link("account.moved", &a.email).await, house.link("account.moved", &b).await);
            if thief_is_first {
                assert_eq!(follow(house, &to_b).await, StatusCode::OK);
            }
            assert_eq!(follow(house, &to_a).await, StatusCode::OK, "the oldest address has the last word");
            for link in [&to_b, &onward] {
                assert_eq!(follow(house, link).await, StatusCode::NOT_FOUND, "{thief_is_first}: {link}");
            }
            assert!(can_sign_in(house, &a.email, PASSWORD).await);
        }
    });
}

#[test]
fn another_password_ends_every_way_to_another_address_but_the_way_back() {
    run(async {
        let house = house().await;
        for by_link in [false, true] {
            let a = house.agency().await;
            let mut owner = house.owner(&a).await;
            let [b, c] = ["b", "c"].map(|name| format!("{name}@{}.example", a.route.slug));
            assert_eq!(follow(house, &ask_email(house, (&a, &mut owner), &b).await).await, StatusCode::OK);
            let onward = ask_email(house, (&a, &mut owner), &c).await;
            let back = house.link("account.moved", &a.email).await;
            if by_link {
                ask(&mut from_somewhere(house), &b).await;
                let path = house.link("account.reset", &b).await;
                assert_eq!(reset(house, &path, NEW).await.status, StatusCode::OK);
            } else {
                let fields = [("current_password", PASSWORD), ("new_password", NEW)];
                assert_eq!(owner.call("account/change_password", &fields).await.status, StatusCode::OK);
            }
            assert_eq!(follow(house, &onward).await, StatusCode::NOT_FOUND, "by a link: {by_link}");
            assert_eq!(follow(house, &back).await, StatusCode::OK, "who has the session cannot end the way back");
        }
    });
}

#[test]
fn how_one_is_reached_is_known_in_every_agency_of_ones_own() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        assert_eq!(of_b.call("team/invite", &[("email", &a.email), ("role", "partner")]).await.status, StatusCode::OK);
        let path = house.link("team.invitation", &a.email).await;
        let token = path.rsplit('/').next().expect("a token").to_owned();
        assert_eq!(owner.call("team/accept", &[("token", &token)]).await.status, StatusCode::OK);
        let wrong = [("name", ""), ("phone", "12"), ("creci", "x")];
        let refused = owner.call("account/update_profile", &wrong).await;
        let problems = serde_json::json!([["name", "required"], ["phone", "not_a_phone"], ["creci", "not_own_creci"]]);
        assert_eq!(refused.json()["data"], problems);
        let fields = [("name", "Olga da Silva"), ("phone", "11 98888 7777"), ("creci", "creci 12345-f")];
        assert_eq!(owner.call("account/update_profile", &fields).await.status, StatusCode::OK);
        let reached = "select name || ' ' || phone || ' ' || creci from staff where email = $1";
        let expected = Some("Olga da Silva (11) 98888-7777 12345-F".to_owned());
        let here: Option<String> = sqlx::query_scalar(reached).bind(&a.email).fetch_one(&a.db).await.expect("read");
        assert_eq!(here, expected, "at once, where she is");
        bring_up(house).await;
        let there: Option<String> = sqlx::query_scalar(reached).bind(&a.email).fetch_one(&b.db).await.expect("read");
        assert_eq!(there, expected, "and soon everywhere");
        let page = owner.get("/app/profile").await.text();
        assert!(page.contains("Olga da Silva") && page.contains("12345-F"), "{page}");
        let mine: i64 = sqlx::query_scalar(
            "select count(*) from tenant_audit_log where tenant_id = $1 and action = 'member.update'",
        )
        .bind(a.route.tenant)
        .fetch_one(&mut central().await)
        .await
        .expect("counted");
        assert_eq!(mine, 1);
    });
}

#[test]
fn without_wasm_the_forms_of_an_account_come_back_as_they_were_left() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let answer = from_somewhere(house).post("account/ask_password", "/senha", &[("email", "sem arroba")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.text().contains("sem arroba") && answer.text().contains("Digite um e-mail como"),
            "{}",
            answer.text()
        );
        assert!(answer.text().contains("<a href=\"/entrar\">"), "and the way back: {}", answer.text());
        let sent = from_somewhere(house).post("account/ask_password", "/senha", &[("email", &a.email)]).await;
        assert!(sent.status.is_redirection() && sent.header("location").ends_with("/senha?sent=1"), "{sent:?}");
        let path = house.link("account.reset", &a.email).await;
        let token = path.rsplit('/').next().expect("a token");
        let short = [("token", token), ("new_password", "curta")];
        let answer = house.stranger().post("account/set_password", &path, &short).await;
        assert!(
            answer.text().contains("Use pelo menos 15 caracteres") && !answer.text().contains("curta"),
            "{}",
            answer.text()
        );
        let mut owner = house.owner(&a).await;
        let wrong = [("name", "Olga"), ("phone", "doze"), ("creci", "x")];
        let answer = owner.post("account/update_profile", "/app/profile", &wrong).await;
        let location = answer.header("location").replace("http://localhost:3000", "");
        let page = owner.get(&location).await.text();
        assert!(page.contains("doze") && page.contains("Digite um telefone"), "{page}");
        assert!(page.contains("Digite o seu CRECI, como 12345-F.") && !page.contains("CRECI da empresa"), "{page}");
        let answer = owner
            .post("account/change_password", "/app/profile", &[("current_password", "x"), ("new_password", "curta")])
            .await;
        let location = answer.header("location").replace("http://localhost:3000", "");
        let page = owner.get(&location).await.text();
        assert!(page.contains("Use pelo menos 15 caracteres") && !page.contains("curta"), "{page}");
    });
}

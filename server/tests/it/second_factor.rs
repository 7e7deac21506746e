//! One's own second factor, from the first code to giving it up; who has to have one, and who helps when it is lost.
//! AUTH-12, AUTH-19, AUTH-26 to AUTH-28, AUTH-30.

use http::StatusCode;
use serde_json::Value;
use sqlx::{ConnectOptions as _, Row as _};
use tenancy::central::operations::NewTenant;
use tenancy::testing::{Agency, PASSWORD, new_tenant, run, superuser};
use time::Duration;

use app::access::{Audience, ROWS};
use app::auth::rules::second_factor::is_open_before;
use app::state::Settings;

use crate::harness::second_factor::Phone;
use crate::harness::{Answer, Caller, House, open, open_as, settings};

const SESSION: &str = "__Host-sobrado";
const PAGE: &str = "/app/profile/security";
/// A password that is not the demo's, which opens nothing in production.
const OWN: &str = "quem-tem-pressa-come-cru";

async fn audited(person: tenancy::PersonId, action: &str) -> i64 {
    let mut root = superuser().await.database("central").connect().await.expect("superuser");
    let lines = "select count(*) from tenant_audit_log where entity_id = $1 and action = $2 and ip_address is not null";
    sqlx::query_scalar(lines).bind(person.as_uuid()).bind(action).fetch_one(&mut root).await.expect("counted")
}

/// What the person was told by mail.
async fn told(email: &str, kind: &str) -> i64 {
    let mut root = superuser().await.database("central").connect().await.expect("superuser");
    let mails = sqlx::query_scalar("select count(*) from mails where recipient = $1 and kind = $2");
    mails.bind(email).bind(kind).fetch_one(&mut root).await.expect("counted")
}

fn problem(answer: &Answer) -> Value {
    answer.json()["data"][0].clone()
}

async fn is_on(caller: &mut Caller) -> bool {
    let answer = caller.call("auth/security", &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["is_on"] == true
}

#[test]
fn a_second_factor_is_one_when_a_code_of_its_was_given() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut elsewhere) = (house.owner(&a).await.elsewhere(), house.owner(&a).await.elsewhere());
        let mut other = house.owner(&b).await.elsewhere();
        assert_eq!(owner.call("auth/propose_second_factor", &[]).await.status, StatusCode::OK);
        let phone =
            Phone::shown(owner.call("auth/security", &[]).await.json()["offer"]["letters"].as_str().expect("it"));
        let wrong = phone.wrong_code(&house);
        let refused = owner.call("auth/confirm_second_factor", &[("second_factor", &wrong)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem(&refused), serde_json::json!(["second_factor", "wrong_code"]));
        assert!(!is_on(&mut owner).await, "nothing has changed yet");
        // The code is of the secret that was shown to its own person.
        let code = phone.code(&house, 0);
        let strange = other.call("auth/confirm_second_factor", &[("second_factor", &code)]).await;
        assert_eq!(strange.status, StatusCode::NOT_FOUND);
        let before = owner.cookie(SESSION);
        assert_eq!(owner.call("auth/confirm_second_factor", &[("second_factor", &code)]).await.status, StatusCode::OK);
        let after = owner.cookie(SESSION);
        assert_ne!(before, after, "the session has another identifier");
        let mut old = house.stranger().elsewhere();
        old.cookies = vec![(SESSION.into(), before.expect("there was one"))];
        for ended in [&mut old, &mut elsewhere] {
            assert_eq!(ended.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
        }
        let shown = owner.call("auth/security", &[]).await.json();
        assert_eq!((&shown["is_on"], &shown["offer"], &shown["codes_left"]), (&true.into(), &Value::Null, &10.into()));
        assert_eq!(shown["codes"].as_array().map(Vec::len), Some(10));
        let again = owner.call("auth/security", &[]).await.json();
        assert_eq!(again["codes"].as_array().map(Vec::len), Some(0), "they are shown once");
        assert_eq!(audited(a.person, "second_factor.set").await, 1);
        assert_eq!((told(&a.email, "second_factor.set").await, told(&b.email, "second_factor.set").await), (1, 0));
        assert!(!is_on(&mut other).await);
        assert_eq!(
            owner.call("auth/propose_second_factor", &[]).await.status,
            StatusCode::NOT_FOUND,
            "another one takes giving up this one"
        );
    });
}

#[test]
fn a_secret_that_is_shown_awaits_its_code_for_half_an_hour() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await.elsewhere();
        owner.call("auth/propose_second_factor", &[]).await;
        let phone =
            Phone::shown(owner.call("auth/security", &[]).await.json()["offer"]["letters"].as_str().expect("it"));
        house.wait(Duration::minutes(31));
        assert_eq!(owner.call("auth/prove", &[("password", PASSWORD)]).await.status, StatusCode::OK);
        assert_eq!(owner.call("auth/security", &[]).await.json()["offer"], Value::Null);
        let late = phone.code(&house, 0);
        let late = owner.call("auth/confirm_second_factor", &[("second_factor", &late)]).await;
        assert_eq!(late.status, StatusCode::NOT_FOUND);
        // A newer one takes its place, and only its codes are good.
        owner.call("auth/propose_second_factor", &[]).await;
        let old = phone.code(&house, 0);
        let old = owner.call("auth/confirm_second_factor", &[("second_factor", &old)]).await;
        assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn neither_the_secret_nor_a_recovery_code_stands_in_the_database() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await.elsewhere();
        owner.call("auth/propose_second_factor", &[]).await;
        let letters =
            owner.call("auth/security", &[]).await.json()["offer"]["letters"].as_str().expect("it").to_owned();
        let bytes = totp_rs::Secret::try_from_base32(letters.replace('-', "")).expect("letters");
        let hex: String = bytes.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let code = Phone::shown(&letters).code(&house, 0);
        // The codes wait in the session for the page that shows them: there too nobody can read them.
        owner.call("auth/confirm_second_factor", &[("second_factor", &code)]).await;
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        let all = "select string_agg(t, ' ') from (select p::text as t from people p where id = $1
                       union all select c::text from recovery_codes c where person_id = $1
                       union all select s::text from sessions s where person_id = $1) rows";
        let stored: String = sqlx::query_scalar(all).bind(a.person.as_uuid()).fetch_one(&mut root).await.expect("read");
        let shown = owner.call("auth/security", &[]).await.json();
        assert!(stored.contains(&a.email) && !stored.contains(&hex) && !stored.contains(&letters));
        for code in shown["codes"].as_array().expect("a list") {
            let code = code.as_str().expect("text");
            let (label, rest) = code.split_once('-').expect("groups");
            assert!(stored.contains(label), "what it is found by is no secret");
            assert!(!stored.contains(rest) && !stored.contains(&rest.replace('-', "")), "{code}");
        }
        // Moved to another's row the sealed secret opens nothing.
        let b = house.agency().await;
        let mut other = house.owner(&b).await.elsewhere();
        let phone = house.enrol(&mut other).await;
        house.wait(Duration::seconds(30));
        sqlx::query("update people set totp = (select totp from people where id = $1) where id = $2")
            .bind(a.person.as_uuid())
            .bind(b.person.as_uuid())
            .execute(&mut root)
            .await
            .expect("moved");
        for whose in [Phone::shown(&letters), phone] {
            let code = whose.code(&house, 0);
            let proof = [("password", PASSWORD), ("second_factor", code.as_str())];
            assert_eq!(other.call("auth/prove", &proof).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    });
}

#[test]
fn giving_it_up_takes_the_password_and_a_code_together() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut other) = (house.owner(&a).await.elsewhere(), house.owner(&b).await.elsewhere());
        let phone = house.enrol(&mut owner).await;
        house.enrol(&mut other).await;
        house.wait(Duration::seconds(30));
        let (code, wrong) = (phone.code(&house, 0), phone.wrong_code(&house));
        for (password, code) in [("not the password", code.as_str()), (PASSWORD, wrong.as_str()), (PASSWORD, "")] {
            let given = [("password", password), ("second_factor", code)];
            let refused = owner.call("auth/remove_second_factor", &given).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(problem(&refused), serde_json::json!(["second_factor", "wrong_together"]), "nobody says which");
        }
        assert!(is_on(&mut owner).await);
        let mut elsewhere = owner.clone();
        let given = [("password", PASSWORD), ("second_factor", code.as_str())];
        assert_eq!(owner.call("auth/remove_second_factor", &given).await.status, StatusCode::OK);
        assert!(!is_on(&mut owner).await, "and whoever did it goes on");
        assert_eq!(elsewhere.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(audited(a.person, "second_factor.remove").await, 1);
        assert_eq!(told(&a.email, "second_factor.remove").await, 1);
        assert!(is_on(&mut other).await);
        let again = house.owner(&a).await.elsewhere();
        assert!(again.cookie(SESSION).is_some(), "the password is enough again");
    });
}

#[test]
fn new_recovery_codes_take_the_place_of_the_old() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await.elsewhere();
        assert_eq!(
            owner.call("auth/renew_recovery_codes", &[]).await.status,
            StatusCode::NOT_FOUND,
            "there is nothing that they would recover"
        );
        let phone = house.enrol(&mut owner).await;
        assert_eq!(owner.call("auth/renew_recovery_codes", &[]).await.status, StatusCode::OK);
        let page = owner.call("auth/security", &[]).await.json();
        let new: Vec<&str> = page["codes"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert_eq!(new.len(), 10);
        assert!(new.iter().all(|code| phone.recovery.iter().all(|old| old != code)));
        let prove = |code: &str| vec![("password", PASSWORD.to_owned()), ("second_factor", code.to_owned())];
        for (code, expected) in [
            (phone.recovery[0].as_str(), StatusCode::UNPROCESSABLE_ENTITY),
            (new[0], StatusCode::OK),
            (new[0], StatusCode::UNPROCESSABLE_ENTITY),
        ] {
            let fields = prove(code);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            assert_eq!(owner.call("auth/prove", &fields).await.status, expected, "{code}");
        }
        assert_eq!(owner.call("auth/security", &[]).await.json()["codes_left"], 9);
        assert_eq!(audited(a.person, "second_factor.codes").await, 1);
        assert_eq!(audited(a.person, "second_factor.recovery").await, 1);
        for kind in ["second_factor.codes", "second_factor.recovery"] {
            assert_eq!(told(&a.email, kind).await, 1, "{kind}");
        }
    });
}

#[test]
fn dangerous_acts_ask_for_the_password_again_after_ten_minutes() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await.elsewhere();
        house.wait(Duration::minutes(9));
        assert_eq!(owner.call("auth/propose_second_factor", &[]).await.status, StatusCode::OK);
        house.wait(Duration::minutes(2));
        let colleague = house.colleague_with_second_factor(&a).await.to_string();
        for (function, fields) in [
            ("auth/propose_second_factor", vec![]),
            ("auth/confirm_second_factor", vec![("second_factor", "123456")]),
            ("auth/renew_recovery_codes", vec![]),
            ("auth/reset_second_factor", vec![("user", colleague.as_str())]),
        ] {
            let refused = owner.call(function, &fields).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{function}");
            assert_eq!(refused.json()["kind"], "proof_needed", "{function}");
        }
        // Without a script the page leads to where the password is given, and from there back.
        let page = owner.get(PAGE).await.text();
        assert!(page.contains(&format!("href=\"/entrar/confirmar?next={PAGE}\"")), "{page}");
        assert!(!page.contains("id=\"letters\""), "nothing of the secret is shown");
        let way = format!("/entrar/confirmar?next={PAGE}");
        let asked = owner.get(&way).await.text();
        assert!(asked.contains("autocomplete=\"current-password\"") && !asked.contains("one-time-code"), "{asked}");
        let wrong = [("password", "not the password"), ("next", PAGE)];
        let refused = owner.post("auth/prove", &way, &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = refused.text();
        assert!(text.contains("A senha não confere.") && !text.contains("not the password"), "{text}");
        assert!(text.contains(&format!("name=\"next\" value=\"{PAGE}\"")), "{text}");
        let before = owner.cookie(SESSION);
        let proved = owner.post("auth/prove", &way, &[("password", PASSWORD), ("next", PAGE)]).await;
        assert_eq!((proved.status, proved.header("location")), (StatusCode::FOUND, PAGE));
        assert_ne!(owner.cookie(SESSION), before, "the session has another identifier");
        let mut old = house.stranger().elsewhere();
        old.cookies = vec![(SESSION.into(), before.expect("there was one"))];
        assert_eq!(old.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
        assert!(owner.get(PAGE).await.text().contains("id=\"letters\""));
        let outside = owner.post("auth/prove", &way, &[("password", PASSWORD), ("next", "https://evil.example")]).await;
        assert_eq!(outside.header("location"), "/app", "the way on stays in the house");
        // Whoever has a second factor proves with both.
        let phone = house.enrol(&mut owner).await;
        house.wait(Duration::minutes(11));
        assert!(owner.get(&way).await.text().contains("autocomplete=\"one-time-code\""));
        let half = owner.call("auth/prove", &[("password", PASSWORD)]).await;
        assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(owner.call("auth/renew_recovery_codes", &[]).await.json()["kind"], "proof_needed");
        let code = phone.code(&house, 0);
        let whole = owner.call("auth/prove", &[("password", PASSWORD), ("second_factor", &code)]).await;
        assert_eq!(whole.status, StatusCode::OK, "{}", whole.text());
        assert_eq!(owner.call("auth/renew_recovery_codes", &[]).await.status, StatusCode::OK);
    });
}

#[test]
fn it_is_turned_on_and_off_without_a_script() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await.elsewhere();
        assert!(
            owner.get("/app/profile").await.text().contains(&format!("href=\"{PAGE}\"")),
            "the profile leads there"
        );
        let page = owner.get(PAGE).await;
        let text = page.text();
        assert!(!text.contains("<script") && text.contains("action=\"/fn/auth/propose_second_factor\""), "{text}");
        let proposed = owner.post("auth/propose_second_factor", PAGE, &[]).await;
        assert_eq!(proposed.status, StatusCode::FOUND);
        let shown = owner.get(PAGE).await.text();
        assert!(shown.contains("class=\"squares\"") && shown.contains("<path d=\"M4 4h1v1h-1z"), "{shown}");
        let letters = shown.split("id=\"letters\">").nth(1).and_then(|rest| rest.split('<').next()).expect("letters");
        let phone = Phone::shown(letters);
        let wrong = phone.wrong_code(&house);
        let refused = owner.post("auth/confirm_second_factor", PAGE, &[("second_factor", &wrong)]).await;
        let back = refused.header("location").replace("http://localhost:3000", "");
        let text = owner.get(&back).await.text();
        assert!(text.contains("O código não confere") && !text.contains(&wrong), "{back}: {text}");
        let code = phone.code(&house, 0);
        let confirmed = owner.post("auth/confirm_second_factor", PAGE, &[("second_factor", &code)]).await;
        assert_eq!(confirmed.status, StatusCode::FOUND);
        let on = owner.get(PAGE).await.text();
        assert_eq!(on.matches("<li><code>").count(), 10, "{on}");
        assert_eq!(owner.get(PAGE).await.text().matches("<li><code>").count(), 0);
        house.wait(Duration::seconds(30));
        let code = phone.code(&house, 0);
        let given = [("password", PASSWORD), ("second_factor", code.as_str())];
        assert_eq!(owner.post("auth/remove_second_factor", PAGE, &given).await.status, StatusCode::FOUND);
        assert!(owner.get(PAGE).await.text().contains("Desativada."));
    });
}

async fn in_production() -> House {
    open_as(Default::default(), Settings { production: true, ..settings() }).await
}

async fn hashed(house: &House) -> String {
    house.state.house.passwords.place().await.hash(OWN.into()).await.expect("short enough")
}

async fn agency_in_production(house: &House) -> Agency {
    house.agency_of(NewTenant { admin_password_hash: hashed(house).await, ..new_tenant() }).await
}

async fn signed_in(house: &House, function: &str, email: &str) -> Caller {
    let mut caller = house.stranger().elsewhere();
    let answer = caller.call(function, &[("email", email), ("password", OWN)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    caller
}

/// Asks every row that is closed to strangers, and wants nothing of it but what leads to a second factor.
async fn only_the_way_to_one_answers(caller: &mut Caller, is_operator: bool) {
    let (mut refused, mut answered) = (0, 0);
    for row in ROWS {
        let theirs = match row.audience {
            Audience::Staff(_) => !is_operator,
            Audience::Operator => is_operator,
            Audience::SignedIn => true,
            _ => false,
        };
        if !theirs || matches!(row.path, "/fn/auth/end_session" | "/fn/auth/prove") {
            continue;
        }
        let path = row.path.replace("{id}", "x").replace("{photo}", "x").replace("{file}", "x");
        let answer = match row.method {
            "GET" => caller.get(&path).await,
            _ if path.starts_with("/app") => caller.send_files(&path, "application/json", "file", &[]).await,
            _ => caller.call(path.trim_start_matches("/fn/"), &[("lang", "pt-BR"), ("q", "")]).await,
        };
        let page = if is_operator { "/platform/profile" } else { PAGE };
        if is_open_before(row) {
            answered += 1;
            let is_sent_away = answer.header("location") == page && row.method == "GET";
            let is_due = answer.text().contains("second_factor_due");
            assert!(!is_sent_away && !is_due, "{}: {}", row.path, answer.text());
        } else if row.method == "GET" {
            refused += 1;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, page), "{}", row.path);
        } else {
            refused += 1;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}: {}", row.path, answer.text());
            assert_eq!(answer.json()["kind"], "second_factor_due", "{}", row.path);
        }
    }
    assert!(refused >= 5 && answered >= 5, "{refused} were refused and {answered} answered");
    assert_eq!(caller.get("/sair").await.status, StatusCode::OK, "and the way out");
}

#[test]
fn in_production_operators_get_nothing_before_they_have_one() {
    run(async {
        let house = in_production().await;
        let email = format!("op-{}@sobrado.example", uuid::Uuid::now_v7().simple());
        let hash = hashed(&house).await;
        let new = tenancy::central::people::NewPerson { name: "Otto", email: &email, password_hash: &hash };
        tenancy::central::operators::ensure(&house.state.house.central, &new).await.expect("added");
        let mut operator = signed_in(&house, "auth/sign_in_operator", &email).await;
        only_the_way_to_one_answers(&mut operator, true).await;
        let page = operator.get("/platform/profile").await.text();
        assert!(page.contains("Antes de continuar, ative a verificação em duas etapas"), "{page}");
        assert!(page.contains(&email) && page.contains("esta sessão"), "what else is theirs stands there too: {page}");
        assert!(!page.contains("/fn/account/"), "and nothing that is not to be had before: {page}");
        let phone = house.enrol(&mut operator).await;
        assert_eq!(operator.get("/platform/tenants").await.status, StatusCode::OK);
        assert_eq!(operator.call("platform/tenants", &[("q", "")]).await.status, StatusCode::OK);
        // Without a script, from their own page.
        house.wait(Duration::seconds(30));
        let code = phone.code(&house, 0);
        let given = [("password", OWN), ("second_factor", code.as_str())];
        let removed = operator.post("auth/remove_second_factor", "/platform/profile", &given).await;
        assert_eq!(removed.header("location"), "/platform/profile", "{}", removed.text());
        assert_eq!(
            operator.get("/platform/tenants").await.header("location"),
            "/platform/profile",
            "and it is due again"
        );
    });
}

#[test]
fn in_production_owners_have_a_week_and_nobody_else_has_to() {
    run(async {
        let house = in_production().await;
        let (a, b) = (agency_in_production(&house).await, agency_in_production(&house).await);
        let mut owner = signed_in(&house, "auth/sign_in", &a.email).await;
        let page = owner.get("/app").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("Ative a verificação em duas etapas até"), "they are told at once");
        let email = format!("carla@{}.example", a.route.slug);
        let hash = hashed(&house).await;
        let new = tenancy::central::people::NewPerson { name: "Carla", email: &email, password_hash: &hash };
        let provisioner = tenancy::testing::bed().await.deployment.provisioner();
        provisioner.add_user(a.route.tenant, &new, "manager").await.expect("added");
        house.wait(Duration::days(6));
        let mut owner = signed_in(&house, "auth/sign_in", &a.email).await;
        assert_eq!(owner.get("/app").await.status, StatusCode::OK, "six days later");
        house.wait(Duration::hours(23));
        let mut owner = signed_in(&house, "auth/sign_in", &a.email).await;
        assert_eq!(owner.get("/app").await.status, StatusCode::OK, "an hour before");
        house.wait(Duration::hours(2));
        assert_eq!(owner.get("/app").await.header("location"), PAGE, "in the middle of a session");
        only_the_way_to_one_answers(&mut owner, false).await;
        let form = owner.post("properties/create", "/app/properties/new", &[("title", "Casa")]).await;
        assert_eq!(form.status, StatusCode::FORBIDDEN);
        assert!(form.text().contains("ative a verificação em duas etapas no seu perfil"), "{}", form.text());
        // Whoever is no owner, and an owner who has only now been told.
        let mut manager = signed_in(&house, "auth/sign_in", &email).await;
        let page = manager.get("/app").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text().contains("Ative a verificação"), "nobody asks them");
        assert!(manager.get(PAGE).await.text().contains("propose_second_factor"), "it is offered to them");
        let mut other = signed_in(&house, "auth/sign_in", &b.email).await;
        assert_eq!(other.get("/app").await.status, StatusCode::OK);
        let mut owner = signed_in(&house, "auth/sign_in", &a.email).await;
        house.enrol(&mut owner).await;
        let page = owner.get("/app").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text().contains("verificação em duas etapas até"));
    });
}

#[test]
fn where_it_is_no_production_nobody_is_asked() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        house.wait(Duration::days(30));
        let page = house.owner(&a).await.elsewhere().get("/app").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text().contains("verificação em duas etapas até"));
        assert_eq!(house.operator().await.get("/platform/tenants").await.status, StatusCode::OK);
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        let asked = sqlx::query("select totp_asked_at is null as never from people where id = $1");
        let asked = asked.bind(a.person.as_uuid()).fetch_one(&mut root).await.expect("there");
        assert!(asked.get::<bool, _>("never"));
    });
}

#[test]
fn an_owner_helps_a_member_and_nobody_on_whom_more_depends() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await.elsewhere();
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        let email = format!("broker@{}.example", a.route.slug);
        let mut broker = house.member(&a, "broker").await.elsewhere();
        let find = async |email: &str, agency: &Agency| {
            let mut root = superuser().await.database("central").connect().await.expect("superuser");
            let user = sqlx::query_scalar::<_, uuid::Uuid>("select id from users where email = $1 and company_id = $2");
            user.bind(email).bind(agency.route.tenant).fetch_one(&mut root).await.expect("there").to_string()
        };
        let user = find(&email, &a).await;
        let none = owner.call("auth/reset_second_factor", &[("user", &user)]).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND, "there is nothing to reset");
        house.enrol(&mut broker).await;
        // A manager may not, another agency's owner finds nobody.
        let mut manager = house.member(&a, "manager").await;
        let mut stranger = house.owner(&b).await.elsewhere();
        for (caller, expected) in [(&mut manager, StatusCode::FORBIDDEN), (&mut stranger, StatusCode::NOT_FOUND)] {
            assert_eq!(caller.call("auth/reset_second_factor", &[("user", &user)]).await.status, expected);
        }
        assert!(is_on(&mut broker).await);
        // Somebody who works for another agency too, who is an operator, or who owns this one: only the platform helps.
        let provisioner = tenancy::testing::bed().await.deployment.provisioner();
        let hash = tenancy::testing::PASSWORD_HASH;
        let new = tenancy::central::people::NewPerson { name: "Bia", email: &email, password_hash: hash };
        provisioner.add_user(b.route.tenant, &new, "broker").await.expect("added");
        let beyond = owner.call("auth/reset_second_factor", &[("user", &user)]).await;
        assert_eq!(problem(&beyond), serde_json::json!(["user", "ask_the_platform"]));
        sqlx::query("update users set active = false where email = $1 and company_id = $2")
            .bind(&email)
            .bind(b.route.tenant)
            .execute(&mut root)
            .await
            .expect("left there");
        let own = a.owner.to_string();
        assert_eq!(
            problem(&owner.call("auth/reset_second_factor", &[("user", &own)]).await),
            serde_json::json!(["user", "ask_the_platform"])
        );
        assert!(is_on(&mut broker).await);
        let helped = owner.call("auth/reset_second_factor", &[("user", &user)]).await;
        assert_eq!(helped.status, StatusCode::OK, "{}", helped.text());
        assert_eq!(broker.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED, "signed out everywhere");
        let line =
            "select tenant_id, user_id from tenant_audit_log where action = 'second_factor.reset' and tenant_id = $1";
        let line = sqlx::query(line).bind(a.route.tenant).fetch_one(&mut root).await.expect("one line");
        assert_eq!(line.get::<uuid::Uuid, _>("user_id"), a.owner.as_uuid(), "in the agency's own log");
        assert_eq!(told(&email, "second_factor.reset").await, 1, "whom it concerns is told");
        let mut again = house.stranger().elsewhere();
        let typed = [("email", email.as_str()), ("password", PASSWORD)];
        assert_eq!(again.call("auth/sign_in", &typed).await.status, StatusCode::OK);
        assert!(!is_on(&mut again).await, "the password is enough until they have another");
    });
}

//! What people do of themselves and for each other: they leave, and are helped when their second factor is lost. AUTH-20, AUTH-27,
//! AUTH-30, corrections 58.

use http::StatusCode;
use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, PgConnection};
use tenancy::central::people::NewPerson;
use tenancy::testing::{Agency, PASSWORD, PASSWORD_HASH, bed, run, superuser};
use time::Duration;
use uuid::Uuid;

use crate::harness::{Answer, Caller, House, ends, house, open, register};
use crate::notices::told;

const LEAVE: &str = "/app/profile/leave";

async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

fn email(role: &str, agency: &Agency) -> String {
    format!("{role}@{}.example", agency.route.slug)
}

fn problems(answer: &Answer) -> Value {
    answer.json()["data"].clone()
}

async fn sign_in(house: &House, email: &str) -> (Answer, Caller) {
    let mut caller = house.stranger().elsewhere();
    let answer = caller.call("auth/sign_in", &[("email", email), ("password", PASSWORD)]).await;
    (answer, caller)
}

/// Who did an act in an agency, by its log.
async fn by_whom(agency: &Agency, action: &str) -> Vec<(Option<Uuid>, Value)> {
    sqlx::query_as("select user_id, changes from tenant_audit_log where tenant_id = $1 and action = $2 order by seq")
        .bind(agency.route.tenant)
        .bind(action)
        .fetch_all(&mut central().await)
        .await
        .expect("read")
}

/// Gives the person of this address an account in another agency, too.
async fn employ(agency: &Agency, email: &str, role: &str) -> tenancy::UserId {
    let new = NewPerson { name: "Bia", email, password_hash: PASSWORD_HASH };
    bed().await.deployment.provisioner().add_user(agency.route.tenant, &new, role).await.expect("added")
}

#[test]
fn who_leaves_loses_the_way_in_and_leaves_their_records_to_whom_they_name() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let user = house.add_member(&a, "broker").await;
        let heir = house.add_member(&a, "assistant").await.to_string();
        // They work for another agency, too, which does not notice.
        employ(&b, &email("broker", &a), "assistant").await;
        let (_, mut broker) = sign_in(house, &email("broker", &a)).await;
        assert_eq!(broker.call("auth/choose_agency", &[("user", &user.to_string())]).await.status, StatusCode::OK);
        let (one, two) = (register(&mut broker, "Casa um").await, register(&mut broker, "Casa dois").await);
        let (mut other, mut owner) = (broker.clone(), house.owner(&a).await);
        let page = broker.get(LEAVE).await;
        assert_eq!(page.status, StatusCode::OK);
        for part in [&a.route.name, "2 imóveis estão sob sua responsabilidade", &heir, "assistant · "] {
            assert!(page.text().contains(part), "{part} is not in {}", page.text());
        }
        let (own, foreign) = (user.to_string(), b.owner.to_string());
        for (wrong, problem) in
            [("", "required"), ("x", "not_a_choice"), (&foreign, "not_a_choice"), (&own, "not_a_choice")]
        {
            let answer = broker.call("team/leave", &[("heir", wrong)]).await;
            assert_eq!(problems(&answer), json!([["heir", problem]]), "{wrong}");
        }
        // Without WASM the page comes back and says what is missing.
        let refused = broker.post("team/leave", LEAVE, &[("heir", "")]).await;
        let back = refused.header("location").split_once("localhost:3000").expect("ours").1.to_owned();
        assert!(back.starts_with(LEAVE), "{back}");
        assert!(broker.get(&back).await.text().contains("Quem assume os registros"), "with the field's name");

        let left = broker.post("team/leave", LEAVE, &[("heir", &heir)]).await;
        assert_eq!((left.status, left.header("location")), (StatusCode::FOUND, "/entrar?left=1"), "{}", left.text());
        assert!(house.stranger().get("/entrar?left=1").await.text().contains("Você saiu da imobiliária"));
        ends(&mut other).await;
        let theirs: Vec<String> =
            sqlx::query_scalar("select id::text from properties where responsible_id = $1::uuid order by id")
                .bind(&heir)
                .fetch_all(&a.db)
                .await
                .expect("listed");
        assert_eq!(theirs, [one, two]);
        let lines = by_whom(&a, "member.leave").await;
        assert_eq!(lines, [(Some(user.as_uuid()), json!({"active": [true, false], "heir": [null, heir]}))]);
        assert_eq!(by_whom(&b, "member.leave").await, []);
        assert!(owner.get("/app/settings/team").await.text().contains("sem acesso"), "the list says so");
        let mails = told(house, "owner.left", &a.email).await;
        assert!(mails.len() == 1 && mails[0].contains("broker") && mails[0].contains("assistant"), "{mails:?}");
        // The other agency is the only one now.
        let (answer, mut at_b) = sign_in(house, &email("broker", &a)).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::OK, "/app"));
        assert!(at_b.get("/app").await.text().contains(&b.route.name));
    });
}

#[test]
fn the_last_owner_stays_until_somebody_else_owns_the_agency() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let manager = house.add_member(&a, "manager").await.to_string();
        let mut owner = house.owner(&a).await;
        let page = owner.get(LEAVE).await.text();
        assert!(page.contains("Você é a única pessoa da diretoria") && !page.contains("/fn/team/leave"), "{page}");
        let refused = owner.call("team/leave", &[("heir", &manager)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problems(&refused), json!([["heir", "last_owner"]]));
        assert_eq!(by_whom(&a, "member.leave").await, []);
        let handed = [("id", manager.as_str()), ("password", PASSWORD), ("stays", "true")];
        assert_eq!(owner.call("team/hand_over", &handed).await.status, StatusCode::OK);
        assert!(owner.get(LEAVE).await.text().contains("/fn/team/leave"));
        let left = owner.call("team/leave", &[("heir", &manager)]).await;
        assert_eq!(left.status, StatusCode::OK, "{}", left.text());
        // They work nowhere any more, and get as far as being told so.
        assert_eq!(sign_in(house, &a.email).await.0.header("location"), "/entrar/agencia");
    });
}

#[test]
fn of_two_owners_who_leave_at_once_one_stays() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let heir = house.add_member(&a, "broker").await.to_string();
        let second = house.add_member(&a, "manager").await.to_string();
        let (mut one, mut two) = (house.owner(&a).await, house.signed_in(&email("manager", &a)).await);
        let handed = [("id", second.as_str()), ("password", PASSWORD), ("stays", "true")];
        assert_eq!(one.call("team/hand_over", &handed).await.status, StatusCode::OK);
        // Another role is another session.
        ends(&mut two).await;
        two = house.signed_in(&email("manager", &a)).await;
        let fields = [("heir", heir.as_str())];
        let (first, second) = tokio::join!(one.call("team/leave", &fields), two.call("team/leave", &fields));
        let mut statuses = [first.status, second.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY]);
    });
}

#[test]
fn a_partner_leaves_their_records_to_who_runs_the_agency() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let (broker, mut partner) =
            (house.add_member(&a, "broker").await.to_string(), house.member(&a, "partner").await);
        let page = partner.get(LEAVE).await.text();
        assert!(page.contains(&a.owner.to_string()) && !page.contains(&broker), "who works there is not shown to them");
        let refused = partner.call("team/leave", &[("heir", &broker)]).await;
        assert_eq!(problems(&refused), json!([["heir", "not_a_choice"]]));
        let owner = a.owner.to_string();
        assert_eq!(partner.call("team/leave", &[("heir", &owner)]).await.status, StatusCode::OK);
    });
}

#[test]
fn leaving_asks_for_the_password_once_more() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let (mut broker, owner) = (house.member(&a, "broker").await, a.owner.to_string());
        house.wait(Duration::minutes(11));
        let page = broker.get(LEAVE).await.text();
        assert!(
            page.contains("/entrar/confirmar?next=/app/profile/leave") && !page.contains("/fn/team/leave"),
            "{page}"
        );
        let refused = broker.call("team/leave", &[("heir", &owner)]).await;
        assert_eq!((refused.status, refused.json()["kind"].clone()), (StatusCode::FORBIDDEN, "proof_needed".into()));
        let proved = broker.call("auth/prove", &[("password", PASSWORD), ("next", LEAVE)]).await;
        assert_eq!((proved.status, proved.header("location")), (StatusCode::OK, LEAVE), "{}", proved.text());
        assert_eq!(broker.call("team/leave", &[("heir", &owner)]).await.status, StatusCode::OK);
    });
}

#[test]
fn an_owner_takes_a_lost_second_factor_away_on_the_members_page() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let user = house.add_member(&a, "broker").await;
        let mut broker = house.signed_in(&email("broker", &a)).await.elsewhere();
        let (mut owner, mut manager) = (house.owner(&a).await, house.member(&a, "manager").await);
        let page = format!("/app/settings/team/{user}");
        let form = "/fn/auth/reset_second_factor";
        assert!(!owner.get(&page).await.text().contains(form), "there is nothing to take away");
        house.enrol(&mut broker).await;
        assert!(owner.get(&page).await.text().contains(form));
        assert!(!manager.get(&page).await.text().contains(form), "a manager may not");
        // Another agency's door would be weaker for it.
        employ(&b, &email("broker", &a), "broker").await;
        let shown = owner.get(&page).await.text();
        assert!(!shown.contains(form) && shown.contains("só a plataforma a retira"), "{shown}");
        sqlx::query("update users set active = false where email = $1 and company_id = $2")
            .bind(email("broker", &a))
            .bind(b.route.tenant)
            .execute(&mut central().await)
            .await
            .expect("left there");
        house.wait(Duration::minutes(11));
        let user = user.to_string();
        let refused = owner.post("auth/reset_second_factor", &page, &[("user", &user)]).await;
        let back = refused.header("location").split_once("localhost:3000").expect("ours").1.to_owned();
        let way = format!("/entrar/confirmar?next={page}");
        assert!(owner.get(&back).await.text().contains(&way), "the page leads to where the password is asked for");
        assert_eq!(owner.call("auth/prove", &[("password", PASSWORD)]).await.status, StatusCode::OK);
        let taken = owner.post("auth/reset_second_factor", &page, &[("user", &user)]).await;
        assert_eq!(taken.status, StatusCode::FOUND, "{}", taken.text());
        assert!(!owner.get(&page).await.text().contains(form), "it is gone");
        let (answer, _) = sign_in(&house, &email("broker", &a)).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::OK, "/app"), "the password is enough");
    });
}

#[test]
fn an_operator_takes_a_lost_second_factor_of_an_owner_away_and_says_why() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut operator) = (house.owner(&a).await.elsewhere(), house.operator().await.elsewhere());
        let broker = house.add_member(&a, "broker").await.to_string();
        // Somebody of the agency who runs the platform, too.
        let insider = house.add_member(&a, "manager").await.to_string();
        let new = NewPerson { name: "Otto", email: &email("manager", &a), password_hash: PASSWORD_HASH };
        tenancy::central::operators::ensure(&house.state.house.central, &new).await.expect("added");
        let set = "update people set totp = '\\x00', totp_set_at = now() where email = $1";
        sqlx::query(set).bind(email("manager", &a)).execute(&mut central().await).await.expect("set");
        house.enrol(&mut owner).await;
        let (slug, user) = (a.route.slug.as_str(), a.owner.to_string());
        let page = operator.get(&format!("/platform/tenants/{slug}")).await.text();
        let part = page.split("/fn/platform/reset_second_factor").nth(1).expect("the form").split("</form>").next();
        let part = part.unwrap_or_default();
        assert!(part.contains(&user) && !part.contains(&broker) && !part.contains(&insider), "{part}");
        let why = "chamado 12: confirmado por telefone";
        for (helped, reason, expected) in [
            ("", why, json!([["helped", "not_a_choice"]])),
            (broker.as_str(), why, json!([["helped", "not_a_choice"]])),
            (insider.as_str(), why, json!([["helped", "not_a_choice"]])),
            (&b.owner.to_string(), why, json!([["helped", "not_a_choice"]])),
            (&user, "", json!([["help_reason", {"too_short": 10}]])),
            (&user, "pediu", json!([["help_reason", {"too_short": 10}]])),
        ] {
            let fields = [("slug", slug), ("helped", helped), ("help_reason", reason)];
            let answer = operator.call("platform/reset_second_factor", &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
            assert_eq!(problems(&answer), expected, "{helped} {reason}");
        }
        // Without WASM the page comes back with what was typed.
        let fields = [("slug", slug), ("helped", user.as_str()), ("help_reason", "pediu")];
        let at = format!("/platform/tenants/{slug}");
        let again = operator.post("platform/reset_second_factor", &at, &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text().contains("value=\"pediu\""), "{}", again.text());
        let fields = [("slug", slug), ("helped", user.as_str()), ("help_reason", why)];
        assert_eq!(owner.call("platform/reset_second_factor", &fields).await.status, StatusCode::FORBIDDEN);
        house.wait(Duration::minutes(11));
        let late = operator.call("platform/reset_second_factor", &fields).await;
        assert_eq!((late.status, late.json()["kind"].clone()), (StatusCode::FORBIDDEN, "proof_needed".into()));
        assert_eq!(operator.call("auth/prove", &[("password", PASSWORD)]).await.status, StatusCode::OK);
        let done = operator.call("platform/reset_second_factor", &fields).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        assert_eq!(owner.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED, "signed out everywhere");
        let lines = by_whom(&a, "second_factor.reset").await;
        assert!(lines.len() == 1 && lines[0].1 == json!({"reason": why}), "{lines:?}");
        assert_ne!(lines[0].0, Some(a.owner.as_uuid()), "it was the operator");
        assert_eq!(by_whom(&b, "second_factor.reset").await, []);
        assert_eq!(house.mails("second_factor.reset", &a.email).await.len(), 1, "whom it concerns is told");
        let (answer, mut back) = sign_in(&house, &a.email).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::OK, "/app"));
        let log = back.get("/app/settings/audit").await.text();
        assert!(log.contains("redefiniu a verificação em duas etapas"), "the owner sees it");
    });
}

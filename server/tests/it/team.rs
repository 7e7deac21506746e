//! An agency's people: invited, joined, given another role, sent away, let in again. AUTH-03, AUTH-12, AUTH-20, AUTH-23, AUTH-24,
//! AZ-06, AZ-09.

use http::StatusCode;
use sqlx::{ConnectOptions as _, PgConnection};
use tenancy::UserId;
use tenancy::central::operations::NewTenant;
use tenancy::testing::{Agency, PASSWORD, new_tenant, run, superuser};
use time::Duration;

use crate::harness::{Caller, House, bring_up, ends, hold_copies, house, open, register, root};

const NEW_PASSWORD: &str = "o rio corre devagar";

async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

/// Invites an address and gives the link's path.
pub(super) async fn invited(house: &House, caller: &mut Caller, email: &str, role: &str) -> String {
    let answer = caller.call("team/invite", &[("email", email), ("role", role)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    house.link("team.invitation", email).await
}

pub(super) fn token(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Accepts as somebody new.
pub(super) async fn accept(house: &House, path: &str) -> crate::harness::Answer {
    let fields = [("token", token(path)), ("name", "Bia Souza"), ("new_password", NEW_PASSWORD)];
    house.stranger().call("team/accept", &fields).await
}

async fn sign_in(house: &House, email: &str, password: &str) -> (StatusCode, Caller) {
    let mut caller = house.stranger();
    let answer = caller.call("auth/sign_in", &[("email", email), ("password", password)]).await;
    (answer.status, caller)
}

async fn members(caller: &mut Caller) -> Vec<serde_json::Value> {
    caller.call("team/load", &[]).await.json()["members"].as_array().expect("a list").clone()
}

async fn lines(agency: &Agency, action: &str) -> i64 {
    sqlx::query_scalar("select count(*) from tenant_audit_log where tenant_id = $1 and action = $2")
        .bind(agency.route.tenant)
        .bind(action)
        .fetch_one(&mut central().await)
        .await
        .expect("counted")
}

async fn role_of(user: UserId) -> String {
    let role = sqlx::query_scalar("select role from users where id = $1").bind(user);
    role.fetch_one(&mut central().await).await.expect("read")
}

async fn prime(house: &House) -> Agency {
    house.agency_of(NewTenant { plan: "prime".into(), ..new_tenant() }).await
}

#[test]
fn an_invitation_leads_somebody_new_into_its_agency_and_role_once() {
    run(async {
        let house = house().await;
        let (a, other) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let email = format!("bia@{}.example", a.route.slug);
        // Whatever host the request says it came to, the link is of the address that the operator set (AUTH-23).
        owner.headers.insert("x-forwarded-host", http::HeaderValue::from_static("evil.example"));
        let form = owner.get("/app/settings/team").await.text();
        assert!(form.contains("<option value=\"broker\" selected"), "not the role that may do most: {form}");
        let path = invited(house, &mut owner, &email, "broker").await;
        assert!(path.starts_with("/convite/") && token(&path).len() == 43, "{path}");
        let mail = house.mails("team.invitation", &email).await.remove(0);
        assert!(mail.contains(&a.route.name) && !mail.contains("evil.example"), "{mail}");
        let row: String = sqlx::query_scalar("select row_to_json(i)::text from invitations i where email = $1")
            .bind(&email)
            .fetch_one(&mut central().await)
            .await
            .expect("read");
        assert!(!row.contains(token(&path)), "the table opens no door: {row}");

        let page = house.stranger().get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains(&a.route.name) && page.text().contains(&email), "{}", page.text());
        assert_eq!((page.header("referrer-policy"), page.header("cache-control")), ("same-origin", "no-store"));
        assert_eq!(accept(house, &path).await.status, StatusCode::OK);

        let (status, mut bia) = sign_in(house, &email, NEW_PASSWORD).await;
        assert_eq!(status, StatusCode::OK);
        let id = register(&mut bia, "Casa da Bia").await;
        let responsible: String = sqlx::query_scalar(
            "select s.name || '/' || s.email from properties p join staff s on s.id = p.responsible_id where p.id = $1::uuid",
        )
        .bind(&id)
        .fetch_one(&a.db)
        .await
        .expect("the agency's own database knows her");
        assert_eq!(responsible, format!("Bia Souza/{email}"));
        assert_eq!(bia.call("team/load", &[]).await.status, StatusCode::FORBIDDEN, "a broker invites nobody");
        let row = members(&mut owner).await.into_iter().find(|m| m["email"] == email.as_str()).expect("in the team");
        assert_eq!(row["role"], "Corretagem");
        assert_eq!(lines(&a, "member.join").await, 1);
        assert_eq!(lines(&other, "member.join").await, 0);

        assert_eq!(accept(house, &path).await.status, StatusCode::NOT_FOUND, "once");
        assert_eq!(house.stranger().get(&path).await.status, StatusCode::NOT_FOUND);
        let again = owner.call("team/invite", &[("email", &email), ("role", "broker")]).await;
        assert_eq!(again.json()["data"], serde_json::json!([["email", "already_member"]]));
    });
}

#[test]
fn who_is_known_joins_with_the_password_they_have() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let path = invited(house, &mut of_b, &a.email, "partner").await;
        assert!(house.stranger().get(&path).await.text().contains("name=\"password\""), "it asks for the password");
        // A new password is none: whoever has the link has not become them.
        let taken = accept(house, &path).await;
        assert_eq!(taken.json()["data"], serde_json::json!([["password", "wrong_password"]]));
        let wrong = [("token", token(&path)), ("password", "not the password of hers")];
        assert_eq!(house.stranger().call("team/accept", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Nor does somebody else's session.
        let other = of_b.clone().call("team/accept", &[("token", token(&path))]).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", other.text());
        // Hers needs no password.
        assert!(!of_a.get(&path).await.text().contains("name=\"password\""));
        assert_eq!(of_a.call("team/accept", &[("token", token(&path))]).await.status, StatusCode::OK);
        let agencies = of_a.call("auth/agencies", &[]).await.text();
        assert!(agencies.contains(&a.route.name) && agencies.contains(&b.route.name), "{agencies}");
        assert_eq!(sign_in(house, &a.email, PASSWORD).await.0, StatusCode::OK, "one password as before");
        let people: i64 = sqlx::query_scalar("select count(*) from people where email = $1")
            .bind(&a.email)
            .fetch_one(&mut central().await)
            .await
            .expect("counted");
        assert_eq!(people, 1);
    });
}

#[test]
fn a_link_is_good_for_seven_days_and_until_another_is_sent_or_it_is_taken_back() {
    run(async {
        let house = open(tenancy::RegistryOptions::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let email = format!("bia@{}.example", a.route.slug);
        let first = invited(&house, &mut owner, &email, "broker").await;
        let id = owner.call("team/load", &[]).await.json()["invitations"][0]["id"].as_str().expect("one").to_owned();
        assert_eq!(owner.call("team/resend", &[("id", &id)]).await.status, StatusCode::OK);
        let second = house.link("team.invitation", &email).await;
        assert_ne!(first, second);
        assert_eq!(house.stranger().get(&first).await.status, StatusCode::NOT_FOUND, "the last one counts");
        assert_eq!(house.stranger().get(&second).await.status, StatusCode::OK);
        assert_eq!(owner.call("team/revoke", &[("id", &id)]).await.status, StatusCode::OK);
        assert_eq!(house.stranger().get(&second).await.status, StatusCode::NOT_FOUND);
        assert_eq!(accept(&house, &second).await.status, StatusCode::NOT_FOUND);
        assert_eq!(owner.call("team/resend", &[("id", &id)]).await.status, StatusCode::NOT_FOUND);

        let third = invited(&house, &mut owner, &email, "broker").await;
        house.wait(Duration::days(7) - Duration::minutes(1));
        assert_eq!(house.stranger().get(&third).await.status, StatusCode::OK);
        house.wait(Duration::minutes(2));
        assert_eq!(house.stranger().get(&third).await.status, StatusCode::NOT_FOUND);
        assert_eq!(accept(&house, &third).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn of_two_who_accept_for_the_last_place_one_comes_in() {
    run(async {
        let house = house().await;
        let a = prime(house).await;
        let mut owner = house.owner(&a).await;
        let emails = ["bia", "caio"].map(|name| format!("{name}@{}.example", a.route.slug));
        let mut paths = Vec::new();
        for email in &emails {
            // More may be invited than there are places: one is taken when an invitation is accepted.
            paths.push(invited(house, &mut owner, email, "broker").await);
        }
        let (first, second) = tokio::join!(accept(house, &paths[0]), accept(house, &paths[1]));
        let mut statuses = [first.status, second.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::OK, StatusCode::FORBIDDEN]);
        let loser = usize::from(first.status == StatusCode::OK);
        let refused = if loser == 0 { &first } else { &second };
        let told = refused.json();
        assert_eq!(told["kind"], "plan_limit");
        let figures = (&told["data"]["current"], &told["data"]["max"], &told["data"]["price"]);
        assert_eq!(figures, (&2.into(), &2.into(), &"57.00".into()), "{told}");
        assert_eq!(told["data"]["upgrade"], "/app/settings/plan");
        let page = house.stranger().get(&paths[loser]).await;
        assert!(page.status == StatusCode::OK && page.text().contains("R$ 57,00"), "the link stays good");
        let list = owner.get("/app/settings/team").await.text();
        assert!(list.contains("2 de 2 vagas") && list.contains("/app/settings/plan"), "{list}");
        let (taken, counted): (i64, i32) = sqlx::query_as(
            "select (select count(*) from users where company_id = $1 and active), current_users
             from tenant_subscriptions where tenant_id = $1",
        )
        .bind(a.route.tenant)
        .fetch_one(&mut central().await)
        .await
        .expect("counted");
        assert_eq!((taken, counted), (2, 2));
        // Another place, and the same link leads in.
        let bought = sqlx::query("update tenant_subscriptions set additional_users = 1 where tenant_id = $1");
        bought.bind(a.route.tenant).execute(&mut central().await).await.expect("bought");
        assert_eq!(accept(house, &paths[loser]).await.status, StatusCode::OK);
    });
}

#[test]
fn a_link_that_twenty_use_at_once_makes_one_account() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let path = invited(house, &mut owner, &format!("bia@{}.example", a.route.slug), "broker").await;
        let all = futures::future::join_all((0..20).map(|_| accept(house, &path))).await;
        assert_eq!(all.iter().filter(|answer| answer.status == StatusCode::OK).count(), 1);
        assert_eq!(members(&mut owner).await.len(), 2);
        assert_eq!(lines(&a, "member.join").await, 1);
    });
}

#[test]
fn nobody_gives_a_role_as_high_as_their_own_or_manages_an_equal() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let (peer, broker) = (house.add_member(&a, "manager").await, house.add_member(&a, "broker").await);
        let mut manager = house.signed_in(&format!("manager@{}.example", a.route.slug)).await;
        let mut owner = house.owner(&a).await;
        let (peer, broker, boss) = (peer.to_string(), broker.to_string(), a.owner.to_string());
        for role in ["owner", "manager"] {
            let answer = manager.call("team/change_role", &[("id", &broker), ("role", role)]).await;
            assert_eq!(answer.json()["data"], serde_json::json!([["role", "not_a_choice"]]), "{role}");
            let answer = manager.call("team/invite", &[("email", "x@agencia.example"), ("role", role)]).await;
            assert_eq!(answer.json()["data"], serde_json::json!([["role", "not_a_choice"]]), "{role}");
        }
        for id in [&peer, &boss] {
            for (call, field) in [("change_role", ("role", "broker")), ("deactivate", ("heir", broker.as_str()))] {
                let answer = manager.call(&format!("team/{call}"), &[("id", id), field]).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{call}: {}", answer.text());
            }
        }
        let answer = owner.call("team/change_role", &[("id", &broker), ("role", "owner")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "ownership is handed over");
        let answer = manager.call("team/change_role", &[("id", &broker), ("role", "finance")]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(lines(&a, "member.change_role").await, 1);
    });
}

#[test]
fn another_role_begins_with_another_session() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let mut broker = house.member(&a, "broker").await;
        assert_eq!(broker.call("properties/list", &[]).await.status, StatusCode::OK);
        let id = members(&mut owner).await.iter().find(|m| m["name"] == "broker").expect("there")["id"].clone();
        let fields = [("id", id.as_str().expect("an id")), ("role", "finance")];
        assert_eq!(owner.call("team/change_role", &fields).await.status, StatusCode::OK);
        ends(&mut broker).await;
        let mut again = house.signed_in(&format!("broker@{}.example", a.route.slug)).await;
        assert_eq!(again.call("properties/blank", &[]).await.status, StatusCode::FORBIDDEN, "and the new role");
    });
}

#[test]
fn the_last_owner_neither_leaves_nor_changes_role_and_of_two_one_is_left() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let manager = house.add_member(&a, "manager").await.to_string();
        let mut owner = house.owner(&a).await;
        let id = a.owner.to_string();
        let answer = owner.call("team/change_role", &[("id", &id), ("role", "manager")]).await;
        assert_eq!(answer.json()["data"], serde_json::json!([["role", "last_owner"]]));
        let answer = owner.call("team/deactivate", &[("id", &id), ("heir", &manager)]).await;
        assert_eq!(answer.json()["data"], serde_json::json!([["heir", "last_owner"]]));
        assert_eq!(owner.call("team/load", &[]).await.status, StatusCode::OK, "nothing has happened");

        let second = house.add_member(&a, "owner").await.to_string();
        let mut other = house.signed_in(&format!("owner@{}.example", a.route.slug)).await;
        let (to_first, to_second) =
            ([("id", id.as_str()), ("role", "manager")], [("id", second.as_str()), ("role", "manager")]);
        let (mine, theirs) =
            tokio::join!(owner.call("team/change_role", &to_second), other.call("team/change_role", &to_first));
        let left: i64 =
            sqlx::query_scalar("select count(*) from users where company_id = $1 and role = 'owner' and active")
                .bind(a.route.tenant)
                .fetch_one(&mut central().await)
                .await
                .expect("counted");
        assert_eq!(left, 1, "{} {}", mine.text(), theirs.text());
        assert!(mine.status == StatusCode::OK || theirs.status == StatusCode::OK);
    });
}

#[test]
fn who_is_sent_away_loses_the_way_in_and_leaves_their_records_to_another() {
    run(async {
        let house = house().await;
        let (a, b) = (prime(house).await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let user = house.add_member(&a, "broker").await;
        let email = format!("broker@{}.example", a.route.slug);
        let mut broker = house.signed_in(&email).await;
        let (one, two) = (register(&mut broker, "Casa um").await, register(&mut broker, "Casa dois").await);
        let own = register(&mut owner, "Casa da dona").await;
        assert_eq!(owner.call("properties/archive", &[("id", &two)]).await.status, StatusCode::OK);
        let (id, heir, foreign) = (user.to_string(), a.owner.to_string(), b.owner.to_string());
        for (wrong, problem) in [("", "required"), (foreign.as_str(), "not_a_choice"), (id.as_str(), "not_a_choice")] {
            let answer = owner.call("team/deactivate", &[("id", &id), ("heir", wrong)]).await;
            assert_eq!(answer.json()["data"], serde_json::json!([["heir", problem]]), "{wrong}");
        }
        let page = owner.get(&format!("/app/settings/team/{id}")).await.text();
        assert!(page.contains("2 imóveis sob sua responsabilidade"), "{page}");
        let answer = owner.call("team/deactivate", &[("id", &id), ("heir", &heir)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        ends(&mut broker).await;
        let mut away = sign_in(house, &email, PASSWORD).await.1;
        assert_eq!(away.call("auth/agencies", &[]).await.json(), serde_json::json!([]), "no agency is theirs to enter");
        assert_eq!(away.call("properties/list", &[]).await.status, StatusCode::UNAUTHORIZED);
        let theirs: Vec<(String, bool)> = sqlx::query_as(
            "select p.id::text, s.active from properties p join staff s on s.id = p.created_by where responsible_id = $1 order by p.id",
        )
        .bind(a.owner)
        .fetch_all(&a.db)
        .await
        .expect("listed");
        assert_eq!(theirs, [(one.clone(), false), (two.clone(), false), (own, true)], "all of it, archived too");
        let history: i64 = sqlx::query_scalar("select count(*) from activity_log where action = 'property.hand_over'")
            .fetch_one(&a.db)
            .await
            .expect("counted");
        assert_eq!((history, lines(&a, "member.deactivate").await), (2, 1));

        // The place is somebody else's meanwhile.
        let path = invited(house, &mut owner, &format!("bia@{}.example", a.route.slug), "broker").await;
        assert_eq!(accept(house, &path).await.status, StatusCode::OK);
        let full = owner.call("team/reactivate", &[("id", &id)]).await;
        assert_eq!((full.status, full.json()["data"]["price"].clone()), (StatusCode::FORBIDDEN, "57.00".into()));
        let bought = sqlx::query("update tenant_subscriptions set additional_users = 1 where tenant_id = $1");
        bought.bind(a.route.tenant).execute(&mut central().await).await.expect("bought");
        assert_eq!(owner.call("team/reactivate", &[("id", &id)]).await.status, StatusCode::OK);
        let (status, mut back) = sign_in(house, &email, PASSWORD).await;
        assert_eq!(status, StatusCode::OK);
        register(&mut back, "Casa três").await;
        let active: bool = sqlx::query_scalar("select active from staff where id = $1")
            .bind(user)
            .fetch_one(&a.db)
            .await
            .expect("read");
        assert!(active);
    });
}

#[test]
fn what_a_crash_kept_from_the_agencys_own_database_is_told_later() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let user = house.add_member(&a, "broker").await;
        let mut broker = house.signed_in(&format!("broker@{}.example", a.route.slug)).await;
        register(&mut broker, "Casa um").await;
        // All that a process did which died after the first of two commits.
        let by = tenancy::central::team::By {
            tenant: a.route.tenant,
            user: a.owner,
            ip_address: "127.0.0.1".into(),
            user_agent: None,
            request_id: String::new(),
        };
        let central_db = &house.state.house.central;
        let untold = hold_copies().await;
        tenancy::central::team::deactivate(central_db, &by, (user, "broker"), a.owner).await.expect("committed");
        let sent_away = "select (select active from staff where id = $1), (select count(*) from properties where responsible_id = $1)";
        let before: (bool, i64) = sqlx::query_as(sent_away).bind(user).fetch_one(&a.db).await.expect("read");
        assert_eq!(before, (true, 1), "it has not heard");
        drop(untold);
        for _ in 0..2 {
            bring_up(house).await;
            let after: (bool, i64) = sqlx::query_as(sent_away).bind(user).fetch_one(&a.db).await.expect("read");
            assert_eq!(after, (false, 0), "and twice is once");
        }
        let behind: bool = sqlx::query_scalar("select staff_version <> version from users where id = $1")
            .bind(user)
            .fetch_one(&mut central().await)
            .await
            .expect("read");
        assert!(!behind);
        assert!(owner.get("/app/properties").await.text().contains("Casa um"));
    });
}

#[test]
fn an_agency_is_handed_over_with_the_password_and_goes_on_under_a_new_session() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let (heir, partner) = (house.add_member(&a, "manager").await, house.add_member(&a, "broker").await);
        let mut owner = house.owner(&a).await;
        let id = heir.to_string();
        let wrong = owner.call("team/hand_over", &[("id", &id), ("password", "not the password of hers")]).await;
        assert_eq!(wrong.json()["data"], serde_json::json!([["password", "wrong_password"]]));
        let stays = [("id", partner.to_string()), ("password", PASSWORD.to_owned()), ("stays", "true".to_owned())];
        let stays = stays.each_ref().map(|(n, v)| (*n, v.as_str()));
        assert_eq!(owner.call("team/hand_over", &stays).await.status, StatusCode::OK);
        assert_eq!((role_of(partner).await, role_of(a.owner).await), ("owner".into(), "owner".into()));
        let before = owner.cookie(app::caller::SESSION).expect("a session");
        let answer = owner.call("team/hand_over", &[("id", &id), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!((role_of(heir).await, role_of(a.owner).await), ("owner".into(), "manager".into()));
        assert_ne!(owner.cookie(app::caller::SESSION), Some(before), "AUTH-12");
        assert_eq!(owner.call("team/load", &[]).await.status, StatusCode::OK, "a manager still");
        assert_eq!(
            owner.call("team/hand_over", &[("id", &id), ("password", PASSWORD)]).await.status,
            StatusCode::FORBIDDEN
        );
    });
}

#[test]
fn without_wasm_a_refused_form_comes_back_as_it_was_left() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let wrong = [("email", "bia sem arroba"), ("role", "assistant")];
        let answer = owner.post("team/invite", "/app/settings/team", &wrong).await;
        assert!(answer.status.is_redirection());
        let location = answer.header("location").replace("http://localhost:3000", "");
        let page = owner.get(&location).await.text();
        assert!(page.contains("bia sem arroba") && page.contains("Digite um e-mail como"), "{page}");
        let email = format!("bia@{}.example", a.route.slug);
        let path = invited(house, &mut owner, &email, "broker").await;
        let short = [("token", token(&path)), ("name", "Bia de Souza"), ("new_password", "curta")];
        let answer = house.stranger().post("team/accept", &path, &short).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text();
        assert!(page.contains("Bia de Souza") && page.contains("Use pelo menos 15 caracteres"), "{page}");
        assert!(!page.contains("curta"), "a password does not");
        let fine = [("token", token(&path)), ("name", "Bia de Souza"), ("new_password", NEW_PASSWORD)];
        let answer = house.stranger().post("team/accept", &path, &fine).await;
        assert!(
            answer.status.is_redirection() && answer.header("location").ends_with("/entrar?joined=1"),
            "{answer:?}"
        );
        assert!(house.stranger().get("/entrar?joined=1").await.text().contains("Convite aceito"));
    });
}

#[test]
fn each_agencys_team_is_its_own() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        invited(house, &mut of_b, &format!("bia@{}.example", b.route.slug), "broker").await;
        let (team_of_a, team_of_b) =
            (of_a.call("team/load", &[]).await.text(), of_b.call("team/load", &[]).await.text());
        assert!(team_of_b.contains(&b.email) && team_of_b.contains(&b.route.slug));
        assert!(!team_of_a.contains(&b.email) && !team_of_a.contains(&b.route.slug));
        let staff: i64 =
            sqlx::query_scalar("select count(*) from staff").fetch_one(&mut root(&a).await).await.expect("counted");
        assert_eq!(staff, 1);
    });
}

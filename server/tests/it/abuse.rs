//! What somebody who means harm has tried, and what comes of it now. AUTH-04, AUTH-18, AUTH-21, AUTH-26, AUTH-33, AZ-06, RL-08,
//! TLS-06.

use http::StatusCode;
use sha2::{Digest as _, Sha256};
use sqlx::{ConnectOptions as _, PgConnection};
use std::sync::Arc;
use tenancy::central::operations::NewTenant;
use tenancy::central::team::{self, TeamError};
use tenancy::testing::{PASSWORD, new_tenant, run, superuser};
use time::Duration;
use uuid::Uuid;

use crate::account::{ask, from_somewhere, reset};
use crate::acting::{kind, operator};
use crate::harness::{Caller, House, house, open};
use crate::second_step::{between, enrolled, give};
use crate::team::{accept, invited, token};

async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

/// Gives wrong codes until one is not tried any more.
async fn exhaust(thief: &mut Caller, wrong: &str) {
    for n in 0..5 {
        let answer = give(thief, wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{n}: {}", answer.text());
    }
    assert_eq!(give(thief, wrong).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[test]
fn a_password_alone_makes_no_wrong_code_forgotten_and_no_device_known() {
    run(async {
        let house = open(Default::default()).await;
        let (a, _, phone) = enrolled(&house).await;
        let b = house.agency().await;
        let path = invited(&house, &mut house.owner(&b).await, &a.email, "broker").await;
        let wrong = phone.wrong_code(&house);
        let mut thief = between(&house, &a).await;
        exhaust(&mut thief, &wrong).await;
        // Whoever has an invitation's link and the password joins with them; their codes are none the wiser.
        let mine = "c".repeat(48);
        let mut joining = house.stranger().elsewhere();
        joining.cookies.push(("__Host-device".to_owned(), mine.clone()));
        let joined = joining.call("team/accept", &[("token", token(&path)), ("password", PASSWORD)]).await;
        assert_eq!(joined.status, StatusCode::OK, "{}", joined.text());
        assert_eq!(give(&mut thief, &wrong).await.status, StatusCode::TOO_MANY_REQUESTS, "still five");
        let known = "select count(*) from sign_in_attempts where device_key = $1 and succeeded";
        let known: i64 = sqlx::query_scalar(known)
            .bind(Sha256::digest(mine.as_bytes()).to_vec())
            .fetch_one(&mut central().await)
            .await
            .expect("counted");
        assert_eq!(known, 0, "a device is known by whoever gave the code on it");
    });
}

#[test]
fn a_new_password_makes_no_wrong_code_forgotten() {
    run(async {
        let house = open(Default::default()).await;
        let (a, _, phone) = enrolled(&house).await;
        let wrong = phone.wrong_code(&house);
        exhaust(&mut between(&house, &a).await, &wrong).await;
        ask(&mut from_somewhere(&house), &a.email).await;
        let path = house.link("account.reset", &a.email).await;
        let new = "o rio corre devagar";
        assert_eq!(reset(&house, &path, new).await.status, StatusCode::OK);
        let mut thief = house.stranger().elsewhere();
        let half = thief.call("auth/sign_in", &[("email", &a.email), ("password", new)]).await;
        assert_eq!(half.header("location"), "/entrar/codigo?next=%2Fapp", "{}", half.text());
        assert_eq!(give(&mut thief, &wrong).await.status, StatusCode::TOO_MANY_REQUESTS);
    });
}

#[test]
fn whoever_has_a_second_factor_is_told_of_wrong_codes_once_a_day() {
    run(async {
        let house = open(Default::default()).await;
        let (a, _, phone) = enrolled(&house).await;
        let told = async || house.mails("second_factor.tried", &a.email).await.len();
        let wrong = phone.wrong_code(&house);
        let mut thief = between(&house, &a).await;
        for _ in 0..4 {
            give(&mut thief, &wrong).await;
        }
        assert_eq!(told().await, 0, "anybody mistypes");
        give(&mut thief, &wrong).await;
        assert_eq!(told().await, 1);
        house.wait(Duration::seconds(61));
        for _ in 0..5 {
            give(&mut thief, &wrong).await;
        }
        assert_eq!(told().await, 1, "once a day");
        let lines = "select count(*) from tenant_audit_log where action = 'second_factor.tried' and entity_id = $1";
        let mut root = central().await;
        let lines: i64 = sqlx::query_scalar(lines).bind(a.person).fetch_one(&mut root).await.expect("counted");
        assert_eq!(lines, 1);
        let wrong = phone.wrong_code(&house);
        house.wait(Duration::hours(25));
        let mut thief = between(&house, &a).await;
        for _ in 0..5 {
            give(&mut thief, &wrong).await;
        }
        assert_eq!(told().await, 2, "another day");
    });
}

#[test]
fn an_operator_who_acts_as_somebody_sees_nothing_that_is_the_persons_own() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let proposed = owner.call("auth/propose_second_factor", &[]).await;
        assert_eq!(proposed.status, StatusCode::OK, "{}", proposed.text());
        let secret =
            owner.call("auth/security", &[]).await.json()["offer"]["letters"].as_str().expect("one").to_owned();
        let mut olga = operator(house).await;
        olga.act(&a, &[("may_write", "true")]).await;
        for path in ["auth/security", "auth/sessions", "auth/agencies", "account/profile", "sign_up/progress"] {
            let answer = olga.caller.call(path, &[]).await;
            assert_eq!(
                (answer.status, kind(&answer).as_str()),
                (StatusCode::FORBIDDEN, "not_while_acting"),
                "{path}: {}",
                answer.text()
            );
        }
        for page in ["/app/profile", "/app/profile/security", "/entrar/agencia", "/entrar/confirmar"] {
            let answer = olga.caller.get(page).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{page}: {}", answer.text());
            assert!(!answer.text().contains(&secret), "{page}");
        }
        assert_eq!(olga.caller.get("/app").await.status, StatusCode::OK, "the agency's work is there as before");
        assert_eq!(olga.caller.call("platform/end_acting", &[]).await.status, StatusCode::OK);
    });
}

#[test]
fn nobody_keeps_a_person_from_a_link_by_asking_for_many() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let sent = async || house.mails("account.reset", &a.email).await.len();
        for _ in 0..6 {
            ask(&mut from_somewhere(&house), &a.email).await;
        }
        assert_eq!(sent().await, 3);
        // A stranger who asks every five minutes, for two hours.
        let mut before = 3;
        for _ in 0..5 {
            for _ in 0..5 {
                house.wait(Duration::minutes(5));
                ask(&mut from_somewhere(&house), &a.email).await;
            }
            let now = sent().await;
            assert!(now > before, "within 25 minutes a link came: {now}");
            before = now;
        }
        assert!(before <= 3 + 8, "and no flood: {before}");
    });
}

#[test]
fn twenty_who_ask_for_a_link_at_once_send_three_mails() {
    run(async {
        let house = Arc::new(open(Default::default()).await);
        let a = house.agency().await;
        let all: Vec<_> = (0..20)
            .map(|_| {
                let (house, email) = (house.clone(), a.email.clone());
                tokio::spawn(async move { ask(&mut from_somewhere(&house), &email).await.status })
            })
            .collect();
        for one in all {
            assert_eq!(one.await.expect("no panic"), StatusCode::OK);
        }
        assert_eq!(house.mails("account.reset", &a.email).await.len(), 3);
    });
}

#[test]
fn no_mailbox_is_flooded_with_invitations() {
    run(async {
        let house = open(Default::default()).await;
        let email = format!("vitima-{}@longe.example", Uuid::now_v7().simple());
        let enough = serde_json::json!([["email", "enough_mails"]]);
        for n in 0..4 {
            let agency = house.agency().await;
            let mut owner = house.owner(&agency).await;
            let answer = owner.call("team/invite", &[("email", &email), ("role", "broker")]).await;
            if n < 3 {
                assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            } else {
                assert_eq!(answer.json()["data"], enough, "whoever sends it");
                let fields = [("new_email", ""), ("email", email.as_str()), ("email_password", PASSWORD)];
                let answer = owner.call("account/ask_email", &fields).await;
                assert_eq!(answer.json()["data"], enough, "and whatever it is about");
                let page = owner
                    .post("team/invite", "/app/settings/team", &[("email", &email), ("role", "broker")])
                    .await
                    .header("location")
                    .to_owned();
                let text = owner.get(&page).await.text();
                assert!(text.contains("Este endereço já recebeu mensagens demais"), "{text}");
            }
        }
        assert_eq!(house.mails("team.invitation", &email).await.len(), 3);
        house.wait(Duration::minutes(61));
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let answer = owner.call("team/invite", &[("email", &email), ("role", "broker")]).await;
        assert_eq!(answer.status, StatusCode::OK, "an hour later: {}", answer.text());
        // One invitation is sent again a few times, and then no more that day.
        let id = owner.call("team/load", &[]).await.json()["invitations"][0]["id"].as_str().expect("one").to_owned();
        let mut statuses = Vec::new();
        for _ in 0..5 {
            house.wait(Duration::hours(2));
            statuses.push(owner.call("team/resend", &[("id", &id)]).await.status);
        }
        assert_eq!(statuses[..4], [StatusCode::OK; 4]);
        assert_eq!(statuses[4], StatusCode::TOO_MANY_REQUESTS);
        house.wait(Duration::hours(24));
        let mut owner = house.owner(&agency).await;
        assert_eq!(owner.call("team/resend", &[("id", &id)]).await.status, StatusCode::OK);
    });
}

#[test]
fn an_agency_invites_so_many_a_day_and_no_more() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let invite = async |caller: &mut Caller, n: usize, slug: &str| {
            let email = format!("p{n}@{slug}.example");
            caller.call("team/invite", &[("email", &email), ("role", "broker")]).await
        };
        for n in 0..50 {
            let answer = invite(&mut of_a, n, &a.route.slug).await;
            assert_eq!(answer.status, StatusCode::OK, "{n}: {}", answer.text());
        }
        let answer = invite(&mut of_a, 50, &a.route.slug).await;
        assert_eq!(answer.json()["data"], serde_json::json!([["email", {"too_many_invitations": 50}]]));
        assert_eq!(invite(&mut of_b, 50, &a.route.slug).await.status, StatusCode::OK, "another agency's are its own");
        // Taken back, there is room for as many; but not for more mails that day.
        let revoked = "update invitations set revoked_at = now() where tenant_id = $1";
        sqlx::query(revoked).bind(a.route.tenant).execute(&mut central().await).await.expect("taken back");
        for n in 100..150 {
            assert_eq!(invite(&mut of_a, n, &a.route.slug).await.status, StatusCode::OK, "{n}");
        }
        sqlx::query(revoked).bind(a.route.tenant).execute(&mut central().await).await.expect("taken back");
        let answer = invite(&mut of_a, 150, &a.route.slug).await;
        assert_eq!(answer.json()["data"], serde_json::json!([["email", "enough_mails"]]));
        house.wait(Duration::hours(25));
        // Signed in anew: a day has passed.
        let mut of_a = house.owner(&a).await;
        assert_eq!(invite(&mut of_a, 151, &a.route.slug).await.status, StatusCode::OK);
    });
}

#[test]
fn no_name_that_stands_in_mails_is_an_address() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        for name in ["Ganhe em https://golpe.example", "Veja WWW.golpe.example"] {
            let answer = owner.call("account/update_profile", &[("name", name)]).await;
            assert_eq!(answer.json()["data"], serde_json::json!([["name", "link_in_name"]]), "{name}");
            let path = invited(house, &mut owner, &format!("b{}@{}.example", name.len(), a.route.slug), "broker").await;
            let fields = [("token", token(&path)), ("name", name), ("new_password", "o rio corre devagar")];
            let answer = house.stranger().call("team/accept", &fields).await;
            assert_eq!(answer.json()["data"], serde_json::json!([["name", "link_in_name"]]), "{name}");
            let fields = [
                ("company_name", name),
                ("slug", "golpe-golpe"),
                ("email", "x@golpe.example"),
                ("plan", "k"),
                ("billing_period", "yearly"),
                ("terms", app::sign_up::rules::TERMS_VERSION),
            ];
            let answer = house.stranger().call("sign_up/request", &fields).await;
            assert_eq!(answer.json()["data"], serde_json::json!([["company_name", "link_in_name"]]), "{name}");
        }
        let page = owner.post("account/update_profile", "/app/profile", &[("name", "www.golpe.example")]).await;
        let page = owner.get(page.header("location")).await.text();
        assert!(page.contains("não pode conter um endereço da internet"), "{page}");
    });
}

#[test]
fn an_agency_changes_its_address_three_times_a_month() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let rename = async |caller: &mut Caller, slug: &str, n: usize| {
            caller.call("domains/rename", &[("address", &format!("{slug}-{n}"))]).await
        };
        for n in 0..3 {
            assert_eq!(rename(&mut of_a, &a.route.slug, n).await.status, StatusCode::OK, "{n}");
        }
        let refused = rename(&mut of_a, &a.route.slug, 3).await;
        assert_eq!(refused.json()["data"], serde_json::json!([["address", "too_many_renames"]]));
        assert_eq!(rename(&mut of_b, &b.route.slug, 0).await.status, StatusCode::OK, "another agency's are its own");
        // A month later again, until five addresses are held for it.
        let older = "update tenant_audit_log set at = at - interval '31 days' where tenant_id = $1";
        let later = async || {
            let mut root = central().await;
            sqlx::query("set session_replication_role = replica").execute(&mut root).await.expect("set");
            sqlx::query(older).bind(a.route.tenant).execute(&mut root).await.expect("a month passes");
        };
        later().await;
        for n in 3..5 {
            let answer = rename(&mut of_a, &a.route.slug, n).await;
            assert_eq!(answer.status, StatusCode::OK, "{n}: {}", answer.text());
        }
        later().await;
        let refused = rename(&mut of_a, &a.route.slug, 5).await;
        assert_eq!(refused.json()["data"], serde_json::json!([["address", "too_many_renames"]]));
        let page = of_a.post("domains/rename", "/app/settings/domains", &[("address", "outro-nome-novo")]).await;
        let text = if page.status == StatusCode::FOUND { of_a.get(page.header("location")).await } else { page }.text();
        assert!(text.contains("O nome já mudou vezes demais"), "{text}");
    });
}

#[test]
fn a_manager_takes_no_owners_invitation_away_and_lets_no_manager_in_again() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let former = house.add_member(&a, "manager").await.to_string();
        let mut owner = house.owner(&a).await;
        let email = format!("manager@{}.example", a.route.slug);
        let fields = [("id", former.as_str()), ("heir", &a.owner.to_string())];
        assert_eq!(owner.call("team/deactivate", &fields).await.status, StatusCode::OK);
        let second = tenancy::central::people::NewPerson {
            name: "Gestora",
            email: &format!("gestora@{}.example", a.route.slug),
            password_hash: tenancy::testing::PASSWORD_HASH,
        };
        let provisioner = tenancy::testing::bed().await.deployment.provisioner();
        provisioner.add_user(a.route.tenant, &second, "manager").await.expect("added");
        let mut manager = house.signed_in(second.email).await;
        // Who was sent away as a manager comes back by an owner alone.
        let refused = manager.call("team/invite", &[("email", &email), ("role", "broker")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        // An owner's offer stands against a manager's.
        let offered = format!("offered@{}.example", a.route.slug);
        let path = invited(house, &mut owner, &offered, "manager").await;
        let refused = manager.call("team/invite", &[("email", &offered), ("role", "broker")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        assert_eq!(accept(house, &path).await.status, StatusCode::OK, "the owner's link is good as before");
        let role: String = sqlx::query_scalar("select role from users where email = $1")
            .bind(&offered)
            .fetch_one(&mut central().await)
            .await
            .expect("there");
        assert_eq!(role, "manager");
        assert_eq!(owner.call("team/invite", &[("email", &email), ("role", "broker")]).await.status, StatusCode::OK);
    });
}

#[test]
fn nothing_is_hashed_for_what_is_refused_anyway() {
    run(async {
        let house: &House = &open(Default::default()).await;
        let a = house.agency_of(NewTenant { plan: "prime".into(), ..new_tenant() }).await;
        let mut owner = house.owner(&a).await;
        let emails = ["bia", "caio"].map(|name| format!("{name}@{}.example", a.route.slug));
        let first = invited(house, &mut owner, &emails[0], "broker").await;
        let second = invited(house, &mut owner, &emails[1], "broker").await;
        assert_eq!(accept(house, &first).await.status, StatusCode::OK);
        let passwords = house.state.house.passwords.clone();
        let before = passwords.computed();
        for _ in 0..3 {
            assert_eq!(accept(house, &second).await.json()["kind"], "plan_limit");
        }
        assert_eq!(passwords.computed(), before, "no place, no hash");
    });
}

#[test]
fn nobody_is_sent_away_or_let_in_as_what_they_are_not_any_more() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let user = house.add_member(&a, "broker").await;
        let by = team::By {
            tenant: a.route.tenant,
            user: a.owner,
            ip_address: "127.0.0.1".into(),
            user_agent: None,
            request_id: String::new(),
        };
        let db = &house.state.house.central;
        // A manager has seen a broker, and an owner makes a manager of them meanwhile.
        team::change_role(db, &by, user, ("broker", "manager")).await.expect("changed");
        let late = team::deactivate(db, &by, (user, "broker"), a.owner).await;
        assert!(matches!(late, Err(TeamError::NotFound)), "{late:?}");
        team::deactivate(db, &by, (user, "manager"), a.owner).await.expect("as what they are");
        let late = team::reactivate(db, &by, (user, "broker")).await;
        assert!(matches!(late, Err(TeamError::NotFound)), "{late:?}");
        team::reactivate(db, &by, (user, "manager")).await.expect("as what they were");
    });
}

#[test]
fn one_proof_makes_recovery_codes_once() {
    run(async {
        let house = open(Default::default()).await;
        let (_, mut owner, phone) = enrolled(&house).await;
        let proof = async |owner: &mut Caller| {
            let code = phone.code(&house, 0);
            let answer = owner.call("auth/prove", &[("password", PASSWORD), ("second_factor", &code)]).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        };
        proof(&mut owner).await;
        let passwords = house.state.house.passwords.clone();
        assert_eq!(owner.call("auth/renew_recovery_codes", &[]).await.status, StatusCode::OK);
        let before = passwords.computed();
        let again = owner.call("auth/renew_recovery_codes", &[]).await;
        assert_eq!(kind(&again), "proof_needed", "{}", again.text());
        assert_eq!(passwords.computed(), before, "nothing is hashed");
        house.wait(Duration::seconds(30));
        proof(&mut owner).await;
        assert_eq!(owner.call("auth/renew_recovery_codes", &[]).await.status, StatusCode::OK);
    });
}

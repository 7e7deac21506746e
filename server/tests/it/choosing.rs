//! A person of several agencies: they choose one, under a new identifier, and the day of the sign-in goes on. AUTH-12.

use http::StatusCode;
use sqlx::{ConnectOptions as _, Connection as _};
use tenancy::central::subscriptions;
use tenancy::testing::{PASSWORD, agency_of, new_tenant, run, superuser};
use time::Duration;

use crate::harness::{house, open};
use crate::subscription::pay;

const SESSION: &str = "__Host-sobrado";

#[test]
fn choosing_an_agency_does_not_start_the_day_anew() {
    run(async {
        let house = open(Default::default()).await;
        let first = house.agency().await;
        agency_of(tenancy::central::operations::NewTenant { admin_email: first.email.clone(), ..new_tenant() }).await;
        house.state.house.routes.reload().await.expect("read");
        let choose = [("user", first.owner.to_string())];
        let choose: Vec<(&str, &str)> = choose.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let mut person = house.stranger();
        person.call("auth/sign_in", &[("email", &first.email), ("password", PASSWORD)]).await;
        for _ in 0..2 {
            house.wait(Duration::hours(11));
            assert_eq!(person.call("auth/choose_agency", &choose).await.status, StatusCode::OK);
        }
        house.wait(Duration::hours(3));
        assert_eq!(
            person.call("auth/sessions", &[]).await.status,
            StatusCode::UNAUTHORIZED,
            "a day after the password"
        );
        let mut kept = house.stranger();
        let remember = [("email", first.email.as_str()), ("password", PASSWORD), ("remember", "true")];
        kept.call("auth/sign_in", &remember).await;
        assert_eq!(kept.call("auth/choose_agency", &choose).await.status, StatusCode::OK);
        house.wait(Duration::days(29));
        assert_eq!(
            kept.call("auth/sessions", &[]).await.status,
            StatusCode::OK,
            "staying signed in outlives the choice"
        );
        house.wait(Duration::days(2));
        assert_eq!(kept.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn a_session_that_was_ended_meanwhile_makes_no_other() {
    run(async {
        let (house, elsewhere) = (house().await, open(Default::default()).await);
        let first = house.agency().await;
        agency_of(tenancy::central::operations::NewTenant { admin_email: first.email.clone(), ..new_tenant() }).await;
        house.state.house.routes.reload().await.expect("read");
        let user = first.owner.to_string();
        let mut person = house.stranger();
        person.call("auth/sign_in", &[("email", &first.email), ("password", PASSWORD)]).await;
        assert_eq!(person.call("auth/choose_agency", &[("user", &user)]).await.status, StatusCode::OK);
        // Remembered in this process, and ended by another one, unheard.
        assert_eq!(person.call("auth/sessions", &[]).await.status, StatusCode::OK);
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        let mut tx = root.begin().await.expect("a transaction");
        sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("set");
        sqlx::query("update sessions set ended_at = now() where person_id = $1")
            .bind(first.person.as_uuid())
            .execute(&mut *tx)
            .await
            .expect("ended");
        tx.commit().await.expect("committed");
        let answer = person.call("auth/choose_agency", &[("user", &user)]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text());
        let now = time::OffsetDateTime::now_utc();
        let open = tenancy::central::open_sessions::list(&elsewhere.state.house.central, first.person, now).await;
        assert!(open.expect("read").is_empty(), "no session has come of one that had ended");
    });
}

#[test]
fn a_person_of_two_agencies_chooses_and_switches() {
    run(async {
        let house = house().await;
        let first = house.agency().await;
        let second =
            agency_of(tenancy::central::operations::NewTenant { admin_email: first.email.clone(), ..new_tenant() })
                .await;
        house.state.house.routes.reload().await.expect("read");
        let mut person = house.stranger();
        let answer = person.post("auth/sign_in", "/entrar", &[("email", &first.email), ("password", PASSWORD)]).await;
        assert_eq!(answer.header("location"), "/entrar/agencia");
        assert_eq!(person.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED, "not in any agency yet");
        let page = person.get("/entrar/agencia").await.text();
        assert!(page.contains(&first.route.name) && page.contains(&second.route.name));
        const SEVERAL: &str = "Sua conta pertence a mais de uma.";
        assert!(page.contains(SEVERAL), "{page}");
        let one = house.agency().await;
        let page = house.owner(&one).await.get("/entrar/agencia").await.text();
        assert!(page.contains(&one.route.name) && !page.contains(SEVERAL), "of one it is not said: {page}");
        for agency in [&first, &second] {
            let before = person.cookie(SESSION);
            assert_eq!(
                person.call("auth/choose_agency", &[("user", &agency.owner.to_string())]).await.status,
                StatusCode::OK
            );
            assert_ne!(person.cookie(SESSION), before, "a new identifier with each choice");
            assert!(person.get("/app").await.text().contains(&format!("<strong>{}<", agency.route.name)));
        }
        let stranger = house.agency().await;
        let answer = person.call("auth/choose_agency", &[("user", &stranger.owner.to_string())]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_profile_says_where_one_is_with_what_and_how_to_leave() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        for (agency, other, user_agent, expected) in [
            (&a, &b, chrome, "<strong>Chrome · Linux</strong>"),
            (&b, &a, "curl/8", "<strong>Navegador desconhecido</strong>"),
        ] {
            let mut owner = house.stranger();
            owner.headers.insert(http::header::USER_AGENT, user_agent.parse().expect("a header"));
            let typed = [("email", agency.email.as_str()), ("password", PASSWORD)];
            assert_eq!(owner.call("auth/sign_in", &typed).await.status, StatusCode::OK);
            let page = owner.get("/app/profile").await.text();
            // The rail is not there on a phone: the page has it all itself.
            let main = page.split("<main").nth(1).expect("a page").replace("<!>", "");
            let site = format!("href=\"http://{}.localhost:3000\"", agency.route.slug);
            for part in [expected, &agency.route.name, &site, "action=\"/sair\""] {
                assert!(main.contains(part), "{part}: {main}");
            }
            assert!(!main.contains(&format!("<dd>{}</dd>", other.route.name)), "{main}");
        }
    });
}

#[test]
fn who_owns_an_agency_that_has_ended_signs_in_and_takes_it_back() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let central = &house.state.house.central;
        house.add_member(&a, "broker").await;
        let end = async || {
            let by = tenancy::central::companies::By::default();
            tenancy::central::changes::cancel(central, a.route.tenant, by).await.expect("asked");
            pay(house, &a).await;
            let until = subscriptions::find(central, a.route.tenant).await.expect("there").until;
            subscriptions::advance(central, a.route.tenant, until).await.expect("passes");
            house.state.house.routes.reload().await.expect("read");
        };
        end().await;
        let mut owner = house.owner(&a).await;
        assert_eq!(owner.get("/app").await.header("location"), "/app/settings/plan");
        let page = owner.get("/app/settings/plan").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        assert_eq!(owner.call("billing/keep", &[]).await.status, StatusCode::OK, "and it is theirs again");
        // What is closed to its other people is no choice of theirs.
        end().await;
        let mut broker = house.stranger();
        let email = format!("broker@{}.example", a.route.slug);
        let answer = broker.call("auth/sign_in", &[("email", &email), ("password", PASSWORD)]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::OK, "/entrar/agencia"),
            "{}",
            answer.text()
        );
    });
}

#[test]
fn who_works_nowhere_any_more_gets_in_and_is_shown_the_way_to_an_agency_of_their_own() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let broker = house.add_member(&a, "broker").await.to_string();
        let fields = [("id", broker.as_str()), ("heir", &a.owner.to_string())];
        assert_eq!(house.owner(&a).await.call("team/deactivate", &fields).await.status, StatusCode::OK);
        let (mut gone, email) = (house.stranger(), format!("broker@{}.example", a.route.slug));
        let wrong = gone.call("auth/sign_in", &[("email", &email), ("password", "wrong wrong wrong")]).await;
        assert_eq!(wrong.json()["data"], serde_json::json!([["password", "wrong_credentials"]]));
        let answer = gone.call("auth/sign_in", &[("email", &email), ("password", PASSWORD)]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::OK, "/entrar/agencia"),
            "{}",
            answer.text()
        );
        let page = gone.get("/entrar/agencia").await;
        let text = page.text();
        assert_eq!(page.status, StatusCode::OK, "{text}");
        assert!(
            text.contains("Você não faz parte de nenhuma imobiliária") && text.contains("href=\"/cadastro\""),
            "{text}"
        );
        assert!(text.contains("action=\"/sair\""), "and the way out: {text}");
        assert!(gone.get("/app").await.header("location").starts_with("/entrar"), "nothing of an agency's is open");
        assert_eq!(gone.call("properties/list", &[]).await.status, StatusCode::UNAUTHORIZED);
        // An operator without an agency has a door of their own, and at this one a wrong password.
        let operator = house.operator().await.call("auth/security", &[]).await.json()["email"].clone();
        let typed = [("email", operator.as_str().expect("theirs")), ("password", PASSWORD)];
        let refused = house.stranger().call("auth/sign_in", &typed).await;
        assert_eq!(refused.json()["data"], serde_json::json!([["password", "wrong_credentials"]]));
    });
}

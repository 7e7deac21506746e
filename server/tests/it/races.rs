//! What many do at the same moment. AUTH-34, CON-05.

use futures::future::join_all;
use http::StatusCode;
use sqlx::ConnectOptions as _;
use tenancy::central::operations::NewTenant;
use tenancy::testing::{PASSWORD, new_tenant, run, superuser};

use crate::harness::chance::{Dice, times};
use crate::harness::{Caller, house};

const NEW: &str = "outra-senha-bem-comprida-2026";

#[test]
fn a_sign_in_that_races_a_change_of_the_password_leaves_no_session_of_the_old_one() {
    run(async {
        let house = house().await;
        let mut dice = Dice::new();
        let mut let_in = 0;
        for _ in 0..times(500).min(8) {
            let a = house.agency().await;
            let mut owner = house.owner(&a).await.elsewhere();
            let pause = dice.below(120);
            let change = async {
                tokio::time::sleep(std::time::Duration::from_millis(pause as u64)).await;
                let form = [("current_password", PASSWORD), ("new_password", NEW)];
                owner.call("account/change_password", &form).await
            };
            let racing = (0..6).map(|n| {
                let (mut caller, email) = (house.stranger().elsewhere(), a.email.clone());
                async move {
                    tokio::time::sleep(std::time::Duration::from_millis(n * 25)).await;
                    let typed = [("email", email.as_str()), ("password", PASSWORD)];
                    let answer = caller.call("auth/sign_in", &typed).await;
                    (answer.status, caller)
                }
            });
            let (changed, raced) = tokio::join!(change, join_all(racing));
            assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
            for (status, mut caller) in raced {
                let_in += usize::from(status == StatusCode::OK);
                let still = caller.call("auth/sessions", &[]).await;
                assert_eq!(still.status, StatusCode::UNAUTHORIZED, "signed in with {status}, and still in");
            }
            assert_eq!(owner.call("auth/sessions", &[]).await.status, StatusCode::OK, "whoever changed it goes on");
            let typed = [("email", a.email.as_str()), ("password", NEW)];
            assert_eq!(house.stranger().elsewhere().call("auth/sign_in", &typed).await.status, StatusCode::OK);
        }
        assert!(let_in > 0, "none of them came before the change: nothing raced");
    });
}

#[test]
fn of_twelve_who_accept_for_three_places_three_come_in() {
    run(async {
        let house = house().await;
        let a = house.agency_of(NewTenant { plan: "prime".into(), ..new_tenant() }).await;
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        // The plan holds two, one of them is the owner.
        let bought = "update tenant_subscriptions set additional_users = 2 where tenant_id = $1";
        sqlx::query(bought).bind(a.route.tenant).execute(&mut central).await.expect("bought");
        let mut owner = house.owner(&a).await;
        let mut paths = Vec::new();
        for n in 0..12 {
            let email = format!("pessoa-{n}@{}.example", a.route.slug);
            let answer = owner.call("team/invite", &[("email", &email), ("role", "broker")]).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            paths.push(house.link("team.invitation", &email).await);
        }
        let accepting = paths.iter().map(|path| {
            let (mut caller, token): (Caller, _) =
                (house.stranger().elsewhere(), path.rsplit('/').next().expect("one"));
            async move {
                let form = [("token", token), ("name", "Bia Souza"), ("new_password", NEW)];
                caller.call("team/accept", &form).await
            }
        });
        let answers = join_all(accepting).await;
        let came = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
        assert_eq!(came, 3);
        for refused in answers.iter().filter(|answer| answer.status != StatusCode::OK) {
            assert_eq!((refused.status, &refused.json()["kind"]), (StatusCode::FORBIDDEN, &"plan_limit".into()));
        }
        let members = "select count(*) from users where company_id = $1 and active";
        let members: i64 =
            sqlx::query_scalar(members).bind(a.route.tenant).fetch_one(&mut central).await.expect("counted");
        assert_eq!(members, 4);
    });
}

//! One's own sessions: all others ended at once, in every process; another role, another identifier. AUTH-12, AUTH-18, AUTH-20.

use http::StatusCode;
use sqlx::ConnectOptions as _;
use tenancy::testing::{PASSWORD, run, superuser};

use crate::harness::{Caller, house, open};

const SESSION: &str = "__Host-sobrado";

async fn status(caller: &mut Caller) -> StatusCode {
    caller.call("auth/sessions", &[]).await.status
}

/// The same browser, at another process of the installation.
fn at(caller: &Caller, mut other: Caller) -> Caller {
    other.cookies.clone_from(&caller.cookies);
    other
}

#[test]
fn all_other_sessions_end_at_once_in_every_process() {
    run(async {
        let (here, there) = (open(Default::default()).await, open(Default::default()).await);
        let (a, b) = (here.agency().await, here.agency().await);
        there.state.house.routes.reload().await.expect("read");
        let (mut own, mut first, mut second) = (here.owner(&a).await, here.owner(&a).await, here.owner(&a).await);
        let mut other = here.owner(&b).await;
        let mut first_there = at(&first, there.stranger());
        for caller in [&mut first, &mut second, &mut first_there, &mut other] {
            assert_eq!(status(caller).await, StatusCode::OK, "both processes remember it");
        }
        assert_eq!(own.call("auth/sessions", &[]).await.json().as_array().map(Vec::len), Some(3));
        let ended = own.call("auth/end_other_sessions", &[]).await;
        assert_eq!((ended.status, ended.header("location")), (StatusCode::OK, "/app/profile"));
        for caller in [&mut first, &mut second] {
            assert_eq!(status(caller).await, StatusCode::UNAUTHORIZED, "before it was answered");
        }
        // Elsewhere it is heard of; the clock that would forget it stands five seconds on in the worst case.
        let mut patience = 0;
        while status(&mut first_there).await != StatusCode::UNAUTHORIZED {
            patience += 1;
            assert!(patience < 500, "the other process goes on believing it");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(status(&mut own).await, StatusCode::OK, "the one that asked stays");
        assert_eq!(status(&mut other).await, StatusCode::OK, "and another person's");
        assert_eq!(own.call("auth/sessions", &[]).await.json().as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn the_profile_ends_all_the_others_without_a_script() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let (mut own, mut other) = (house.owner(&a).await, house.owner(&a).await);
        let page = own.get("/app/profile").await.text();
        assert!(page.contains("action=\"/fn/auth/end_other_sessions\""), "{page}");
        let ended = own.post("auth/end_other_sessions", "/app/profile", &[]).await;
        assert_eq!((ended.status, ended.header("location")), (StatusCode::FOUND, "/app/profile"));
        assert_eq!(status(&mut other).await, StatusCode::UNAUTHORIZED);
        let page = own.get("/app/profile").await.text();
        assert!(!page.contains("action=\"/fn/auth/end_other_sessions\""), "there are none left: {page}");
    });
}

#[test]
fn operators_see_and_end_their_own_sessions() {
    run(async {
        let house = house().await;
        let mut own = house.operator().await;
        let mut stranger = house.operator().await;
        let email = own.call("auth/security", &[]).await.json()["email"].as_str().expect("theirs").to_owned();
        let mut other = house.stranger();
        other.call("auth/sign_in_operator", &[("email", &email), ("password", PASSWORD)]).await;
        let page = own.get("/platform/profile").await;
        assert_eq!(page.status, StatusCode::OK);
        let text = page.text();
        assert!(text.contains(&email) && text.contains("esta sessão") && text.contains("Encerrar"), "{text}");
        assert!(!text.contains("<script"));
        let all = own.call("auth/sessions", &[]).await.json();
        let id =
            all.as_array().expect("a list").iter().find(|one| one["is_this"] == false).expect("another")["id"].clone();
        let id = id.as_str().expect("an identifier");
        let theirs = stranger.call("auth/end_session", &[("id", id)]).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND, "another operator's are not theirs to end");
        let ended = own.post("auth/end_session", "/platform/profile", &[("id", id)]).await;
        assert!(ended.header("location").ends_with("/platform/profile"), "{}", ended.header("location"));
        assert_eq!(status(&mut other).await, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn another_role_is_another_session() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut member, mut other) = (house.member(&a, "assistant").await, house.member(&b, "assistant").await);
        assert_eq!(status(&mut member).await, StatusCode::OK);
        let (before, others) = (member.cookie(SESSION), other.cookie(SESSION));
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        sqlx::query("update users set role = 'manager' where company_id = $1 and role = 'assistant'")
            .bind(a.route.tenant)
            .execute(&mut root)
            .await
            .expect("changed");
        let mut patience = 0;
        while member.cookie(SESSION) == before {
            assert_eq!(status(&mut member).await, StatusCode::OK, "they go on working");
            patience += 1;
            assert!(patience < 500, "the old identifier goes on");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let mut old = house.stranger();
        old.cookies = vec![(SESSION.into(), before.expect("there was one"))];
        assert_eq!(status(&mut old).await, StatusCode::UNAUTHORIZED);
        assert_eq!(status(&mut member).await, StatusCode::OK);
        assert_eq!(member.call("store_settings/load", &[]).await.status, StatusCode::OK, "with what the role may do");
        assert_eq!(status(&mut other).await, StatusCode::OK);
        assert_eq!(other.cookie(SESSION), others);
    });
}

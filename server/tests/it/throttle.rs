//! What the throttle counts, and whom it holds up. AUTH-04 to AUTH-06.

use http::StatusCode;
use sqlx::Row as _;
use std::sync::Arc;
use tenancy::central::people;
use tenancy::central::sign_ins::{self, Attempt, Factor, Outcome};
use tenancy::testing::{PASSWORD, PASSWORD_HASH, run};
use time::Duration;

use crate::harness::{Answer, House, PROXY, open, open_for_bench};
use crate::sign_in::central;

/// Asks from an address that no other test counts at.
async fn knock_from(house: &House, address: &str, email: &str, password: &str) -> Answer {
    let mut stranger = house.stranger();
    stranger.peer = Some(format!("{address}:1").parse().expect("an address"));
    stranger.call("auth/sign_in", &[("email", email), ("password", password)]).await
}

#[test]
fn ten_failures_hold_up_strangers_and_not_the_owners_own_device() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let passwords = house.state.house.passwords.clone();
        let mut owner = house.stranger();
        // Each test has its own address: the throttle counts by it too.
        let address = |n: u8| format!("198.51.100.{n}").parse::<http::HeaderValue>().expect("a header");
        let knock = async |caller: &mut crate::harness::Caller, password: &str, from: u8| {
            let form = format!("email={}&password={}", a.email.replace('@', "%40"), password.replace(' ', "+"));
            let request = http::Request::builder()
                .method("POST")
                .uri("/fn/auth/sign_in")
                .header("host", "localhost:3000")
                .header("origin", "http://localhost:3000")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("accept", "application/json")
                .header("x-forwarded-for", address(from))
                .header("cookie", caller.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; "))
                .extension(axum::extract::ConnectInfo::<std::net::SocketAddr>(
                    format!("{PROXY}:1").parse().expect("an address"),
                ));
            caller.knock(request.body(form.into()).expect("a request")).await.status
        };
        assert_eq!(knock(&mut owner, PASSWORD, 1).await, StatusCode::OK, "the owner's device is known from now on");
        let mut statuses = Vec::new();
        for n in 0..12 {
            // From another address each time: it is the account that is held up.
            statuses.push(knock(&mut house.stranger(), "wrong wrong wrong", 10 + n).await);
        }
        assert_eq!(statuses.iter().filter(|s| **s == StatusCode::UNPROCESSABLE_ENTITY).count(), 10);
        assert_eq!(statuses[11], StatusCode::TOO_MANY_REQUESTS);
        let before = passwords.computed();
        assert_eq!(
            knock(&mut house.stranger(), PASSWORD, 40).await,
            StatusCode::TOO_MANY_REQUESTS,
            "even the right one, from a stranger's device"
        );
        assert_eq!(passwords.computed(), before, "nothing is hashed for who must wait");
        let mut device = house.stranger();
        device.cookies = owner.cookies.iter().filter(|(n, _)| n == "__Host-device").cloned().collect();
        assert_eq!(knock(&mut device, PASSWORD, 41).await, StatusCode::OK, "the owner gets in");
        // A quarter of an hour later strangers may try again.
        for n in 0..11 {
            knock(&mut house.stranger(), "wrong wrong wrong", 60 + n).await;
        }
        house.wait(Duration::minutes(16));
        assert_eq!(knock(&mut house.stranger(), PASSWORD, 90).await, StatusCode::OK);
    });
}

#[test]
fn a_restart_forgets_no_failure() {
    run(async {
        let before = open(Default::default()).await;
        let a = before.agency().await;
        for _ in 0..10 {
            let refused = knock_from(&before, "203.0.113.203", &a.email, "wrong wrong wrong").await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        // Another process, which remembers nothing itself.
        let after = open(Default::default()).await;
        let held_up = knock_from(&after, "203.0.113.204", &a.email, PASSWORD).await;
        assert_eq!(held_up.status, StatusCode::TOO_MANY_REQUESTS);
        let seconds: u32 = held_up.header("retry-after").parse().expect("it says when to come back");
        assert!((1..=900).contains(&seconds), "within a quarter of an hour: {seconds}");
    });
}

#[test]
fn one_address_computes_few_hashes() {
    run(async {
        let house = Arc::new(open(Default::default()).await);
        let passwords = house.state.house.passwords.clone();
        let before = passwords.computed();
        let mut tasks = Vec::new();
        for n in 0..60 {
            let (house, email) = (house.clone(), format!("stuffing{n}@example.com"));
            tasks.push(tokio::spawn(async move { knock_from(&house, "203.0.113.200", &email, "x").await.status }));
        }
        let mut waited = 0;
        for task in tasks {
            waited += usize::from(task.await.expect("no panic") == StatusCode::TOO_MANY_REQUESTS);
        }
        let computed = passwords.computed() - before;
        // Each of those that are computed at once holds a place, so as many less one may slip in after the limit.
        let most = 29 + u64::try_from(passwords.places()).expect("they are few");
        assert!(computed <= most, "{computed} hashes for sixty attempts from one address");
        assert!(waited >= 60 - usize::try_from(most).expect("a few"), "{waited} were told to wait");
    });
}

#[test]
fn a_bench_counts_failures_and_refuses_nobody() {
    run(async {
        let house = open_for_bench().await;
        let a = house.agency().await;
        let knock = async |password: &str| knock_from(&house, "203.0.113.201", &a.email, password).await.status;
        for _ in 0..31 {
            assert_eq!(knock("wrong wrong wrong").await, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let failures = "select count(*) from sign_in_attempts where ip_address = '203.0.113.201' and not succeeded";
        assert_eq!(central(failures).await[0].get::<i64, _>(0), 31, "they are written down all the same");
        assert_eq!(knock(PASSWORD).await, StatusCode::OK);
    });
}

#[test]
fn who_hangs_up_has_tried_all_the_same() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let passwords = house.state.house.passwords.clone();
        let before = passwords.computed();
        for n in 1..=20 {
            let (mut caller, email) = (house.stranger(), a.email.clone());
            caller.peer = Some(format!("203.0.113.{}:1", 205 + n % 2).parse().expect("an address"));
            let asking = tokio::spawn(async move {
                caller.call("auth/sign_in", &[("email", &email), ("password", "wrong wrong wrong")]).await;
            });
            // Gone as soon as the hash is being computed, or it was told to wait.
            while passwords.computed() < before + n && !asking.is_finished() {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            asking.abort();
            let _ = asking.await;
            // The place comes back when the try has been written down.
            drop(passwords.place().await);
        }
        let computed = passwords.computed() - before;
        let counted = "select count(*) from sign_in_attempts where ip_address in ('203.0.113.205', '203.0.113.206')";
        let counted = central(counted).await[0].get::<i64, _>(0);
        assert_eq!(counted, i64::try_from(computed).expect("a few"), "one line a hash");
        assert!((10..20).contains(&computed), "ten, and a few that were asked for meanwhile: {computed}");
    });
}

#[test]
fn a_new_password_lets_in_whom_strangers_have_locked_out() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let central = &house.state.house;
        for agency in [&a, &b] {
            for n in 0..100 {
                let attempt = Attempt {
                    email: &agency.email,
                    ip: format!("192.0.2.{n}").parse().expect("an address"),
                    device: None,
                    at: time::OffsetDateTime::now_utc() - Duration::days(n),
                    user_agent: None,
                    request_id: None,
                };
                sign_ins::record(&central.central, &central.key, attempt, Factor::Password, Outcome::Refused)
                    .await
                    .expect("counted");
            }
        }
        let locked = knock_from(&house, "203.0.113.207", &a.email, PASSWORD).await;
        assert_eq!((locked.status, locked.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "86400"));
        let set = people::set_password(&central.central, &central.key, &a.email, PASSWORD_HASH).await;
        assert!(set.expect("set"), "there is somebody");
        assert_eq!(knock_from(&house, "203.0.113.207", &a.email, PASSWORD).await.status, StatusCode::OK);
        let other = knock_from(&house, "203.0.113.207", &b.email, PASSWORD).await;
        assert_eq!(other.status, StatusCode::TOO_MANY_REQUESTS, "and nobody else");
    });
}

#[test]
fn a_form_without_a_script_says_when_to_come_back_too() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        for _ in 0..10 {
            knock_from(&house, "203.0.113.208", &a.email, "wrong wrong wrong").await;
        }
        let mut stranger = house.stranger();
        stranger.peer = Some("203.0.113.208:1".parse().expect("an address"));
        let held = stranger.post("auth/sign_in", "/entrar", &[("email", &a.email), ("password", PASSWORD)]).await;
        assert_eq!(held.status, StatusCode::TOO_MANY_REQUESTS);
        let seconds: u32 = held.header("retry-after").parse().expect("seconds");
        assert!((1..=900).contains(&seconds), "{seconds}");
        assert!(held.text().contains(&format!("value=\"{}\"", a.email)), "and what was typed is still there");
    });
}

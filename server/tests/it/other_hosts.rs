//! ISO-04: at another agency's host a session opens nothing, whatever is asked for there, and shows what everybody sees.

use http::{Method, StatusCode};
use tenancy::testing::run;

use app::access::{Access, Audience, ROWS};

use crate::harness::{Answer, Caller, a_logo, house};
use crate::isolation::{Ask, CANARY, Two, ask, checksum, make, two};

/// Whether the row's path is answered at an agency's own host. Some are on both faces: there it is the storefront's.
pub(super) fn is_on_the_storefront(row: &Access) -> bool {
    let is_there = |row: &Access| matches!(row.audience, Audience::Storefront | Audience::Everywhere);
    ROWS.iter().any(|other| other.path == row.path && is_there(other))
}

/// The row with B's identifiers, wherever it can be given some.
async fn request(caller: &mut Caller, row: &Access, two: &Two) -> Answer {
    let request = ask(row, two);
    if !matches!(request, Ask::Own | Ask::Apart) {
        return make(caller, row.path, &request).await.expect("it is asked for something");
    }
    match row.path {
        path if row.method == "GET" => caller.get(&path.replace("{*file}", "x")).await,
        "/app/settings/brand/logo" => {
            caller.send_files(row.path, "application/json", "logo", &[("logo.png", "image/png", a_logo(7))]).await
        }
        "/app/profile/photo/file" => {
            caller.send_files(row.path, "application/json", "photo", &[("eu.png", "image/png", a_logo(7))]).await
        }
        "/sair" => caller.send(Method::POST, row.path, "application/json", None).await,
        path => {
            let endpoint = path.strip_prefix("/fn/").unwrap_or_else(|| panic!("say what is sent to {path}"));
            caller.call(endpoint, &[("slug", &two.b.route.slug), ("draft", &two.draft)]).await
        }
    }
}

#[test]
fn a_session_opens_nothing_at_another_agencys_host() {
    run(async {
        let house = house().await;
        let mut two = two(house).await;
        let before = (checksum(&two.a).await, checksum(&two.b).await);
        let mut visitor = house.visitor(&two.b);
        let mut of_a = two.of_a.clone();
        of_a.host.clone_from(&visitor.host);
        let (mut closed, mut shown) = (0, 0);
        for row in ROWS {
            let what = format!("{} {}", row.method, row.path);
            let answer = request(&mut of_a, row, &two).await;
            let visitors = request(&mut visitor, row, &two).await;
            assert_eq!(answer.bare(), visitors.bare(), "{what}: as for everybody");
            if is_on_the_storefront(row) {
                shown += usize::from(answer.text().contains(CANARY));
            } else {
                // A storefront's pages are asked for; what is sent to one, wherever, is refused for the method.
                let is_sent_to_a_page = row.method != "GET" && !row.path.starts_with("/fn/");
                let refused = if is_sent_to_a_page { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::NOT_FOUND };
                assert_eq!(answer.status, refused, "{what}: {}", answer.text());
                assert!(!answer.text().contains(CANARY), "{what} shows B's data");
                closed += 1;
            }
            assert!(!answer.headers.contains_key("set-cookie"), "{what}");
        }
        assert!(closed >= 50, "only {closed} rows were asked");
        // The canary stands at this host, and so could have been seen.
        assert!(shown >= 5, "only {shown} rows showed it to everybody");
        assert_eq!((checksum(&two.a).await, checksum(&two.b).await), before, "something has changed");
        for caller in [&mut two.of_a, &mut two.of_b] {
            assert_eq!(caller.call("auth/sessions", &[]).await.status, StatusCode::OK, "the session is intact");
        }
    });
}

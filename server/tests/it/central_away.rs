//! The central database is away: sites go on from memory, limits hold, and the platform says to come back. Case 61; FLT-01, TLS-07,
//! RL-09. The line to it is cut, and the agencies' databases in the same cluster are not.

use futures::future::join_all;
use http::StatusCode;
use sqlx::Row as _;
use tenancy::Routes;
use tenancy::testing::{Agency, PASSWORD, run};
use time::Duration;
use tower::ServiceExt as _;

use app::access::{Audience, ROWS, Role};
use app::caller::{Request, Staff};
use app::error::AppError;
use app::properties::db;
use app::properties::types::PropertyId;

use server::tls_allowed::Asked;

use crate::domains::{a_domain, a_host};
use crate::harness::cut::{Cut, Line};
use crate::harness::{Answer, Caller, House, on_the_storefront, open_on, register, root, settings};
use crate::permissions::every_field;

/// Waits until the house has noticed that the central database has gone, or is back.
async fn notices(house: &House, is_away: bool) {
    for _ in 0..600 {
        if house.state.house.central.is_away() == is_away {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nobody notices");
}

/// A member of staff as the layers would have made them, for acts of which the platform's face is closed.
async fn staff(house: &House, agency: &Agency) -> Staff {
    let account = house.state.house.accounts.staff(agency.owner).await.expect("read").expect("there");
    let route = house.state.house.routes.by_tenant(agency.route.tenant).expect("known");
    let db = house.state.house.registry.open(&route).await.expect("opened");
    let request = Request { id: "a-request".into(), ip: [127, 0, 0, 1].into(), user_agent: None };
    Staff { db, account, role: Role::Owner, remember: false, acting: None, request }
}

async fn say_to_come_back(caller: &mut Caller) -> usize {
    let nobody = uuid::Uuid::nil().to_string();
    let mut asked = 0;
    for row in ROWS {
        if matches!(row.audience, Audience::Storefront | Audience::Everywhere | Audience::Internal) {
            continue;
        }
        let path = row.path.replace("{id}", &nobody).replace("{slug}", "x").replace("{token}", "x");
        let answering = async {
            match (row.method, path.strip_prefix("/fn/")) {
                ("GET", _) => caller.get(&path.replace("{photo}/{file}", "x/x.webp").replace("{file}", "x")).await,
                (_, Some(endpoint)) => caller.call(endpoint, &every_field(&nobody)).await,
                _ => caller.send(http::Method::POST, &path, "application/json", Some(String::new())).await,
            }
        };
        let answer = answering.await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{} {}: {}", row.method, row.path, answer.text());
        assert_eq!(answer.header("retry-after"), "5", "{}", row.path);
        asked += 1;
    }
    asked
}

/// What the house's internal listener answers about certificates.
async fn edge_may(house: &House, domain: &str) -> StatusCode {
    let request = http::Request::get(format!("/internal/tls-allowed?domain={domain}"));
    let request = request.body(axum::body::Body::empty()).expect("a request");
    server::router::internal(Asked::new(house.state.house.clone()))
        .oneshot(request)
        .await
        .expect("a router never fails")
        .status()
}

async fn sites(house: &House, agency: &Agency, listing: &str, photo: &str, n: u32) -> Vec<(String, Answer)> {
    let mut visitor = house.visitor(agency);
    let mut answers = Vec::new();
    for path in ["/", "/imoveis", listing, photo, &format!("/imoveis?bedrooms={n}&q=praia-{n}")] {
        answers.push((path.to_owned(), visitor.get(path).await));
    }
    answers
}

#[test]
fn without_the_central_database_sites_go_on_and_the_platform_says_to_come_back() {
    run(async {
        let cut = Cut::start().await;
        let house = open_on(&cut.deployment().await, Default::default(), settings()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let (id, photo) = on_the_storefront(&house, &a, &mut owner, "Casa à beira-mar").await;
        let host = a_host(&a);
        a_domain(&a, &host).await;
        house.state.house.routes.reload().await.expect("read");
        let text = house.visitor(&a).get("/imoveis").await.text();
        let listing = text.split("href=\"").find(|rest| rest.starts_with("/imovel/")).expect("it is listed");
        let listing = listing.split('"').next().expect("an address").to_owned();
        // One property is in the archive, and no place is left for it.
        let other = register(&mut owner, "Casa arquivada").await;
        assert_eq!(owner.call("properties/archive", &[("id", &other)]).await.status, StatusCode::OK);
        let full = "update plan_limits set max_value = 1 where resource = 'properties'";
        sqlx::query(full).execute(&mut root(&a).await).await.expect("full");
        let staff = staff(&house, &a).await;

        cut.set(Line::Cut);
        notices(&house, true).await;
        for n in 0..3 {
            for (path, answer) in sites(&house, &a, &listing, &photo.address, n).await {
                assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
            }
            // A quarter of an hour and more: nothing that the sites need has been forgotten by then.
            house.wait(Duration::minutes(16));
            house.state.house.registry.evict(&a.route).await;
        }
        // An agency that nobody has visited yet, a domain of one's own, and a host that is nobody's.
        assert_eq!(house.visitor(&b).get("/").await.status, StatusCode::OK);
        let mut anybody = house.stranger();
        for (host, expected) in [(host.as_str(), StatusCode::OK), ("nobody.example", StatusCode::NOT_FOUND)] {
            anybody.host = host.to_owned();
            assert_eq!(anybody.get("/").await.status, expected, "{host}");
        }
        assert_eq!(edge_may(&house, &host).await, StatusCode::OK);
        assert_eq!(edge_may(&house, "nobody.example").await, StatusCode::NOT_FOUND);
        // Nobody of them asks for what is known to be away: whoever looks after the line does, now and then.
        let before = cut.refused();
        let asked = say_to_come_back(&mut owner).await;
        let knocked = cut.refused() - before;
        assert!(asked > 100 && knocked * 3 < asked, "{asked} requests asked for the central database {knocked} times");
        // Nobody is let in, whatever is known of them, and the right password is none either: nobody counts the tries.
        let right = [("email", a.email.as_str()), ("password", PASSWORD)];
        for endpoint in ["auth/sign_in", "auth/sign_in_operator"] {
            assert_eq!(house.stranger().call(endpoint, &right).await.status, StatusCode::SERVICE_UNAVAILABLE);
        }
        let page = house.stranger().get("/cadastro").await;
        assert!(page.text().contains("<h1>") && page.status == StatusCode::SERVICE_UNAVAILABLE, "{}", page.text());
        assert_eq!(house.stranger().get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(house.stranger().get("/healthz").await.status, StatusCode::OK);
        // Whatever acts inside an agency meets its limit, and what fits goes in and waits in its own outbox.
        let [known, archived] = [&id, &other].map(|id| PropertyId(id.parse().expect("an identifier")));
        let mut tx = staff.db.begin().await.expect("a transaction");
        let refused = db::restore(&mut tx, &staff, archived).await;
        assert!(matches!(refused, Err(AppError::PlanLimit(ref limit)) if limit.max == 1), "{refused:?}");
        drop(tx);
        let mut tx = staff.db.begin().await.expect("a transaction");
        db::archive(&mut tx, &staff, known).await.expect("archived");
        db::restore(&mut tx, &staff, archived).await.expect("there is a place now");
        tx.commit().await.expect("committed");
        let held = sqlx::query(
            "select (select used from usage_counters where resource = 'properties') as used, (select count(*) from outbox) as lines",
        );
        let held = held.fetch_one(&staff.db).await.expect("counted");
        assert_eq!(held.get::<i64, _>("used"), 1);
        assert!(held.get::<i64, _>("lines") >= 2, "the lines wait for the way back");

        cut.set(Line::Whole);
        notices(&house, false).await;
        // None of those who come now is given a connection that died with the line.
        let mut all = Vec::new();
        for _ in 0..40 {
            let mut caller = house.stranger();
            all.push(async move { caller.get("/planos").await.status });
        }
        assert!(join_all(all).await.into_iter().all(|status| status == StatusCode::OK));
        let mut owner = house.owner(&a).await;
        assert_eq!(owner.get("/app").await.status, StatusCode::OK);
        assert_eq!(house.stranger().get("/readyz").await.status, StatusCode::OK);
    });
}

#[test]
fn what_changed_while_the_line_was_cut_is_known_when_it_is_back() {
    run(async {
        let cut = Cut::start().await;
        let house = open_on(&cut.deployment().await, Default::default(), settings()).await;
        let a = house.agency().await;
        let routes: &Routes = &house.state.house.routes;
        cut.set(Line::Cut);
        notices(&house, true).await;
        // Another process, whose line is whole, makes one agency and closes another.
        let new = tenancy::testing::agency().await;
        let central = tenancy::testing::bed().await.deployment.central();
        let closed = tenancy::central::companies::suspend(central, a.route.tenant, "unpaid", Default::default()).await;
        assert!(closed.expect("suspended"));
        assert!(
            routes.by_tenant(new.route.tenant).is_none() && house.visitor(&a).get("/").await.status == StatusCode::OK
        );
        cut.set(Line::Whole);
        // A third of the clock by which everything is read anew, whatever was heard.
        for _ in 0..200 {
            if routes.by_tenant(new.route.tenant).is_some() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(house.visitor(&new).get("/").await.status, StatusCode::OK);
        assert_eq!(house.visitor(&a).get("/").await.status, StatusCode::SERVICE_UNAVAILABLE, "it is closed");
    });
}

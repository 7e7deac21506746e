//! What is under way, told as it happens: each change once, from where somebody left off, and only as long as they are an operator.

use http::{HeaderValue, StatusCode};
use sqlx::ConnectOptions as _;
use tenancy::testing::{run, superuser};
use uuid::Uuid;

use crate::harness::{Caller, house};

async fn central() -> sqlx::PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

/// An operation that waits until tomorrow, so that no worker of another test takes it up.
async fn an_operation(tenant: tenancy::TenantId) -> Uuid {
    let id = Uuid::now_v7();
    let add = "insert into tenant_operations (id, tenant_id, kind, state, step, next_run_at)
        values ($1, $2, 'resume', 'waiting', 'role', now() + interval '1 day')";
    sqlx::query(add).bind(id).bind(tenant).execute(&mut central().await).await.expect("added");
    id
}

async fn step(id: Uuid, seq: i32) {
    let happened = "insert into tenant_operation_events (operation_id, seq, step, level, message) values ($1, $2, 'x', 'info', 'x')";
    sqlx::query(happened).bind(id).bind(seq).execute(&mut central().await).await.expect("added");
}

async fn over(id: Uuid) {
    let done = "update tenant_operations set state = 'done', finished_at = now() where id = $1";
    sqlx::query(done).bind(id).execute(&mut central().await).await.expect("set");
}

/// Where the page of an operation says that it is told how it goes on.
async fn address(operator: &mut Caller, id: Uuid) -> String {
    let page = operator.get(&format!("/platform/operations/{id}")).await.text();
    let address = page.split("data-live=\"").nth(1).and_then(|rest| rest.split('"').next());
    address.expect("it is live").to_owned()
}

#[test]
fn who_watches_an_operation_hears_each_change_and_its_end() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut operator = house.operator().await;
        let id = an_operation(a.route.tenant).await;
        let page = operator.get(&format!("/platform/operations/{id}")).await.text();
        assert!(page.contains("src=\"/assets/console-1.js\"") && page.contains("<noscript>"), "{page}");
        let live = address(&mut operator, id).await;
        // Between the page and its stream: nothing is missed.
        step(id, 1).await;
        let watching = tokio::spawn({
            let (mut operator, live) = (operator.clone(), live.clone());
            async move { operator.get(&live).await }
        });
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        step(id, 2).await;
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        over(id).await;
        step(id, 3).await;
        let answer = watching.await.expect("no panic");
        assert_eq!(answer.header("content-type"), "text/event-stream");
        let text = answer.text();
        let heard: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
        // What comes together is told together; nothing is told twice, or in another order.
        let all = ["1-0-waiting", "2-0-waiting"];
        assert!([&all[..], &all[1..]].contains(&heard.as_slice()), "{text}");
        // Without data a browser hears nothing.
        assert_eq!(text.matches("data: -").count(), heard.len() + 1, "{text}");
        assert!(text.contains("event: done\ndata: -"), "{text}");
        // It is over: the page is as it stays, and says nothing of events.
        let page = operator.get(&format!("/platform/operations/{id}")).await.text();
        assert!(
            !page.contains("data-live=\"") && page.contains("data-live-done") && page.contains("concluída"),
            "{page}"
        );
    });
}

#[test]
fn who_comes_back_hears_only_what_is_new_to_them() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let operator = house.operator().await;
        let id = an_operation(a.route.tenant).await;
        step(id, 1).await;
        let path = format!("/platform/operations/{id}/events");
        let watching = tokio::spawn({
            let (mut operator, path) = (operator.clone(), path.clone());
            operator.headers.insert("last-event-id", HeaderValue::from_static("1-0-waiting"));
            async move { operator.get(&path).await.text() }
        });
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        over(id).await;
        step(id, 2).await;
        let text = watching.await.expect("no panic");
        assert!(!text.contains("event: changed") && text.contains("event: done"), "{text}");
    });
}

#[test]
fn the_list_is_told_of_what_begins_and_ends() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut operator = house.operator().await;
        let page = operator.get("/platform/operations").await.text();
        let live = page.split("data-live=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("live").to_owned();
        let watching = tokio::spawn({
            let mut operator = operator.clone();
            async move { operator.get(&live).await.text() }
        });
        let moment = || tokio::time::sleep(std::time::Duration::from_secs(1));
        moment().await;
        let id = an_operation(a.route.tenant).await;
        step(id, 1).await;
        moment().await;
        over(id).await;
        step(id, 2).await;
        moment().await;
        operator.send(http::Method::POST, "/sair", "text/html", Some(String::new())).await;
        // Other tests' operations may come and go beside it: each mark is another.
        let text = watching.await.expect("no panic");
        let heard: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
        assert!(heard.len() >= 2 && heard.windows(2).all(|two| two[0] != two[1]), "{text}");
    });
}

#[test]
fn a_stream_ends_with_its_operators_session_and_is_nobody_elses() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let id = an_operation(a.route.tenant).await;
        let paths = [format!("/platform/operations/{id}/events"), "/platform/operations/events".to_owned()];
        let mut operator = house.operator().await;
        let watching = paths.clone().map(|path| {
            let mut operator = operator.clone();
            tokio::spawn(async move { operator.get(&path).await })
        });
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        assert!(watching.iter().all(|stream| !stream.is_finished()), "they go on");
        operator.send(http::Method::POST, "/sair", "text/html", Some(String::new())).await;
        for stream in watching {
            // Five seconds are the rule, 120 the end of every stream.
            let answer = tokio::time::timeout(std::time::Duration::from_secs(60), stream).await;
            let answer = answer.expect("it ends with the session").expect("no panic");
            assert_eq!(answer.status, StatusCode::OK);
            assert!(!answer.text().contains("event: done"), "{}", answer.text());
        }
        let mut owner = house.owner(&a).await;
        for path in &paths {
            assert_eq!(owner.get(path).await.status, StatusCode::FORBIDDEN);
            let nobody = house.stranger().send(http::Method::GET, path, "text/event-stream", None).await;
            assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{}", nobody.text());
        }
        let mut other = house.operator().await;
        for none in [Uuid::nil().to_string(), "x".to_owned()] {
            let answer = other.get(&format!("/platform/operations/{none}/events")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
        }
        over(id).await;
    });
}

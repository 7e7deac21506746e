//! How operators end an agency from the console, and think better of it.

use http::StatusCode;
use sqlx::ConnectOptions as _;
use tenancy::OperationId;
use tenancy::testing::{Agency, bed, run, superuser};

use crate::harness::{House, house};

async fn central() -> sqlx::PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

async fn status(agency: &Agency) -> String {
    let status = sqlx::query_scalar("select status from companies where id = $1").bind(agency.route.tenant);
    status.fetch_one(&mut central().await).await.expect("it is there")
}

/// Who did this to an agency last, and why.
async fn line(agency: &Agency, action: &str) -> (String, Option<String>) {
    let line = "select coalesce(p.email::text, ''), l.changes ->> 'reason'
        from tenant_audit_log l left join people p on p.id = l.user_id
        where l.tenant_id = $1 and l.action = $2 order by l.seq desc limit 1";
    let line = sqlx::query_as(line).bind(agency.route.tenant).bind(action);
    line.fetch_one(&mut central().await).await.expect("it is in the log")
}

/// Carries the operation by which an agency goes as far as it goes now, as the worker does.
async fn carry(agency: &Agency) {
    let id: OperationId = sqlx::query_scalar(
        "select id from tenant_operations where tenant_id = $1 and kind = 'delete' order by id desc limit 1",
    )
    .bind(agency.route.tenant)
    .fetch_one(&mut central().await)
    .await
    .expect("it goes");
    // Waiting for the end of the time of grace is no end.
    let _ = bed().await.deployment.provisioner().run(id).await;
}

/// The storefront's answer as soon as it is this, or the last that there was.
async fn until(house: &House, agency: &Agency, wanted: StatusCode) -> StatusCode {
    let mut last = StatusCode::CONTINUE;
    for _ in 0..300 {
        last = house.visitor(agency).get("/").await.status;
        if last == wanted {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    last
}

#[test]
fn an_agency_is_cancelled_with_its_period_and_that_is_taken_back() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut operator = house.operator().await;
        let path = format!("/platform/tenants/{}", a.route.slug);
        let slug = [("slug", a.route.slug.as_str())];
        assert_eq!(operator.call("platform/keep", &slug).await.status, StatusCode::NOT_FOUND, "it goes on");
        let page = operator.get(&path).await.text();
        assert!(
            page.contains("O período, ainda não pago, vai até") && page.contains("Cancelar no fim do período"),
            "{page}"
        );
        let done = operator.post("platform/cancel", &path, &slug).await;
        assert!(done.header("location").ends_with(&path), "{}", done.text());
        assert_eq!(operator.call("platform/cancel", &slug).await.status, StatusCode::NOT_FOUND, "once");
        let page = operator.get(&path).await.text();
        assert!(page.contains("Cancelada: termina em") && page.contains("Desfazer o cancelamento"), "{page}");
        assert_eq!((status(&a).await.as_str(), house.visitor(&a).get("/").await.status), ("active", StatusCode::OK));
        assert!(line(&a, "subscription.cancel").await.0.starts_with("op-"));
        let ends = "select ends from tenant_subscriptions where tenant_id = $1";
        let ends = async |agency: &Agency| -> bool {
            sqlx::query_scalar(ends).bind(agency.route.tenant).fetch_one(&mut central().await).await.expect("read")
        };
        assert_eq!((ends(&a).await, ends(&b).await), (true, false));
        assert_eq!(operator.call("platform/keep", &slug).await.status, StatusCode::OK);
        assert!(!ends(&a).await && line(&a, "subscription.keep").await.0.starts_with("op-"));
        assert_eq!(operator.call("platform/cancel", &[("slug", "ninguem")]).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn who_deletes_an_agency_types_its_address_and_says_why_and_can_think_better_of_it() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut operator = house.operator().await;
        let path = format!("/platform/tenants/{}", a.route.slug);
        let slug = a.route.slug.as_str();
        let form = |typed: &'static str, why: &'static str, days: &'static str| {
            vec![
                ("slug", slug.to_owned()),
                ("delete_slug", typed.to_owned()),
                ("delete_reason", why.to_owned()),
                ("grace_days", days.to_owned()),
            ]
        };
        let wrong = form("outra-casa", "curto", "0");
        let wrong: Vec<(&str, &str)> = wrong.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let refused = operator.post("platform/delete", &path, &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = refused.text();
        for part in
            ["value=\"outra-casa\"", "value=\"curto\"", "pelo menos 10", "entre 1 e 365", "Confirme que é isso mesmo"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(status(&a).await, "active");
        let right =
            [("slug", slug), ("delete_slug", slug), ("delete_reason", "pedido da dona, 4711"), ("grace_days", "30")];
        let done = operator.post("platform/delete", &path, &right).await;
        assert!(done.header("location").ends_with(&path), "{}", done.text());
        assert_eq!(status(&a).await, "deleting");
        let (who, why) = line(&a, "tenant.delete").await;
        assert!(who.starts_with("op-") && why.as_deref() == Some("pedido da dona, 4711"), "{who} {why:?}");
        carry(&a).await;
        assert_eq!(until(house, &a, StatusCode::NOT_FOUND).await, StatusCode::NOT_FOUND);
        assert_eq!(house.visitor(&b).get("/").await.status, StatusCode::OK);
        assert_eq!(operator.call("platform/delete", &right).await.status, StatusCode::NOT_FOUND, "once");
        let page = operator.get(&path).await.text();
        for part in
            ["em exclusão", "pedido da dona, 4711", "Desistir da exclusão", "marcou a imobiliária para exclusão"]
        {
            assert!(page.contains(part), "{part}: {page}");
        }
        // The web part may not open the role's door again: it asks, and the worker does.
        let asked = operator.post("platform/call_off", &path, &[("slug", slug)]).await;
        assert!(asked.header("location").ends_with(&path), "{}", asked.text());
        carry(&a).await;
        assert_eq!(until(house, &a, StatusCode::OK).await, StatusCode::OK);
        assert_eq!(status(&a).await, "active");
        assert!(line(&a, "tenant.keep").await.0.starts_with("op-"), "under the name of who asked");
        assert_eq!(operator.call("platform/call_off", &[("slug", slug)]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(operator.call("platform/call_off", &[("slug", &b.route.slug)]).await.status, StatusCode::NOT_FOUND);
        assert!(house.owner(&a).await.get("/app").await.status.is_success(), "its people come in again");
    });
}

//! Subscriptions from outside: the commands, and what the worker of a running server does. Case 60.

use sqlx::{Executor as _, PgConnection};
use std::time::Duration;
use tenancy::TenantId;
use tenancy::testing::run;

use crate::harness::process::Installation;
use crate::restarts::{central, inside};

/// Asks of an agency until the answer is this one, as long as the worker may need to bring it about.
async fn becomes(expected: i64, db: &mut PgConnection, (sql, tenant): (&'static str, TenantId)) {
    let mut last = None;
    for _ in 0..900 {
        last = sqlx::query_scalar(sql).bind(tenant).fetch_one(&mut *db).await.expect("asked");
        if last == Some(expected) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{last:?} never became {expected}: {sql}");
}

/// The counter of one agency, the accounts of another as the platform knows them, open alerts, and repairs in the log.
async fn figures(db: &mut PgConnection, central: &mut PgConnection, other: TenantId) -> (i64, i32, i64, i64) {
    let used = sqlx::query_scalar("select used from usage_counters").fetch_one(db).await.expect("read");
    let users = sqlx::query_scalar("select current_users from tenant_subscriptions where tenant_id = $1");
    let users = users.bind(other).fetch_one(&mut *central).await.expect("read");
    let alerts = sqlx::query_scalar("select count(*) from alerts where kind = 'usage_drift' and closed_at is null");
    let alerts = alerts.fetch_one(&mut *central).await.expect("read");
    let lines = sqlx::query_scalar("select count(*) from tenant_audit_log where action = 'usage.repair'");
    (used, users, alerts, lines.fetch_one(central).await.expect("read"))
}

/// An agency's invoices, as the command lists them.
async fn listed(at: &Installation, slug: &str) -> serde_json::Value {
    let (done, said) = at.say(&["invoices", "list", slug, "--json"]).await;
    assert!(done, "{said}");
    serde_json::from_str(said.lines().next().unwrap_or_default()).expect("JSON")
}

#[test]
fn a_dry_run_writes_nothing_and_a_repair_mends_and_is_written_down() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let mut central = central(&databases).await;
        let (agency, other) = (&at.agencies[0], &at.agencies[1]);
        let slug = agency.new.slug.as_str();
        let mut db = inside(&databases, agency).await;
        db.execute("update usage_counters set used = 12").await.expect("corrupt");
        let set = "update tenant_subscriptions set current_users = 9 where tenant_id = $1";
        sqlx::query(set).bind(other.tenant).execute(&mut central).await.expect("corrupt");
        let (done, said) = at.say(&["usage", "reconcile", "--dry-run"]).await;
        assert!(done, "{said}");
        assert!(
            said.contains("counter: 12 written down, 0 there") && said.contains("users: 9 written down, 1 there"),
            "{said}"
        );
        assert!(!said.contains("mended"), "{said}");
        assert_eq!(figures(&mut db, &mut central, other.tenant).await, (12, 9, 0, 0), "a dry run writes nothing");
        let (done, said) = at.say(&["usage", "reconcile", slug, "--json"]).await;
        assert!(done, "{said}");
        let told: serde_json::Value = serde_json::from_str(said.lines().next().unwrap_or_default()).expect("JSON");
        let drift = serde_json::json!([{"figure": "counter", "recorded": 12, "actual": 0}]);
        assert_eq!((&told[0]["drift"], &told[0]["mended"]), (&drift, &true.into()), "{told}");
        assert_eq!(
            figures(&mut db, &mut central, other.tenant).await,
            (0, 9, 1, 0),
            "this agency's alone; its line lies in its outbox"
        );
        let waiting = "select count(*) from outbox where payload->>'action' = 'usage.repair'";
        assert_eq!(sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut db).await.expect("read"), 1);
        let (done, said) = at.say(&["usage", "reconcile"]).await;
        assert!(done && said.contains("mended"), "{said}");
        assert_eq!(
            figures(&mut db, &mut central, other.tenant).await,
            (0, 1, 1, 1),
            "found right, its alert is closed; the other's is open"
        );
        let (done, said) = at.say(&["usage", "reconcile", "ninguem"]).await;
        assert!(!done && said.contains("there is no agency `ninguem`"), "{said}");
        databases.close().await.expect("stopped");
    });
}

#[test]
fn an_operator_says_that_an_invoice_was_paid() {
    run(async {
        let at = Installation::new().await;
        let slug = at.agencies[0].new.slug.as_str();
        let before = listed(&at, slug).await;
        let number = before[0]["number"].to_string();
        assert_eq!(before[0]["paid_on"], serde_json::Value::Null);
        for _ in 0..2 {
            let (done, said) = at.say(&["invoices", "pay", &number, "--reference", "pix 1"]).await;
            assert!(done && said.contains(&format!("invoice {number} is paid")), "said twice, taken once: {said}");
        }
        assert!(listed(&at, slug).await[0]["paid_on"].is_string());
        for (arguments, why) in [
            (["invoices", "pay", number.as_str(), "--reference", "pix 2"], "paid already"),
            (["invoices", "pay", "999999", "--reference", "pix 3"], "there is no invoice 999999"),
            (["invoices", "pay", number.as_str(), "--reference", " "], "--reference takes"),
        ] {
            let (done, said) = at.say(&arguments).await;
            assert!(!done && said.contains(why), "{arguments:?}: {said}");
        }
        let (done, said) = at.say(&["tenant", "show", slug, "--json"]).await;
        assert!(done && said.contains("\"plan_version\":1") && said.contains("\"subscription\":\"active\""), "{said}");
    });
}

#[test]
fn the_worker_tells_new_limits_lets_time_pass_and_writes_the_day_down() {
    run(async {
        let at = Installation::new().await;
        let served = at.serve(&[]).await;
        let agency = &at.agencies[0];
        let databases = at.databases().await;
        let mut central = central(&databases).await;
        let mut db = inside(&databases, agency).await;
        let cookies = served.sign_in(&agency.new.admin_email).await;
        let users = "select max_value from plan_limits where resource = 'users' and $1::uuid is not null";
        let before: i64 = sqlx::query_scalar(users).bind(agency.tenant).fetch_one(&mut db).await.expect("a limit");
        let page = served.call("billing/use", &cookies, &[("additional_users", "2")]).await.expect("said");
        let page: serde_json::Value = serde_json::from_str(&page.body).expect("JSON");
        let form = page["preview"]["form"].as_array().expect("an offer").iter();
        let fields: Vec<_> = form.filter_map(|pair| Some((pair[0].as_str()?, pair[1].as_str()?))).collect();
        let reply = served.call("billing/change", &cookies, &fields).await.expect("said");
        assert_eq!(reply.status, 200, "{}", reply.body);
        becomes(before + 2, &mut db, (users, agency.tenant)).await;
        let days = "select count(*) from usage_days where tenant_id = $1";
        becomes(1, &mut central, (days, agency.tenant)).await;
        let over = "update invoices set due_at = now() - interval '22 days' where tenant_id = $1";
        sqlx::query(over).bind(agency.tenant).execute(&mut central).await.expect("over");
        let closed = "select count(*) from companies where id = $1 and status = 'suspended'";
        becomes(1, &mut central, (closed, agency.tenant)).await;
        let mut site = 200;
        for _ in 0..100 {
            site = served.visit(&agency.new.slug, "/").await.expect("said").status;
            if site == 503 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(site, 503, "the door hears of it");
    });
}

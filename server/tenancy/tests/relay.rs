//! From an agency's outbox to the central database: each line once, whatever dies in between; jobs that cannot be turned.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use sqlx::ConnectOptions;
use tenancy::central::{alerts, audit, jobs};
use tenancy::relay;
use tenancy::testing::{Agency, agency, bed, run, superuser};
use uuid::Uuid;

async fn write(a: &Agency, kind: &str, payload: serde_json::Value) -> Uuid {
    let id = Uuid::now_v7();
    let mut tx = a.db.begin().await.expect("a transaction");
    sqlx::query("insert into outbox (id, kind, payload) values ($1, $2, $3)")
        .bind(id)
        .bind(kind)
        .bind(payload)
        .execute(&mut tx)
        .await
        .expect("written");
    tx.commit().await.expect("committed");
    id
}

fn event() -> serde_json::Value {
    let event = audit::Event {
        ip_address: Some("203.0.113.9".into()),
        user_agent: Some("a browser".into()),
        ..audit::Event::of_platform("property.create", "property", Uuid::now_v7())
    };
    serde_json::to_value(event).expect("serialises")
}

#[test]
fn a_line_is_delivered_once_even_when_the_relay_dies_before_it_forgets() {
    run(async {
        let bed = bed().await;
        let (central, key) = (bed.deployment.central(), bed.deployment.key());
        let a = agency().await;
        let payload = event();
        let id = write(&a, "audit", payload.clone()).await;
        assert_eq!(relay::deliver(central, key, &a.db).await.expect("delivered"), 1);
        // The crash between the two commits leaves the line in the outbox: put it back and deliver again.
        let mut tx = a.db.begin().await.expect("a transaction");
        sqlx::query("insert into outbox (id, kind, payload) values ($1, 'audit', $2)")
            .bind(id)
            .bind(payload)
            .execute(&mut tx)
            .await
            .expect("back again");
        tx.commit().await.expect("committed");
        relay::deliver(central, key, &a.db).await.expect("delivered again");
        let lines = audit::list(central, a.route.tenant, 10).await.expect("listed");
        let delivered: Vec<_> = lines.iter().filter(|l| l.id == id).collect();
        assert_eq!(delivered.len(), 1);
        assert_eq!(delivered[0].ip_address.as_deref(), Some("203.0.113.9"));
        assert_eq!(audit::verify(central, a.route.tenant).await.expect("walked"), None);
        let left: i64 = sqlx::query_scalar("select count(*) from outbox").fetch_one(&a.db).await.expect("counted");
        assert_eq!(left, 0);
    });
}

#[test]
fn an_outbox_cannot_write_into_another_agencys_log() {
    run(async {
        let bed = bed().await;
        let (a, b) = (agency().await, agency().await);
        let mut forged = event();
        forged["tenant"] = serde_json::json!(b.route.tenant);
        let id = write(&a, "audit", forged).await;
        relay::deliver(bed.deployment.central(), bed.deployment.key(), &a.db).await.expect("delivered");
        let of_b = audit::list(bed.deployment.central(), b.route.tenant, 10).await.expect("listed");
        assert!(of_b.iter().all(|l| l.id != id));
        let of_a = audit::list(bed.deployment.central(), a.route.tenant, 10).await.expect("listed");
        assert!(of_a.iter().any(|l| l.id == id));
    });
}

#[test]
fn jobs_are_fair_single_and_cannot_be_turned_to_another_agency() {
    run(async {
        let bed = bed().await;
        let (central, key) = (bed.deployment.central(), bed.deployment.key());
        let (a, b) = (agency().await, agency().await);
        for agency in [&a, &a, &a, &a, &b] {
            write(agency, "job", serde_json::json!({"kind": "test.count", "payload": {"n": 1}})).await;
        }
        relay::deliver(central, key, &a.db).await.expect("delivered");
        relay::deliver(central, key, &b.db).await.expect("delivered");
        // Two of A run, then B's turn comes although A's were first.
        let mut taken = Vec::new();
        for _ in 0..3 {
            taken.push(jobs::claim(central, key, "w").await.expect("claimed").expect("one is due"));
        }
        assert_eq!(taken.iter().filter(|j| j.tenant == b.route.tenant).count(), 1);
        for job in &taken {
            jobs::finish(central, job.id).await.expect("finished");
        }
        // A row turned to B is parked, with an alert, and never handed out.
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        sqlx::query("update jobs set tenant_id = $1 where tenant_id = $2 and state = 'queued'")
            .bind(b.route.tenant)
            .bind(a.route.tenant)
            .execute(&mut root)
            .await
            .expect("turned");
        let before = alerts::count_open(central, "job_forged").await.expect("counted");
        while jobs::count_open(central).await.expect("counted") > 0 {
            assert!(jobs::claim(central, key, "w").await.expect("claimed").is_none());
        }
        assert_eq!(alerts::count_open(central, "job_forged").await.expect("counted"), before + 1);
    });
}

#[test]
fn a_failing_job_comes_back_later_and_is_given_up_in_the_end() {
    run(async {
        let bed = bed().await;
        let (central, key) = (bed.deployment.central(), bed.deployment.key());
        let a = agency().await;
        write(&a, "job", serde_json::json!({"kind": "test.fail", "payload": {}})).await;
        relay::deliver(central, key, &a.db).await.expect("delivered");
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        let mut attempts = 0;
        loop {
            sqlx::query("update jobs set run_at = now() where tenant_id = $1")
                .bind(a.route.tenant)
                .execute(&mut root)
                .await
                .expect("due");
            let Some(job) = jobs::claim(central, key, "w").await.expect("claimed") else { continue };
            if job.tenant != a.route.tenant {
                continue;
            }
            attempts += 1;
            if jobs::fail(central, &job, "broken").await.expect("failed") {
                break;
            }
        }
        assert_eq!(attempts, 8);
    });
}

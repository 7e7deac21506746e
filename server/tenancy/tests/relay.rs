//! From an agency's outbox to the central database: each line once, whatever dies in between; jobs that cannot be turned.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use sqlx::{ConnectOptions, PgConnection};
use tenancy::central::{alerts, audit, companies, jobs};
use tenancy::relay;
use tenancy::testing::{Agency, agency, bed, run, superuser};
use tokio::sync::Mutex;
use uuid::Uuid;

/// There is one queue: who takes jobs from it has it for itself.
static QUEUE: Mutex<()> = Mutex::const_new(());

async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

async fn state(root: &mut PgConnection, job: Uuid) -> (String, i32) {
    let query = sqlx::query_as("select state, attempt from jobs where id = $1");
    query.bind(job).fetch_one(root).await.expect("it is there")
}

/// How often an open alert of this kind was raised for the agency.
async fn alerted(root: &mut PgConnection, a: &Agency, kind: &str) -> i64 {
    let query = sqlx::query_scalar(
        "select coalesce(sum(count), 0)::bigint from alerts where tenant_id = $1 and kind = $2 and closed_at is null",
    );
    query.bind(a.route.tenant).bind(kind).fetch_one(root).await.expect("counted")
}

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
fn a_line_that_is_refused_is_kept_and_holds_up_no_other() {
    run(async {
        let bed = bed().await;
        let (central_db, key) = (bed.deployment.central(), bed.deployment.key());
        let a = agency().await;
        let _queue = QUEUE.lock().await;
        let mut bad = [event(), event(), event()];
        bad[0]["action"] = serde_json::json!("Not An Action");
        bad[1]["ip_address"] = serde_json::json!("nowhere");
        bad[2]["at"] = serde_json::json!("yesterday");
        let mut good = vec![write(&a, "audit", event()).await];
        let mut refused = Vec::new();
        for payload in bad {
            refused.push(write(&a, "audit", payload).await);
            good.push(write(&a, "audit", event()).await);
        }
        refused.push(write(&a, "job", serde_json::json!({"kind": 1})).await);
        // What jsonb can hold and nobody here can read.
        let unreadable =
            r#"insert into outbox (id, kind, payload) values ($1, 'job', '{"kind": "x", "payload": 1e999}')"#;
        refused.push(Uuid::now_v7());
        let mut tx = a.db.begin().await.expect("a transaction");
        sqlx::query(unreadable).bind(refused[4]).execute(&mut tx).await.expect("written");
        tx.commit().await.expect("committed");
        let job = write(&a, "job", serde_json::json!({"kind": "test.works", "payload": {}})).await;
        relay::deliver(central_db, key, &a.db).await.expect("the others go");

        let lines = audit::list(central_db, a.route.tenant, 100).await.expect("listed");
        for id in &good {
            assert_eq!(lines.iter().filter(|line| line.id == *id).count(), 1);
        }
        assert_eq!(audit::verify(central_db, a.route.tenant).await.expect("walked"), None, "the chain is whole");
        let mut root = central().await;
        assert_eq!(state(&mut root, job).await, ("queued".into(), 0));
        let left: i64 = sqlx::query_scalar("select count(*) from outbox").fetch_one(&a.db).await.expect("counted");
        assert_eq!(left, 0);
        let kept = "select id, payload->>'action', error from refused_lines where tenant_id = $1 order by id";
        let kept: Vec<(Uuid, Option<String>, String)> =
            sqlx::query_as(kept).bind(a.route.tenant).fetch_all(&mut root).await.expect("listed");
        assert_eq!(kept.iter().map(|line| line.0).collect::<Vec<_>>(), refused);
        assert_eq!(kept[0].1.as_deref(), Some("Not An Action"), "as it was");
        assert!(kept[0].2.contains("tenant_audit_log_action_check"), "with the reason: {}", kept[0].2);
        assert_eq!(alerted(&mut root, &a, "line_refused").await, 5);

        // Delivered once more, after a crash: nothing is there twice.
        let mut tx = a.db.begin().await.expect("a transaction");
        let again = sqlx::query("insert into outbox (id, kind, payload) values ($1, 'audit', '{}')").bind(refused[0]);
        again.execute(&mut tx).await.expect("written");
        tx.commit().await.expect("committed");
        relay::deliver(central_db, key, &a.db).await.expect("delivered");
        assert_eq!(alerted(&mut root, &a, "line_refused").await, 5);
        let job = jobs::claim(central_db, key, "w").await.expect("claimed").expect("one is due");
        assert!(jobs::finish(central_db, &job).await.expect("finished"));
    });
}

#[test]
fn jobs_are_fair_single_and_cannot_be_turned_to_another_agency() {
    run(async {
        let bed = bed().await;
        let (central_db, key) = (bed.deployment.central(), bed.deployment.key());
        let (a, b, c) = (agency().await, agency().await, agency().await);
        let _queue = QUEUE.lock().await;
        for agency in [&a, &a, &a, &a, &b, &b, &b, &c] {
            write(agency, "job", serde_json::json!({"kind": "test.count", "payload": {"n": 1}})).await;
        }
        for agency in [&a, &b, &c] {
            relay::deliver(central_db, key, &agency.db).await.expect("delivered");
        }
        let claim = async || jobs::claim(central_db, key, "w").await.expect("claimed").expect("one is due");
        // A worker has two places: while one of A is being done, the other place takes one of B, then the one of C, although
        // those of A came first, and those of B before C's.
        let first = claim().await;
        assert_eq!(first.tenant, a.route.tenant);
        for next in [&b, &c] {
            let job = claim().await;
            assert_eq!(job.tenant, next.route.tenant);
            assert!(jobs::finish(central_db, &job).await.expect("finished"));
        }
        assert!(jobs::finish(central_db, &first).await.expect("finished"));
        // Nothing is being done: whose turn is longest ago.
        for next in [&a, &b, &a] {
            let job = claim().await;
            assert_eq!(job.tenant, next.route.tenant);
            assert!(jobs::finish(central_db, &job).await.expect("finished"));
        }
        // A row turned to B is parked, with an alert, and never handed out.
        let mut root = central().await;
        sqlx::query("update jobs set tenant_id = $1 where tenant_id = $2 and state = 'queued'")
            .bind(c.route.tenant)
            .bind(a.route.tenant)
            .execute(&mut root)
            .await
            .expect("turned");
        let job = claim_of(&b).await;
        assert!(jobs::finish(central_db, &job).await.expect("finished"));
        while jobs::count_open(central_db).await.expect("counted") > 0 {
            assert!(jobs::claim(central_db, key, "w").await.expect("claimed").is_none());
        }
        assert_eq!(alerted(&mut root, &c, "job_forged").await, 1);
    });
}

/// The agency's next job, past whatever is not handed out.
async fn claim_of(a: &Agency) -> jobs::Job {
    let deployment = &bed().await.deployment;
    loop {
        let job = jobs::claim(deployment.central(), deployment.key(), "w").await.expect("claimed");
        if let Some(job) = job.filter(|job| job.tenant == a.route.tenant) {
            return job;
        }
    }
}

#[test]
fn a_failing_job_comes_back_later_and_is_given_up_with_an_alert() {
    run(async {
        let bed = bed().await;
        let (central_db, key) = (bed.deployment.central(), bed.deployment.key());
        let a = agency().await;
        let _queue = QUEUE.lock().await;
        let id = write(&a, "job", serde_json::json!({"kind": "test.fail", "payload": {}})).await;
        relay::deliver(central_db, key, &a.db).await.expect("delivered");
        let mut root = central().await;
        for attempt in 1..=8 {
            let due = sqlx::query("update jobs set run_at = now() where id = $1").bind(id);
            due.execute(&mut root).await.expect("due");
            assert_eq!(alerted(&mut root, &a, "job_given_up").await, 0);
            let job = claim_of(&a).await;
            assert!(jobs::fail(central_db, &job, "broken").await.expect("failed"));
            let expected = if attempt < 8 { "queued" } else { "failed" };
            assert_eq!(state(&mut root, id).await, (expected.to_owned(), attempt));
        }
        assert_eq!(alerted(&mut root, &a, "job_given_up").await, 1);
        assert!(alerts::count_open(central_db, "job_given_up").await.expect("counted") >= 1);
    });
}

#[test]
fn a_job_that_ends_its_worker_each_time_is_given_up_and_the_next_one_is_taken() {
    run(async {
        let bed = bed().await;
        let (central_db, key) = (bed.deployment.central(), bed.deployment.key());
        let (a, b) = (agency().await, agency().await);
        let _queue = QUEUE.lock().await;
        let id = write(&a, "job", serde_json::json!({"kind": "test.kills", "payload": {}})).await;
        relay::deliver(central_db, key, &a.db).await.expect("delivered");
        let mut root = central().await;
        for attempt in 1..=8 {
            // Nobody says how it went: the worker is gone, and the next one takes its jobs back.
            assert_eq!(claim_of(&a).await.attempt, attempt);
            assert_eq!(alerted(&mut root, &a, "job_given_up").await, 0);
            jobs::release_leases(central_db).await.expect("released");
        }
        let next = write(&b, "job", serde_json::json!({"kind": "test.works", "payload": {}})).await;
        relay::deliver(central_db, key, &b.db).await.expect("delivered");
        // B's turn was never: its job would come first.
        let later = sqlx::query("update jobs set run_at = now() + interval '1 hour' where id = $1");
        later.bind(next).execute(&mut root).await.expect("put off");
        assert!(jobs::claim(central_db, key, "w").await.expect("claimed").is_none(), "it is not begun a ninth time");
        assert_eq!(state(&mut root, id).await, ("failed".into(), 8));
        assert_eq!(alerted(&mut root, &a, "job_given_up").await, 1);
        assert_eq!(alerted(&mut root, &b, "job_given_up").await, 0);
        // The same once more, with a job of another agency behind it: one claim gets past the one to the other.
        let again = "update jobs set state = 'running', lease_until = now() - interval '1 second' where id = $1";
        sqlx::query(again).bind(id).execute(&mut root).await.expect("as it was");
        let begun = "update jobs set run_at = now(), begun_at = now() where id = $1";
        sqlx::query(begun).bind(next).execute(&mut root).await.expect("due, and later");
        let job = jobs::claim(central_db, key, "w").await.expect("claimed").expect("one is due");
        assert_eq!((job.id, job.attempt), (next, 1));
        assert!(jobs::finish(central_db, &job).await.expect("finished"));
        assert_eq!(state(&mut root, id).await, ("failed".into(), 8));
        assert_eq!(alerted(&mut root, &a, "job_given_up").await, 2, "counted up");
    });
}

#[test]
fn only_an_alert_that_was_listed_and_not_raised_again_is_closed() {
    run(async {
        let bed = bed().await;
        let central_db = bed.deployment.central();
        let (a, b) = (agency().await, agency().await);
        let mut root = central().await;
        // Raised before the others, by the clock, and not to be seen until its transaction ends.
        let mut late = sqlx::Connection::begin(&mut root).await.expect("a transaction");
        let raise = "insert into alerts (id, kind, tenant_id, detail) values (gen_random_uuid(), 'test.late', $1, 'x')";
        sqlx::query(raise).bind(a.route.tenant).execute(&mut *late).await.expect("raised");
        for agency in [&a, &b] {
            for kind in ["test.seen", "test.again"] {
                alerts::raise(central_db, kind, Some(agency.route.tenant), "x").await.expect("raised");
            }
        }
        let seen = alerts::list_open(central_db).await.expect("listed");
        let seen: Vec<_> = seen.into_iter().filter(|alert| alert.agency.as_ref() == Some(&a.route.slug)).collect();
        assert_eq!(seen.len(), 2);
        late.commit().await.expect("committed");
        alerts::raise(central_db, "test.again", Some(a.route.tenant), "x").await.expect("raised");
        alerts::close_seen(central_db, &seen).await.expect("closed");
        for (agency, kind, count) in
            [(&a, "test.seen", 0), (&a, "test.late", 1), (&a, "test.again", 2), (&b, "test.seen", 1)]
        {
            assert_eq!(alerted(&mut root, agency, kind).await, count, "{kind}");
        }
    });
}

#[test]
fn who_has_lost_a_job_does_not_end_it() {
    run(async {
        let bed = bed().await;
        let (central_db, key) = (bed.deployment.central(), bed.deployment.key());
        let a = agency().await;
        let _queue = QUEUE.lock().await;
        let id = write(&a, "job", serde_json::json!({"kind": "test.slow", "payload": {}})).await;
        relay::deliver(central_db, key, &a.db).await.expect("delivered");
        let slow = claim_of(&a).await;
        assert!(jobs::prolong(central_db, &slow).await.expect("asked"));
        jobs::release_leases(central_db).await.expect("released");
        let quick = jobs::claim(central_db, key, "another").await.expect("claimed").expect("it is due");
        assert_eq!((quick.id, quick.attempt), (id, 2));
        assert!(!jobs::prolong(central_db, &slow).await.expect("asked"));
        assert!(!jobs::finish(central_db, &slow).await.expect("asked"));
        assert!(!jobs::fail(central_db, &slow, "late").await.expect("asked"));
        assert!(!jobs::park(central_db, &slow).await.expect("asked"));
        let mut root = central().await;
        assert_eq!(state(&mut root, id).await, ("running".into(), 2));
        assert!(jobs::finish(central_db, &quick).await.expect("finished"));
        assert_eq!(state(&mut root, id).await, ("done".into(), 2));
    });
}

#[test]
fn a_closed_agencys_jobs_go_on_when_it_is_opened() {
    run(async {
        let bed = bed().await;
        let (central_db, key) = (bed.deployment.central(), bed.deployment.key());
        let a = agency().await;
        let _queue = QUEUE.lock().await;
        let id = write(&a, "job", serde_json::json!({"kind": "test.works", "payload": {}})).await;
        relay::deliver(central_db, key, &a.db).await.expect("delivered");
        let mut root = central().await;
        let job = claim_of(&a).await;
        assert!(companies::suspend(central_db, a.route.tenant, "unpaid", Default::default()).await.expect("suspended"));
        assert!(jobs::park(central_db, &job).await.expect("parked"));
        assert_eq!(state(&mut root, id).await, ("parked".into(), 0), "and it is no attempt");
        assert_eq!(jobs::unpark_active(central_db).await.expect("looked"), 0);
        assert!(companies::resume(central_db, a.route.tenant, Default::default()).await.expect("resumed").is_some());
        assert_eq!(state(&mut root, id).await, ("queued".into(), 0));
        // A worker that has not heard of it yet sets the job aside once more: it is tried again.
        let job = claim_of(&a).await;
        assert!(jobs::park(central_db, &job).await.expect("parked"));
        assert_eq!(state(&mut root, id).await, ("queued".into(), 0));
        // However it came to be parked: the next round puts it back, unless it is not to be trusted.
        let park = "update jobs set state = 'parked', last_error = $2 where id = $1";
        for (reason, expected) in
            [("the agency is closed", "queued"), ("the job does not carry this agency's mark", "parked")]
        {
            sqlx::query(park).bind(id).bind(reason).execute(&mut root).await.expect("parked");
            jobs::unpark_active(central_db).await.expect("put back");
            assert_eq!(state(&mut root, id).await.0, expected, "{reason}");
        }
    });
}

//! `serve` and `worker` as two processes, and how they end.

use nix::sys::signal::Signal;
use sqlx::{ConnectOptions as _, PgConnection};
use std::fs;
use std::time::Duration;
use tenancy::TenantId;
use tenancy::testing::run;

use crate::harness::a_property;
use crate::harness::process::{Installation, ended, send};

/// Lines of an agency in the platform's log, and how many properties the platform believes it to have.
async fn known(central: &mut PgConnection, tenant: TenantId) -> (i64, i32) {
    sqlx::query_as(
        "select (select count(*) from tenant_audit_log where tenant_id = $1 and action = 'property.create'),
                (select current_properties from tenant_subscriptions where tenant_id = $1)",
    )
    .bind(tenant)
    .fetch_one(central)
    .await
    .expect("counted")
}

#[test]
fn a_worker_of_its_own_carries_what_a_server_without_one_leaves() {
    run(async {
        let at = Installation::new().await;
        let mut served = at.serve(&["--no-worker"]).await;
        let agency = &at.agencies[0];
        let cookies = served.sign_in(&agency.new.admin_email).await;
        let id = uuid::Uuid::now_v7().to_string();
        let reply = served.call("properties/create", &cookies, &a_property(&id, "Casa levada")).await.expect("said");
        assert_eq!(reply.status, 200, "{}", reply.body);
        let databases = at.databases().await;
        let superuser = databases.cluster().expect("it is private").superuser();
        let mut central = superuser.database("central").connect().await.expect("superuser");
        assert_eq!(known(&mut central, agency.tenant).await, (0, 0), "nobody works yet");

        let mut worker = at.start(&["worker"], ["worker.out", "worker.log"]);
        let log = || fs::read_to_string(at.folder.join("worker.log")).unwrap_or_default();
        for _ in 0..600 {
            if known(&mut central, agency.tenant).await.0 > 0 {
                break;
            }
            assert!(worker.try_wait().expect("ours").is_none(), "it has ended: {}", log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(known(&mut central, agency.tenant).await, (1, 1), "{}", log());
        send(&worker, Signal::SIGTERM);
        assert!(ended(&mut worker).await.success(), "{}", log());
        assert!(!log().contains("WARN"), "{}", log());
        assert_eq!(served.get("/readyz").await.expect("it serves on").status, 200);
        drop(central);
        served.signal(Signal::SIGTERM);
        assert!(served.ended().await.success());
        databases.close().await.expect("stopped");
    });
}

#[test]
fn a_stop_that_is_meant_warns_of_nothing() {
    run(async {
        let at = Installation::new().await;
        let mut served = at.serve(&[]).await;
        assert_eq!(served.visit(&at.agencies[0].new.slug, "/").await.expect("an answer").status, 200);
        served.signal(Signal::SIGTERM);
        assert!(served.ended().await.success());
        let log = at.log();
        let (_, end) = log.split_once("stopping").expect("it says that it stops");
        assert!(!end.contains("WARN") && !end.contains("ERROR"), "{end}");
    });
}

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
            // The line first, and what it counts up a moment later.
            if known(&mut central, agency.tenant).await == (1, 1) {
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

#[test]
fn a_server_keeps_as_many_connections_as_it_is_told() {
    run(async {
        let mut at = Installation::new().await;
        at.variables.push(("TENANT_CONNECTIONS", "21".to_owned()));
        let served = at.serve(&["--no-worker"]).await;
        let mut budget = None;
        // Its share is given with the first beat, and said with the next tick.
        for _ in 0..600 {
            let metrics = served.ask_inside("/metrics").await.body;
            let said = metrics.lines().find_map(|line| line.strip_prefix("tenant_connection_budget{"));
            budget = said.and_then(|line| line.rsplit(' ').next()?.parse::<u32>().ok());
            if budget == Some(21) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(budget, Some(21));
    });
}

#[test]
fn a_newcomer_is_told_where_everything_is_and_whose_the_port_is() {
    run(async {
        let at = Installation::new().await;
        let served = at.serve(&["--no-worker"]).await;
        let told = || fs::read_to_string(at.folder.join("stdout.log")).unwrap_or_default();
        for _ in 0..600 {
            if told().contains("Ctrl-C stops everything.") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let (text, folder) = (told(), at.folder.display().to_string());
        let has = |words: &[&str]| text.lines().any(|line| words.iter().all(|word| line.contains(word)));
        for words in [
            ["Sobrado is open", ""],
            ["platform", &format!("http://localhost:{}", served.public.port())],
            ["data", &folder],
            ["mails", "outbox"],
            ["log", "standard error"],
            ["PostgreSQL", &folder],
            ["Ctrl-C", "stops everything"],
        ] {
            assert!(has(&words), "{words:?} in {text}");
        }
        for (variable, port) in [("LISTEN_ADDR", served.public), ("INTERNAL_ADDR", served.internal)] {
            let second = Installation::elsewhere(vec![(variable, port.to_string())]).await;
            let (came_up, said) = second.say(&["serve"]).await;
            assert!(!came_up, "{said}");
            let sentence = format!("{port} is taken by another program: stop it, or choose another with {variable}");
            assert!(said.contains(&sentence), "{sentence} in {said}");
            assert!(second.postmaster().is_none(), "and nothing was started before that");
        }
    });
}

/// What works on databases that are ready.
const ON_CURRENT: [&[&str]; 4] = [&["serve"], &["serve", "--no-worker"], &["worker"], &["tenant", "list"]];

/// It ends, and says what is to be done.
async fn is_behind(at: &Installation, arguments: &[&str]) {
    let said = tokio::time::timeout(Duration::from_secs(90), at.say(arguments)).await;
    let (went, said) = said.unwrap_or_else(|_| panic!("{arguments:?} goes on"));
    assert!(!went && said.contains("run `sobrado migrate`"), "{arguments:?}: {said}");
}

#[test]
fn a_central_database_that_is_behind_is_refused_and_brought_up_to_date() {
    run(async {
        // One that lacks its newest migration, as before an update's `sobrado migrate`.
        let at = Installation::new().await;
        let databases = at.databases().await;
        let superuser = databases.cluster().expect("it is private").superuser();
        let mut central = superuser.database("central").connect().await.expect("superuser");
        let newest = "create table newest as select * from _sqlx_migrations order by version desc limit 1";
        let forget = "delete from _sqlx_migrations where version = (select version from newest)";
        for statement in [newest, forget] {
            sqlx::query(statement).execute(&mut central).await.expect("done");
        }
        for arguments in ON_CURRENT {
            is_behind(&at, arguments).await;
        }
        let again = "insert into _sqlx_migrations select * from newest";
        sqlx::query(again).execute(&mut central).await.expect("done");
        drop(central);
        let mut served = at.serve(&[]).await;
        served.signal(Signal::SIGTERM);
        assert!(served.ended().await.success());
        databases.close().await.expect("stopped");

        // One that has had no migration at all.
        let at = Installation::elsewhere(Vec::new()).await;
        is_behind(&at, &["serve"]).await;
        let mut served = at.serve(&["--migrate"]).await;
        served.signal(Signal::SIGTERM);
        assert!(served.ended().await.success(), "{}", at.log());
    });
}

/// Two processes that migrate one database at once agree on this number (`tenancy::migrate`).
const MIGRATING: i64 = 0x0050_B8AD_0000_0001;

#[test]
fn a_database_that_somebody_else_migrates_is_not_said_to_be_done() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let cluster = databases.cluster().expect("it is private");
        let [held, other] = [0, 1].map(|n| &at.agencies[n]);
        let name = format!("t_{}", held.tenant.as_uuid().simple());
        let mut inside = cluster.superuser().database(&name).connect().await.expect("superuser");
        let hold = sqlx::query("select pg_advisory_lock($1)").bind(MIGRATING);
        hold.execute(&mut inside).await.expect("held");
        let (migrated, said) = at.say(&["migrate"]).await;
        let line = |slug: &str| said.lines().find(|line| line.starts_with(slug)).unwrap_or_else(|| panic!("{said}"));
        assert!(!migrated && line(&held.new.slug).contains("FAILED: another process is migrating it"), "{said}");
        assert!(line(&other.new.slug).contains(" at "), "{said}");
        // What is raised about it is told beside it, on standard error.
        let output = at.command(&["migrate", "--json"]).output().await.expect("it runs");
        let migrated = output.status.success();
        let all: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON and nothing else");
        let of = |slug: &str| all.as_array().expect("a list").iter().find(|one| one["database"] == slug).expect("it");
        assert!(!migrated && of(&held.new.slug)["error"].is_string() && of(&other.new.slug)["version"].is_i64());
        // Who serves goes on, and says it.
        let _served = at.serve(&["--migrate", "--no-worker"]).await;
        let log = at.log();
        let logged: Vec<_> = log.lines().filter(|line| line.contains("a database was not migrated")).collect();
        assert!(matches!(logged[..], [line] if line.contains(&held.new.slug)), "{log}");
        drop(inside);
        databases.close().await.expect("it is still used");
    });
}

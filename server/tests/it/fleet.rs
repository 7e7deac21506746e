//! A fleet as its operator has it: several servers, agencies that go, schemas of several ages; through commands and the router.

use serde_json::Value;
use sqlx::{ConnectOptions as _, Executor as _};
use std::process::Stdio;
use tenancy::testing::{ANOTHER_PASSWORD, Another, another, run};
use tokio::io::AsyncWriteExt as _;

use crate::commands::{CHOSEN, create};
use crate::harness::process::{Installation, Served};

/// A command that reads this on its standard input. Gives its success and what it said.
async fn tell(at: &Installation, arguments: &[&str], input: &str) -> (bool, String) {
    let mut command = at.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).await.expect("it listens");
    drop(stdin);
    let output = child.wait_with_output().await.expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

async fn servers(at: &Installation) -> Vec<(String, String, i64)> {
    let (listed, said) = at.say(&["server", "list", "--json"]).await;
    assert!(listed, "{said}");
    let all: Value = serde_json::from_str(said.trim()).expect("JSON");
    let text = |one: &Value, name: &str| one[name].as_str().expect("a word").to_owned();
    let one = |one: &Value| (text(one, "server"), text(one, "state"), one["agencies"].as_i64().expect("a number"));
    all.as_array().expect("a list").iter().map(one).collect()
}

async fn visit(served: &Served, slug: &str) -> u16 {
    served.visit(slug, "/").await.expect("an answer").status
}

/// The status as soon as it is this one, or the last that there was.
async fn until(served: &Served, slug: &str, status: u16) -> u16 {
    let mut last = 0;
    for _ in 0..600 {
        last = visit(served, slug).await;
        if last == status {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    last
}

#[test]
fn an_agency_on_a_second_server_is_served_like_any_other() {
    run(async {
        let at = Installation::new().await;
        let other: Another = another("beside").await;
        let served = at.serve(&["--no-worker"]).await;
        let (added, said) = tell(&at, &["server", "add", "beside"], &other.url).await;
        assert!(added && !said.contains(ANOTHER_PASSWORD), "{said}");
        // Two agencies are at home, and none is there.
        let (made, said) = create(&at, "longe", "ana").await;
        assert!(made, "{said}");
        let all = servers(&at).await;
        let row = |name: &str, state: &str, agencies: i64| (name.to_owned(), state.to_owned(), agencies);
        assert_eq!(all, [row("home", "active", 2), row("beside", "active", 1)]);
        let at_home = at.agencies[0].new.slug.as_str();
        assert_eq!((until(&served, "longe", 200).await, visit(&served, at_home).await), (200, 200));
        let fields = [("email", "ana@longe.example"), ("password", CHOSEN)];
        let cookies = served.call("auth/sign_in", "", &fields).await.expect("an answer").cookies();
        let list = served.send("GET", "/app/properties", &[("cookie", &cookies)], b"").await.expect("an answer");
        assert_eq!(list.status, 200);
        // Each server is looked at.
        let (well, said) = at.say(&["doctor"]).await;
        for check in ["version", "rights", "template", "agencies", "pg_hba.conf", "orphans", "roles"] {
            let line = |line: &str| line.starts_with("ok") && line.contains(check) && line.contains("beside: ");
            assert!(said.lines().any(line), "{check}: {said}");
        }
        assert!(!said.contains("TO DO  rights") && !said.contains(ANOTHER_PASSWORD), "{said}");
        // Its fsync is off, as a test's is: that is told of it alone.
        let faults: Vec<&str> = said.lines().filter(|line| line.starts_with("TO DO")).collect();
        assert!(
            !well && matches!(faults[..], [line] if line.contains("durability") && line.contains("beside: ")),
            "{said}"
        );
        // Emptied, it takes nobody more; with all emptied nobody is taken, and it is said what to do.
        for (server, slug, is_made) in [("beside", "perto", true), ("home", "nenhures", false)] {
            let (drained, said) = at.say(&["server", "drain", server]).await;
            assert!(drained, "{said}");
            let (made, said) = create(&at, slug, "ana").await;
            assert_eq!(made, is_made, "{said}");
            assert!(is_made || said.contains("sobrado server add"), "{said}");
        }
        let all = servers(&at).await;
        assert_eq!(all, [row("home", "draining", 3), row("beside", "draining", 1)]);
        // Down, it takes its own agencies with it and nobody else.
        other.cluster.close().await.expect("stopped");
        assert_eq!((until(&served, "longe", 503).await, visit(&served, at_home).await), (503, 200));
        let (well, said) = at.say(&["doctor"]).await;
        assert!(!well && said.lines().any(|line| line.starts_with("TO DO") && line.contains("beside: ")), "{said}");
        for wrong in ["", "not a url", "postgres://x:y@127.0.0.1:1/postgres"] {
            let (added, said) = tell(&at, &["server", "add", "outro"], wrong).await;
            assert!(!added && !said.contains("panicked"), "{said}");
        }
    });
}

#[test]
fn a_schema_within_the_range_is_served_and_one_outside_of_it_closes_its_agency_alone() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let cluster = databases.cluster().expect("it is private").superuser();
        let [newer, older] = [0, 1].map(|n| &at.agencies[n]);
        let inside = async |one: &crate::harness::process::Resident, sql: &'static str| {
            let name = format!("t_{}", one.tenant.as_uuid().simple());
            let mut conn = cluster.clone().database(&name).connect().await.expect("superuser");
            conn.execute(sql).await.expect("done");
        };
        // As a newer program left it: a column and a table more.
        inside(
            newer,
            "alter table properties add column of_tomorrow text; create table of_tomorrow (id int);
            insert into _sqlx_migrations (version, description, success, checksum, execution_time)
            values (30000101000001, 'of tomorrow', true, '', 0)",
        )
        .await;
        inside(
            older,
            "create table kept as select * from _sqlx_migrations where version > 20261124000009;
            delete from _sqlx_migrations where version > 20261124000009",
        )
        .await;
        let served = at.serve(&["--no-worker"]).await;
        assert_eq!((visit(&served, &newer.new.slug).await, visit(&served, &older.new.slug).await), (200, 503));
        let cookies = served.sign_in(&newer.new.admin_email).await;
        let page =
            async |path: &str| served.send("GET", path, &[("cookie", &cookies)], b"").await.expect("an answer").status;
        assert_eq!((page("/app").await, page("/app/properties").await), (200, 200));
        // Brought up to date it is open, without a restart.
        inside(older, "insert into _sqlx_migrations select * from kept").await;
        assert_eq!(until(&served, &older.new.slug, 200).await, 200);
        databases.close().await.expect("it is still used");
    });
}

#[test]
fn who_deletes_an_agency_is_asked_for_its_slug_and_can_think_better_of_it() {
    run(async {
        let at = Installation::new().await;
        let [going, staying] = [0, 1].map(|n| at.agencies[n].new.slug.clone());
        let served = at.serve(&[]).await;
        assert_eq!(until(&served, &going, 200).await, 200);
        let cookies = served.sign_in(&at.agencies[0].new.admin_email).await;
        // Nobody sits there: refused, whatever comes on standard input.
        let (deleted, said) = tell(&at, &["tenant", "delete", &going], &format!("{going}\n")).await;
        assert!(!deleted && said.contains("--force"), "{said}");
        assert_eq!(visit(&served, &going).await, 200);
        // Somebody sits there, and types.
        let (deleted, said) = typed(&at, &["tenant", "delete", &going], &staying).await;
        assert!(!deleted && said.contains("nothing was done"), "{said}");
        assert_eq!(visit(&served, &going).await, 200);
        let (deleted, said) = typed(&at, &["tenant", "delete", &going], &going).await;
        assert!(deleted && said.contains("--call-off"), "{said}");
        assert_eq!((until(&served, &going, 404).await, visit(&served, &staying).await), (404, 200));
        let session = async || served.call("auth/sessions", &cookies, &[]).await.expect("an answer").status;
        let mut status = session().await;
        for _ in 0..300 {
            if status == 401 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            status = session().await;
        }
        assert_eq!(status, 401, "its people are signed out");
        let (called_off, said) = at.say(&["tenant", "delete", &going, "--call-off"]).await;
        assert!(called_off, "{said}");
        assert_eq!(until(&served, &going, 200).await, 200);
        let (called_off, said) = at.say(&["tenant", "delete", &going, "--call-off"]).await;
        assert!(!called_off && said.contains("nothing to call off"), "{said}");
        // Without grace it is gone at once, and its address is kept for its owner until it is freed.
        let (deleted, said) = at.say(&["tenant", "delete", &going, "--force", "--grace-days", "0", "--json"]).await;
        assert!(deleted && said.contains("\"deleted\""), "{said}");
        let (made, said) = create(&at, &going, "outra").await;
        assert!(!made && said.contains("taken"), "{said}");
        let (freed, said) = at.say(&["tenant", "delete", &going, "--release-slug"]).await;
        assert!(freed, "{said}");
        let (made, said) = create(&at, &going, "outra").await;
        assert!(made, "{said}");
        assert_eq!((until(&served, &going, 200).await, visit(&served, &staying).await), (200, 200));
        let (deleted, said) = at.say(&["tenant", "delete", "ninguem", "--force"]).await;
        assert!(!deleted && said.contains("there is no agency `ninguem`"), "{said}");
    });
}

#[test]
fn who_cancels_an_agency_or_takes_an_import_back_is_asked_for_its_slug_too() {
    run(async {
        let at = Installation::new().await;
        let [going, other] = [0, 1].map(|n| at.agencies[n].new.slug.clone());
        let status = async || {
            let (shown, said) = at.say(&["tenant", "show", &going, "--json"]).await;
            assert!(shown, "{said}");
            serde_json::from_str::<Value>(said.trim()).expect("JSON")["status"].as_str().expect("a word").to_owned()
        };
        let batch = uuid::Uuid::now_v7().to_string();
        let cancel = ["tenant", "cancel", going.as_str(), "--reason", "a pedido"];
        let undo = ["tenant", "import", going.as_str(), "--undo", batch.as_str()];
        for command in [&cancel[..], &undo] {
            // Nobody sits there: refused, whatever comes on standard input.
            let (done, said) = tell(&at, command, &format!("{going}\n")).await;
            assert!(!done && said.contains("--force"), "{command:?}: {said}");
            // Somebody sits there, and thinks better of it.
            let (done, said) = typed(&at, command, &other).await;
            assert!(!done && said.contains("nothing was done"), "{command:?}: {said}");
        }
        assert_eq!(status().await, "active");
        // Whoever types it, or says so from the start, is heard.
        let (done, said) = typed(&at, &undo, &going).await;
        assert!(!done && said.contains("this agency has no such import"), "{said}");
        let (done, said) = typed(&at, &cancel, &going).await;
        assert!(done && said.contains("is cancelled"), "{said}");
        assert_eq!(status().await, "cancelled");
        let (done, said) = at.say(&["tenant", "resume", &going]).await;
        assert!(done, "{said}");
        let (done, said) = at.say(&[&cancel[..], &["--force", "--json"]].concat()).await;
        assert!(done && said.contains("\"cancelled\""), "{said}");
        assert_eq!(status().await, "cancelled");
    });
}

/// The command on a terminal of its own, where somebody types this and a return.
async fn typed(at: &Installation, arguments: &[&str], typed: &str) -> (bool, String) {
    let command = at.command(arguments);
    let inner = command.as_std();
    let words = std::iter::once(inner.get_program()).chain(inner.get_args());
    let line = words.map(|word| format!("'{}'", word.to_string_lossy())).collect::<Vec<_>>().join(" ");
    let mut script = tokio::process::Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).env_clear();
    script.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = script.spawn().expect("`script` is part of every Debian");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(format!("{typed}\n").as_bytes()).await.expect("it listens");
    let output = child.wait_with_output().await.expect("it ends");
    drop(stdin);
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

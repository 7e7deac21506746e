//! What an operator mends and looks at by a command, beside a server and without one.

use serde_json::Value;
use sqlx::{ConnectOptions as _, Executor as _};
use std::process::Stdio;
use std::time::Duration;
use tenancy::central::companies;
use tenancy::testing::{PASSWORD, run};

use app::access::ROWS;

use crate::commands::create;
use crate::harness::process::{Installation, Served};

/// Runs a command that succeeds, and reads what it prints for machines.
async fn json(at: &Installation, arguments: &[&str]) -> Value {
    let output = at.command(&[arguments, &["--json"]].concat()).output().await.expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).expect("JSON and nothing else")
}

/// The status of a try at this door.
async fn try_door(served: &Served, door: &str, email: &str, password: &str) -> u16 {
    served.call(door, "", &[("email", email), ("password", password)]).await.expect("an answer").status
}

#[test]
fn a_new_password_opens_and_ends_what_the_old_one_opened() {
    run(async {
        let at = Installation::new().await;
        let served = at.serve(&["--no-worker"]).await;
        let [a, b] = [0, 1].map(|n| at.agencies[n].new.admin_email.as_str());
        let (of_a, of_b) = (served.sign_in(a).await, served.sign_in(b).await);
        let reset = json(&at, &["person", "reset", a]).await;
        assert_eq!(reset["reset"], a);
        let password = reset["password"].as_str().expect("it is told");
        assert_eq!(try_door(&served, "auth/sign_in", a, PASSWORD).await, 422, "the old one is worth nothing");
        assert_eq!(try_door(&served, "auth/sign_in", a, password).await, 200);
        let session = async |cookies: &str| served.call("auth/sessions", cookies, &[]).await.expect("an answer").status;
        // A session is remembered for some seconds.
        for _ in 0..300 {
            if session(&of_a).await == 401 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!((session(&of_a).await, session(&of_b).await), (401, 200), "one person's sessions have ended");
        let (done, said) = at.say(&["person", "reset", "ninguem@casa.example"]).await;
        assert!(!done && said.contains("nobody has the e-mail address ninguem@casa.example"), "{said}");
        assert_eq!(try_door(&served, "auth/sign_in", b, PASSWORD).await, 200, "everybody else keeps theirs");
    });
}

#[test]
fn a_lost_second_factor_is_taken_away_and_the_password_stays() {
    run(async {
        let at = Installation::new().await;
        let served = at.serve(&["--no-worker"]).await;
        let [a, b] = [0, 1].map(|n| at.agencies[n].new.admin_email.as_str());
        let of_a = served.sign_in(a).await;
        let (done, said) = at.say(&["person", "reset", a, "--second-factor"]).await;
        assert!(!done && said.contains(&format!("{a} has no second factor")), "{said}");
        let databases = at.databases().await;
        let superuser = databases.cluster().expect("it is private").superuser();
        let mut central = superuser.database("central").connect().await.expect("superuser");
        let set = "update people set totp = '\\x00', totp_set_at = now()";
        sqlx::query(set).execute(&mut central).await.expect("everybody has one, and nobody their telephone");
        let way_in = async |email: &str| {
            let reply = served.call("auth/sign_in", "", &[("email", email), ("password", PASSWORD)]).await;
            reply.expect("an answer").header("location").to_owned()
        };
        assert_eq!(way_in(a).await, "/entrar/codigo?next=%2Fapp");
        let reset = json(&at, &["person", "reset", a, "--second-factor"]).await;
        assert_eq!((&reset["reset"], &reset["second_factor"]), (&a.into(), &true.into()));
        assert_eq!((way_in(a).await.as_str(), way_in(b).await.as_str()), ("/app", "/entrar/codigo?next=%2Fapp"));
        let ended = served.call("auth/sessions", &of_a, &[]).await.expect("an answer").status;
        assert_eq!(ended, 401, "signed out everywhere");
        let told = "select (select count(*) from mails where recipient = $1 and kind = 'second_factor.reset'),
                           (select count(*) from tenant_audit_log where action = 'second_factor.reset')";
        let told: (i64, i64) = sqlx::query_as(told).bind(a).fetch_one(&mut central).await.expect("counted");
        assert_eq!(told, (1, 1), "told to the person, and written down");
        drop(central);
        databases.close().await.expect("it is still used");
    });
}

#[test]
fn an_operator_is_added_and_a_known_person_keeps_their_password() {
    run(async {
        let at = Installation::new().await;
        let added = json(&at, &["operator", "add", "--email", "olivia@sobrado.example", "--name", "Olívia"]).await;
        assert_eq!(added["email"], "olivia@sobrado.example");
        let password = added["password"].as_str().expect("it is told");
        let known = at.agencies[0].new.admin_email.as_str();
        let (made, said) = at.say(&["operator", "add", "--email", known, "--name", "Ana"]).await;
        assert!(made && said.contains(&format!("{known} is an operator")), "{said}");
        assert!(said.contains("keeps their password") && !said.contains("shown this once"), "none is made up: {said}");
        let served = at.serve(&["--no-worker"]).await;
        for (email, password, status) in [
            ("olivia@sobrado.example", password, 200),
            ("olivia@sobrado.example", PASSWORD, 422),
            (known, PASSWORD, 200),
            (at.agencies[1].new.admin_email.as_str(), PASSWORD, 422),
        ] {
            assert_eq!(try_door(&served, "auth/sign_in_operator", email, password).await, status, "{email}");
        }
        assert_eq!(try_door(&served, "auth/sign_in", "olivia@sobrado.example", password).await, 422, "no agency's");
    });
}

/// Each agency's slug and whether its chain is broken, as `audit verify` prints it.
fn broken(verified: &Value) -> Vec<(String, bool)> {
    let of = |one: &Value| Some((one["slug"].as_str()?.to_owned(), !one["fault"].is_null()));
    let mut all: Vec<_> = verified["chains"].as_array().expect("a list").iter().filter_map(of).collect();
    all.sort();
    all
}

#[test]
fn the_chain_of_an_agencys_log_is_walked_and_a_changed_line_is_named() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let [changed, untouched] = [0, 1].map(|n| at.agencies[n].new.slug.as_str());
        let expected = |is_broken: bool| {
            let mut all = vec![(changed.to_owned(), is_broken), (untouched.to_owned(), false)];
            all.sort();
            all
        };
        assert_eq!(broken(&json(&at, &["audit", "verify"]).await), expected(false));
        let cluster = databases.cluster().expect("it is private").superuser();
        let mut central = cluster.database("central").connect().await.expect("superuser");
        central.execute("set session_replication_role = replica").await.expect("above the triggers");
        let change = "update tenant_audit_log set changes = '{\"x\": 1}' where tenant_id = $1 and action = 'tenant.create' returning id";
        let line: uuid::Uuid =
            sqlx::query_scalar(change).bind(at.agencies[0].tenant).fetch_one(&mut central).await.expect("changed");
        let output = at.command(&["audit", "verify", "--json"]).output().await.expect("it runs");
        assert!(!output.status.success(), "it fails, so that whoever watches hears of it");
        let verified: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(broken(&verified), expected(true));
        let (whole, said) = at.say(&["audit", "verify", "--tenant", changed]).await;
        assert!(!whole && said.contains(&format!("BROKEN at line {line}")), "{said}");
        let (whole, said) = at.say(&["audit", "verify", "--tenant", untouched]).await;
        assert!(whole && said.contains("whole"), "{said}");
        let (whole, said) = at.say(&["audit", "verify", "--tenant", "nenhuma"]).await;
        assert!(!whole && said.contains("there is no agency `nenhuma`"), "{said}");
        drop(central);
        databases.close().await.expect("stopped");
    });
}

/// The files of heads under DATA_DIR/audit.
fn heads(at: &Installation) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(at.folder.join("audit"));
    entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

#[test]
fn the_heads_are_written_down_outside_so_that_a_tail_that_was_cut_off_is_missed() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let [cut, untouched] = [0, 1].map(|n| at.agencies[n].new.slug.as_str());
        let suspended = json(&at, &["tenant", "suspend", cut, "--reason", "unpaid"]).await;
        assert_eq!(suspended["suspended"], cut);
        let cluster = databases.cluster().expect("it is private").superuser();
        let mut central = cluster.database("central").connect().await.expect("superuser");
        let by = "select user_agent from tenant_audit_log where tenant_id = $1 and action = 'tenant.suspend'";
        let by: String =
            sqlx::query_scalar(by).bind(at.agencies[0].tenant).fetch_one(&mut central).await.expect("told");
        let user = nix::unistd::User::from_uid(nix::unistd::Uid::current()).expect("known").expect("known").name;
        assert_eq!(
            by,
            format!("sobrado tenant suspend, by {user}"),
            "whose hand it was, and nothing else of the command"
        );
        let served = at.serve(&[]).await;
        for _ in 0..300 {
            if !heads(&at).is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        drop(served);
        let files = heads(&at);
        assert_eq!(files.len(), 1, "a file a month");
        assert!(at.say(&["audit", "verify"]).await.0);
        // Whoever owns the server takes the last line back, and the head with it: inside nothing is wrong.
        central.execute("set session_replication_role = replica").await.expect("above the triggers");
        for sql in [
            "delete from tenant_audit_log where tenant_id = $1 and action = 'tenant.suspend'",
            "update audit_heads set (lines, last_id, hash) =
                 (select count(*) over (), id, hash from tenant_audit_log where tenant_id = $1 order by seq desc limit 1)
             where chain = $1",
        ] {
            sqlx::query(sql).bind(at.agencies[0].tenant).execute(&mut central).await.expect("taken back");
        }
        let (whole, said) = at.say(&["audit", "verify"]).await;
        let line = |slug: &str| said.lines().find(|line| line.starts_with(slug)).unwrap_or_default().to_owned();
        assert!(!whole && line(cut).contains("lines after it are gone"), "{said}");
        assert!(line(untouched).contains("whole"), "{said}");
        let kept = std::fs::read_to_string(&files[0]).expect("readable");
        std::fs::remove_file(&files[0]).expect("gone");
        assert!(at.say(&["audit", "verify"]).await.0, "the control: without the file nobody knows");
        // A line of somebody else's making is told from ours; what a crash left of one is none.
        let chain = at.agencies[0].tenant.to_string();
        let other: String =
            kept.lines().map(|line| line.replace(&chain, &uuid::Uuid::now_v7().to_string()) + "\n").collect();
        std::fs::write(&files[0], format!("{}{{\"at\": 17", other)).expect("written");
        let (whole, said) = at.say(&["audit", "verify"]).await;
        assert!(!whole && said.contains("1 lines under DATA_DIR/audit do not carry this program's seal"), "{said}");
        drop(central);
        databases.close().await.expect("stopped");
    });
}

#[test]
fn commands_print_for_machines_what_they_print_for_people() {
    run(async {
        let at = Installation::new().await;
        // The table is the program's own: it needs no installation.
        let routes = json(&at, &["routes"]).await;
        let routes: Vec<(&str, &str, bool)> = routes
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| {
                let text = |name: &str| row[name].as_str().expect("text");
                (text("method"), text("path"), row["mutating"].as_bool().expect("yes or no"))
            })
            .collect();
        let rows: Vec<_> = ROWS.iter().map(|row| (row.method, row.path, row.mutating)).collect();
        assert_eq!(routes, rows);
        // Nobody reads on: that is no failure of the command's.
        let mut command = at.command(&["routes"]);
        let mut unread = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        drop(unread.stdout.take());
        let ended = unread.wait_with_output().await.expect("it ends");
        assert!(ended.status.success() && ended.stderr.is_empty(), "{}", String::from_utf8_lossy(&ended.stderr));
        for agency in &at.agencies {
            let shown = json(&at, &["tenant", "show", &agency.new.slug]).await;
            assert_eq!(shown["tenant"], agency.tenant.to_string());
            for (name, value) in [("slug", &agency.new.slug), ("name", &agency.new.name), ("plan", &agency.new.plan)] {
                assert_eq!(shown[name].as_str(), Some(value.as_str()), "{shown}");
            }
            assert_eq!(shown["status"], "active");
        }
        let (shown, said) = at.say(&["tenant", "show", "nenhuma"]).await;
        assert!(!shown && said.contains("there is no agency `nenhuma`"), "{said}");
        let built = json(&at, &["template", "build"]).await;
        let template = built["template"].as_str().expect("its name");
        let (built, said) = at.say(&["template", "build"]).await;
        assert!(built && said.lines().any(|line| line == template), "{said}");
    });
}

#[test]
fn what_waits_is_listed_with_its_reason_and_is_taken_up_at_once_when_asked() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let cluster = databases.cluster().expect("it is private").superuser();
        let mut central = cluster.database("central").connect().await.expect("superuser");
        assert_eq!(json(&at, &["operations", "list"]).await, serde_json::json!([]), "what is done is not listed");
        let refuse = "create function refuse() returns trigger language plpgsql as
            $$ begin raise exception 'as meant'; end $$;
            create trigger refuse before insert on tenant_subscriptions for each row execute function refuse()";
        central.execute(refuse).await.expect("it will fail");
        let mut waiting = Vec::new();
        for slug in ["tarde", "noite"] {
            let (made, said) = create(&at, slug, "dona").await;
            assert!(!made, "{said}");
            // Nobody comes to it by himself.
            central.execute("update tenant_operations set next_run_at = now() + interval '1 day'").await.expect("set");
            let listed = json(&at, &["operations", "list"]).await;
            let listed = listed.as_array().expect("a list").last().expect("one").clone();
            let text = |name: &str| listed[name].as_str().expect("text").to_owned();
            assert_eq!(["kind", "slug", "state", "step"].map(text), ["provision", slug, "waiting", "seed"]);
            assert_eq!(listed["attempts"], 1);
            assert!(text("last_error").contains("as meant") && text("next_run_at").ends_with('Z'), "{listed}");
            waiting.push(text("operation"));
        }
        let (_, said) = at.say(&["operations", "list"]).await;
        assert!(waiting.iter().all(|id| said.contains(id.as_str())) && said.contains("as meant"), "{said}");

        central.execute("drop trigger refuse on tenant_subscriptions").await.expect("mended");
        let _served = at.serve(&[]).await;
        // Also one that was given up.
        let given_up = sqlx::query("update tenant_operations set state = 'failed' where id = $1::uuid");
        given_up.bind(&waiting[0]).execute(&mut central).await.expect("given up");
        assert_eq!(json(&at, &["operations", "retry", &waiting[0]]).await["retried"], waiting[0].as_str());
        let status = async |slug| companies::find_by_slug(databases.central(), slug).await.expect("there").status;
        for _ in 0..600 {
            if status("tarde").await == "active" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(status("tarde").await, "active", "{}", at.log());
        assert_eq!(status("noite").await, "provisioning", "the other one waits for its day");

        let nobodys = uuid::Uuid::now_v7().to_string();
        for (id, why) in [(&waiting[0], "is done"), (&nobodys, "there is no operation")] {
            let (retried, said) = at.say(&["operations", "retry", id]).await;
            assert!(!retried && said.contains(why) && said.contains(id.as_str()), "{said}");
        }
        let taken = sqlx::query("update tenant_operations set state = 'queued' where id = $1::uuid");
        taken.bind(&waiting[1]).execute(&mut central).await.expect("as it was at first");
        let (retried, said) = at.say(&["operations", "retry", &waiting[1]]).await;
        assert!(!retried && said.contains("is queued, not waiting"), "{said}");
    });
}

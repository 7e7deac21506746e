//! The commands as processes: two at once, and what no installation may begin with. Case 42 and AUTH-31.

use http::StatusCode;
use sqlx::{ConnectOptions as _, Executor as _};
use std::process::Stdio;
use tenancy::TenantId;
use tenancy::central::{alerts, companies};
use tenancy::testing::{PASSWORD, run};
use tokio::io::AsyncWriteExt as _;

use app::state::Settings;

use crate::harness::process::Installation;
use crate::harness::{house, open_as, settings};

/// The password of who owns an agency that [`create`] has made.
pub const CHOSEN: &str = "uma senha bem comprida";

/// `sobrado tenant create`, with the password on its standard input. Gives its success and what it said.
pub async fn create(at: &Installation, slug: &str, owner: &str) -> (bool, String) {
    let email = format!("{owner}@{slug}.example");
    let arguments = ["--name", "Imobiliária Nova", "--slug", slug, "--email", &email, "--admin-email", &email];
    let mut command = at.command(&[&["tenant", "create", "--admin-password-stdin"], &arguments[..]].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(CHOSEN.as_bytes()).await.expect("it listens");
    drop(stdin);
    let output = child.wait_with_output().await.expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn two_commands_for_one_slug_make_one_agency() {
    run(async {
        let at = Installation::new().await;
        for round in 0..3 {
            let slug = format!("gemea-{round}");
            let (first, second) = tokio::join!(create(&at, &slug, "ana"), create(&at, &slug, "bia"));
            let said = format!("{}\n{}", first.1, second.1);
            assert_ne!(first.0, second.0, "one of them succeeds: {said}");
            let refused = if first.0 { &second.1 } else { &first.1 };
            assert!(refused.contains("taken"), "the other is told why: {refused}");
            assert!(!said.contains("panicked"), "{said}");
            let databases = at.databases().await;
            let company = companies::find_by_slug(databases.central(), &slug).await.expect("it is there");
            assert_eq!(company.status, "active");
            let cluster = databases.cluster().expect("it is private").superuser();
            let mut central = cluster.database("central").connect().await.expect("superuser");
            let owners = sqlx::query_scalar("select count(*) from users where company_id = $1");
            let owners: i64 = owners.bind(company.id).fetch_one(&mut central).await.expect("counted");
            assert_eq!(owners, 1);
            drop(central);
            databases.close().await.expect("stopped");
        }
    });
}

#[test]
fn a_fresh_agency_has_one_account_and_nobody_knows_its_password() {
    run(async {
        let at = Installation::new().await;
        let (made, said) = create(&at, "nova", "dona").await;
        assert!(made, "{said}");
        let served = at.serve(&["--no-worker"]).await;
        for (email, password) in [
            ("dona@nova.example", PASSWORD),
            ("admin@nova.example", "admin"),
            ("admin", "admin"),
            ("operador@sobrado.example", PASSWORD),
            ("ana@casa-azul.example", PASSWORD),
        ] {
            for door in ["auth/sign_in", "auth/sign_in_operator"] {
                let fields = [("email", email), ("password", password)];
                let reply = served.call(door, "", &fields).await.expect("an answer");
                assert_eq!(reply.status, 422, "{door} lets {email} in");
            }
        }
        let databases = at.databases().await;
        let cluster = databases.cluster().expect("it is private").superuser();
        let mut central = cluster.database("central").connect().await.expect("superuser");
        let count = async |sql: &'static str, central: &mut sqlx::PgConnection| -> i64 {
            sqlx::query_scalar(sql).fetch_one(central).await.expect("counted")
        };
        assert_eq!(count("select count(*) from operators", &mut central).await, 0);
        let agencies = i64::try_from(at.agencies.len()).expect("few") + 1;
        assert_eq!(count("select count(*) from users", &mut central).await, agencies, "one owner an agency");
        let fields = [("email", "dona@nova.example"), ("password", CHOSEN)];
        assert_eq!(served.call("auth/sign_in", "", &fields).await.expect("said").status, 200, "its owner gets in");
    });
}

#[test]
fn doctor_tells_of_alerts_until_somebody_has_seen_to_them() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let (agency, tenant) = (&at.agencies[0].new.slug, at.agencies[0].tenant);
        let (_, said) = at.say(&["doctor"]).await;
        assert!(said.contains("none is open"), "{said}");
        for (kind, whose) in [("line_refused", Some(tenant)), ("job_given_up", None), ("line_refused", Some(tenant))] {
            alerts::raise(databases.central(), kind, whose, "a line\nof two").await.expect("raised");
        }
        let told = [format!("line_refused of {agency}, 2 times"), "job_given_up of the platform, 1 times".into()];
        // The look that closes them still lists them.
        for arguments in [&["doctor"][..], &["doctor", "--close-alerts"]] {
            let (well, said) = at.say(arguments).await;
            assert!(!well && told.iter().all(|line| said.contains(line)), "{said}");
            assert!(said.contains("a line of two") && said.contains("--close-alerts"), "{said}");
        }
        let (_, said) = at.say(&["doctor"]).await;
        assert!(said.contains("none is open"), "{said}");
    });
}

#[test]
fn doctor_says_how_a_job_that_was_given_up_is_done_once_more_and_what_a_forged_one_means() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let cluster = databases.cluster().expect("it is private").superuser();
        let mut central = cluster.database("central").connect().await.expect("superuser");
        for agency in &at.agencies {
            let failed = "insert into jobs (id, tenant_id, epoch, kind, payload, mac, state, attempt, finished_at)
                values (gen_random_uuid(), $1, 1, 'test', '{}', '', 'failed', 8, now())";
            sqlx::query(failed).bind(agency.tenant).execute(&mut central).await.expect("written");
        }
        for kind in ["job_given_up", "job_forged"] {
            alerts::raise(databases.central(), kind, Some(at.agencies[0].tenant), "x").await.expect("raised");
        }
        let (_, said) = at.say(&["doctor"]).await;
        let line = |kind: &str| said.lines().find(|line| line.contains(kind)).unwrap_or_else(|| panic!("{said}"));
        assert!(line("job_forged of").contains("written to `jobs`") && line("job_forged of").contains("SECRET_KEY"));
        let (_, command) = line("job_given_up of").split_once("run `sobrado ").expect("a command");
        let (command, _) = command.split_once('`').expect("its end");
        let words: Vec<&str> = command.split(' ').collect();
        let (is_done, told) = at.say(&words).await;
        assert!(is_done && told.contains("1 job of"), "{command}: {told}");
        let (_, told) = at.say(&words).await;
        assert!(told.contains("no job of"), "once is enough: {told}");
        let (is_done, told) = at.say(&["operations", "retry", "--jobs-of", "nobody"]).await;
        assert!(!is_done && told.contains("there is no agency `nobody`"), "{told}");
        let written = "select tenant_id from tenant_audit_log where action = 'job.retry'";
        let written: Vec<TenantId> = sqlx::query_scalar(written).fetch_all(&mut central).await.expect("listed");
        assert_eq!(written, [at.agencies[0].tenant]);
        for (agency, expected) in at.agencies.iter().zip([("queued", 0), ("failed", 8)]) {
            let state = "select state, attempt from jobs where tenant_id = $1 and kind = 'test'";
            let state: (String, i32) =
                sqlx::query_as(state).bind(agency.tenant).fetch_one(&mut central).await.expect("it is there");
            assert_eq!((state.0.as_str(), state.1), expected);
        }
    });
}

#[test]
fn a_template_that_was_left_half_named_is_built_anew() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let cluster = databases.cluster().expect("it is private").superuser();
        let mut root = cluster.connect().await.expect("superuser");
        let named = "select datname from pg_database where datname like 'tenant_template_v%' and datistemplate";
        let name: String = sqlx::query_scalar(named).fetch_one(&mut root).await.expect("it is built");
        // A crash before its last step; one of a program that marked the template after it had its name.
        for left in ["rename to {name}_draft", "with is_template false"] {
            let left = format!("alter database {name} {}", left.replace("{name}", &name));
            root.execute(sqlx::AssertSqlSafe(left)).await.expect("left");
            let (built, said) = at.say(&["template", "build"]).await;
            assert!(built && said.contains(&name), "{said}");
            let found: Vec<String> = sqlx::query_scalar(named).fetch_all(&mut root).await.expect("asked");
            assert_eq!(found, [name.as_str()], "one, and no draft");
        }
        let (made, said) = create(&at, "depois", "dona").await;
        assert!(made, "{said}");
    });
}

#[test]
fn who_is_known_already_keeps_their_password_and_is_told_no_other() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let words = |slug: &'static str| {
            let email = "dona@duas.example";
            ["tenant", "create", "--name", "Duas Casas", "--slug", slug, "--email", email, "--admin-email", email]
        };
        let (made, said) = at.say(&words("uma")).await;
        assert!(made && said.contains("shown this once"), "{said}");
        let hash = "select password_hash from people where email = 'dona@duas.example'";
        let cluster = databases.cluster().expect("it is private").superuser();
        let mut central = cluster.database("central").connect().await.expect("superuser");
        let before: String = sqlx::query_scalar(hash).fetch_one(&mut central).await.expect("she is there");
        let (made, said) = at.say(&words("duas")).await;
        assert!(made && !said.contains("shown this once") && said.contains("keeps their password"), "{said}");
        let after: String = sqlx::query_scalar(hash).fetch_one(&mut central).await.expect("she is there");
        assert_eq!(before, after);
    });
}

#[test]
fn an_owners_password_is_told_although_the_agency_is_not_open_yet() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let cluster = databases.cluster().expect("it is private").superuser();
        let mut central = cluster.database("central").connect().await.expect("superuser");
        let refuse = "create function refuse() returns trigger language plpgsql as
            $$ begin raise exception 'as meant'; end $$;
            create trigger refuse before insert on tenant_subscriptions for each row execute function refuse()";
        central.execute(refuse).await.expect("it will fail");
        let email = "dona@tarde.example";
        let named = ["--name", "Imobiliária Tarde", "--slug", "tarde", "--email", email, "--admin-email", email];
        let mut command = at.command(&[&["tenant", "create", "--json"], &named[..]].concat());
        let output = command.output().await.expect("it runs");
        assert!(!output.status.success());
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert!(said["error"].as_str().expect("why").contains("as meant"), "{said}");
        let password = said["admin_password"].as_str().expect("the password is told").to_owned();
        // The same for people.
        let named = named.map(|word| word.replace("tarde", "noite"));
        let words: Vec<&str> = ["tenant", "create"].into_iter().chain(named.iter().map(String::as_str)).collect();
        let (made, said) = at.say(&words).await;
        assert!(!made && said.contains("shown this once") && said.contains("the worker goes on"), "{said}");

        central.execute("drop trigger refuse on tenant_subscriptions").await.expect("mended");
        let served = at.serve(&[]).await;
        let mut status = String::new();
        for _ in 0..600 {
            status = companies::find_by_slug(databases.central(), "tarde").await.expect("it is there").status;
            if status == "active" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(status, "active", "the worker has gone on with it");
        let fields = [("email", email), ("password", password.as_str())];
        assert_eq!(served.call("auth/sign_in", "", &fields).await.expect("said").status, 200, "its owner gets in");
    });
}

#[test]
fn production_knows_no_demo() {
    run(async {
        let at = Installation::new().await;
        for arguments in [&["demo"][..], &["demo", "--json"], &["serve", "--demo"]] {
            let mut command = at.command(arguments);
            command.env("SOBRADO_ENV", "production").env("BASE_URL", "https://sobrado.example");
            let output = command.output().await.expect("it runs");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(
                !output.status.success() && said.contains("production has no demo people"),
                "{arguments:?}: {said}"
            );
        }
        // The demo's password, known to everybody, lets nobody in there: not even an owner who has chosen it.
        let a = house().await.agency().await;
        let production = open_as(Default::default(), Settings { production: true, ..settings() }).await;
        let passwords = production.state.house.passwords.clone();
        let before = passwords.computed();
        let fields = [("email", a.email.as_str()), ("password", PASSWORD)];
        let answer = production.stranger().call("auth/sign_in", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        assert_eq!(passwords.computed() - before, 1, "and it takes as long as any wrong one");
        assert_eq!(house().await.stranger().call("auth/sign_in", &fields).await.status, StatusCode::OK);
    });
}

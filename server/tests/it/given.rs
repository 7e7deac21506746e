//! A database server given by URL: what the program makes there, what it asks the administrator for, and what `doctor` says.

use nix::sys::signal::Signal;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tenancy::cluster::{Cluster, ClusterOptions};
use tenancy::testing::run;

use crate::commands::{CHOSEN, create};
use crate::harness::process::{Installation, Served, folder};

static SERVERS: AtomicU32 = AtomicU32::new(0);

/// A PostgreSQL that knows nothing of us: no role, every door open, whoever has a password may go where its rights let it.
struct Server {
    cluster: Cluster,
    root: PgConnection,
}

impl Server {
    async fn fresh() -> Self {
        Self::set(&[]).await
    }

    /// With these settings.
    async fn set(more: &[(&str, &str)]) -> Self {
        let data_dir = folder(&format!("given-{}", SERVERS.fetch_add(1, Ordering::Relaxed))).await;
        let settings = [&[("shared_buffers", "32MB")], more].concat();
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let cluster = Cluster::open(ClusterOptions { data_dir, settings }).await.expect("the server starts");
        let root = cluster.superuser().connect().await.expect("superuser");
        let mut server = Self { cluster, root };
        server.let_in("local all all scram-sha-256\n").await;
        server
    }

    /// What an administrator does.
    async fn run(&mut self, sql: &str) {
        self.root.execute(AssertSqlSafe(sql.to_owned())).await.expect(sql);
    }

    /// Writes `pg_hba.conf` below the superuser's line.
    async fn let_in(&mut self, lines: &str) {
        let path = self.cluster.data_directory().join("pg_hba.conf");
        std::fs::write(path, format!("local all postgres peer map=sobrado\n{lines}")).expect("ours");
        let loaded = async |root: &mut PgConnection| -> String {
            sqlx::query_scalar("select pg_conf_load_time()::text").fetch_one(root).await.expect("known")
        };
        let before = loaded(&mut self.root).await;
        self.run("select pg_reload_conf()").await;
        while loaded(&mut self.root).await == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The only thing that the program learns of it.
    fn url(&self, role: &str, password: &str, database: &str) -> String {
        let socket = self.cluster.socket_dir().display();
        let port = self.cluster.base_options().get_port();
        format!("postgres://{role}:{password}@localhost:{port}/{database}?host={socket}")
    }

    async fn enter(&self, role: &str, password: &str, database: &str) -> Result<PgConnection, sqlx::Error> {
        self.cluster.base_options().username(role).password(password).database(database).connect().await
    }
}

/// The statements in what a command said.
fn statements(said: &str) -> Vec<String> {
    said.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(';')).map(str::to_owned).collect()
}

/// The lines of `doctor` with something to do.
fn faults(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.starts_with("TO DO")).collect()
}

/// Visits the agency's storefront until it is there, and signs its owner in.
async fn it_is_open(served: &Served, at: &Installation, slug: &str) {
    let visit = async {
        while served.visit(slug, "/").await.map_or(0, |reply| reply.status) != 200 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(120), visit).await.is_ok(), "{slug} is not open: {}", at.log());
    let email = format!("ana@{slug}.example");
    let reply = served.call("auth/sign_in", "", &[("email", &email), ("password", CHOSEN)]).await.expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.body);
    let cookies = reply.cookies();
    let headers = [("cookie", cookies.as_str())];
    assert_eq!(served.send("GET", "/app/properties", &headers, b"").await.expect("an answer").status, 200);
}

#[test]
fn a_fresh_server_is_enough_and_an_open_database_of_others_is_named() {
    run(async {
        let mut server = Server::fresh().await;
        server.run("create database accounts").await;
        let at = Installation::elsewhere(vec![("CENTRAL_DATABASE_URL", server.url("postgres", "", "crm"))]).await;
        let (migrated, said) = at.say(&["migrate"]).await;
        assert!(migrated, "{said}");
        // Somebody else's database, which we do not close: the agency's role would get in.
        let (made, said) = create(&at, "nova", "ana").await;
        assert!(!made, "{said}");
        assert!(said.contains("can enter \"accounts\""), "{said}");
        let close = "revoke connect on database \"accounts\" from public";
        assert!(said.contains(close), "{said}");
        let (well, said) = at.say(&["doctor"]).await;
        assert!(!well && said.contains("revoke connect on database accounts from public;"), "{said}");
        // The cause removed, the worker finishes the agency.
        server.run(close).await;
        let served = at.serve(&[]).await;
        it_is_open(&served, &at, "nova").await;
        let central: Vec<String> = sqlx::query_scalar(
            "select format('%s %s', datname, pg_get_userbyid(datdba)) from pg_database where datname in ('crm', 'postgres')
             order by 1",
        )
        .fetch_all(&mut server.root)
        .await
        .expect("listed");
        assert_eq!(central, ["crm migrator", "postgres postgres"], "one database was made, no other changed hands");
    });
}

#[test]
fn a_door_that_is_only_crowded_is_not_taken_for_a_shut_one() {
    run(async {
        let mut server = Server::fresh().await;
        // Somebody else's database, open to everybody, where no place is free at this moment.
        server.run("create database accounts connection limit 0").await;
        let at = Installation::elsewhere(vec![("CENTRAL_DATABASE_URL", server.url("postgres", "", "crm"))]).await;
        let (migrated, said) = at.say(&["migrate"]).await;
        assert!(migrated, "{said}");
        for slug in ["nova", "outra"] {
            let (made, said) = create(&at, slug, "ana").await;
            assert!(!made && said.contains("too many connections for database \"accounts\""), "{said}");
            assert!(said.contains("the worker goes on with it"), "{said}");
        }
        let mut central = server.cluster.superuser().database("crm").connect().await.expect("superuser");
        let open = "select count(*) from companies where status = 'active'";
        let open: i64 = sqlx::query_scalar(open).fetch_one(&mut central).await.expect("counted");
        assert_eq!(open, 0, "nobody is let in before it is known where else they would get in");
        // With a place free it is seen that they would; shut, that they do not.
        server.run("alter database accounts connection limit -1").await;
        let (_, said) = create(&at, "terceira", "ana").await;
        assert!(said.contains("can enter \"accounts\""), "{said}");
        server.run("revoke connect on database accounts from public").await;
        let (made, said) = create(&at, "quarta", "ana").await;
        assert!(made, "{said}");
    });
}

#[test]
fn what_a_role_may_not_make_is_asked_for_and_nothing_else_is() {
    run(async {
        let mut server = Server::fresh().await;
        server.run("create role web login password 'w'").await;
        server.run("create role maker login password 'm'").await;
        let (web, maker) = (server.url("web", "w", "crm"), server.url("maker", "m", "postgres"));
        let urls = vec![("CENTRAL_DATABASE_URL", web), ("PROVISIONER_DATABASE_URL", maker)];
        let at = Installation::elsewhere(urls).await;

        // A role without any right: all of it is asked for, and `doctor` says the same.
        let (migrated, said) = at.say(&["migrate"]).await;
        assert!(!migrated && said.contains("what the role \"maker\" may not make"), "{said}");
        let asked = statements(&said);
        for statement in [
            "create role migrator nologin",
            "create role central_app nologin",
            "alter role \"maker\" createdb createrole",
            "grant central_app to \"web\"",
            "create database \"crm\" owner migrator",
            "revoke all on database \"crm\" from public",
            "revoke all on database \"template1\" from public",
        ] {
            assert!(asked.iter().any(|asked| asked == statement), "{statement}: {said}");
        }
        let (well, said) = at.say(&["doctor"]).await;
        assert!(!well, "{said}");
        for statement in &asked {
            assert!(
                faults(&said).iter().any(|line| line.ends_with(&format!("run: {statement};"))),
                "{statement}: {said}"
            );
        }

        // One that makes roles and databases makes them; only what belongs to the superuser is left.
        server.run("alter role maker createdb createrole").await;
        let (migrated, said) = at.say(&["migrate"]).await;
        assert!(!migrated, "{said}");
        let left = [
            "grant connect on database \"postgres\" to \"maker\"",
            "revoke all on database \"postgres\" from public",
            "revoke all on database \"template1\" from public",
        ];
        assert_eq!(statements(&said), left, "{said}");
        for statement in left {
            server.run(statement).await;
        }
        let (migrated, said) = at.say(&["migrate"]).await;
        assert!(migrated, "{said}");
        let (made, said) = create(&at, "nova", "ana").await;
        assert!(made, "{said}");
        the_fences_stand(&server).await;

        // Rights alone keep agencies apart until pg_hba.conf does too.
        let (well, said) = at.say(&["doctor"]).await;
        assert!(!well, "{said}");
        assert!(matches!(faults(&said)[..], [line] if line.contains("sameuser +tenant_roles")), "{said}");
        let roles = "local all maker scram-sha-256\nlocal crm web scram-sha-256\n";
        server.let_in(&format!("{roles}local sameuser +tenant_roles scram-sha-256\n")).await;
        let (well, said) = at.say(&["doctor"]).await;
        assert!(well && faults(&said).is_empty(), "{said}");

        let mut served = at.serve(&[]).await;
        it_is_open(&served, &at, "nova").await;
        served.signal(Signal::SIGTERM);
        served.ended().await;
        // Who only serves holds the web part's credential and no other, in production too.
        let mut alone = Installation::elsewhere(at.variables.clone()).await;
        alone.folder = at.folder.clone();
        alone.variables.retain(|(name, _)| *name == "CENTRAL_DATABASE_URL");
        let (migrated, said) = alone.say(&["migrate"]).await;
        assert!(!migrated, "the web part's role makes nothing: {said}");
        let served = alone.serve(&["--no-worker"]).await;
        it_is_open(&served, &alone, "nova").await;
    });
}

/// As strong as on the private cluster: the web part's role has rows and no structure, and enters no agency's database.
async fn the_fences_stand(server: &Server) {
    let mut web = server.enter("web", "w", "crm").await.expect("its own door");
    sqlx::query("select from companies").execute(&mut web).await.expect("rows");
    for sql in [
        "set role migrator",
        "create table mine (id int)",
        "create role friend",
        "create database mine",
        "delete from tenant_audit_log",
        "update subscription_plans set display_name = 'Grátis'",
        "update subscription_plan_versions set price_monthly = 0",
    ] {
        let refused = web.execute(sql).await.expect_err(sql);
        let code = refused.as_database_error().and_then(|e| e.code().map(|code| code.into_owned()));
        assert_eq!(code.as_deref(), Some("42501"), "{sql}: {refused}");
    }
    let database: String =
        sqlx::query_scalar("select db_name from tenant_placements").fetch_one(&mut web).await.expect("one agency");
    for elsewhere in [database.as_str(), "postgres", "template1"] {
        let refused = server.enter("web", "w", elsewhere).await.expect_err(elsewhere);
        let code = refused.as_database_error().and_then(|e| e.code().map(|code| code.into_owned()));
        assert_eq!(code.as_deref(), Some("42501"), "{elsewhere}: {refused}");
    }
}

#[test]
fn a_url_that_does_not_open_is_named() {
    run(async {
        let mut server = Server::fresh().await;
        server.run("create role web login password 'w'").await;
        let (web, maker) = (server.url("web", "w", "crm"), server.url("maker", "m", "postgres"));
        let urls = vec![("CENTRAL_DATABASE_URL", web), ("PROVISIONER_DATABASE_URL", maker)];
        let at = Installation::elsewhere(urls).await;
        for command in ["migrate", "doctor"] {
            let (done, said) = at.say(&[command]).await;
            assert!(!done && said.contains("PROVISIONER_DATABASE_URL names"), "{command}: {said}");
        }
        // A role that is not there is asked for, in words that let nobody in when they are run as they stand.
        let (ghost, root) = (server.url("ghost", "g", "crm"), server.url("postgres", "", "postgres"));
        let urls = vec![("CENTRAL_DATABASE_URL", ghost), ("PROVISIONER_DATABASE_URL", root.clone())];
        let at = Installation::elsewhere(urls).await;
        let (done, said) = at.say(&["migrate"]).await;
        assert!(!done && statements(&said)[0].starts_with("create role \"ghost\" login /*"), "{said}");
        let url = root;
        let at = Installation::elsewhere(vec![("CENTRAL_DATABASE_URL", url)]).await;
        let (done, said) = at.say(&["migrate"]).await;
        assert!(!done && said.contains("name a database of its own"), "{said}");
    });
}

#[test]
fn a_server_with_too_few_connections_is_told_how_many_it_takes() {
    run(async {
        for (reserved, fault) in [("141", None), ("142", Some("alter system set max_connections = 251;"))] {
            let server = Server::set(&[("max_connections", "250"), ("superuser_reserved_connections", reserved)]).await;
            let at = Installation::elsewhere(vec![("CENTRAL_DATABASE_URL", server.url("postgres", "", "crm"))]).await;
            let (_, said) = at.say(&["doctor"]).await;
            let found: Vec<&str> =
                said.lines().filter(|line| line.split_whitespace().any(|word| word == "connections")).collect();
            let [line] = found[..] else { panic!("one line about connections: {said}") };
            assert_eq!(line.starts_with("TO DO"), fault.is_some(), "{line}");
            assert!(line.contains(fault.unwrap_or("32 of them")), "{line}");
        }
    });
}

#[test]
fn doctor_finds_nothing_to_do_on_a_private_cluster_and_a_fault_when_there_is_one() {
    run(async {
        let at = Installation::new().await;
        let (well, said) = at.say(&["doctor"]).await;
        assert!(well && faults(&said).is_empty(), "{said}");
        for check in [
            "version",
            "durability",
            "connections",
            "rights",
            "connect rights",
            "migrations",
            "template",
            "pg_hba.conf",
            "disk",
        ] {
            assert!(said.lines().any(|line| line.starts_with(&format!("ok     {check} "))), "{check}: {said}");
        }
        let databases = at.databases().await;
        let mut root = databases.cluster().expect("it is private").superuser().connect().await.expect("superuser");
        let [a, b] = [0, 1].map(|n| format!("t_{}", at.agencies[n].tenant.as_uuid().simple()));
        for sql in [format!("grant connect on database {a} to {b}"), "alter system set fsync = off".to_owned()] {
            root.execute(AssertSqlSafe(sql)).await.expect("done");
        }
        root.execute("select pg_reload_conf()").await.expect("read");
        let mut central = databases.cluster().expect("it is private").superuser().database("central");
        central = central.application_name("test");
        let mut central = central.connect().await.expect("superuser");
        central.execute("update tenant_placements set schema_version = 1").await.expect("set back");
        while sqlx::query_scalar::<_, String>("show fsync").fetch_one(&mut root).await.expect("known") == "on" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (well, said) = at.say(&["doctor", "--json"]).await;
        assert!(!well, "{said}");
        let findings: Vec<serde_json::Value> = serde_json::from_str(said.trim()).expect("JSON");
        let faults: Vec<_> = findings.iter().filter(|finding| finding["ok"] == false).collect();
        let says = |check: &str| -> &str {
            let fault = faults.iter().find(|fault| fault["check"] == check);
            fault.and_then(|fault| fault["says"].as_str()).unwrap_or_else(|| panic!("no {check}: {said}"))
        };
        assert_eq!(faults.len(), 3, "{said}");
        assert!(says("durability").contains("alter system set fsync = on;"), "{said}");
        assert!(says("connect rights").contains(&format!("revoke connect on database {a} from {b};")), "{said}");
        assert!(says("migrations").starts_with("2 agencies are behind"), "{said}");
        databases.close().await.expect("stopped");
    });
}

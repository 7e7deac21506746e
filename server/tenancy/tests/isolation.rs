//! Isolation as PostgreSQL enforces it: cases 1 to 8 of the acceptance list, on the real cluster, with two agencies.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row};
use std::time::Duration;
use tenancy::Route;
use tenancy::testing::{agency, as_tenant, run, superuser};

async fn connect(route: &Route, database: &str) -> Result<PgConnection, sqlx::Error> {
    as_tenant(route, database).await.connect().await
}

/// The code with which the server has refused it, or what else has gone wrong.
#[track_caller]
fn told<T>(result: Result<T, sqlx::Error>) -> String {
    let error = result.err().expect("it must be refused");
    let code = error.as_database_error().and_then(|e| e.code()).map(|c| c.into_owned());
    code.unwrap_or_else(|| error.to_string())
}

#[track_caller]
fn refused(result: Result<PgConnection, sqlx::Error>) -> String {
    told(result)
}

#[test]
fn a_role_cannot_enter_another_agencys_database() {
    run(async {
        let (a, b) = (agency().await, agency().await);
        assert_eq!(refused(connect(&a.route, &b.route.placement.db_name).await), "28000");
        assert!(connect(&a.route, &a.route.placement.db_name).await.is_ok(), "its own door opens");
        for elsewhere in ["postgres", "template1", "central"] {
            assert_eq!(refused(connect(&a.route, elsewhere).await), "28000", "{elsewhere}");
        }
    });
}

#[test]
fn a_mistaken_grant_opens_nothing() {
    run(async {
        let (a, b) = (agency().await, agency().await);
        let mut root = superuser().await.connect().await.expect("superuser");
        let (db, role) = (&b.route.placement.db_name, &a.route.placement.role_name);
        root.execute(AssertSqlSafe(format!("grant connect on database {db} to {role}"))).await.expect("granted");
        // The second fence: the host-based rule lets a role into the database of its own name only.
        assert_eq!(refused(connect(&a.route, db).await), "28000");
    });
}

#[test]
fn without_the_fences_the_first_case_fails() {
    run(async {
        // The negative control: each fence is met alone, then both are down, and A walks in.
        let (a, b) = (agency().await, agency().await);
        let mut root = superuser().await.connect().await.expect("superuser");
        let (db, role) = (&b.route.placement.db_name, &a.route.placement.role_name);
        let hba: String = sqlx::query_scalar("show hba_file").fetch_one(&mut root).await.expect("a path");
        let rules = std::fs::read_to_string(&hba).expect("readable");
        std::fs::write(&hba, format!("local {db} {role} scram-sha-256\n{rules}")).expect("writable");
        sqlx::query("select pg_reload_conf()").execute(&mut root).await.expect("reloaded");
        let mut alone = refused(connect(&a.route, db).await);
        for _ in 0..100 {
            if alone != "28000" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            alone = refused(connect(&a.route, db).await);
        }
        root.execute(AssertSqlSafe(format!("grant connect on database {db} to public"))).await.expect("granted");
        let entered = connect(&a.route, db).await.map(drop).map_err(|error| error.to_string());
        std::fs::write(&hba, rules).expect("writable");
        sqlx::query("select pg_reload_conf()").execute(&mut root).await.expect("reloaded");
        assert_eq!(alone, "42501", "nobody but the database's own role has the right to connect");
        assert_eq!(entered, Ok(()), "the test of case 1 could not have failed");
    });
}

#[test]
fn a_role_cannot_change_what_it_lives_in() {
    run(async {
        let a = agency().await;
        let mut conn = connect(&a.route, &a.route.placement.db_name).await.expect("own database");
        let mut root = superuser().await.database(&a.route.placement.db_name).connect().await.expect("superuser");
        for forbidden in [
            "create table mine (id int)",
            "create temporary table mine (id int)",
            "truncate form_drafts",
            "alter table properties add column mine int",
            "drop table form_drafts",
            "copy properties to program 'cat >/dev/null'",
            "copy properties to '/dev/null'",
            "select pg_read_file('/etc/passwd')",
            "select lo_import('/etc/passwd')",
            "create extension dblink",
            "create extension postgres_fdw",
            "create role mine",
            "alter role current_user createdb",
            "set role migrator",
            "update plan_limits set max_value = null",
            "insert into plan_limits (resource) values ('mine')",
            "update _tenant_identity set tenant_id = gen_random_uuid()",
            "delete from activity_log",
            "update activity_log set action = 'x.y'",
            "update outbox set kind = 'job'",
            "delete from _sqlx_migrations",
        ] {
            // Each in the read-write mode that the product's own transactions use.
            let sql = format!("begin read write; {forbidden}");
            // Nothing but the right is missing: whoever has it does the same.
            root.execute(AssertSqlSafe(sql.clone())).await.expect(forbidden);
            root.execute("rollback").await.expect("rolled back");
            assert_eq!(told(conn.execute(AssertSqlSafe(sql)).await), "42501", "{forbidden}");
            conn.execute("rollback").await.expect("rolled back");
        }
        // Not allowed in a transaction by anybody, so tried outside of one.
        assert_eq!(told(conn.execute("create database mine").await), "42501");
    });
}

#[test]
fn a_role_sees_no_other_agencys_queries_and_sizes() {
    run(async {
        let (a, b) = (agency().await, agency().await);
        let (own, other) = (&a.route.placement.db_name, &b.route.placement.db_name);
        let mut root = superuser().await.database(own).connect().await.expect("superuser");
        root.execute("create extension pg_stat_statements").await.expect("an administrator looks for what is slow");
        let mut theirs = connect(&b.route, other).await.expect("own database");
        theirs.execute("select 1 as canary_of_b").await.expect("runs");
        let mut ours = connect(&a.route, own).await.expect("own database");
        ours.execute("select 1 as canary_of_a").await.expect("runs");
        for view in ["pg_stat_activity", "pg_stat_statements"] {
            let asked = format!("select query from {view} where query like '%canary%' and query not like '%{view}%'");
            let seen = async |conn: &mut PgConnection| {
                let all: Vec<String> =
                    sqlx::query_scalar(AssertSqlSafe(asked.clone())).fetch_all(conn).await.expect("readable");
                ["canary_of_a", "canary_of_b"].map(|canary| all.iter().any(|query| query.contains(canary)))
            };
            assert_eq!(seen(&mut root).await, [true, true], "{view}: whoever may look sees both");
            // What is asked is itself the session's query by then.
            assert_eq!(seen(&mut ours).await, [view != "pg_stat_activity", false], "{view}");
        }
        let mut size = async |name: &str| {
            let asked = sqlx::query_scalar::<_, i64>("select pg_database_size($1)").bind(name.to_owned());
            asked.fetch_one(&mut ours).await
        };
        assert!(size(own).await.expect("its own") > 0);
        assert_eq!(told(size(other).await), "42501", "the size of another's database");
    });
}

#[test]
fn a_database_in_the_making_admits_nobody() {
    run(async {
        use std::sync::Arc;
        use tenancy::provision::Step;
        let bed = tenancy::testing::bed().await;
        let (stopped, mut reached) = tokio::sync::mpsc::unbounded_channel();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let wait = std::sync::Mutex::new(wait);
        let provisioner = bed.deployment.provisioner().observed(Arc::new(move |step| {
            if step == Step::Database {
                let _ = stopped.send(());
                // In place: what waits behind this thread goes to another.
                tokio::task::block_in_place(|| {
                    wait.lock().expect("not poisoned").recv_timeout(Duration::from_secs(20))
                })
                .expect("the test lets it go");
            }
        }));
        let new = tenancy::testing::new_tenant();
        let (name, slug) = (new.name.clone(), new.slug.clone());
        let making = tokio::spawn(async move { provisioner.create(&new).await });
        reached.recv().await.expect("the step is reached");
        let company =
            tenancy::central::companies::find_by_slug(bed.deployment.central(), &slug).await.expect("reserved");
        assert_eq!(company.name, name);
        let db = format!("t_{}", company.id.as_uuid().simple());
        let other = agency().await;
        assert_eq!(refused(connect(&other.route, &db).await), "28000");
        // Its own role is there by now, with its password, and its own door has not been opened.
        bed.routes.reload().await.expect("read");
        let route = bed.routes.by_slug(&slug).expect("known");
        assert_eq!((refused(connect(&route, &db).await).as_str(), route.placement.db_name == db), ("55000", true));
        let mut root = superuser().await.connect().await.expect("superuser");
        let open: bool = sqlx::query_scalar("select datallowconn from pg_database where datname = $1")
            .bind(&db)
            .fetch_one(&mut root)
            .await
            .expect("it is there");
        assert!(!open, "between the copy and the lock-down, connections are refused");
        assert_eq!(route.status, tenancy::Status::Provisioning);
        go.send(()).expect("the step waits");
        making.await.expect("no panic").expect("made");
        assert!(connect(&route, &db).await.is_ok(), "the door opens, for its own role");
        assert_eq!(refused(connect(&other.route, &db).await), "28000");
    });
}

/// What an agency's role may do with each table, and with each sequence.
const DECLARED: [(&str, &str); 14] = [
    ("_sqlx_migrations", "SELECT"),
    ("_tenant_identity", "SELECT"),
    ("activity_log", "INSERT,SELECT"),
    ("form_drafts", "DELETE,INSERT,SELECT,UPDATE"),
    ("import_batches", "DELETE,INSERT,SELECT,UPDATE"),
    ("outbox", "DELETE,INSERT,SELECT"),
    ("outbox_seq_seq", "SELECT,USAGE"),
    ("plan_limits", "SELECT"),
    ("properties", "DELETE,INSERT,SELECT,UPDATE"),
    ("property_codes", "INSERT,SELECT,UPDATE"),
    ("property_photos", "DELETE,INSERT,SELECT,UPDATE"),
    ("staff", "INSERT,SELECT,UPDATE"),
    ("store_settings", "SELECT,UPDATE"),
    ("usage_counters", "SELECT,UPDATE"),
];

#[test]
fn every_table_has_exactly_the_declared_rights() {
    run(async {
        let a = agency().await;
        let mut root = superuser().await.database(&a.route.placement.db_name).connect().await.expect("superuser");
        let rows = sqlx::query(
            "select c.relname::text as name, pg_get_userbyid(c.relowner)::text as owner,
                    coalesce((select string_agg(g.privilege_type, ',' order by g.privilege_type)
                              from aclexplode(c.relacl) g where g.grantee = 'tenant_app'::regrole), '') as rights,
                    exists (select from aclexplode(c.relacl) g
                            where g.grantee not in ('tenant_app'::regrole, c.relowner) or g.is_grantable) as others,
                    exists (select from pg_attribute where attrelid = c.oid and attacl is not null) as columns
             from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind not in ('i', 'I', 'c', 't')
             order by c.relname collate \"C\"",
        )
        .fetch_all(&mut root)
        .await
        .expect("readable");
        let found: Vec<(String, String)> = rows.iter().map(|row| (row.get("name"), row.get("rights"))).collect();
        assert_eq!(found, DECLARED.map(|(name, rights)| (name.to_owned(), rights.to_owned())));
        for row in rows {
            let (name, owner): (String, String) = (row.get("name"), row.get("owner"));
            assert_eq!(owner, "migrator", "{name} belongs to a role that nobody signs in as");
            assert!(!row.get::<bool, _>("others"), "{name} is granted to somebody else, or to be handed on");
            assert!(!row.get::<bool, _>("columns"), "a column of {name} has rights of its own");
        }
        let login: bool = sqlx::query_scalar("select rolcanlogin from pg_roles where rolname = 'migrator'")
            .fetch_one(&mut root)
            .await
            .expect("the owner exists");
        assert!(!login);
    });
}

/// Whether it is this many hexadecimal digits.
fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_opaque(name: &str) -> bool {
    name.strip_prefix("t_").is_some_and(|rest| is_hex(rest, 32))
}

/// A database's name, and what is written on it: nothing there but numbers, and what every installation has.
fn says_nothing(name: &str, comment: &str) -> bool {
    if is_opaque(name) {
        // Whose it is, by number; a moment after it was copied there is nothing on it yet.
        let id = name[2..].parse::<uuid::Uuid>().expect("an identifier");
        return comment.is_empty() || comment == format!("sobrado:{id}");
    }
    if let Some(rest) = name.strip_prefix("tenant_template_v") {
        let version = rest.strip_suffix("_draft").unwrap_or(rest);
        let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        let is_digest = comment.strip_prefix("schema:").is_some_and(|digest| is_hex(digest, 64));
        return is_version && (comment.is_empty() || is_digest);
    }
    match name {
        "postgres" => comment == "default administrative connection database",
        "template0" => comment == "unmodifiable empty database",
        "template1" => comment == "default template for new databases",
        "central" => comment.is_empty(),
        look => look.strip_prefix("sobrado_look_").is_some_and(|rest| is_hex(rest, 32)) && comment.is_empty(),
    }
}

#[test]
fn no_customers_name_is_in_the_catalogues() {
    run(async {
        let (a, b) = (agency().await, agency().await);
        let mut conn = connect(&a.route, &a.route.placement.db_name).await.expect("own database");
        let databases = "select datname::text, coalesce(shobj_description(oid, 'pg_database'), '') from pg_database";
        let databases: Vec<(String, String)> = sqlx::query_as(databases).fetch_all(&mut conn).await.expect("readable");
        let roles = "select rolname::text, coalesce(shobj_description(oid, 'pg_authid'), '') from pg_roles";
        let roles: Vec<(String, String)> = sqlx::query_as(roles).fetch_all(&mut conn).await.expect("readable");
        for all in [&databases, &roles] {
            assert!(all.iter().any(|(name, _)| *name == b.route.placement.db_name), "B is among them: {all:?}");
        }
        for (name, comment) in &databases {
            assert!(says_nothing(name, comment), "database {name:?}: {comment:?}");
        }
        let ours = ["postgres", "migrator", "provisioner", "central_app", "tenant_app", "tenant_roles"];
        for (name, comment) in &roles {
            let is_known = is_opaque(name) || name.starts_with("pg_") || ours.contains(&name.as_str());
            assert!(is_known && comment.is_empty(), "role {name:?}: {comment:?}");
        }
        // The net is fine enough for what it is to catch.
        for name in [&b.route.slug, "t_casa_azul", "t_0123", "tenant_template_v", "tenant_template_vazul"] {
            assert!(!says_nothing(name, "") && !is_opaque(name), "{name}");
        }
        assert!(!says_nothing(&b.route.placement.db_name, &format!("sobrado:{}", b.route.slug)));
    });
}

#[test]
fn runtime_roles_hold_no_special_rights() {
    run(async {
        let a = agency().await;
        let mut root = superuser().await.connect().await.expect("superuser");
        for role in [a.route.placement.role_name.as_str(), "central_app"] {
            let row = sqlx::query(
                "select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as special, rolconnlimit
                 from pg_roles where rolname = $1",
            )
            .bind(role)
            .fetch_one(&mut root)
            .await
            .expect("the role exists");
            assert!(!row.get::<bool, _>("special"), "{role}");
            assert!(row.get::<i32, _>("rolconnlimit") > 0, "{role} has a limit");
        }
        let public: bool = sqlx::query_scalar("select has_database_privilege('public', $1, 'connect')")
            .bind(&a.route.placement.db_name)
            .fetch_one(&mut root)
            .await
            .expect("asked");
        assert!(!public, "nobody but the agency's role has CONNECT");
        root.close().await.expect("closed");
    });
}

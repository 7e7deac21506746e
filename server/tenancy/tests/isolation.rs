//! Isolation as PostgreSQL enforces it: cases 1 to 8 of the acceptance list, on the real cluster, with two agencies.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row};
use std::time::Duration;
use tenancy::Route;
use tenancy::testing::{agency, as_tenant, run, superuser};

async fn connect(route: &Route, database: &str) -> Result<PgConnection, sqlx::Error> {
    as_tenant(route, database).await.connect().await
}

#[track_caller]
fn refused(result: Result<PgConnection, sqlx::Error>) -> String {
    let error = result.expect_err("the door must be shut");
    let code = error.as_database_error().and_then(|e| e.code()).map(|c| c.into_owned());
    code.unwrap_or_else(|| error.to_string())
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
        // The negative control: what PostgreSQL does when nobody revokes. Both fences are taken down, and A walks in.
        let (a, b) = (agency().await, agency().await);
        let mut root = superuser().await.connect().await.expect("superuser");
        let (db, role) = (&b.route.placement.db_name, &a.route.placement.role_name);
        root.execute(AssertSqlSafe(format!("grant connect on database {db} to public"))).await.expect("granted");
        let hba: String = sqlx::query_scalar("show hba_file").fetch_one(&mut root).await.expect("a path");
        let rules = std::fs::read_to_string(&hba).expect("readable");
        std::fs::write(&hba, format!("local {db} {role} scram-sha-256\n{rules}")).expect("writable");
        sqlx::query("select pg_reload_conf()").execute(&mut root).await.expect("reloaded");
        let mut entered = false;
        for _ in 0..50 {
            entered = connect(&a.route, db).await.is_ok();
            if entered {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        std::fs::write(&hba, rules).expect("writable");
        sqlx::query("select pg_reload_conf()").execute(&mut root).await.expect("reloaded");
        assert!(entered, "the test of case 1 could not have failed");
    });
}

#[test]
fn a_role_cannot_change_what_it_lives_in() {
    run(async {
        let a = agency().await;
        let mut conn = connect(&a.route, &a.route.placement.db_name).await.expect("own database");
        for forbidden in [
            "create table mine (id int)",
            "create temporary table mine (id int)",
            "truncate properties",
            "alter table properties add column mine int",
            "drop table properties",
            "copy properties to program 'true'",
            "copy properties to '/properties'",
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
            let error = conn.execute(AssertSqlSafe(sql)).await.err();
            let code = error.and_then(|e| e.as_database_error().and_then(|e| e.code()).map(|c| c.into_owned()));
            assert!(matches!(code.as_deref(), Some("42501" | "0A000" | "2BP01")), "{forbidden}: {code:?}");
            conn.execute("rollback").await.expect("rolled back");
        }
        // Not allowed in a transaction by anybody, so tried outside of one.
        let error = conn.execute("create database mine").await.expect_err("refused");
        assert_eq!(error.as_database_error().and_then(|e| e.code()).as_deref(), Some("42501"));
    });
}

#[test]
fn a_role_sees_no_other_agencys_queries_and_sizes() {
    run(async {
        let (a, b) = (agency().await, agency().await);
        let mut theirs = connect(&b.route, &b.route.placement.db_name).await.expect("own database");
        theirs.execute("select 'canary-of-b'").await.expect("runs");
        let mut ours = connect(&a.route, &a.route.placement.db_name).await.expect("own database");
        let seen: Vec<Option<String>> =
            sqlx::query_scalar("select query from pg_stat_activity").fetch_all(&mut ours).await.expect("readable");
        assert!(!seen.iter().flatten().any(|q| q.contains("canary-of-b")), "{seen:?}");
        let size =
            sqlx::query("select pg_database_size($1)").bind(&b.route.placement.db_name).fetch_one(&mut ours).await;
        assert!(size.is_err(), "the size of another's database");
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
        assert_ne!(refused(connect(&other.route, &db).await), "");
        let mut root = superuser().await.connect().await.expect("superuser");
        let open: bool = sqlx::query_scalar("select datallowconn from pg_database where datname = $1")
            .bind(&db)
            .fetch_one(&mut root)
            .await
            .expect("it is there");
        assert!(!open, "between the copy and the lock-down, connections are refused");
        bed.routes.reload().await.expect("read");
        assert_ne!(bed.routes.by_slug(&slug).expect("known").status, tenancy::Status::Active);
        go.send(()).expect("the step waits");
        making.await.expect("no panic").expect("made");
    });
}

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
                            where g.grantee not in ('tenant_app'::regrole, c.relowner)) as others
             from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm')
             order by 1",
        )
        .fetch_all(&mut root)
        .await
        .expect("readable");
        assert!(rows.len() > 10);
        for row in rows {
            let (name, owner): (String, String) = (row.get("name"), row.get("owner"));
            let (rights, others): (String, bool) = (row.get("rights"), row.get("others"));
            let declared = match name.as_str() {
                "_tenant_identity" | "plan_limits" | "_sqlx_migrations" => "SELECT",
                "activity_log" => "INSERT,SELECT",
                "outbox" => "DELETE,INSERT,SELECT",
                "store_settings" | "usage_counters" => "SELECT,UPDATE",
                "property_codes" | "staff" => "INSERT,SELECT,UPDATE",
                _ => "DELETE,INSERT,SELECT,UPDATE",
            };
            assert_eq!(rights, declared, "{name}");
            assert_eq!(owner, "migrator", "{name} belongs to a role that nobody signs in as");
            assert!(!others, "{name} is granted to somebody else");
        }
        let login: bool = sqlx::query_scalar("select rolcanlogin from pg_roles where rolname = 'migrator'")
            .fetch_one(&mut root)
            .await
            .expect("the owner exists");
        assert!(!login);
    });
}

#[test]
fn no_customers_name_is_in_the_catalogues() {
    run(async {
        let (a, b) = (agency().await, agency().await);
        let mut conn = connect(&a.route, &a.route.placement.db_name).await.expect("own database");
        let names: Vec<String> = sqlx::query_scalar(
            "select datname::text from pg_database union all select rolname::text from pg_roles
             union all select coalesce(shobj_description(oid, 'pg_database'), '') from pg_database",
        )
        .fetch_all(&mut conn)
        .await
        .expect("readable");
        for name in names {
            assert!(!name.contains(&b.route.slug) && !name.contains(&b.route.name), "{name}");
        }
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

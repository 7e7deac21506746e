//! The log of what was done: one chain an agency and one for the platform, added to by whomever, changed by nobody, and whatever
//! is done to it behind everybody's back is named. OBS-09.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use sha2::{Digest as _, Sha256};
use sqlx::{ConnectOptions as _, Executor as _, PgConnection};
use std::collections::{BTreeMap, BTreeSet};
use tenancy::central::audit::{self, Event};
use tenancy::central::audit_chain::{self, Anchor, Broken, Fault, walk};
use tenancy::central::companies::By;
use tenancy::central::people::NewPerson;
use tenancy::central::{alerts, operation_log};
use tenancy::testing::{Agency, PASSWORD_HASH, agency, bed, run, superuser};
use tenancy::{Key, migrate, relay};
use time::OffsetDateTime;
use uuid::Uuid;

async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

/// Above every rule: as somebody who owns the server and covers their tracks.
async fn intruder() -> PgConnection {
    let mut root = central().await;
    root.execute("set session_replication_role = replica").await.expect("no trigger runs");
    root
}

fn event(a: &Agency, n: usize) -> Event {
    let changes = serde_json::json!({"title": ["", format!("Casa {n}")]});
    Event { tenant: Some(a.route.tenant), changes, ..Event::of_platform("property.update", "property", Uuid::now_v7()) }
}

/// An agency whose chain has six lines, and their identifiers.
async fn with_lines() -> (Agency, Vec<Uuid>) {
    let a = agency().await;
    for n in 1..=4 {
        audit::record(bed().await.deployment.central(), event(&a, n)).await.expect("written");
    }
    let ids = sqlx::query_scalar("select id from tenant_audit_log where tenant_id = $1 order by seq");
    let ids: Vec<Uuid> = ids.bind(a.route.tenant).fetch_all(&mut central().await).await.expect("listed");
    assert_eq!(ids.len(), 6, "the first two say that the agency was made, and asked to pay");
    (a, ids)
}

async fn walked(a: &Agency, anchors: &[Anchor]) -> Option<Broken> {
    let central = bed().await.deployment.central();
    walk(central, a.route.tenant.as_uuid(), anchors).await.expect("walked").broken
}

fn broken(line: Uuid, place: i64, fault: Fault) -> Option<Broken> {
    Some(Broken { line: Some(line), place, fault })
}

#[test]
fn whatever_is_done_to_a_chain_is_named_with_the_first_line_that_does_not_fit() {
    run(async {
        let mut root = intruder().await;
        // What is done to the lines 1 to 6, which line is named then, its place, and what is wrong with it.
        let cases = [
            ("update tenant_audit_log set changes = '{}' where id = $3", 2, 3, Fault::Changed),
            ("update tenant_audit_log set user_id = id where id = $3", 2, 3, Fault::Changed),
            ("update tenant_audit_log set at = at - interval '1 microsecond' where id = $3", 2, 3, Fault::Changed),
            ("update tenant_audit_log set hash_version = 1 where id = $3", 2, 3, Fault::Changed),
            ("delete from tenant_audit_log where id = $3", 3, 3, Fault::OutOfPlace),
            ("delete from tenant_audit_log where id = $1", 1, 1, Fault::OutOfPlace),
            (
                "with gone as (delete from tenant_audit_log where id in ($3, $4) returning *)
                 insert into tenant_audit_log overriding system value
                 select (jsonb_populate_record(null::tenant_audit_log, to_jsonb(g) || jsonb_build_object('seq', o.seq))).*
                 from gone g join gone o on o.id <> g.id where true",
                3,
                3,
                Fault::OutOfPlace,
            ),
            ("delete from tenant_audit_log where id = $6", 4, 5, Fault::Cut),
            ("delete from tenant_audit_log where id in ($4, $5, $6)", 2, 3, Fault::Cut),
            ("delete from audit_heads where last_id = $6", 5, 6, Fault::Headless),
            ("update audit_heads set lines = 5, hash = (select hash from tenant_audit_log where id = $5) where last_id = $6", 5, 6, Fault::Headless),
        ];
        for (sql, named, place, fault) in cases {
            let ((a, ids), (b, _)) = (with_lines().await, with_lines().await);
            assert_eq!(walked(&a, &[]).await, None);
            // Every number stands somewhere, so that all six can be given.
            let sql = format!("{sql} and num_nonnulls($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6::uuid) = 6");
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql.clone()));
            for id in &ids {
                query = query.bind(id);
            }
            assert!(query.execute(&mut root).await.expect("done").rows_affected() > 0, "{sql}");
            assert_eq!(walked(&a, &[]).await, broken(ids[named], place, fault), "{sql}");
            assert_eq!(walked(&b, &[]).await, None, "another agency's chain is its own: {sql}");
        }
    });
}

/// Puts a line in behind this one, with a hash that is right for what it says; those after it make room.
async fn put_in(root: &mut PgConnection, a: &Agency, after: Uuid) -> Uuid {
    let room = "with gone as (
             delete from tenant_audit_log where tenant_id = $1 and seq > (select seq from tenant_audit_log where id = $2)
             returning *)
         insert into tenant_audit_log overriding system value
         select (jsonb_populate_record(null::tenant_audit_log, to_jsonb(g) || jsonb_build_object('seq', g.seq + 1))).*
         from gone g";
    sqlx::query(room).bind(a.route.tenant).bind(after).execute(&mut *root).await.expect("moved on");
    let id = Uuid::now_v7();
    let sql = "with l as (select $1::uuid as id, now() as at, tenant_id, hash as prev, seq from tenant_audit_log where id = $2)
         insert into tenant_audit_log (id, at, tenant_id, action, entity_type, prev_hash, hash_version, hash, seq)
         overriding system value
         select id, at, tenant_id, 'property.create', 'property', prev, 2,
                sha256(prev || convert_to(jsonb_build_array(2, id, (extract(epoch from at) * 1000000)::bigint, tenant_id, null,
                    null, 'property.create', 'property', null, '{}'::jsonb, null, null, null)::text, 'UTF8')), seq + 1
         from l";
    sqlx::query(sql).bind(id).bind(after).execute(root).await.expect("put in");
    id
}

#[test]
fn a_line_that_was_put_in_is_named_though_its_own_hash_is_right() {
    run(async {
        let mut root = intruder().await;
        let (a, ids) = with_lines().await;
        put_in(&mut root, &a, ids[2]).await;
        // It follows from the third as the true fourth line does: that one finds its place taken.
        assert_eq!(walked(&a, &[]).await, broken(ids[3], 5, Fault::OutOfPlace));
        // At the end, where nothing follows: the head has not come so far.
        let (a, ids) = with_lines().await;
        let foreign = put_in(&mut root, &a, ids[5]).await;
        assert_eq!(walked(&a, &[]).await, broken(foreign, 7, Fault::Headless));
    });
}

#[test]
fn a_chain_that_was_written_anew_is_not_the_one_that_was_written_down_outside() {
    run(async {
        let (central_db, key) = (bed().await.deployment.central(), bed().await.deployment.key());
        let (a, ids) = with_lines().await;
        let heads =
            audit_chain::heads(central_db, key, &BTreeMap::new(), OffsetDateTime::now_utc()).await.expect("read");
        let ours: Vec<Anchor> = heads.into_iter().filter(|head| head.chain == a.route.tenant.as_uuid()).collect();
        assert_eq!((ours.len(), ours[0].lines), (1, 6));
        assert!(ours[0].is_ours(key));
        audit::record(central_db, event(&a, 6)).await.expect("it goes on");
        assert_eq!(walked(&a, &ours).await, None, "past where it was");
        // Whoever owns the server takes the last line and its head back, and nobody sees it from inside.
        let mut root = intruder().await;
        for sql in [
            "delete from tenant_audit_log where tenant_id = $1 and seq > (select seq from tenant_audit_log where id = $2)",
            "update audit_heads set lines = 5, last_id = $2, hash = (select hash from tenant_audit_log where id = $2) where chain = $1",
        ] {
            sqlx::query(sql).bind(a.route.tenant).bind(ids[4]).execute(&mut root).await.expect("taken back");
        }
        assert_eq!(walked(&a, &[]).await, None, "the control: without what is outside it is whole");
        assert_eq!(walked(&a, &ours).await, broken(ids[4], 5, Fault::Cut));
        // Then it is given another sixth line, as good as the first one was.
        audit::record(central_db, event(&a, 99)).await.expect("written");
        assert_eq!(walked(&a, &[]).await, None);
        let found = walked(&a, &ours).await.expect("it is noticed");
        assert_eq!((found.place, found.fault), (6, Fault::Rewritten));
        // And at last nothing of it is left.
        for sql in ["delete from tenant_audit_log where tenant_id = $1", "delete from audit_heads where chain = $1"] {
            sqlx::query(sql).bind(a.route.tenant).execute(&mut root).await.expect("deleted");
        }
        assert_eq!(walked(&a, &ours).await, Some(Broken { line: None, place: 0, fault: Fault::Cut }));
        assert!(audit_chain::chains(central_db, &ours).await.expect("listed").contains(&a.route.tenant.as_uuid()));
        // What was written down is worth something because nobody else can write it.
        let stranger = Key::parse("another secret of thirty-two characters").expect("long enough");
        assert!(!ours[0].is_ours(&stranger));
        assert!(!Anchor { lines: 5, ..ours[0].clone() }.is_ours(key));
    });
}

#[test]
fn nobodys_hand_changes_what_was_written() {
    run(async {
        let (a, ids) = with_lines().await;
        let mut root = central().await;
        for role in ["central_app", "provisioner", "migrator", "postgres"] {
            let is_superuser: bool = sqlx::query_scalar("select rolsuper from pg_roles where rolname = $1")
                .bind(role)
                .fetch_optional(&mut root)
                .await
                .expect("asked")
                .unwrap_or_default();
            if !is_superuser {
                root.execute(sqlx::AssertSqlSafe(format!("set role {role}"))).await.expect("as this role");
            }
            for sql in [
                "update tenant_audit_log set action = 'property.create'",
                "delete from tenant_audit_log",
                "truncate tenant_audit_log",
                "delete from audit_heads",
                "truncate audit_heads",
                "update audit_heads set lines = lines - 1",
                "update audit_heads set hash = ''",
            ] {
                let refused = root.execute(sql).await.expect_err(sql);
                let code = refused
                    .as_database_error()
                    .and_then(|error| error.code())
                    .expect("the server refuses")
                    .into_owned();
                assert_eq!(code, "42501", "{role}: {sql}: {refused}");
            }
            root.execute("reset role").await.expect("oneself again");
        }
        assert_eq!(walked(&a, &[]).await, None);
        assert_eq!(ids.len(), 6);
        // A line that does not follow from the last one is refused, and its transaction is to be tried again.
        let fork = "insert into tenant_audit_log (id, at, tenant_id, action, entity_type, prev_hash, hash)
             select gen_random_uuid(), now(), tenant_id, action, entity_type, prev_hash, hash from tenant_audit_log where id = $1";
        root.execute("set role central_app").await.expect("as the web part");
        for line in [ids[0], ids[3]] {
            let refused = sqlx::query(fork).bind(line).execute(&mut root).await.expect_err("a chain has one end");
            let code =
                refused.as_database_error().and_then(|error| error.code()).expect("the server refuses").into_owned();
            assert_eq!(code, "40001", "{refused}");
        }
    });
}

#[test]
fn relays_and_direct_writers_at_once_make_one_chain_of_each_agency() {
    run(async {
        let bed = bed().await;
        let (a, b) = (agency().await, agency().await);
        let mut outboxes = BTreeSet::new();
        for agency in [&a, &b] {
            for n in 0..30 {
                let mut tx = agency.db.begin().await.expect("a transaction");
                let line = Uuid::now_v7();
                let payload = serde_json::to_value(event(agency, n)).expect("serialises");
                let query = sqlx::query("insert into outbox (id, kind, payload) values ($1, 'audit', $2)");
                query.bind(line).bind(payload).execute(&mut tx).await.expect("written");
                tx.commit().await.expect("committed");
                outboxes.insert(line);
            }
        }
        let tasks: Vec<_> = (0..12)
            .map(|n| {
                let agency = if n % 2 == 0 { &a } else { &b };
                let (db, tenant) = (agency.db.clone(), agency.route.tenant);
                tokio::spawn(async move {
                    let (central, key) = (bed.deployment.central(), bed.deployment.key());
                    if n < 6 {
                        relay::deliver(central, key, &db).await.map(drop)
                    } else {
                        for _ in 0..10 {
                            let event = Event {
                                tenant: Some(tenant),
                                ..Event::of_platform("tenant.test", "company", tenant.as_uuid())
                            };
                            audit::record(central, event).await?;
                            audit::record(central, Event::of_platform("platform.test", "company", tenant.as_uuid()))
                                .await?;
                        }
                        Ok(())
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic").expect("written");
        }
        let mut root = central().await;
        for agency in [&a, &b] {
            assert_eq!(walked(agency, &[]).await, None);
            let count = "select count(*) from tenant_audit_log where tenant_id = $1";
            let count: i64 =
                sqlx::query_scalar(count).bind(agency.route.tenant).fetch_one(&mut root).await.expect("counted");
            assert_eq!(count, 2 + 30 + 30);
        }
        let there: Vec<Uuid> = sqlx::query_scalar("select id from tenant_audit_log where id = any($1)")
            .bind(outboxes.iter().copied().collect::<Vec<_>>())
            .fetch_all(&mut root)
            .await
            .expect("listed");
        assert_eq!(there.into_iter().collect::<BTreeSet<_>>(), outboxes, "each once");
        let platform = walk(bed.deployment.central(), Uuid::nil(), &[]).await.expect("walked");
        assert_eq!(platform.broken, None);
        assert!(platform.lines >= 60, "the platform's own chain");
    });
}

#[test]
fn a_hash_is_made_of_what_is_kept_in_whatever_form_it_came() {
    run(async {
        let central_db = bed().await.deployment.central();
        let a = agency().await;
        for changes in [
            r#"{"price": [1e16, 1.50], "b": 1, "aa": {"z": null, "y": [true, "\u00e9 \" \\ \n"]}}"#,
            r#"{"price": [12345678901234567890123, 0.10]}"#,
            r#"{"price": [-0.0, 1E-7]}"#,
            "[]",
        ] {
            let changes = serde_json::from_str(changes).expect("JSON");
            let ip_address = Some("0:0:0:0:0:FFFF:203.0.113.9".to_owned());
            let at = OffsetDateTime::from_unix_timestamp_nanos(1_795_489_500_123_456_789).expect("in range");
            audit::record(central_db, Event { changes, ip_address, at, ..event(&a, 1) }).await.expect("written");
        }
        assert_eq!(walked(&a, &[]).await, None);
    });
}

#[test]
fn lines_of_the_first_version_are_walked_as_they_were_made() {
    run(async {
        let a = agency().await;
        let mut root = central().await;
        let head = "select hash from audit_heads where chain = $1";
        let before: Vec<u8> =
            sqlx::query_scalar(head).bind(a.route.tenant).fetch_one(&mut root).await.expect("its head");
        let (id, at) = (Uuid::now_v7(), OffsetDateTime::from_unix_timestamp(1_795_489_500).expect("in range"));
        let body = serde_json::json!([
            id, "1795489500000000000", a.route.tenant, null, null, "property.create", "property", null, {"b": 1, "a": 2}, "203.0.113.9", null, null
        ]);
        let hash = Sha256::new().chain_update(&before).chain_update(body.to_string()).finalize().to_vec();
        // As the program before this one adds it, without a number: it may still be serving.
        let old = "insert into tenant_audit_log (id, at, tenant_id, action, entity_type, changes, ip_address, prev_hash, hash)
             values ($1, $2, $3, 'property.create', 'property', '{\"a\": 2, \"b\": 1}', '203.0.113.9', $4, $5)";
        root.execute("set role central_app").await.expect("as the web part");
        let old = sqlx::query(old).bind(id).bind(at).bind(a.route.tenant).bind(before).bind(hash);
        old.execute(&mut root).await.expect("added");
        audit::record(bed().await.deployment.central(), event(&a, 1)).await.expect("and the next one follows");
        assert_eq!(walked(&a, &[]).await, None);
        let mut root = intruder().await;
        let change = sqlx::query("update tenant_audit_log set changes = '{}' where id = $1");
        change.bind(id).execute(&mut root).await.expect("changed");
        assert_eq!(walked(&a, &[]).await, broken(id, 3, Fault::Changed));
    });
}

/// An agency's lines of one act, oldest first: what changed.
async fn told(a: &Agency, action: &str) -> Vec<serde_json::Value> {
    let lines = "select changes from tenant_audit_log where tenant_id = $1 and action = $2 order by seq";
    sqlx::query_scalar(lines).bind(a.route.tenant).bind(action).fetch_all(&mut central().await).await.expect("listed")
}

#[test]
fn what_the_platform_does_to_an_agency_is_told_once_and_only_when_it_was_done() {
    run(async {
        let bed = bed().await;
        let (central_db, provisioner) = (bed.deployment.central(), bed.deployment.provisioner());
        let (a, b) = (agency().await, agency().await);
        let mut root = central().await;
        // Somebody is given access; done twice, it is done once.
        let email = format!("nova@{}.example", a.route.slug);
        let new = NewPerson { name: "Nova", email: &email, password_hash: PASSWORD_HASH };
        for _ in 0..2 {
            provisioner.add_user(a.route.tenant, &new, "broker").await.expect("added");
        }
        let expected = serde_json::json!({"name": "Nova", "email": email, "role": "broker"});
        assert_eq!(told(&a, "user.create").await, [expected]);
        // Its schema moves, and stays.
        assert_eq!(told(&a, "tenant.migrate").await.len(), 0, "what is made has had no other schema");
        let behind = sqlx::query("update tenant_placements set schema_version = 20261123000001 where tenant_id = $1");
        behind.bind(a.route.tenant).execute(&mut root).await.expect("as after an update of the program");
        for _ in 0..2 {
            provisioner.migrate_tenant(a.route.tenant).await.expect("migrated");
        }
        let moved = serde_json::json!({"schema_version": [20_261_123_000_001_i64, migrate::latest()]});
        assert_eq!(told(&a, "tenant.migrate").await, [moved]);
        // An operation is tried again, when there is something to be tried.
        let operation = "update tenant_operations set state = $2 where tenant_id = $1 returning id";
        let operation = sqlx::query_scalar(operation).bind(a.route.tenant).bind("failed");
        let operation: Uuid = operation.fetch_one(&mut root).await.expect("its making");
        assert!(operation_log::retry(central_db, operation, By::default()).await.expect("asked"));
        let done = sqlx::query("update tenant_operations set state = 'done' where id = $1").bind(operation);
        done.execute(&mut root).await.expect("as it was");
        assert!(!operation_log::retry(central_db, operation, By::default()).await.expect("asked"), "it is done");
        assert_eq!(told(&a, "operation.retry").await.len(), 1);
        // Alerts are closed by whoever has seen them.
        let closed =
            "select coalesce(sum((changes->>'count')::int), 0) from tenant_audit_log where action = 'alerts.close'";
        let before: i64 = sqlx::query_scalar(closed).fetch_one(&mut root).await.expect("counted");
        alerts::raise(central_db, "test.audit", Some(a.route.tenant), "x").await.expect("raised");
        let open = alerts::list_open(central_db).await.expect("listed");
        let ours: Vec<_> = open.into_iter().filter(|alert| alert.agency.as_ref() == Some(&a.route.slug)).collect();
        for _ in 0..2 {
            alerts::close_seen(central_db, &ours).await.expect("closed");
        }
        let after: i64 = sqlx::query_scalar(closed).fetch_one(&mut root).await.expect("counted");
        assert_eq!(after - before, 1);
        for act in ["user.create", "tenant.migrate", "operation.retry"] {
            assert_eq!(told(&b, act).await.len(), 0, "{act} was not done to another agency");
        }
        assert_eq!(walked(&a, &[]).await, None);
    });
}

#[test]
fn the_log_is_narrowed_without_reading_all_of_it() {
    run(async {
        bed().await;
        let mut root = central().await;
        // With few lines, reading all of them is cheaper: what is asked is whether there is another way.
        // Taken away, and brought back at the end: the indexes by which each of these would be found among all of an agency's.
        let alone = "begin; drop index tenant_audit_log_seq_idx, tenant_audit_log_tenant_idx";
        root.execute("set enable_seqscan = off; set enable_sort = off").await.expect("set");
        root.execute(alone).await.expect("taken away");
        let from = "explain select seq from tenant_audit_log l where true and";
        for (narrowed, index) in [
            (
                "l.user_id = '00000000-0000-0000-0000-000000000000' order by seq desc limit 50",
                "tenant_audit_log_user_idx",
            ),
            (
                "l.impersonator_id = '00000000-0000-0000-0000-000000000000' order by seq desc limit 50",
                "tenant_audit_log_impersonator_idx",
            ),
            ("l.action = 'nobody.did' order by seq desc limit 50", "tenant_audit_log_action_idx"),
        ] {
            let plan = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(format!("{from} {narrowed}")));
            let plan = plan.fetch_all(&mut root).await.expect("explained").join("\n");
            assert!(plan.contains(index) && !plan.contains("Sort"), "{narrowed}: {plan}");
        }
        // By day the lines are found first and sorted afterwards; either person may be the one who is meant.
        root.execute("set enable_sort = on; set enable_indexscan = off").await.expect("set");
        for (narrowed, indexes) in [
            (
                "l.tenant_id = '00000000-0000-0000-0000-000000000000' and l.at >= now() - interval '1 day'",
                vec!["tenant_audit_log_tenant_at_idx"],
            ),
            (
                "(l.user_id = any('{00000000-0000-0000-0000-000000000000}') or l.impersonator_id = any('{00000000-0000-0000-0000-000000000000}'))",
                vec!["tenant_audit_log_user_idx", "tenant_audit_log_impersonator_idx"],
            ),
        ] {
            let plan = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(format!("{from} {narrowed}")));
            let plan = plan.fetch_all(&mut root).await.expect("explained").join("\n");
            assert!(indexes.iter().all(|index| plan.contains(index)), "{narrowed}: {plan}");
        }
        root.execute("rollback").await.expect("brought back");
    });
}

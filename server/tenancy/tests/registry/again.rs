//! Acts that meet another transaction: done again, whole, three times in all. CON-08.

use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use tenancy::central::companies::{self, By};
use tenancy::central::slugs::{self, RenameError};
use tenancy::testing::{Agency, agency, bed, run, superuser};
use tenancy::{DatabaseError, TenantDb, TenantTx};
use tokio::sync::Barrier;
use uuid::Uuid;

/// An error that keeps nothing of what it was made from.
#[derive(Debug)]
struct Mute;

impl From<DatabaseError> for Mute {
    fn from(_: DatabaseError) -> Self {
        Self
    }
}

/// What every act leaves: a line in the outbox.
async fn leave_a_line(tx: &mut TenantTx) -> Result<(), DatabaseError> {
    let line = sqlx::query("insert into outbox (id, kind, payload) values ($1, 'audit', '{}')");
    line.bind(Uuid::now_v7()).execute(tx).await.map(drop)
}

/// Raises this SQLSTATE, as PostgreSQL does.
async fn refuse(tx: &mut TenantTx, code: &str) -> Result<(), DatabaseError> {
    let raise = format!("do $$ begin raise exception 'as meant' using errcode = '{code}'; end $$");
    tx.execute(AssertSqlSafe(raise)).await.map(drop)
}

/// So many lines lie in an agency's outbox.
async fn lines(a: &Agency) -> i64 {
    sqlx::query_scalar("select count(*) from outbox").fetch_one(&a.db).await.expect("counted")
}

/// The numbers of two rows that these tests make.
async fn numbers(a: &Agency) -> Vec<i64> {
    let query = "select last_number::bigint from property_codes where prefix in ('ZA', 'ZB') order by prefix";
    sqlx::query_scalar(query).fetch_all(&a.db).await.expect("read")
}

fn code(error: &DatabaseError) -> String {
    error.as_database_error().and_then(|refusal| refusal.code()).expect("the server refuses").into_owned()
}

/// Two agencies in whose databases this was done.
async fn two_with(rows: &'static str) -> (Agency, Agency) {
    let (a, b) = (agency().await, agency().await);
    for agency in [&a, &b] {
        agency.db.transact(async |tx| tx.execute(rows).await).await.expect("made");
    }
    (a, b)
}

#[test]
fn two_that_lock_each_other_out_come_about_once_each() {
    /// Takes one row, then the other; the first time not before somebody else has the other.
    async fn act(db: &TenantDb, rows: [&str; 2], (meet, tries): (&Barrier, &AtomicU32)) -> Result<(), Mute> {
        db.transact(async |tx| {
            leave_a_line(tx).await?;
            let is_first = tries.fetch_add(1, Relaxed) == 0;
            for row in rows {
                let add = sqlx::query("update property_codes set last_number = last_number + 1 where prefix = $1");
                add.bind(row).execute(&mut *tx).await?;
                if is_first && row == rows[0] {
                    meet.wait().await;
                }
            }
            Ok(())
        })
        .await
    }
    run(async {
        let (a, b) = two_with("insert into property_codes (prefix, last_number) values ('ZA', 0), ('ZB', 0)").await;
        let (meet, tries) = (Barrier::new(2), [AtomicU32::new(0), AtomicU32::new(0)]);
        let one = act(&a.db, ["ZA", "ZB"], (&meet, &tries[0]));
        let other = act(&a.db, ["ZB", "ZA"], (&meet, &tries[1]));
        let (one, other) = futures::join!(one, other);
        one.expect("the one ends well");
        other.expect("and the other");
        let mut tries = tries.map(AtomicU32::into_inner);
        tries.sort_unstable();
        assert_eq!(tries, [1, 2], "the server takes one of them back, and that one is done once more");
        assert_eq!((numbers(&a).await, lines(&a).await), (vec![2, 2], 2), "each effect is there once");
        assert_eq!((numbers(&b).await, lines(&b).await), (vec![0, 0], 0), "another agency has nothing of it");
    });
}

#[test]
fn what_never_goes_together_is_tried_three_times_and_said() {
    run(async {
        let (a, b) = (agency().await, agency().await);
        for refusal in ["40001", "40P01"] {
            let tries = AtomicU32::new(0);
            let done: Result<(), DatabaseError> =
                a.db.transact(async |tx| {
                    tries.fetch_add(1, Relaxed);
                    leave_a_line(tx).await?;
                    refuse(tx, refusal).await
                })
                .await;
            assert_eq!(code(&done.expect_err("for ever")), refusal);
            assert_eq!((tries.into_inner(), lines(&a).await), (3, 0), "{refusal}");
        }
        b.db.transact(leave_a_line).await.expect("nobody else notices");
        a.db.transact(leave_a_line).await.expect("nor does whoever comes next");
        assert_eq!((lines(&a).await, lines(&b).await), (1, 1));
    });
}

#[test]
fn what_would_be_refused_again_is_done_once() {
    run(async {
        let a = agency().await;
        let line = Uuid::now_v7();
        for refusal in ["23505", "55P03", "57014"] {
            let tries = AtomicU32::new(0);
            let done: Result<(), DatabaseError> =
                a.db.transact(async |tx| {
                    tries.fetch_add(1, Relaxed);
                    leave_a_line(tx).await?;
                    if refusal != "23505" {
                        return refuse(tx, refusal).await;
                    }
                    for _ in 0..2 {
                        let twice = sqlx::query("insert into outbox (id, kind, payload) values ($1, 'audit', '{}')");
                        twice.bind(line).execute(&mut *tx).await?;
                    }
                    Ok(())
                })
                .await;
            assert_eq!(code(&done.expect_err("refused")), refusal);
            assert_eq!((tries.into_inner(), lines(&a).await), (1, 0), "{refusal}");
        }
        // Nor is what an act itself says no to.
        let tries = AtomicU32::new(0);
        let done: Result<(), Mute> =
            a.db.transact(async |tx| {
                tries.fetch_add(1, Relaxed);
                leave_a_line(tx).await?;
                Err(Mute)
            })
            .await;
        assert!(done.is_err());
        assert_eq!((tries.into_inner(), lines(&a).await), (1, 0));
    });
}

#[test]
fn what_is_found_not_to_go_together_at_the_very_end_is_done_again() {
    /// Writes down the sum of what it reads. One after the other they would be 1 and 2; neither knows of the other.
    async fn act(
        db: &TenantDb,
        row: &str,
        meet: &Barrier,
        (tries, ends): (&AtomicU32, &AtomicU32),
    ) -> Result<(), Mute> {
        db.transact(async |tx| {
            tx.execute("set transaction isolation level serializable").await?;
            let add = sqlx::query(
                "insert into property_codes (prefix, last_number)
                 select $1, sum(last_number) from property_codes where prefix like 'Z%'",
            );
            add.bind(row).execute(&mut *tx).await?;
            leave_a_line(tx).await?;
            if tries.fetch_add(1, Relaxed) == 0 {
                meet.wait().await;
            }
            ends.fetch_add(1, Relaxed);
            Ok(())
        })
        .await
    }
    run(async {
        let (a, b) = two_with("insert into property_codes (prefix, last_number) values ('ZZ', 1)").await;
        let (meet, ends) = (Barrier::new(2), AtomicU32::new(0));
        let tries = [AtomicU32::new(0), AtomicU32::new(0)];
        let one = act(&a.db, "ZA", &meet, (&tries[0], &ends));
        let other = act(&a.db, "ZB", &meet, (&tries[1], &ends));
        let (one, other) = futures::join!(one, other);
        one.expect("the one ends well");
        other.expect("and the other");
        assert_eq!(ends.into_inner(), 3, "all statements were done each time: it was the commit that was refused");
        let mut there = numbers(&a).await;
        there.sort_unstable();
        assert_eq!((there, lines(&a).await), (vec![1, 2], 2), "as if one had come after the other");
        assert_eq!((numbers(&b).await, lines(&b).await), (vec![], 0));
    });
}

#[test]
fn a_refusal_that_an_act_passes_over_is_no_success() {
    run(async {
        let a = agency().await;
        // Met, and not told: done again all the same.
        let tries = AtomicU32::new(0);
        let done: Result<(), DatabaseError> =
            a.db.transact(async |tx| {
                leave_a_line(tx).await?;
                if tries.fetch_add(1, Relaxed) == 0 {
                    let _passed_over = refuse(tx, "40001").await;
                }
                Ok(())
            })
            .await;
        done.expect("the second time");
        assert_eq!((tries.into_inner(), lines(&a).await), (2, 1));
        // The server answers the commit of what it has refused by a quiet rollback: nobody hears of it as of something done.
        let done: Result<(), DatabaseError> =
            a.db.transact(async |tx| {
                leave_a_line(tx).await?;
                let _passed_over = refuse(tx, "23505").await;
                Ok(())
            })
            .await;
        assert!(matches!(done, Err(DatabaseError::Protocol(_))), "{done:?}");
        assert_eq!(lines(&a).await, 1);
    });
}

/// Refuses the next `times` changes of the agency's row in the central database. A sequence counts all of them, which no rollback
/// sets back.
async fn meet(root: &mut PgConnection, a: &Agency, (times, code): (i64, &str)) {
    let (id, name) = (a.route.tenant, a.route.tenant.as_uuid().simple());
    let trigger = format!(
        "drop sequence if exists met_{name};
         create sequence met_{name};
         create or replace function meet_{name}() returns trigger language plpgsql security definer as $$
         begin
             if nextval('public.met_{name}') <= {times} then
                 raise exception 'as meant' using errcode = '{code}';
             end if;
             return new;
         end $$;
         create or replace trigger meet_{name} before update on companies
             for each row when (old.id = '{id}') execute function meet_{name}()"
    );
    root.execute(AssertSqlSafe(trigger)).await.expect("somebody to meet");
}

/// How many changes [`meet`] has counted, the agency's name, and how many lines of this action the log has of it.
async fn standing(root: &mut PgConnection, a: &Agency, action: &str) -> (i64, String, i64) {
    let query = format!(
        "select (select case when is_called then last_value else 0 end from met_{}), name,
                (select count(*) from tenant_audit_log where tenant_id = companies.id and action = $1)
         from companies where id = $2",
        a.route.tenant.as_uuid().simple()
    );
    let query = sqlx::query_as(AssertSqlSafe(query)).bind(action.to_owned()).bind(a.route.tenant);
    query.fetch_one(root).await.expect("read")
}

#[test]
fn an_act_in_the_central_database_that_meets_another_is_done_once() {
    run(async {
        let (central, key) = (bed().await.deployment.central(), bed().await.deployment.key());
        let (a, b) = (agency().await, agency().await);
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        let rename = async |agency: &Agency, name: &str| {
            companies::set_name(central, (agency.route.tenant, name), By::default()).await
        };

        meet(&mut root, &a, (2, "40001")).await;
        rename(&a, "Casa nova").await.expect("the third time").expect("it is in use");
        assert_eq!(standing(&mut root, &a, "tenant.set_name").await, (3, "Casa nova".to_owned(), 1));
        meet(&mut root, &a, (3, "40P01")).await;
        assert_eq!(code(&rename(&a, "Casa novíssima").await.expect_err("three times in all")), "40P01");
        assert_eq!(standing(&mut root, &a, "tenant.set_name").await, (3, "Casa nova".to_owned(), 1));
        meet(&mut root, &a, (1, "55P03")).await;
        assert_eq!(code(&rename(&a, "Casa novíssima").await.expect_err("not for anybody's sake")), "55P03");
        assert_eq!(standing(&mut root, &a, "tenant.set_name").await, (1, "Casa nova".to_owned(), 1));

        // Errors of our own say where they come from.
        let slug = format!("{}-2", a.route.slug);
        meet(&mut root, &a, (1, "40P01")).await;
        slugs::rename(central, key, (a.route.tenant, &slug), By::default()).await.expect("the second time");
        assert_eq!(standing(&mut root, &a, "tenant.rename").await, (2, "Casa nova".to_owned(), 1));
        meet(&mut root, &a, (3, "40001")).await;
        let refused = slugs::rename(central, key, (a.route.tenant, &a.route.slug), By::default()).await;
        assert!(matches!(refused, Err(RenameError::Database(_))), "{refused:?}");
        assert_eq!(standing(&mut root, &a, "tenant.rename").await, (3, "Casa nova".to_owned(), 1));

        meet(&mut root, &b, (0, "40001")).await;
        rename(&b, "Lar").await.expect("nobody else notices").expect("it is in use");
        assert_eq!(standing(&mut root, &b, "tenant.set_name").await, (1, "Lar".to_owned(), 1));
    });
}

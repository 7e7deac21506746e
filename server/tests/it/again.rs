//! Acts of people that meet another transaction: done again, and there once. CON-08.

use http::StatusCode;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection};
use tenancy::testing::{Agency, run, superuser};

use crate::harness::{a_photo, house, register, root};

/// Refuses the first `times` writes of this table for another transaction's sake. A sequence counts them, which no rollback
/// sets back.
async fn meet(root: &mut PgConnection, (table, event): (&str, &str), times: i64) {
    let trigger = format!(
        "create sequence met;
         create function meet() returns trigger language plpgsql security definer as $$
         begin
             if nextval('public.met') <= {times} then
                 raise exception 'as meant' using errcode = '40001';
             end if;
             return new;
         end $$;
         create trigger meet before {event} on {table} for each row execute function meet()"
    );
    root.execute(AssertSqlSafe(trigger)).await.expect("somebody to meet");
}

async fn count(a: &Agency, what: &'static str) -> i64 {
    sqlx::query_scalar(what).fetch_one(&mut root(a).await).await.expect("counted")
}

#[test]
fn who_meets_another_once_is_not_told_and_has_done_it_once() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut other) = (house.owner(&a).await, house.owner(&b).await);
        let (id, theirs) = (register(&mut owner, "Casa de vila").await, register(&mut other, "Casa de vila").await);
        meet(&mut root(&a).await, ("properties", "update"), 1).await;
        for (caller, id) in [(&mut owner, &id), (&mut other, &theirs)] {
            let answer = caller.call("properties/archive", &[("id", id)]).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        }
        assert_eq!(count(&a, "select last_value from met").await, 2, "refused, and done again");
        for agency in [&a, &b] {
            let gone = "select count(*) from properties where deleted_at is not null and version = 2";
            assert_eq!(count(agency, gone).await, 1);
            let history = "select count(*) from activity_log where action = 'property.archive'";
            assert_eq!(count(agency, history).await, 1, "in the record's history");
            let line = "select count(*) from outbox where payload->>'action' = 'property.archive'";
            assert_eq!(count(agency, line).await, 1, "for the platform's log");
        }
    });
}

#[test]
fn a_photograph_that_is_taken_in_at_the_second_attempt_is_there_once_with_its_file() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa de vila").await;
        meet(&mut root(&a).await, ("property_photos", "insert"), 2).await;
        let files = [("sala.jpg", "image/jpeg", a_photo(200))];
        let answer = owner.upload(&id, "application/json", &files).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
        assert_eq!(count(&a, "select last_value from met").await, 3, "refused twice, and done the third time");
        let job = "select count(*) from outbox where payload->>'kind' = 'properties.make_variants'";
        assert_eq!(count(&a, job).await, 1, "one job");
        house.make_photos(&a).await;
        assert_eq!(count(&a, "select count(*) from property_photos where state = 'ready'").await, 1);
        assert_eq!(count(&b, "select count(*) from property_photos").await, 0);
    });
}

#[test]
fn who_meets_others_for_ever_is_told_to_come_back() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa de vila").await;
        meet(&mut root(&a).await, ("properties", "update"), 3).await;
        let answer = owner.call("properties/archive", &[("id", &id)]).await;
        assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
        assert_eq!(count(&a, "select last_value from met").await, 3, "not a fourth time");
        assert_eq!(count(&a, "select count(*) from outbox where payload->>'action' = 'property.archive'").await, 0);
        // Who comes back finds nobody in the way.
        assert_eq!(owner.call("properties/archive", &[("id", &id)]).await.status, StatusCode::OK);
    });
}

#[test]
fn who_meets_another_in_the_central_database_has_done_it_once_too() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        // Everybody's invitations lie there: only this agency's first one meets somebody.
        let trigger = format!(
            "create sequence met_by_invitations;
             create function meet_invitations() returns trigger language plpgsql security definer as $$
             begin
                 if nextval('public.met_by_invitations') = 1 then
                     raise exception 'as meant' using errcode = '40P01';
                 end if;
                 return new;
             end $$;
             create trigger meet before insert on invitations
                 for each row when (new.tenant_id = '{}') execute function meet_invitations()",
            a.route.tenant
        );
        central.execute(AssertSqlSafe(trigger)).await.expect("somebody to meet");
        for agency in [&a, &b] {
            let email = format!("nova@{}.example", agency.route.slug);
            let mut owner = house.owner(agency).await;
            let answer = owner.call("team/invite", &[("email", &email), ("role", "broker")]).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            let done = "select (select count(*) from invitations where tenant_id = $1),
                               (select count(*) from mails where recipient = $2),
                               (select count(*) from tenant_audit_log where tenant_id = $1 and action = 'invitation.create')";
            let done = sqlx::query_as::<_, (i64, i64, i64)>(done).bind(agency.route.tenant).bind(&email);
            assert_eq!(done.fetch_one(&mut central).await.expect("counted"), (1, 1, 1), "invitation, mail, line");
        }
        let met = "select last_value from met_by_invitations";
        assert_eq!(sqlx::query_scalar::<_, i64>(met).fetch_one(&mut central).await.expect("counted"), 2);
        let gone = "drop trigger meet on invitations; drop function meet_invitations; drop sequence met_by_invitations";
        central.execute(gone).await.expect("nobody meets it any more");
    });
}

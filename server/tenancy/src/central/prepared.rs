//! Databases that wait for an agency: made before anybody asked, taken by who signs up next, each by one.

use super::CentralTx;
use crate::{CentralDb, TenantId};

/// A database that waits, or is being made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prepared {
    pub(crate) tenant: TenantId,
    pub(crate) server_id: i32,
}

/// Takes one that is ready, on the chosen server or, where none is to be chosen, on any that takes agencies. Two never get the
/// same: the row is gone with the transaction that takes it.
pub(super) async fn claim(tx: &mut CentralTx, server: Option<i32>) -> Result<Option<Prepared>, sqlx::Error> {
    sqlx::query_as!(
        Prepared,
        r#"delete from prepared_databases
           where tenant_id = (
               select d.tenant_id from prepared_databases d
               join database_servers s on s.id = d.server_id
               where d.state = 'ready' and s.state = 'active' and ($1::int is null or s.id = $1)
               order by d.created_at
               limit 1
               for update of d skip locked
           )
           returning tenant_id as "tenant: TenantId", server_id"#,
        server
    )
    .fetch_optional(&mut **tx)
    .await
}

/// What the next hand is to do so that each server has as many as it should.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Task {
    /// One is to be made: it was begun, by us or by somebody who is gone.
    Make(Prepared),
    /// One lies where no agency comes any more.
    Remove(Prepared),
}

/// The next thing to do on any server but these. Called in the worker's place alone: two at once would make one too many.
pub(crate) async fn next(db: &CentralDb, size: i32, away: &[i32]) -> Result<Option<Task>, sqlx::Error> {
    let begun = sqlx::query_as!(
        Prepared,
        r#"select d.tenant_id as "tenant: TenantId", d.server_id from prepared_databases d
           join database_servers s on s.id = d.server_id
           where d.state = 'making' and s.state = 'active' and s.id <> all($1) order by d.created_at limit 1"#,
        away
    );
    if let Some(begun) = begun.fetch_optional(db.pool()).await? {
        return Ok(Some(Task::Make(begun)));
    }
    let misplaced = sqlx::query_as!(
        Prepared,
        r#"update prepared_databases set state = 'making'
           where tenant_id = (select d.tenant_id from prepared_databases d join database_servers s on s.id = d.server_id
                              where s.state = 'draining' and s.id <> all($1) limit 1 for update of d skip locked)
           returning tenant_id as "tenant: TenantId", server_id"#,
        away
    );
    if let Some(misplaced) = misplaced.fetch_optional(db.pool()).await? {
        return Ok(Some(Task::Remove(misplaced)));
    }
    let lacking = sqlx::query_as!(
        Prepared,
        r#"insert into prepared_databases (tenant_id, server_id)
           select $1, s.id from database_servers s
           where s.state = 'active' and s.id <> all($3)
             and (select count(*) from prepared_databases d where d.server_id = s.id) < $2
             and (select count(*) from prepared_databases d where d.server_id = s.id)
                 + (select count(*) from tenant_placements p where p.server_id = s.id) < s.hard_capacity
           order by s.id
           limit 1
           returning tenant_id as "tenant: TenantId", server_id"#,
        TenantId::generate().as_uuid(),
        i64::from(size),
        away
    );
    Ok(lacking.fetch_optional(db.pool()).await?.map(Task::Make))
}

/// Says that one may be taken.
pub(crate) async fn ready(db: &CentralDb, tenant: TenantId) -> Result<(), sqlx::Error> {
    sqlx::query!("update prepared_databases set state = 'ready' where tenant_id = $1", tenant.as_uuid())
        .execute(db.pool())
        .await?;
    Ok(())
}

/// Forgets one that is gone.
pub(crate) async fn forget(db: &CentralDb, tenant: TenantId) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from prepared_databases where tenant_id = $1", tenant.as_uuid()).execute(db.pool()).await?;
    Ok(())
}

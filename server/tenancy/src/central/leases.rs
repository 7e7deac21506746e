//! An operation is in one worker's hands at a time.
//!
//! Two things say so: a lease in its row, renewed with each step and checked by each write, and a lock on a session of the
//! worker's own. A lease that has run out, or was taken back, is not given to another while the lock is held: a step may take
//! longer than a lease, and a command works beside a server.

use super::hold::Hold;
use super::operations::{Operation, event};
use super::{CentralTx, alerts};
use crate::{CentralDb, OperationId};

/// What is raised while an agency cannot be made, or does not go.
fn alert(op: &Operation) -> &'static str {
    if op.kind == "delete" { alerts::Kind::Deletion.as_str() } else { alerts::Kind::Provisioning.as_str() }
}

/// The lock's number: the half of the identifier that is drawn by lot.
fn key(id: OperationId) -> i64 {
    id.as_uuid().as_u64_pair().1.cast_signed()
}

/// Takes an operation that is due, or whose worker is gone. `only`: that one and no other, due or not. It is ours until the
/// hold is laid down or lost.
///
/// # Errors
/// The database's.
pub(crate) async fn claim(
    db: &CentralDb,
    worker: &str,
    only: Option<OperationId>,
) -> Result<Option<(Operation, Hold)>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"select id as "id: OperationId" from tenant_operations
           where ((state in ('queued', 'waiting') and (next_run_at <= now() or $1::uuid is not null))
                  or (state = 'running' and lease_until < now()))
             and ($1::uuid is null or id = $1)
           order by next_run_at
           limit 20"#,
        only.map(OperationId::as_uuid)
    )
    .fetch_all(db.pool())
    .await?;
    if found.is_empty() {
        return Ok(None);
    }
    let mut hold = Hold::connect(db, "sobrado/operation").await?;
    for id in found {
        if !hold.take(key(id)).await? {
            continue;
        }
        match begin(db, worker, (id, only.is_some())).await? {
            Some(operation) => return Ok(Some((operation, hold))),
            // Another had it between the two questions.
            None => hold.give_back().await?,
        }
    }
    hold.lay_down().await?;
    Ok(None)
}

async fn begin(
    db: &CentralDb,
    worker: &str,
    (id, is_named): (OperationId, bool),
) -> Result<Option<Operation>, sqlx::Error> {
    sqlx::query_as!(
        Operation,
        r#"update tenant_operations
           set state = 'running', attempt = attempt + 1, lease_owner = $1, lease_until = now() + interval '60 seconds'
           where id = $2
             and ((state in ('queued', 'waiting') and (next_run_at <= now() or $3))
                  or (state = 'running' and lease_until < now()))
           returning id as "id: OperationId", tenant_id as "tenant: crate::TenantId", kind, step, state, lease_owner, data"#,
        worker,
        id.as_uuid(),
        is_named
    )
    .fetch_optional(db.pool())
    .await
}

/// Takes back operations, so that they are taken up at once: called in the worker's place ([`super::duty::Duty`]) alone. Whose
/// worker lives, in a command beside this server, keeps them.
///
/// # Errors
/// The database's.
pub async fn release_leases(db: &CentralDb) -> Result<u64, sqlx::Error> {
    let done =
        sqlx::query!("update tenant_operations set lease_until = now() - interval '1 second' where state = 'running'")
            .execute(db.pool())
            .await?;
    Ok(done.rows_affected())
}

/// Writes down that a step is finished. Says whether the operation was still its worker's; nothing is written if not.
pub(crate) async fn advance(db: &CentralDb, op: &Operation, step: &str, message: &str) -> Result<bool, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let is_ours = advance_in(&mut tx, op, step, message).await?;
    tx.commit().await?;
    Ok(is_ours)
}

/// As [`advance`], inside the step's own transaction: to be rolled back when the operation was not its worker's.
pub(crate) async fn advance_in(
    tx: &mut CentralTx,
    op: &Operation,
    step: &str,
    message: &str,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update tenant_operations set step = $3, lease_until = now() + interval '60 seconds', last_error = null
         where id = $1 and lease_owner = $2 and state = 'running'",
        op.id.as_uuid(),
        op.lease_owner,
        step
    )
    .execute(&mut **tx)
    .await?;
    let is_ours = done.rows_affected() == 1;
    if is_ours {
        event(tx, op.id, step, "info", message).await?;
    }
    Ok(is_ours)
}

/// Writes down that an operation is finished, drops what was only needed to make it, and closes what was raised meanwhile.
/// Says whether it was still its worker's.
pub(crate) async fn finish_in(tx: &mut CentralTx, op: &Operation) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update tenant_operations
         set state = 'done', finished_at = now(), lease_until = null, last_error = null, data = data - 'admin_password_hash'
         where id = $1 and lease_owner = $2 and state = 'running'",
        op.id.as_uuid(),
        op.lease_owner
    )
    .execute(&mut **tx)
    .await?;
    alerts::close_in(tx, alert(op), op.tenant).await?;
    Ok(done.rows_affected() == 1)
}

/// Sets an operation aside until somebody or time mends the cause, and raises an alert. One that another has taken over stays
/// as it is.
pub(crate) async fn wait(db: &CentralDb, op: &Operation, step: &str, error: &str) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let done = sqlx::query!(
        "update tenant_operations
         set state = 'waiting', last_error = $3, lease_until = null,
             next_run_at = now() + least(power(2, attempt), 600) * interval '1 second'
         where id = $1 and lease_owner = $2 and state = 'running'",
        op.id.as_uuid(),
        op.lease_owner,
        error
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 1 {
        event(&mut tx, op.id, step, "error", error).await?;
        alerts::raise_in(&mut tx, alert(op), Some(op.tenant), &format!("{step}: {error}")).await?;
    }
    tx.commit().await
}

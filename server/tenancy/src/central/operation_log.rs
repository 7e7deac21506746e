//! Operations as people look at them, on agencies and on the fleet: lists, records, and the one way to have one taken up at once;
//! who takes their steps is in [`super::leases`] and [`super::fleet_operations`].

use time::OffsetDateTime;
use uuid::Uuid;

use super::companies::By;
use super::{audit, fleet_operations, operations};
use crate::{CentralDb, OperationId, TenantId};

/// An operation as a list shows it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The operation.
    pub id: Uuid,
    /// Whether it is an agency's, and not the fleet's.
    pub is_agencys: bool,
    /// The agency's slug; a server's name, or the version that the fleet is to come to.
    pub subject: String,
    /// `provision`, ...
    pub kind: String,
    /// `queued`, `running`, `waiting`, `done`, `failed`.
    pub state: String,
    /// The last step that was finished.
    pub step: String,
    /// How often it was taken up.
    pub attempt: i32,
    /// Why it waits.
    pub last_error: Option<String>,
    /// When it is due.
    pub next_run_at: OffsetDateTime,
    /// When it was asked for.
    pub created_at: OffsetDateTime,
    /// When it was done.
    pub finished_at: Option<OffsetDateTime>,
}

/// Operations, newest first: of one agency or of all, the open ones or those that are over, before this one.
///
/// # Errors
/// The database's.
pub async fn page(
    db: &CentralDb,
    (tenant, is_over): (Option<TenantId>, Option<bool>),
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    sqlx::query_as!(
        Entry,
        r#"select id as "id!", tenant_id is not null as "is_agencys!", subject as "subject!", kind as "kind!",
                  state as "state!", step as "step!", attempt as "attempt!", last_error, next_run_at as "next_run_at!",
                  created_at as "created_at!", finished_at
           from operation_log
           where ($1::uuid is null or tenant_id = $1)
             and ($2::bool is null or (state = 'done') = $2)
             and ($3::uuid is null or id < $3)
           order by id desc
           limit $4"#,
        tenant.map(TenantId::as_uuid),
        is_over,
        before,
        limit
    )
    .fetch_all(db.pool())
    .await
}

/// One operation.
///
/// # Errors
/// `RowNotFound` when there is none.
pub async fn find(db: &CentralDb, id: Uuid) -> Result<Entry, sqlx::Error> {
    sqlx::query_as!(
        Entry,
        r#"select id as "id!", tenant_id is not null as "is_agencys!", subject as "subject!", kind as "kind!",
                  state as "state!", step as "step!", attempt as "attempt!", last_error, next_run_at as "next_run_at!",
                  created_at as "created_at!", finished_at
           from operation_log
           where id = $1"#,
        id
    )
    .fetch_one(db.pool())
    .await
}

/// The operations that are not done, oldest first.
///
/// # Errors
/// The database's.
pub async fn list_open(db: &CentralDb) -> Result<Vec<Entry>, sqlx::Error> {
    sqlx::query_as!(
        Entry,
        r#"select id as "id!", tenant_id is not null as "is_agencys!", subject as "subject!", kind as "kind!",
                  state as "state!", step as "step!", attempt as "attempt!", last_error, next_run_at as "next_run_at!",
                  created_at as "created_at!", finished_at
           from operation_log
           where state <> 'done'
           order by id"#
    )
    .fetch_all(db.pool())
    .await
}

/// A mark of how far an operation is, that changes with each step, try and state, and whether it goes no further by itself.
/// None: there is no such operation.
///
/// # Errors
/// The database's.
pub async fn mark(db: &CentralDb, id: Uuid) -> Result<Option<(String, bool)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select state as "state!", attempt as "attempt!",
                  (select coalesce(max(seq), 0) from operation_log_events e where e.operation_id = o.id) as "seq!"
           from operation_log o
           where id = $1"#,
        id
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(row.map(|row| {
        let is_over = matches!(row.state.as_str(), "done" | "failed");
        (format!("{}-{}-{}", row.seq, row.attempt, row.state), is_over)
    }))
}

/// The same of all operations that are not done.
///
/// # Errors
/// The database's.
pub async fn mark_of_open(db: &CentralDb) -> Result<String, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select md5(coalesce(string_agg(concat_ws(' ', id, state, step, attempt, last_error), ',' order by id), '')) as "mark!"
           from operation_log
           where state <> 'done'"#
    )
    .fetch_one(db.pool())
    .await
}

/// A line of an operation's record.
#[derive(Debug, Clone)]
pub struct Happened {
    /// When.
    pub at: OffsetDateTime,
    /// At which step.
    pub step: String,
    /// `info`, `warning`, `error`.
    pub level: String,
    /// What.
    pub message: String,
}

/// An operation's record, in order, the last five hundred lines.
///
/// # Errors
/// The database's.
pub async fn happened(db: &CentralDb, id: Uuid) -> Result<Vec<Happened>, sqlx::Error> {
    sqlx::query_as!(
        Happened,
        r#"select at as "at!", step as "step!", level as "level!", message as "message!"
           from (select seq, at, step, level, message from operation_log_events
                 where operation_id = $1 order by seq desc limit 500) last
           order by seq"#,
        id
    )
    .fetch_all(db.pool())
    .await
}

/// A line of an operation's record.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its place in the record.
    pub seq: i32,
    /// The step that it is about.
    pub step: String,
    /// `info`: the step was finished; `error`: why it was not.
    pub level: String,
}

/// An operation's record after a place in it, in order.
///
/// # Errors
/// The database's.
pub async fn recorded(db: &CentralDb, id: OperationId, after: i32) -> Result<Vec<Recorded>, sqlx::Error> {
    sqlx::query_as!(
        Recorded,
        "select seq, step, level from tenant_operation_events where operation_id = $1 and seq > $2 order by seq",
        id.as_uuid(),
        after
    )
    .fetch_all(db.pool())
    .await
}

/// The names of the steps that an operation has finished, in order.
///
/// # Errors
/// The database's.
pub async fn steps(db: &CentralDb, id: OperationId) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select step from tenant_operation_events where operation_id = $1 and level = 'info' order by seq",
        id.as_uuid()
    )
    .fetch_all(db.pool())
    .await
}

/// Makes an operation that waits, or has failed, due at once. Says whether it was one.
///
/// # Errors
/// The database's.
pub async fn retry(db: &CentralDb, id: Uuid, by: By) -> Result<bool, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let tenant = sqlx::query_scalar!(
        r#"update tenant_operations set state = 'waiting', next_run_at = now()
           where id = $1 and state in ('waiting', 'failed')
           returning tenant_id as "tenant: TenantId""#,
        id
    )
    .fetch_optional(&mut *tx)
    .await?;
    match tenant {
        // So that whoever looks, and the worker, hear of it.
        Some(_) => operations::event(&mut tx, id.into(), "retry", "info", "asked for once more").await?,
        None if fleet_operations::retry_in(&mut tx, id).await? => {}
        None => return Ok(false),
    }
    audit::append(&mut tx, by.line(tenant, "operation.retry", ("operation", id), serde_json::json!({}))).await?;
    tx.commit().await?;
    Ok(true)
}

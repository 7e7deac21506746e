//! Operations on agencies as people look at them: lists, records, and the one way to have one taken up at once; who takes their steps is in [`super::leases`].

use time::OffsetDateTime;
use uuid::Uuid;

use super::audit;
use super::companies::By;
use crate::{CentralDb, OperationId, TenantId};

/// An operation as a list shows it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The operation.
    pub id: Uuid,
    /// The agency's slug.
    pub slug: String,
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
        "select o.id, c.slug, o.kind, o.state, o.step, o.attempt, o.last_error, o.next_run_at, o.created_at, o.finished_at
         from tenant_operations o
         join companies c on c.id = o.tenant_id
         where ($1::uuid is null or o.tenant_id = $1)
           and ($2::bool is null or (o.state = 'done') = $2)
           and ($3::uuid is null or o.id < $3)
         order by o.id desc
         limit $4",
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
        "select o.id, c.slug, o.kind, o.state, o.step, o.attempt, o.last_error, o.next_run_at, o.created_at, o.finished_at
         from tenant_operations o
         join companies c on c.id = o.tenant_id
         where o.id = $1",
        id
    )
    .fetch_one(db.pool())
    .await
}

/// An operation that is not done, as a list shows it.
#[derive(Debug, Clone)]
pub struct Open {
    /// The operation.
    pub id: OperationId,
    /// `provision`, `delete`.
    pub kind: String,
    /// The agency's.
    pub slug: String,
    /// `queued`, `running`, `waiting`, `failed`.
    pub state: String,
    /// The last step that was finished.
    pub step: String,
    /// How often it was taken up.
    pub attempt: i32,
    /// Why it waits.
    pub last_error: Option<String>,
    /// When it is due (RFC 3339).
    pub next_run_at: String,
}

/// The operations that are not done, oldest first.
///
/// # Errors
/// The database's.
pub async fn list_open(db: &CentralDb) -> Result<Vec<Open>, sqlx::Error> {
    sqlx::query_as!(
        Open,
        r#"select o.id as "id: OperationId", o.kind, c.slug, o.state, o.step, o.attempt, o.last_error,
                  to_char(o.next_run_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "next_run_at!"
           from tenant_operations o
           join companies c on c.id = o.tenant_id
           where o.state <> 'done'
           order by o.id"#
    )
    .fetch_all(db.pool())
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
           from (select seq, at, step, level, message from tenant_operation_events
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
    let Some(tenant) = tenant else { return Ok(false) };
    audit::append(&mut tx, by.line(Some(tenant), "operation.retry", ("operation", id), serde_json::json!({}))).await?;
    tx.commit().await?;
    Ok(true)
}

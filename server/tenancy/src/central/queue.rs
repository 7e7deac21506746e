//! The queue of jobs as operators look at it; who does them is in [`super::jobs`].

use time::OffsetDateTime;
use uuid::Uuid;

use super::audit;
use super::companies::By;
use crate::{CentralDb, TenantId};

/// How many jobs are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be done.
    pub queued: i64,
    /// Being done.
    pub running: i64,
    /// Set aside while their agency is closed.
    pub parked: i64,
    /// Given up.
    pub failed: i64,
}

/// Counts the jobs that are not done.
///
/// # Errors
/// The database's.
pub async fn count(db: &CentralDb) -> Result<Counts, sqlx::Error> {
    sqlx::query_as!(
        Counts,
        r#"select count(*) filter (where state = 'queued') as "queued!",
                  count(*) filter (where state = 'running') as "running!",
                  count(*) filter (where state = 'parked') as "parked!",
                  count(*) filter (where state = 'failed') as "failed!"
           from jobs
           where state <> 'done'"#
    )
    .fetch_one(db.pool())
    .await
}

/// A job that goes on only when somebody sees to it.
#[derive(Debug, Clone)]
pub struct Stuck {
    /// The job.
    pub id: Uuid,
    /// The agency's slug.
    pub slug: String,
    /// `property.photos`.
    pub kind: String,
    /// `parked` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub attempt: i32,
    /// Why.
    pub last_error: Option<String>,
    /// When it was asked for.
    pub created_at: OffsetDateTime,
}

/// The jobs that were given up or set aside, newest first.
///
/// # Errors
/// The database's.
pub async fn list_stuck(db: &CentralDb, limit: i64) -> Result<Vec<Stuck>, sqlx::Error> {
    sqlx::query_as!(
        Stuck,
        "select j.id, c.slug, j.kind, j.state, j.attempt, j.last_error, j.created_at
         from jobs j
         join companies c on c.id = j.tenant_id
         where j.state in ('failed', 'parked')
         order by j.state, j.id desc
         limit $1",
        limit
    )
    .fetch_all(db.pool())
    .await
}

/// Puts a job that was given up back into the queue, with all its tries. Says whether it was one: what is set aside goes on with
/// its agency, and a job that nobody may have written stays where it is.
///
/// # Errors
/// The database's.
pub async fn retry(db: &CentralDb, id: Uuid, by: By) -> Result<bool, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let tenant = sqlx::query_scalar!(
        r#"update jobs set state = 'queued', attempt = 0, run_at = now(), finished_at = null
           where id = $1 and state = 'failed'
           returning tenant_id as "tenant: TenantId""#,
        id
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(tenant) = tenant else { return Ok(false) };
    audit::append(&mut tx, by.line(Some(tenant), "job.retry", ("job", id), serde_json::json!({}))).await?;
    tx.commit().await?;
    Ok(true)
}

/// The jobs of an agency that were given up, oldest first.
///
/// # Errors
/// The database's.
pub async fn given_up(db: &CentralDb, slug: &str) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select j.id
         from jobs j
         join companies c on c.id = j.tenant_id
         where j.state = 'failed' and c.slug = $1 and c.deleted_at is null
         order by j.id",
        slug
    )
    .fetch_all(db.pool())
    .await
}

//! Work for later. A row names its agency, and carries proof that nobody has turned it to another.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::CentralTx;
use crate::{CentralDb, Key, TenantId};

/// Attempts before a job is given up.
const ATTEMPTS: i32 = 8;
/// How long a worker may go without a sign of life before another takes its job.
const LEASE: Duration = Duration::seconds(120);
/// Jobs of one agency that may run at once: one agency's thousand photographs do not keep the others waiting.
const PER_TENANT: i64 = 2;

/// Under this name a payload says in which request the job was asked for.
pub const REQUEST_ID: &str = "request_id";

/// A job that this worker holds.
#[derive(Debug, Clone)]
pub struct Job {
    /// Identifier: that of the outbox line which asked for it.
    pub id: Uuid,
    /// Whose it is.
    pub tenant: TenantId,
    /// `properties.make_variants`.
    pub kind: String,
    /// What the kind needs.
    pub payload: serde_json::Value,
    /// How often it was begun, this time included.
    pub attempt: i32,
}

impl Job {
    /// The request in which it was asked for; none: the program asked.
    pub fn request_id(&self) -> Option<&str> {
        self.payload.get(REQUEST_ID)?.as_str()
    }
}

fn mac_parts(tenant: TenantId, kind: &str, payload: &serde_json::Value) -> [Vec<u8>; 3] {
    [tenant.as_uuid().as_bytes().to_vec(), kind.as_bytes().to_vec(), payload.to_string().into_bytes()]
}

/// Puts a job into the queue; the same identifier a second time is the same job.
pub(crate) async fn enqueue(
    tx: &mut CentralTx,
    key: &Key,
    (id, tenant, epoch): (Uuid, TenantId, i64),
    kind: &str,
    payload: serde_json::Value,
) -> Result<(), sqlx::Error> {
    let parts = mac_parts(tenant, kind, &payload);
    let mac = key.derive("job", &[&parts[0], &parts[1], &parts[2]]);
    sqlx::query!(
        "insert into jobs (id, tenant_id, epoch, kind, payload, mac) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint jobs_pkey do nothing",
        id,
        tenant.as_uuid(),
        epoch,
        kind,
        payload,
        mac.to_vec()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the next job that is due, fairly among agencies. One that was tampered with is parked and not returned.
///
/// # Errors
/// The database's.
pub async fn claim(db: &CentralDb, key: &Key, worker: &str) -> Result<Option<Job>, sqlx::Error> {
    let row = sqlx::query!(
        r#"update jobs set state = 'running', attempt = attempt + 1, lease_owner = $1, lease_until = now() + $2::float8 * interval '1 second'
           where id = (
               select j.id from jobs j
               where (j.state = 'queued' and j.run_at <= now()) or (j.state = 'running' and j.lease_until < now())
               order by
                   (select count(*) from jobs r where r.tenant_id = j.tenant_id and r.state = 'running' and r.lease_until >= now()) >= $3,
                   j.run_at, j.id
               limit 1
               for update skip locked)
           returning id, tenant_id as "tenant: TenantId", kind, payload, mac, attempt"#,
        worker,
        LEASE.as_seconds_f64(),
        PER_TENANT
    )
    .fetch_optional(db.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let parts = mac_parts(row.tenant, &row.kind, &row.payload);
    if !key.verify("job", &[&parts[0], &parts[1], &parts[2]], &row.mac) {
        park(db, row.id, "the job does not carry this agency's mark").await?;
        super::alerts::raise(db, "job_forged", Some(row.tenant), &row.kind).await?;
        return Ok(None);
    }
    Ok(Some(Job { id: row.id, tenant: row.tenant, kind: row.kind, payload: row.payload, attempt: row.attempt }))
}

/// A sign of life for a job that takes long.
///
/// # Errors
/// The database's.
pub async fn prolong(db: &CentralDb, job: Uuid, worker: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update jobs set lease_until = now() + $3::float8 * interval '1 second' where id = $1 and lease_owner = $2",
        job,
        worker,
        LEASE.as_seconds_f64()
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Takes back jobs whose worker is known to be gone: called in the worker's place ([`super::duty::Duty`]) alone.
///
/// # Errors
/// The database's.
pub async fn release_leases(db: &CentralDb) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!("update jobs set lease_until = now() - interval '1 second' where state = 'running'")
        .execute(db.pool())
        .await?;
    Ok(done.rows_affected())
}

/// The job is done.
///
/// # Errors
/// The database's.
pub async fn finish(db: &CentralDb, job: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("update jobs set state = 'done', finished_at = now(), lease_until = null where id = $1", job)
        .execute(db.pool())
        .await?;
    Ok(())
}

/// The job failed: later again, each time twice as late, and given up after the eighth. Says whether it was given up.
///
/// # Errors
/// The database's.
pub async fn fail(db: &CentralDb, job: &Job, error: &str) -> Result<bool, sqlx::Error> {
    let given_up = job.attempt >= ATTEMPTS;
    let state = if given_up { "failed" } else { "queued" };
    let delay = Duration::seconds(2_i64.pow(job.attempt.clamp(1, 10).unsigned_abs()));
    sqlx::query!(
        "update jobs set state = $2, last_error = $3, lease_until = null, run_at = now() + $4::float8 * interval '1 second',
                finished_at = case when $2 = 'failed' then now() end
         where id = $1",
        job.id,
        state,
        error,
        delay.as_seconds_f64()
    )
    .execute(db.pool())
    .await?;
    Ok(given_up)
}

/// Sets a job aside, with the reason: its agency may not be entered, or the row is not to be trusted.
///
/// # Errors
/// The database's.
pub async fn park(db: &CentralDb, job: Uuid, reason: &str) -> Result<(), sqlx::Error> {
    sqlx::query!("update jobs set state = 'parked', last_error = $2, lease_until = null where id = $1", job, reason)
        .execute(db.pool())
        .await?;
    Ok(())
}

/// Puts an agency's parked jobs back, when it may be entered again.
///
/// # Errors
/// The database's.
pub async fn unpark(db: &CentralDb, tenant: TenantId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update jobs set state = 'queued', run_at = now() where tenant_id = $1 and state = 'parked'
           and last_error is distinct from 'the job does not carry this agency''s mark'",
        tenant.as_uuid()
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Jobs that are waiting or running.
///
/// # Errors
/// The database's.
pub async fn count_open(db: &CentralDb) -> Result<i64, sqlx::Error> {
    let count = sqlx::query_scalar!("select count(*) from jobs where state in ('queued', 'running')")
        .fetch_one(db.pool())
        .await?;
    Ok(count.unwrap_or(0))
}

/// Deletes what was done more than a week ago.
///
/// # Errors
/// The database's.
pub async fn sweep(db: &CentralDb, now: OffsetDateTime) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!("delete from jobs where state = 'done' and finished_at < $1", now - Duration::days(7))
        .execute(db.pool())
        .await?;
    Ok(done.rows_affected())
}

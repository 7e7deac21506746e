//! Work for later. A row names its agency, and carries proof that nobody has turned it to another.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{CentralTx, alerts};
use crate::{CentralDb, Key, TenantId};

/// Attempts before a job is given up.
const ATTEMPTS: i32 = 8;
/// How long a worker may go without a sign of life before another takes its job.
const LEASE: Duration = Duration::seconds(120);
/// What is raised for a job that is not tried again.
const GIVEN_UP: &str = alerts::Kind::JobGivenUp.as_str();
/// Why a job that carries another agency's mark, or none, is set aside: it is never put back.
const FORGED: &str = "the job does not carry this agency's mark";
/// Why a job is given up that never failed: whoever did it was gone before it could say so.
const UNENDED: &str = "whoever began it ended before it did, each time";

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
    /// The worker that holds it.
    pub worker: String,
}

impl Job {
    /// Whether it is given up when it fails once more.
    pub const fn is_last_attempt(&self) -> bool {
        self.attempt >= ATTEMPTS
    }

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

/// Takes the next job that is due, fairly among agencies: first of whom the fewest are being done, then of whom none was begun
/// for longest, so that one agency's thousand photographs do not keep the others waiting. One that was tampered with is parked
/// and not returned, and one that has ended each of its workers is given up: with either, the next one is taken.
///
/// # Errors
/// The database's.
pub async fn claim(db: &CentralDb, key: &Key, worker: &str) -> Result<Option<Job>, sqlx::Error> {
    while let Some((job, mac)) = take(db, worker).await? {
        let parts = mac_parts(job.tenant, &job.kind, &job.payload);
        if !key.verify("job", &[&parts[0], &parts[1], &parts[2]], &mac) {
            park_forged(db, &job).await?;
        } else if job.attempt > ATTEMPTS {
            give_up(db, &job).await?;
        } else {
            return Ok(Some(job));
        }
    }
    Ok(None)
}

/// Takes whatever is due next, with its mark.
async fn take(db: &CentralDb, worker: &str) -> Result<Option<(Job, Vec<u8>)>, sqlx::Error> {
    // Agency by agency in their order, until one has a job that nobody else is taking: what waits behind is not sorted.
    let row = sqlx::query!(
        r#"update jobs
           set state = 'running', attempt = attempt + 1, begun_at = now(),
               lease_owner = $1, lease_until = now() + $2::float8 * interval '1 second'
           where id = (
               with ready as materialized (
                   select tenant_id, min(run_at) as since
                   from jobs
                   where (state = 'queued' and run_at <= now()) or (state = 'running' and lease_until < now())
                   group by tenant_id),
               turns as materialized (
                   select w.tenant_id
                   from ready w
                   order by
                       (select count(*) from jobs r
                        where r.tenant_id = w.tenant_id and r.state = 'running' and r.lease_until >= now()),
                       (select max(r.begun_at) from jobs r where r.tenant_id = w.tenant_id) nulls first,
                       w.since, w.tenant_id)
               select j.id
               from turns t
               cross join lateral (
                   select id
                   from jobs
                   where tenant_id = t.tenant_id
                     and ((state = 'queued' and run_at <= now()) or (state = 'running' and lease_until < now()))
                   order by run_at, id
                   limit 1
                   for update skip locked) j
               limit 1)
           returning id, tenant_id as "tenant: TenantId", kind, payload, mac, attempt"#,
        worker,
        LEASE.as_seconds_f64()
    )
    .fetch_optional(db.pool())
    .await?;
    let worker = worker.to_owned();
    Ok(row.map(|row| {
        let (kind, payload, attempt) = (row.kind, row.payload, row.attempt);
        (Job { id: row.id, tenant: row.tenant, kind, payload, attempt, worker }, row.mac)
    }))
}

/// A sign of life for a job that takes long. Says whether it is still its worker's.
///
/// # Errors
/// The database's.
pub async fn prolong(db: &CentralDb, job: &Job) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update jobs set lease_until = now() + $4::float8 * interval '1 second'
         where id = $1 and lease_owner = $2 and attempt = $3 and state = 'running'",
        job.id,
        job.worker,
        job.attempt,
        LEASE.as_seconds_f64()
    )
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected() == 1)
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

/// The job is done. Says whether it was still its worker's; what another has taken over stays as it is.
///
/// # Errors
/// The database's.
pub async fn finish(db: &CentralDb, job: &Job) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update jobs set state = 'done', finished_at = now(), lease_until = null
         where id = $1 and lease_owner = $2 and attempt = $3 and state = 'running'",
        job.id,
        job.worker,
        job.attempt
    )
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The job failed: later again, each time twice as late, and given up after the eighth, with an alert. Says whether it was
/// still its worker's.
///
/// # Errors
/// The database's.
pub async fn fail(db: &CentralDb, job: &Job, error: &str) -> Result<bool, sqlx::Error> {
    let is_given_up = job.is_last_attempt();
    let state = if is_given_up { "failed" } else { "queued" };
    let delay = Duration::seconds(2_i64.pow(job.attempt.clamp(1, 10).unsigned_abs()));
    let mut tx = db.pool().begin().await?;
    let done = sqlx::query!(
        "update jobs set state = $4, last_error = $5, lease_until = null, run_at = now() + $6::float8 * interval '1 second',
                finished_at = case when $4 = 'failed' then now() end
         where id = $1 and lease_owner = $2 and attempt = $3 and state = 'running'",
        job.id,
        job.worker,
        job.attempt,
        state,
        error,
        delay.as_seconds_f64()
    )
    .execute(&mut *tx)
    .await?;
    let is_ours = done.rows_affected() == 1;
    if is_ours && is_given_up {
        alerts::raise_in(&mut tx, GIVEN_UP, Some(job.tenant), &format!("{}: {error}", job.kind)).await?;
    }
    tx.commit().await?;
    Ok(is_ours)
}

/// Sets a job aside whose agency may not be entered, until it may again: at once, where only this process did not know yet. It
/// is no attempt. Says whether it was still its worker's.
///
/// # Errors
/// The database's.
pub async fn park(db: &CentralDb, job: &Job) -> Result<bool, sqlx::Error> {
    // The agency is held meanwhile: it is opened before, and is seen to be open, or after, and finds the job.
    let done = sqlx::query!(
        "with agency as (select status from companies where id = $4 for share)
         update jobs
         set state = case when agency.status = 'active' then 'queued' else 'parked' end, attempt = attempt - 1,
             run_at = now() + interval '2 seconds', last_error = 'the agency is closed', lease_until = null
         from agency
         where jobs.id = $1 and lease_owner = $2 and attempt = $3 and state = 'running'",
        job.id,
        job.worker,
        job.attempt,
        job.tenant.as_uuid()
    )
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn park_forged(db: &CentralDb, job: &Job) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    sqlx::query!("update jobs set state = 'parked', last_error = $2, lease_until = null where id = $1", job.id, FORGED)
        .execute(&mut *tx)
        .await?;
    alerts::raise_in(&mut tx, alerts::Kind::JobForged.as_str(), Some(job.tenant), &job.kind).await?;
    tx.commit().await
}

/// This time it is not begun: a job that ends the process which does it would end every one.
async fn give_up(db: &CentralDb, job: &Job) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let done = sqlx::query!(
        "update jobs
         set state = 'failed', attempt = attempt - 1, last_error = $4, lease_until = null, finished_at = now()
         where id = $1 and lease_owner = $2 and attempt = $3 and state = 'running'",
        job.id,
        job.worker,
        job.attempt,
        UNENDED
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 1 {
        alerts::raise_in(&mut tx, GIVEN_UP, Some(job.tenant), &format!("{}: {UNENDED}", job.kind)).await?;
    }
    tx.commit().await
}

/// Puts an agency's parked jobs back, in the transaction that opens it again.
pub(crate) async fn unpark_in(tx: &mut CentralTx, tenant: TenantId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update jobs set state = 'queued', run_at = now()
         where tenant_id = $1 and state = 'parked' and last_error is distinct from $2",
        tenant.as_uuid(),
        FORGED
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts back the parked jobs of all agencies that may be entered: however one was opened, its work goes on. Says how many.
///
/// # Errors
/// The database's.
pub async fn unpark_active(db: &CentralDb) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "update jobs set state = 'queued', run_at = now()
         from companies c
         where c.id = jobs.tenant_id and c.status = 'active' and state = 'parked' and last_error is distinct from $1",
        FORGED
    )
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected())
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

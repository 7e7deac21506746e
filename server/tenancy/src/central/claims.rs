//! How a host is claimed by an agency, and let go of. Who owns one is settled in [`super::settling`].

use sqlx::postgres::PgQueryResult;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::audit;
use super::certificates::LATE;
use super::companies::By;
use super::domains::event;
use super::{CentralTx, alerts};
use crate::{CentralDb, TenantId};

/// Hosts that an agency may have at once, owned or claimed (TLS-06).
pub const MOST: u32 = 5;
const HOUR: Duration = Duration::hours(1);
/// Claims that an agency may make within an hour (TLS-06).
pub const CLAIMS_AN_HOUR: i64 = 3;
/// How long a host that was let go of is its previous owner's alone.
pub const QUARANTINE: Duration = Duration::days(30);
/// How long a claim waits for its proof. As long as the quarantine: no claim is older than the proof that it needs.
pub const CLAIM: Duration = Duration::days(30);
/// Between two looks that people ask for.
pub const PAUSE: Duration = Duration::seconds(10);
/// The alert of a host that is in doubt.
pub const SUSPECT: &str = alerts::Kind::DomainSuspect.as_str();
/// Why a host cannot be claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The agency has it, or claims it already.
    #[error("it is the agency's own already")]
    Own,
    /// Another agency let go of it a short while ago.
    #[error("it was another agency's until recently")]
    Quarantined,
    /// The agency has as many as it may.
    #[error("the agency has {MOST} domains")]
    TooMany,
    /// The agency has made as many claims as it may within an hour; it may again in so many seconds.
    #[error("too many claims within an hour")]
    TooOften(u32),
    /// The central database's.
    #[error("the central database refused")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for ClaimError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some("domains_claim_key") => Self::Own,
            _ => Self::Database(error),
        }
    }
}

/// What a TXT record holds to prove a claim.
pub fn proof(token: &str) -> String {
    format!("sobrado-verify={token}")
}

/// Claims a host for an agency, with a token that nothing else ever had. Gives the claim.
///
/// # Errors
/// [`ClaimError`].
pub async fn create(
    db: &CentralDb,
    tenant: TenantId,
    host: &str,
    token: &str,
    now: OffsetDateTime,
    by: By,
) -> Result<Uuid, ClaimError> {
    db.transact(async |tx| {
        hold(tx, &tenant.as_uuid().to_string()).await?;
        let counted = sqlx::query!(
            r#"select count(*) filter (where state <> 'released') as "live!",
                      count(*) filter (where created_at > $2 and not is_vouched) as "recent!",
                      min(created_at) filter (where created_at > $2 and not is_vouched) as oldest,
                      coalesce(bool_or(host = $3 and state <> 'released'), false) as "is_own!"
               from domains
               where tenant_id = $1 and kind = 'custom'"#,
            tenant.as_uuid(),
            now - HOUR,
            host
        )
        .fetch_one(&mut **tx)
        .await?;
        if counted.is_own {
            return Err(ClaimError::Own);
        }
        if is_quarantined(tx, host, tenant, now).await? {
            return Err(ClaimError::Quarantined);
        }
        if counted.live >= i64::from(MOST) {
            return Err(ClaimError::TooMany);
        }
        if counted.recent >= CLAIMS_AN_HOUR {
            let left = counted.oldest.map_or(HOUR, |oldest| oldest + HOUR - now);
            return Err(ClaimError::TooOften(u32::try_from(left.whole_seconds()).unwrap_or(0).max(1)));
        }
        let id = Uuid::now_v7();
        sqlx::query!(
            "insert into domains (id, tenant_id, host, kind, state, verify_token, created_at)
             values ($1, $2, $3, 'custom', 'pending', $4, $5)",
            id,
            tenant.as_uuid(),
            host,
            token,
            now
        )
        .execute(&mut **tx)
        .await?;
        audit::append(tx, event("domain.claim", tenant, (Some(id), serde_json::json!({"host": host})), &by)).await?;
        Ok(id)
    })
    .await
}

/// Takes the turn to look at a host: one look at a time, and people's no closer than [`PAUSE`]. Says whether it was taken.
///
/// # Errors
/// The database's.
pub async fn take_turn(db: &CentralDb, id: Uuid, now: OffsetDateTime) -> Result<bool, sqlx::Error> {
    let taken = sqlx::query!(
        "update domains set last_checked_at = $2
         where id = $1 and state <> 'released' and coalesce(last_checked_at, '-infinity') <= $3",
        id,
        now,
        now - PAUSE
    )
    .execute(db.pool())
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Lets go of a host, or of a claim. Says whether there was one.
///
/// # Errors
/// The database's.
pub async fn release(
    db: &CentralDb,
    tenant: TenantId,
    id: Uuid,
    now: OffsetDateTime,
    by: By,
) -> Result<bool, sqlx::Error> {
    db.transact(async |tx| {
        let found = sqlx::query!(
            "select host, state from domains where id = $1 and tenant_id = $2 and kind = 'custom' and state <> 'released' for update",
            id,
            tenant.as_uuid()
        )
        .fetch_optional(&mut **tx)
        .await?;
        let Some(found) = found else { return Ok(false) };
        end(tx, id, now).await?;
        let changes = serde_json::json!({"host": found.host, "state": [found.state, "released"]});
        audit::append(tx, event("domain.release", tenant, (Some(id), changes), &by)).await?;
        close_if_none(tx, tenant).await?;
        Ok(true)
    })
    .await
}

/// Ends claims that nobody has proven in time. Says how many.
///
/// # Errors
/// The database's.
pub async fn lapse(db: &CentralDb, now: OffsetDateTime) -> Result<u64, sqlx::Error> {
    let lapsed = sqlx::query!(
        "update domains set state = 'released', released_at = $1 where state = 'pending' and created_at <= $2",
        now,
        now - CLAIM
    )
    .execute(db.pool())
    .await?;
    Ok(lapsed.rows_affected())
}

pub(super) async fn note(
    tx: &mut CentralTx,
    id: Uuid,
    problem: Option<&str>,
    failures: i32,
) -> Result<(), sqlx::Error> {
    sqlx::query!("update domains set problem = $2, failures = $3 where id = $1", id, problem, failures)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A claim, or a host that is owned, ends; its row is held.
pub(super) async fn end(tx: &mut CentralTx, id: Uuid, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    let ended = sqlx::query!(
        "update domains
         set state = 'released', released_at = $2, is_primary = false, suspect_since = null, tls_state = 'none',
             certificate_late_since = null
         where id = $1 and state <> 'released'",
        id,
        now
    )
    .execute(&mut **tx)
    .await?;
    as_seen(ended)
}

/// That a row was still as it was seen: what is decided of another state is not written.
pub(super) fn as_seen(done: PgQueryResult) -> Result<(), sqlx::Error> {
    if done.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

/// An alert ends with the last host of the agency that gives cause for it. After the line in the log: who raises it holds that first.
pub(super) async fn close_if_none(tx: &mut CentralTx, tenant: TenantId) -> Result<(), sqlx::Error> {
    let left = sqlx::query!(
        r#"select coalesce(bool_or(state = 'suspect'), false) as "suspect!",
                  coalesce(bool_or(certificate_late_since is not null), false) as "late!"
           from domains where tenant_id = $1 and state in ('verified', 'suspect')"#,
        tenant.as_uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    for (kind, is_left) in [(SUSPECT, left.suspect), (LATE, left.late)] {
        if !is_left {
            alerts::close_in(tx, kind, tenant).await?;
        }
    }
    Ok(())
}

/// Whether the last who owned the host was another agency, and let go of it a short while ago.
pub(super) async fn is_quarantined(
    tx: &mut CentralTx,
    host: &str,
    tenant: TenantId,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let last = sqlx::query!(
        "select tenant_id, released_at from domains
         where host = $1 and verified_at is not null
         order by released_at desc nulls first
         limit 1",
        host
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some((whose, at)) = last.and_then(|row| Some((row.tenant_id, row.released_at?))) else { return Ok(false) };
    Ok(whose != tenant.as_uuid() && now - at < QUARANTINE)
}

/// Holds a name until the transaction ends: what is decided about it is decided one after the other.
pub(super) async fn hold(tx: &mut CentralTx, name: &str) -> Result<(), sqlx::Error> {
    let name = format!("domains {name}");
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", name).execute(&mut **tx).await?;
    Ok(())
}

//! Hosts that agencies claim and own, and what they chose of them. How a claim is proven is in [`super::claims`].

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::CentralTx;
use super::audit::{self, Event};
use super::claims::QUARANTINE;
use super::companies::By;
use crate::routing::ANSWERING;
use crate::{CentralDb, TenantId};

/// A host of an agency.
#[derive(Debug, Clone)]
pub struct Domain {
    /// Identifier.
    pub id: Uuid,
    /// The agency.
    pub tenant: TenantId,
    /// Its slug.
    pub slug: String,
    /// The host, in its one form.
    pub host: String,
    /// `pending`, `verified`, `suspect`, `released`.
    pub state: String,
    /// Whether the agency chose it as its address.
    pub is_primary: bool,
    /// Whether an operator vouched for it.
    pub is_vouched: bool,
    /// What its TXT record has to hold, behind `sobrado-verify=`.
    pub token: String,
    /// `none`, `issuing`, `active`, `failed`.
    pub tls_state: String,
    /// What the last look found wrong: `no_proof`, `points_elsewhere`, `no_answer`, `owned`, `quarantined`.
    pub problem: Option<String>,
    /// When it was looked at last.
    pub last_checked_at: Option<OffsetDateTime>,
    /// Since when it is in doubt.
    pub suspect_since: Option<OffsetDateTime>,
    /// When it was let go of.
    pub released_at: Option<OffsetDateTime>,
}

/// The agency's hosts, oldest claim first; of those that it let go of, what is still held for it.
///
/// # Errors
/// The database's.
pub async fn list(db: &CentralDb, tenant: TenantId, now: OffsetDateTime) -> Result<Vec<Domain>, sqlx::Error> {
    sqlx::query_as!(
        Domain,
        r#"select d.id, d.tenant_id as "tenant: TenantId", c.slug, d.host, d.state, d.is_primary, d.is_vouched,
                  d.verify_token as token, d.tls_state, d.problem, d.last_checked_at, d.suspect_since, d.released_at
           from domains d
           join companies c on c.id = d.tenant_id
           where d.tenant_id = $1 and d.kind = 'custom'
             and (d.state <> 'released' or d.verified_at is not null and d.released_at > $2)
           order by d.id"#,
        tenant.as_uuid(),
        now - QUARANTINE
    )
    .fetch_all(db.pool())
    .await
}

/// Every host that an agency claims or owns, by name: for those who run the platform.
///
/// # Errors
/// The database's.
pub async fn list_all(db: &CentralDb) -> Result<Vec<Domain>, sqlx::Error> {
    sqlx::query_as!(
        Domain,
        r#"select d.id, d.tenant_id as "tenant: TenantId", c.slug, d.host, d.state, d.is_primary, d.is_vouched,
                  d.verify_token as token, d.tls_state, d.problem, d.last_checked_at, d.suspect_since, d.released_at
           from domains d
           join companies c on c.id = d.tenant_id
           where d.kind = 'custom' and d.state <> 'released'
           order by d.host, c.slug"#
    )
    .fetch_all(db.pool())
    .await
}

/// What is to be looked at now: owned hosts daily; claims every minute in their first hour, and every half an hour after it.
/// Names that no DNS holds (RFC 2606) are the demo's and tests', and are left alone.
///
/// # Errors
/// The database's.
pub async fn due(db: &CentralDb, now: OffsetDateTime) -> Result<Vec<Domain>, sqlx::Error> {
    let (day, minute, half_hour) = (Duration::days(1), Duration::minutes(1), Duration::minutes(30));
    sqlx::query_as!(
        Domain,
        r#"select d.id, d.tenant_id as "tenant: TenantId", c.slug, d.host, d.state, d.is_primary, d.is_vouched,
                  d.verify_token as token, d.tls_state, d.problem, d.last_checked_at, d.suspect_since, d.released_at
           from domains d
           join companies c on c.id = d.tenant_id
           where d.kind = 'custom' and d.host !~ '\.(example|test|invalid|localhost)$'
             and (d.state in ('verified', 'suspect') and coalesce(d.last_checked_at, d.verified_at, d.created_at) <= $1
               or d.state = 'pending' and coalesce(d.last_checked_at, '-infinity') <=
                  case when d.created_at > $2 then $3::timestamptz else $4::timestamptz end)
           order by d.last_checked_at nulls first
           limit 200"#,
        now - day,
        now - Duration::hours(1),
        now - minute,
        now - half_hour
    )
    .fetch_all(db.pool())
    .await
}

/// Owned hosts that are to be asked for over https: new ones at once, and a minute after a look that was broken off; those that
/// did not answer, every hour; those that did, daily, and an hour after the first look that found their certificate late
/// ([`super::certificates::is_late`]).
///
/// # Errors
/// The database's.
pub async fn due_over_https(db: &CentralDb, now: OffsetDateTime) -> Result<Vec<Domain>, sqlx::Error> {
    sqlx::query_as!(
        Domain,
        r#"select d.id, d.tenant_id as "tenant: TenantId", c.slug, d.host, d.state, d.is_primary, d.is_vouched,
                  d.verify_token as token, d.tls_state, d.problem, d.last_checked_at, d.suspect_since, d.released_at
           from domains d
           join companies c on c.id = d.tenant_id
           where d.kind = 'custom' and d.state in ('verified', 'suspect') and c.status = any($4)
             and d.host !~ '\.(example|test|invalid|localhost)$'
             and coalesce(d.tls_checked_at, '-infinity') <= case
                 when d.tls_state = 'active' and d.certificate_late_since is distinct from d.tls_checked_at then $1::timestamptz
                 when d.tls_state in ('active', 'failed') then $2::timestamptz
                 else $3::timestamptz end
           order by d.tls_checked_at nulls first
           limit 50"#,
        now - Duration::days(1),
        now - Duration::hours(1),
        now - Duration::minutes(1),
        &ANSWERING as _
    )
    .fetch_all(db.pool())
    .await
}

/// Notes how a host's certificate stands, while the host is owned.
///
/// # Errors
/// The database's.
pub async fn set_tls(db: &CentralDb, id: Uuid, state: &str, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    // What is as it was is no news to anybody: the column that every process hears of is not named.
    let is_same =
        sqlx::query!("update domains set tls_checked_at = $3 where id = $1 and tls_state = $2", id, state, now)
            .execute(db.pool())
            .await?;
    if is_same.rows_affected() == 0 {
        sqlx::query!(
            "update domains set tls_state = $2, tls_checked_at = $3 where id = $1 and state in ('verified', 'suspect')",
            id,
            state,
            now
        )
        .execute(db.pool())
        .await?;
    }
    Ok(())
}

/// Makes a host the agency's address; none: its place under the platform's host. Says whether it could be: the host has to
/// be the agency's, proven, and where `over_https` says so have answered over https.
///
/// # Errors
/// The database's.
pub async fn set_primary(
    db: &CentralDb,
    tenant: TenantId,
    host: Option<Uuid>,
    over_https: bool,
    by: By,
) -> Result<bool, sqlx::Error> {
    db.transact(async |tx| {
        lock(tx, tenant).await?;
        let mut after = None;
        if let Some(id) = host {
            after = sqlx::query_scalar!(
                "select host from domains
                 where id = $1 and tenant_id = $2 and state = 'verified' and (tls_state = 'active' or not $3)
                 for update",
                id,
                tenant.as_uuid(),
                over_https
            )
            .fetch_optional(&mut **tx)
            .await?;
            if after.is_none() {
                return Ok(false);
            }
        }
        let before =
            sqlx::query_scalar!("select host from domains where tenant_id = $1 and is_primary", tenant.as_uuid())
                .fetch_optional(&mut **tx)
                .await?;
        sqlx::query!("update domains set is_primary = false where tenant_id = $1 and is_primary", tenant.as_uuid())
            .execute(&mut **tx)
            .await?;
        sqlx::query!("update domains set is_primary = true where id = $1", host).execute(&mut **tx).await?;
        let changes = serde_json::json!({"primary": [before, after]});
        audit::append(tx, event("domain.primary", tenant, (host, changes), &by)).await?;
        Ok(true)
    })
    .await
}

/// The agency's slug, its name for people, and whether its other hosts lead to its primary domain.
///
/// # Errors
/// The database's.
pub async fn chosen(db: &CentralDb, tenant: TenantId) -> Result<(String, String, bool), sqlx::Error> {
    let row = sqlx::query!("select slug, name, redirects_hosts from companies where id = $1", tenant.as_uuid());
    row.fetch_one(db.pool()).await.map(|row| (row.slug, row.name, row.redirects_hosts))
}

/// Lets every other host of the agency lead to its primary domain, or show the site itself. What is as it was is no change.
///
/// # Errors
/// The database's.
pub async fn set_redirects(db: &CentralDb, tenant: TenantId, on: bool, by: By) -> Result<(), sqlx::Error> {
    db.transact(async |tx| {
        let before =
            sqlx::query_scalar!("select redirects_hosts from companies where id = $1 for update", tenant.as_uuid())
                .fetch_one(&mut **tx)
                .await?;
        if before == on {
            return Ok(());
        }
        sqlx::query!("update companies set redirects_hosts = $2 where id = $1", tenant.as_uuid(), on)
            .execute(&mut **tx)
            .await?;
        let changes = serde_json::json!({"redirects": [before, on]});
        audit::append(tx, event("domain.redirects", tenant, (None, changes), &by)).await?;
        Ok(())
    })
    .await
}

/// Holds the agency's row, so that two choices of its people come one after the other.
async fn lock(tx: &mut CentralTx, tenant: TenantId) -> Result<(), sqlx::Error> {
    let row = sqlx::query_scalar!("select id from companies where id = $1 for update", tenant.as_uuid());
    row.fetch_one(&mut **tx).await.map(drop)
}

/// A line of the log about a host of the agency.
pub(super) fn event(
    action: &str,
    tenant: TenantId,
    (host, changes): (Option<Uuid>, serde_json::Value),
    by: &By,
) -> Event {
    by.line(Some(tenant), action, ("domain", host.unwrap_or(tenant.as_uuid())), changes)
}

//! The agencies themselves.

use time::OffsetDateTime;
use uuid::Uuid;

use super::audit::{self, Event};
use super::jobs;
use crate::{CentralDb, TenantId};

/// An agency as lists show it.
#[derive(Debug, Clone)]
pub struct Company {
    /// The agency.
    pub id: TenantId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Where the platform writes to.
    pub email: String,
    /// `provisioning`, `active`, `suspended`, `cancelled`, `moving`, `deleting`.
    pub status: String,
    /// Why it is suspended.
    pub suspended_reason: Option<String>,
    /// `prime`, `k`, `k2`.
    pub plan: Option<String>,
    /// When it signed up.
    pub created_at: OffsetDateTime,
}

/// Every agency, by slug.
///
/// # Errors
/// The database's.
pub async fn list(db: &CentralDb) -> Result<Vec<Company>, sqlx::Error> {
    sqlx::query_as!(
        Company,
        r#"select c.id as "id: TenantId", c.slug, c.name, c.email, c.status, c.suspended_reason,
                  p.name as "plan?", c.created_at
           from companies c
           left join tenant_subscriptions s on s.tenant_id = c.id
           left join subscription_plans p on p.id = s.plan_id
           where c.deleted_at is null
           order by c.slug"#
    )
    .fetch_all(db.pool())
    .await
}

/// The agency of this slug.
///
/// # Errors
/// `RowNotFound` when there is none.
pub async fn find_by_slug(db: &CentralDb, slug: &str) -> Result<Company, sqlx::Error> {
    sqlx::query_as!(
        Company,
        r#"select c.id as "id: TenantId", c.slug, c.name, c.email, c.status, c.suspended_reason,
                  p.name as "plan?", c.created_at
           from companies c
           left join tenant_subscriptions s on s.tenant_id = c.id
           left join subscription_plans p on p.id = s.plan_id
           where c.slug = $1 and c.deleted_at is null"#,
        slug
    )
    .fetch_one(db.pool())
    .await
}

/// Who orders a change of state, for the audit log.
#[derive(Debug, Clone, Default)]
pub struct By {
    /// The operator's person; none: a command on the machine.
    pub person: Option<Uuid>,
    /// Address of the peer.
    pub ip_address: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// The request.
    pub request_id: Option<String>,
}

/// Closes an active agency for a while. Says whether it was active.
///
/// # Errors
/// The database's.
pub async fn suspend(db: &CentralDb, tenant: TenantId, reason: &str, by: By) -> Result<bool, sqlx::Error> {
    change(db, tenant, ("active", "suspended"), Some(reason), "tenant.suspend", by).await
}

/// Closes an agency as its owner wishes it: everything stays, and nobody enters. Says whether it was open or suspended.
///
/// # Errors
/// The database's.
pub async fn cancel(db: &CentralDb, tenant: TenantId, reason: &str, by: By) -> Result<bool, sqlx::Error> {
    for from in ["active", "suspended"] {
        if change(db, tenant, (from, "cancelled"), Some(reason), "tenant.cancel", by.clone()).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Opens a cancelled agency again. Says whether it was cancelled.
///
/// # Errors
/// The database's.
pub async fn reopen(db: &CentralDb, tenant: TenantId, by: By) -> Result<bool, sqlx::Error> {
    change(db, tenant, ("cancelled", "active"), None, "tenant.resume", by).await
}

/// Opens a suspended agency again, and puts its parked jobs back. Says whether it was suspended.
///
/// # Errors
/// The database's.
pub async fn resume(db: &CentralDb, tenant: TenantId, by: By) -> Result<bool, sqlx::Error> {
    change(db, tenant, ("suspended", "active"), None, "tenant.resume", by).await
}

async fn change(
    db: &CentralDb,
    tenant: TenantId,
    (from, to): (&str, &str),
    reason: Option<&str>,
    action: &str,
    by: By,
) -> Result<bool, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let done = sqlx::query!(
        "update companies set status = $3, suspended_reason = $4 where id = $1 and status = $2",
        tenant.as_uuid(),
        from,
        to,
        reason
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let event = Event {
        tenant: Some(tenant),
        user: by.person,
        changes: serde_json::json!({"status": [from, to], "reason": reason}),
        ip_address: by.ip_address,
        user_agent: by.user_agent,
        request_id: by.request_id,
        ..Event::of_platform(action, "company", tenant.as_uuid())
    };
    audit::append(&mut tx, event).await?;
    if to == "active" {
        jobs::unpark_in(&mut tx, tenant).await?;
    }
    tx.commit().await?;
    Ok(true)
}

//! The agencies themselves.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::audit::{self, Event};
use super::standing;
use crate::billing::State;
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
    /// Whether an operator holds it closed.
    pub is_held: bool,
    /// Why an operator does.
    pub suspended_reason: Option<String>,
    /// `prime`, `k`, `k2`.
    pub plan: Option<String>,
    /// Which version of it the agency bought.
    pub plan_version: Option<i32>,
    /// State of its subscription: `active`, `past_due`, `suspended`, `cancelled`.
    pub subscription: Option<String>,
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
        r#"select c.id as "id: TenantId", c.slug, c.name, c.email, c.status, c.is_held, c.suspended_reason,
                  p.name as "plan?", v.number as "plan_version?", s.status as "subscription?", c.created_at
           from companies c
           left join tenant_subscriptions s on s.tenant_id = c.id
           left join subscription_plans p on p.id = s.plan_id
           left join subscription_plan_versions v on v.id = s.version_id
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
        r#"select c.id as "id: TenantId", c.slug, c.name, c.email, c.status, c.is_held, c.suspended_reason,
                  p.name as "plan?", v.number as "plan_version?", s.status as "subscription?", c.created_at
           from companies c
           left join tenant_subscriptions s on s.tenant_id = c.id
           left join subscription_plans p on p.id = s.plan_id
           left join subscription_plan_versions v on v.id = s.version_id
           where c.slug = $1 and c.deleted_at is null"#,
        slug
    )
    .fetch_one(db.pool())
    .await
}

/// Who orders a change of state, for the audit log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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

impl By {
    /// An act of theirs, now.
    pub(crate) fn event(&self, action: &str, entity_type: &str, entity: Uuid) -> Event {
        let event = Event::of_platform(action, entity_type, entity);
        Event {
            user: self.person,
            ip_address: self.ip_address.clone(),
            // A command says whose hand it is.
            user_agent: self.user_agent.clone().or_else(|| event.user_agent.clone()),
            request_id: self.request_id.clone(),
            ..event
        }
    }

    /// The line of an act of theirs, now, with what it changed.
    pub(crate) fn line(
        &self,
        tenant: Option<TenantId>,
        action: &str,
        (entity_type, entity): (&str, Uuid),
        changes: serde_json::Value,
    ) -> Event {
        Event { tenant, changes, ..self.event(action, entity_type, entity) }
    }
}

/// Gives an agency another name for people; its slug and the name on its site stay. What is as it was is no change. Gives the
/// name that it had; none: there is no such agency in use.
///
/// # Errors
/// The database's.
pub async fn set_name(db: &CentralDb, (tenant, name): (TenantId, &str), by: By) -> Result<Option<String>, sqlx::Error> {
    db.transact(async |tx| {
        let before = sqlx::query_scalar!(
            "select name from companies where id = $1 and status in ('active', 'suspended') for update",
            tenant.as_uuid()
        )
        .fetch_optional(&mut **tx)
        .await?;
        match &before {
            Some(before) if before != name => {}
            _ => return Ok(before),
        }
        sqlx::query!("update companies set name = $2 where id = $1", tenant.as_uuid(), name).execute(&mut **tx).await?;
        let changes = serde_json::json!({"name": [&before, name]});
        let event = by.line(Some(tenant), "tenant.set_name", ("company", tenant.as_uuid()), changes);
        audit::append(tx, event).await?;
        Ok(before)
    })
    .await
}

/// Closes an agency for a while, whatever it has paid or owes. Says whether it could be: what is being made or goes cannot be
/// held, and what is held already is not held anew.
///
/// # Errors
/// The database's.
pub async fn suspend(db: &CentralDb, tenant: TenantId, reason: &str, by: By) -> Result<bool, sqlx::Error> {
    hold(db, tenant, Some(reason), by).await.map(|state| state.is_some())
}

/// Closes an agency for good, as its owner wishes it, and not only with the period: nobody enters, and what it has is kept for
/// [`KEPT`](crate::billing::KEPT). Says whether it was open or suspended.
///
/// # Errors
/// The database's.
pub async fn cancel(db: &CentralDb, tenant: TenantId, reason: &str, by: By) -> Result<bool, sqlx::Error> {
    db.transact(async |tx| {
        let before = standing::hold_row(tx, tenant).await?;
        let Some(before) = before.filter(|c| matches!(c.status.as_str(), "active" | "suspended")) else {
            return Ok(false);
        };
        sqlx::query!(
            "update tenant_subscriptions set ends = true, ended_at = now(), version = version + 1 where tenant_id = $1",
            tenant.as_uuid()
        )
        .execute(&mut **tx)
        .await?;
        let (_, after) = standing::settle(tx, tenant, OffsetDateTime::now_utc()).await?;
        let changes = serde_json::json!({"status": [before.status, after.of_company()], "reason": reason});
        let event = Event { tenant: Some(tenant), changes, ..by.event("tenant.cancel", "company", tenant.as_uuid()) };
        audit::append(tx, event).await?;
        Ok(true)
    })
    .await
}

/// Opens an agency again that was closed by [`suspend`], and puts its parked jobs back; one that owes money stays closed, as
/// its state says. Gives what it is then; none: it was not closed so.
///
/// # Errors
/// The database's.
pub async fn resume(db: &CentralDb, tenant: TenantId, by: By) -> Result<Option<State>, sqlx::Error> {
    hold(db, tenant, None, by).await
}

async fn hold(db: &CentralDb, tenant: TenantId, reason: Option<&str>, by: By) -> Result<Option<State>, sqlx::Error> {
    db.transact(async |tx| {
        let before = standing::hold_row(tx, tenant).await?;
        let may = match reason {
            Some(_) => {
                before.as_ref().is_some_and(|c| !c.is_held && !matches!(c.status.as_str(), "provisioning" | "deleting"))
            }
            None => before.as_ref().is_some_and(|c| c.is_held),
        };
        let Some(before) = before.filter(|_| may) else { return Ok(None) };
        sqlx::query!(
            "update companies set is_held = $2, suspended_reason = $3 where id = $1",
            tenant.as_uuid(),
            reason.is_some(),
            reason
        )
        .execute(&mut **tx)
        .await?;
        if reason.is_none() {
            // Who was held could not come back: what they have is kept for the whole time from now on.
            sqlx::query!(
                "update tenant_subscriptions set cancelled_at = now() where tenant_id = $1 and status = 'cancelled'",
                tenant.as_uuid()
            )
            .execute(&mut **tx)
            .await?;
        }
        let (_, after) = standing::settle(tx, tenant, OffsetDateTime::now_utc()).await?;
        let action = if reason.is_some() { "tenant.suspend" } else { "tenant.resume" };
        let changes = serde_json::json!({"status": [before.status, after.of_company()], "reason": reason});
        let event = Event { tenant: Some(tenant), changes, ..by.event(action, "company", tenant.as_uuid()) };
        audit::append(tx, event).await?;
        Ok(Some(after))
    })
    .await
}

//! Agencies that go: asked for, called off, and at the end forgotten. Whose database is dropped is in [`crate::provision`].

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::audit;
use super::companies::By;
use super::open_sessions::{self, Whose};
use super::operations::{self, Operation};
use super::owner_notices::{self, News};
use super::{CentralTx, claims, slugs, standing};
use crate::billing::{KEPT, State};
use crate::{CentralDb, Key, OperationId, TenantId};

/// What is kept with an agency's last operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Going {
    /// Its name in addresses.
    pub slug: String,
    /// What it was before.
    pub was: String,
    /// When its database is dropped, and not before.
    #[serde(with = "time::serde::rfc3339")]
    pub drop_after: OffsetDateTime,
    /// Whether anybody may have its address as soon as it is gone.
    pub release_slug: bool,
    /// Nobody asked: its data were kept for as long as was promised.
    #[serde(default)]
    pub is_overdue: bool,
    /// Why it goes, where somebody was asked.
    #[serde(default)]
    pub reason: Option<String>,
    /// Who wants it to stay after all: the worker opens it again.
    #[serde(default)]
    pub called_off: Option<By>,
}

/// Closes an agency for good: from now on nobody enters it, and after the time of grace it is dropped. None when it is in no
/// state to go.
///
/// # Errors
/// The database's.
pub async fn ask(
    db: &CentralDb,
    tenant: TenantId,
    (grace_days, release_slug): (i32, bool),
    (reason, by): (Option<&str>, By),
) -> Result<Option<OperationId>, sqlx::Error> {
    db.transact(async |tx| {
        let asked = Asked { grace_days, release_slug, is_overdue: false, reason };
        Ok(ask_in(tx, tenant, (asked, by.clone())).await?.map(|(id, _)| id))
    })
    .await
}

/// How an agency is asked to go.
pub(super) struct Asked<'a> {
    pub(super) grace_days: i32,
    pub(super) release_slug: bool,
    pub(super) is_overdue: bool,
    pub(super) reason: Option<&'a str>,
}

/// As [`ask`], in the transaction of who asks. Says as well when its database is dropped, and not before.
pub(super) async fn ask_in(
    tx: &mut CentralTx,
    tenant: TenantId,
    (asked, by): (Asked<'_>, By),
) -> Result<Option<(OperationId, OffsetDateTime)>, sqlx::Error> {
    let found = sqlx::query!(
        r#"select slug, status, now() + make_interval(days => $2) as "drop_after!"
           from companies where id = $1 and status in ('active', 'suspended', 'cancelled') for update"#,
        tenant.as_uuid(),
        asked.grace_days
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(found) = found else { return Ok(None) };
    let going = Going {
        slug: found.slug,
        was: found.status,
        drop_after: found.drop_after,
        release_slug: asked.release_slug,
        is_overdue: asked.is_overdue,
        reason: asked.reason.map(str::to_owned),
        called_off: None,
    };
    sqlx::query!("update companies set status = 'deleting' where id = $1", tenant.as_uuid()).execute(&mut **tx).await?;
    // The agency is closed to them all by its state: that every process hears of it a moment later is soon enough.
    open_sessions::end_of(tx, Whose::Agency(tenant)).await?;
    let id = OperationId::generate();
    let data = serde_json::to_value(&going).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!(
        "insert into tenant_operations (id, tenant_id, kind, state, step, data)
         values ($1, $2, 'delete', 'queued', 'asked', $3)",
        id.as_uuid(),
        tenant.as_uuid(),
        data
    )
    .execute(&mut **tx)
    .await?;
    operations::event(tx, id, "asked", "info", "closed for good").await?;
    note(tx, "tenant.delete", tenant, data, by).await?;
    Ok(Some((id, found.drop_after)))
}

/// How an agency goes, while it can still be called off: its database stands, and nobody is at it right now.
///
/// # Errors
/// The database's.
pub async fn leaving(db: &CentralDb, tenant: TenantId) -> Result<Option<Going>, sqlx::Error> {
    let data = sqlx::query_scalar!(
        "select data from tenant_operations
         where tenant_id = $1 and kind = 'delete' and state in ('queued', 'waiting') and step in ('asked', 'fence')",
        tenant.as_uuid()
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(data.and_then(|data| serde_json::from_value(data).ok()))
}

/// Asks for an agency to stay that was to go: the worker, which alone may, opens it again at once. Says whether there is still
/// time, and nobody is at it right now.
///
/// # Errors
/// The database's.
pub async fn ask_to_stay(db: &CentralDb, tenant: TenantId, by: &By) -> Result<bool, sqlx::Error> {
    let by = serde_json::to_value(by).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    db.transact(async |tx| {
        let found = sqlx::query_scalar!(
            r#"update tenant_operations set data = jsonb_set(data, '{called_off}', $2), state = 'waiting', next_run_at = now()
               where tenant_id = $1 and kind = 'delete' and state in ('queued', 'waiting') and step in ('asked', 'fence')
               returning id as "id: OperationId""#,
            tenant.as_uuid(),
            by
        )
        .fetch_optional(&mut **tx)
        .await?;
        let Some(id) = found else { return Ok(false) };
        operations::event(tx, id, "call_off", "info", "asked to stay").await?;
        Ok(true)
    })
    .await
}

/// The operation by which an agency goes, while it is under way.
///
/// # Errors
/// The database's.
pub(crate) async fn find(db: &CentralDb, tenant: TenantId) -> Result<Option<OperationId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select id as "id: OperationId" from tenant_operations
           where tenant_id = $1 and kind = 'delete' and state in ('queued', 'running', 'waiting')"#,
        tenant.as_uuid()
    )
    .fetch_optional(db.pool())
    .await
}

/// Opens an agency again that was to go, if it owes nothing and nobody holds it: both may have changed since it was asked for.
pub(crate) async fn call_off_in(
    tx: &mut CentralTx,
    op: &Operation,
    (by, now): (By, OffsetDateTime),
) -> Result<(), sqlx::Error> {
    // Neither open nor given up: from here on its state follows from the facts, as everybody's does.
    sqlx::query!(
        "update companies set status = 'suspended' where id = $1 and status = 'deleting'",
        op.tenant.as_uuid()
    )
    .execute(&mut **tx)
    .await?;
    // What is kept although its time was over has the whole time again.
    let kept = sqlx::query_scalar!(
        r#"update tenant_subscriptions set cancelled_at = $2
           where tenant_id = $1 and status = 'cancelled'
           returning ended_at is not null as "is_wished!""#,
        op.tenant.as_uuid(),
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    let turn = standing::settle(tx, op.tenant, now).await?;
    // Its owners were told on which day it goes: of a state that turns they hear from whoever turns it.
    if let Some(is_wished) = kept.filter(|_| is_overdue(op) && turn.1 == State::Cancelled) {
        let news = News::Stays { until: (now + KEPT).unix_timestamp(), is_wished };
        let cause = format!("{}:{}", news.kind(), op.id);
        owner_notices::leave_word(tx, op.tenant, (&cause, now), &news).await?;
    }
    standing::note(tx, op.tenant, turn, by.clone()).await?;
    operations::event(tx, op.id, "called_off", "info", "kept").await?;
    let changes = serde_json::json!({"status": ["deleting", turn.1.of_company()]});
    note(tx, "tenant.keep", op.tenant, changes, by).await
}

fn is_overdue(op: &Operation) -> bool {
    serde_json::from_value::<Going>(op.data.clone()).is_ok_and(|going| going.is_overdue)
}

/// Puts an operation off until then. Says whether there is still time until then.
pub(crate) async fn put_off(db: &CentralDb, op: &Operation, until: OffsetDateTime) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update tenant_operations set state = 'waiting', next_run_at = $3, lease_until = null, attempt = 0
         where id = $1 and lease_owner = $2 and state = 'running' and $3 > now()",
        op.id.as_uuid(),
        op.lease_owner,
        until
    )
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets an agency whose database is gone: its people, its domains, its place. What is left is a row without a name, for the
/// lines of the log and for invoices. Its address is free after this, for its owners at once and for others later.
pub(crate) async fn forget_in(
    tx: &mut CentralTx,
    key: &Key,
    (op, going): (&Operation, &Going),
) -> Result<(), sqlx::Error> {
    let tenant = op.tenant.as_uuid();
    let owners = slugs::owners_of(tx, op.tenant).await?;
    forget_people(tx, tenant).await?;
    sqlx::query!(
        "update domains set state = 'released', released_at = now(), is_primary = false where tenant_id = $1 and state <> 'released'",
        tenant
    )
    .execute(&mut **tx)
    .await?;
    claims::close_if_none(tx, op.tenant).await?;
    sqlx::query!("update tenant_subscriptions set status = 'cancelled' where tenant_id = $1", tenant)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        "delete from sign_ups where operation_id in (select id from tenant_operations where tenant_id = $1)",
        tenant
    )
    .execute(&mut **tx)
    .await?;
    // What was to be made names its first owner.
    sqlx::query!("update tenant_operations set data = '{}' where tenant_id = $1 and id <> $2", tenant, op.id.as_uuid())
        .execute(&mut **tx)
        .await?;
    sqlx::query!("delete from jobs where tenant_id = $1", tenant).execute(&mut **tx).await?;
    sqlx::query!("delete from tenant_placements where tenant_id = $1", tenant).execute(&mut **tx).await?;
    // It leaves its address by this, as by any other change of it.
    sqlx::query!(
        "update companies
         set slug = 'gone-' || replace(id::text, '-', ''), name = 'gone', email = '', suspended_reason = null, deleted_at = now()
         where id = $1",
        tenant
    )
    .execute(&mut **tx)
    .await?;
    slugs::bequeath(tx, key, op.tenant, &owners).await?;
    if going.release_slug {
        sqlx::query!("delete from held_slugs where slug = $1", going.slug).execute(&mut **tx).await?;
    }
    note(tx, "tenant.deleted", op.tenant, serde_json::json!({"slug": going.slug}), By::default()).await
}

/// Accounts of the agency, who was asked to join it, what was written to them; and of people who have no other agency left all that
/// is known of them.
async fn forget_people(tx: &mut CentralTx, tenant: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from sessions where tenant_id = $1", tenant).execute(&mut **tx).await?;
    sqlx::query!("delete from invitations where tenant_id = $1", tenant).execute(&mut **tx).await?;
    sqlx::query!("delete from mails where tenant_id = $1", tenant).execute(&mut **tx).await?;
    let people = sqlx::query_scalar!(
        "update users set active = false, name = '-', email = id::text || '@gone.invalid' where company_id = $1 returning person_id",
        tenant
    )
    .fetch_all(&mut **tx)
    .await?;
    // Whoever has just signed up for another one has no account in it yet.
    let alone = sqlx::query_scalar!(
        "select p.id from people p
         where p.id = any($1)
           and not exists (select from operators o where o.person_id = p.id)
           and not exists (select from users u join companies c on c.id = u.company_id
                           where u.person_id = p.id and u.company_id <> $2 and c.deleted_at is null)
           and not exists (select from sign_ups s join tenant_operations o on o.id = s.operation_id
                           where s.person_id = p.id and o.tenant_id <> $2 and o.state <> 'done')",
        &people,
        tenant
    )
    .fetch_all(&mut **tx)
    .await?;
    sqlx::query!("delete from sessions where person_id = any($1)", &alone).execute(&mut **tx).await?;
    sqlx::query!("delete from person_links where person_id = any($1)", &alone).execute(&mut **tx).await?;
    sqlx::query!("delete from recovery_codes where person_id = any($1)", &alone).execute(&mut **tx).await?;
    sqlx::query!("delete from mails where recipient in (select email from people where id = any($1))", &alone)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        "update people
         set email = id::text || '@gone.invalid', name = '-', password_hash = '', phone = null, creci = null, locale = null,
             photo_sha256 = null, totp = null, totp_set_at = null, totp_step = 0, totp_pending = null, totp_pending_at = null,
             totp_asked_at = null
         where id = any($1)",
        &alone
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Agencies that are gone and whose photographs are not.
///
/// # Errors
/// The database's.
pub async fn with_files(db: &CentralDb) -> Result<Vec<TenantId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select id as "id: TenantId" from companies where deleted_at is not null and files_removed_at is null limit 100"#
    )
    .fetch_all(db.pool())
    .await
}

/// Writes down that they are gone too.
///
/// # Errors
/// The database's.
pub async fn files_are_gone(db: &CentralDb, tenant: TenantId) -> Result<(), sqlx::Error> {
    sqlx::query!("update companies set files_removed_at = now() where id = $1", tenant.as_uuid())
        .execute(db.pool())
        .await?;
    Ok(())
}

async fn note(
    tx: &mut CentralTx,
    action: &str,
    tenant: TenantId,
    changes: serde_json::Value,
    by: By,
) -> Result<(), sqlx::Error> {
    let event = by.line(Some(tenant), action, ("company", tenant.as_uuid()), changes);
    audit::append(tx, event).await.map(drop)
}

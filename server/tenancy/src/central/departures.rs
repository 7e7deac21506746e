//! Agencies that go: asked for, called off, and at the end forgotten. Whose database is dropped is in [`crate::provision`].

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::audit::{self, Event};
use super::companies::By;
use super::operations::{self, Operation};
use super::{CentralTx, jobs};
use crate::{CentralDb, OperationId, TenantId};

/// How long nobody but its owners may take the address of an agency that is gone.
const HELD_DAYS: i32 = 90;

/// What is kept with an agency's last operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Going {
    /// Its name in addresses.
    pub slug: String,
    /// What it was before: so it is again when this is called off.
    pub was: String,
    /// When its database is dropped, and not before.
    #[serde(with = "time::serde::rfc3339")]
    pub drop_after: OffsetDateTime,
    /// Whether anybody may have its address as soon as it is gone.
    pub release_slug: bool,
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
    let mut tx = db.pool().begin().await?;
    let found = sqlx::query!(
        r#"select slug, status, now() + make_interval(days => $2) as "drop_after!"
           from companies where id = $1 and status in ('active', 'suspended', 'cancelled') for update"#,
        tenant.as_uuid(),
        grace_days
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(found) = found else { return Ok(None) };
    let going = Going {
        slug: found.slug,
        was: found.status,
        drop_after: found.drop_after,
        release_slug,
        reason: reason.map(str::to_owned),
        called_off: None,
    };
    sqlx::query!("update companies set status = 'deleting' where id = $1", tenant.as_uuid()).execute(&mut *tx).await?;
    sqlx::query!("update sessions set ended_at = now() where tenant_id = $1 and ended_at is null", tenant.as_uuid())
        .execute(&mut *tx)
        .await?;
    let id = OperationId::generate();
    let data = serde_json::to_value(&going).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!(
        "insert into tenant_operations (id, tenant_id, kind, state, step, data)
         values ($1, $2, 'delete', 'queued', 'asked', $3)",
        id.as_uuid(),
        tenant.as_uuid(),
        data
    )
    .execute(&mut *tx)
    .await?;
    operations::event(&mut tx, id, "asked", "info", "closed for good").await?;
    note(&mut tx, "tenant.delete", tenant, data, by).await?;
    tx.commit().await?;
    Ok(Some(id))
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
    let mut tx = db.pool().begin().await?;
    let found = sqlx::query_scalar!(
        r#"update tenant_operations set data = jsonb_set(data, '{called_off}', $2), state = 'waiting', next_run_at = now()
           where tenant_id = $1 and kind = 'delete' and state in ('queued', 'waiting') and step in ('asked', 'fence')
           returning id as "id: OperationId""#,
        tenant.as_uuid(),
        by
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(id) = found else { return Ok(false) };
    operations::event(&mut tx, id, "call_off", "info", "asked to stay").await?;
    tx.commit().await?;
    Ok(true)
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

/// Opens an agency again that was to go, as it was before.
pub(crate) async fn call_off_in(tx: &mut CentralTx, op: &Operation, going: &Going, by: By) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update companies set status = $2 where id = $1 and status = 'deleting'",
        op.tenant.as_uuid(),
        going.was
    )
    .execute(&mut **tx)
    .await?;
    operations::event(tx, op.id, "called_off", "info", "open again").await?;
    if going.was == "active" {
        jobs::unpark_in(tx, op.tenant).await?;
    }
    note(tx, "tenant.keep", op.tenant, serde_json::json!({"status": ["deleting", going.was]}), by).await
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
pub(crate) async fn forget_in(tx: &mut CentralTx, op: &Operation, going: &Going) -> Result<(), sqlx::Error> {
    let tenant = op.tenant.as_uuid();
    if !going.release_slug {
        sqlx::query!(
            "insert into held_slugs (slug, owners, until)
             select $2, coalesce(array_agg(sha256(convert_to(p.email, 'UTF8'))) filter (where u.role = 'owner'), '{}'),
                    now() + make_interval(days => $3)
             from users u join people p on p.id = u.person_id where u.company_id = $1
             on conflict on constraint held_slugs_pkey do update set owners = excluded.owners, until = excluded.until",
            tenant,
            going.slug,
            HELD_DAYS
        )
        .execute(&mut **tx)
        .await?;
    }
    forget_people(tx, tenant).await?;
    sqlx::query!(
        "update domains set state = 'released', released_at = now(), is_primary = false where tenant_id = $1 and state <> 'released'",
        tenant
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("update tenant_subscriptions set status = 'cancelled' where tenant_id = $1", tenant)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        "delete from sign_ups where operation_id in (select id from tenant_operations where tenant_id = $1)",
        tenant
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("delete from jobs where tenant_id = $1", tenant).execute(&mut **tx).await?;
    sqlx::query!("delete from tenant_placements where tenant_id = $1", tenant).execute(&mut **tx).await?;
    sqlx::query!(
        "update companies
         set slug = 'gone-' || replace(id::text, '-', ''), name = 'gone', email = '', suspended_reason = null, deleted_at = now()
         where id = $1",
        tenant
    )
    .execute(&mut **tx)
    .await?;
    // It is held for its owners now, or free: not for an agency that leads nowhere.
    sqlx::query!("delete from former_slugs where tenant_id = $1 and slug = $2", tenant, going.slug)
        .execute(&mut **tx)
        .await?;
    note(tx, "tenant.deleted", op.tenant, serde_json::json!({"slug": going.slug}), By::default()).await
}

/// Accounts of the agency, and people who have no other one left.
async fn forget_people(tx: &mut CentralTx, tenant: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from sessions where tenant_id = $1", tenant).execute(&mut **tx).await?;
    let people = sqlx::query_scalar!(
        "update users set active = false, name = '-', email = id::text || '@gone.invalid' where company_id = $1 returning person_id",
        tenant
    )
    .fetch_all(&mut **tx)
    .await?;
    let alone = sqlx::query_scalar!(
        "select p.id from people p
         where p.id = any($1)
           and not exists (select from operators o where o.person_id = p.id)
           and not exists (select from users u join companies c on c.id = u.company_id
                           where u.person_id = p.id and u.company_id <> $2 and c.deleted_at is null)",
        &people,
        tenant
    )
    .fetch_all(&mut **tx)
    .await?;
    sqlx::query!("delete from sessions where person_id = any($1)", &alone).execute(&mut **tx).await?;
    sqlx::query!(
        "update people set email = id::text || '@gone.invalid', name = '-', password_hash = '' where id = any($1)",
        &alone
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether an address is kept from whoever has this e-mail address.
pub(super) async fn is_held(tx: &mut CentralTx, slug: &str, email: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from held_slugs where slug = $1 and until > now()
                          and not (sha256(convert_to($2, 'UTF8')) = any(owners))) as "held!""#,
        slug,
        email
    )
    .fetch_one(&mut **tx)
    .await
}

/// Frees the address of an agency that is gone. Says whether it was kept for anybody.
///
/// # Errors
/// The database's.
pub async fn release_slug(db: &CentralDb, slug: &str) -> Result<bool, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let done = sqlx::query!("delete from held_slugs where slug = $1", slug).execute(&mut *tx).await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let event = Event {
        entity_id: None,
        changes: serde_json::json!({"slug": slug}),
        ..Event::of_platform("slug.release", "slug", Uuid::nil())
    };
    audit::append(&mut tx, event).await?;
    tx.commit().await?;
    Ok(true)
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

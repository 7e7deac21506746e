//! Agencies whose time is over: their subscription has been cancelled for as long as their data are kept, so they go, by the same
//! road as any other ([`super::departures`]).

use time::{Duration, OffsetDateTime};

use super::companies::By;
use super::departures::{self, Asked};
use super::operations::Operation;
use super::owner_notices::{self, News};
use super::{CentralTx, standing};
use crate::billing::KEPT;
use crate::{CentralDb, OperationId, TenantId};

/// Days in which it can still be called off: who has paid in the last hour is not always written down on the same day, nor at a
/// weekend.
const GRACE_DAYS: i32 = 3;

/// Those whose subscription has been cancelled for [`KEPT`]. Whom an operator holds, an operator lets go.
///
/// # Errors
/// The database's.
pub async fn list(db: &CentralDb, now: OffsetDateTime) -> Result<Vec<TenantId>, sqlx::Error> {
    list_in(db.pool(), (None, now)).await
}

/// All of them, or this one.
async fn list_in(
    db: impl sqlx::PgExecutor<'_>,
    (one, now): (Option<TenantId>, OffsetDateTime),
) -> Result<Vec<TenantId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select s.tenant_id as "tenant: TenantId"
           from tenant_subscriptions s
           join companies c on c.id = s.tenant_id
           where s.status = 'cancelled' and s.cancelled_at <= $1 and c.status = 'cancelled' and not c.is_held
             and ($2::uuid is null or s.tenant_id = $2)
           order by s.tenant_id"#,
        now - KEPT,
        one.map(|tenant| tenant.as_uuid())
    )
    .fetch_all(db)
    .await
}

/// Asks one of them to go, once, and leaves word for its owners: until its database is dropped they can still keep it. None when
/// its time is not over, or it was taken up again meanwhile.
///
/// # Errors
/// The database's.
pub async fn ask(db: &CentralDb, tenant: TenantId, now: OffsetDateTime) -> Result<Option<OperationId>, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    // Whoever pays, or takes a cancellation back, holds it too.
    standing::hold_row(&mut tx, tenant).await?;
    if list_in(&mut *tx, (Some(tenant), now)).await?.is_empty() {
        return Ok(None);
    }
    let asked = Asked { grace_days: GRACE_DAYS, release_slug: false, is_overdue: true, reason: None };
    let Some((id, on)) = departures::ask_in(&mut tx, tenant, (asked, By::default())).await? else { return Ok(None) };
    let is_wished = sqlx::query_scalar!(
        r#"select ended_at is not null as "is!" from tenant_subscriptions where tenant_id = $1"#,
        tenant.as_uuid()
    )
    .fetch_one(&mut *tx)
    .await?;
    let news = News::GoesSoon { on: on.unix_timestamp(), is_wished };
    let cause = format!("{}:{id}", news.kind());
    owner_notices::leave_word(&mut tx, tenant, (&cause, now), &news).await?;
    tx.commit().await?;
    Ok(Some(id))
}

/// Those that go for this alone and have no cause to any more, because somebody has paid after all, or because a clock was far ahead:
/// they are to stay.
///
/// # Errors
/// The database's.
pub async fn taken_up(db: &CentralDb, now: OffsetDateTime) -> Result<Vec<TenantId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select o.tenant_id as "tenant: TenantId"
           from tenant_operations o
           join tenant_subscriptions s on s.tenant_id = o.tenant_id
           where o.kind = 'delete' and o.state in ('queued', 'waiting') and o.step in ('asked', 'fence')
             and o.data->>'is_overdue' = 'true' and o.data->>'called_off' is null
             and (s.status <> 'cancelled' or s.cancelled_at > $1)
           order by o.tenant_id"#,
        now - KEPT + Duration::DAY
    )
    .fetch_all(db.pool())
    .await
}

/// What the last look before a database is dropped has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LastLook {
    /// Somebody has taken the subscription up again.
    TakenUp,
    /// Nobody has, and from now on nobody can ([`is_settled`]).
    Goes,
    /// The operation is another worker's by now.
    Lost,
}

/// Looks for the last time whether somebody has taken the subscription up again, and writes down that nobody has, in one
/// transaction that whoever pays, or takes a cancellation back, waits for: either they were first, and it stays, or they are told
/// that it goes.
///
/// # Errors
/// The database's.
pub(crate) async fn look_last(db: &CentralDb, op: &Operation) -> Result<LastLook, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    standing::hold_row(&mut tx, op.tenant).await?;
    // A statement of its own: it sees what was committed while the first one waited.
    let is_taken_up = sqlx::query_scalar!(
        r#"select exists (select from tenant_subscriptions where tenant_id = $1 and status <> 'cancelled') as "is!""#,
        op.tenant.as_uuid()
    )
    .fetch_one(&mut *tx)
    .await?;
    if is_taken_up {
        return Ok(LastLook::TakenUp);
    }
    let done = sqlx::query!(
        "update tenant_operations set data = jsonb_set(data, '{is_settled}', 'true')
         where id = $1 and lease_owner = $2 and state = 'running'",
        op.id.as_uuid(),
        op.lease_owner
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(LastLook::Lost);
    }
    tx.commit().await?;
    Ok(LastLook::Goes)
}

/// Whether an agency whose row is held is gone, or is being dropped for this, and nothing that is done to its subscription keeps it
/// any more. Who calls it off after all, as long as its database stands, settles nothing by it.
pub(super) async fn is_settled(tx: &mut CentralTx, tenant: TenantId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from companies where id = $1 and deleted_at is not null)
               or exists (
                   select from tenant_operations
                   where tenant_id = $1 and kind = 'delete' and state in ('queued', 'running', 'waiting')
                     and data->>'is_settled' = 'true') as "is!""#,
        tenant.as_uuid()
    )
    .fetch_one(&mut **tx)
    .await
}

/// Whether a payment would have kept an agency whose row is held, and comes too late for that. What has ended by wish was not to be
/// kept by any: a debt of its is paid at any time.
pub(super) async fn is_too_late_to_pay(tx: &mut CentralTx, tenant: TenantId) -> Result<bool, sqlx::Error> {
    if !is_settled(tx, tenant).await? {
        return Ok(false);
    }
    sqlx::query_scalar!(
        r#"select ended_at is null as "is!" from tenant_subscriptions where tenant_id = $1"#,
        tenant.as_uuid()
    )
    .fetch_one(&mut **tx)
    .await
}

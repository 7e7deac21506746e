//! The one place where an agency's state is written once it is made: it follows from what its subscription owes and from what an
//! operator holds ([`crate::billing`] says how), and both states are written together.

use time::OffsetDateTime;

use super::audit::{self, Event};
use super::companies::By;
use super::owner_notices::{self, News};
use super::{CentralTx, jobs};
use crate::TenantId;
use crate::billing::{Facts, SUSPENDED, State, WARNED};
use crate::routing::SETTLED;

/// An agency as it stood when it was taken hold of.
pub(crate) struct Held {
    /// Its own state.
    pub(crate) status: String,
    /// Whether an operator has closed it.
    pub(crate) is_held: bool,
}

impl Held {
    /// Whether its state follows from the facts: it is neither being made nor moved, and does not go.
    pub(crate) fn is_settled(&self) -> bool {
        SETTLED.contains(&self.status.as_str())
    }
}

/// Takes hold of an agency's row, always before its subscription's: who changes one of them waits for the other.
pub(crate) async fn hold_row(tx: &mut CentralTx, tenant: TenantId) -> Result<Option<Held>, sqlx::Error> {
    sqlx::query_as!(Held, "select status, is_held from companies where id = $1 for update", tenant.as_uuid())
        .fetch_optional(&mut **tx)
        .await
}

/// What a state was, and what it has become.
pub(crate) type Turn = (State, State);

/// Writes the state that follows from the facts, where it is another than stands there. Gives both; their line in the log is the
/// caller's, who knows why.
///
/// What is being made, moved or deleted keeps its own state; the subscription's is written all the same.
///
/// # Errors
/// The database's.
pub(crate) async fn settle(tx: &mut CentralTx, tenant: TenantId, now: OffsetDateTime) -> Result<Turn, sqlx::Error> {
    let Some(held) = hold_row(tx, tenant).await? else { return Err(sqlx::Error::RowNotFound) };
    let facts = sqlx::query!(
        r#"select s.status, s.expires_at, s.ended_at is not null as "has_ended!", s.cancelled_at is not null as "is_dated!",
                  (select min(i.due_at) from invoices i where i.tenant_id = s.tenant_id and i.status = 'open') as due_since
           from tenant_subscriptions s
           where s.tenant_id = $1
           for update"#,
        tenant.as_uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(facts) = facts else {
        // Without a subscription there is nothing but the operator's word.
        let state = State::of(Facts { is_held: held.is_held, has_ended: false, due_since: None }, now);
        open_or_close(tx, tenant, (&held, state)).await?;
        return Ok((state, state));
    };
    let was = State::parse(&facts.status);
    let is = State::of(Facts { is_held: held.is_held, has_ended: facts.has_ended, due_since: facts.due_since }, now);
    // One of before this was written down, or of a program that does not write it, counts from now on.
    let is_news = was != is || (is == State::Cancelled && !facts.is_dated);
    if is_news {
        // Time in which it was closed is not paid for: the next period begins when it is open again.
        let comes_back = !was.is_open() && is.is_open() && facts.expires_at < now;
        sqlx::query!(
            "update tenant_subscriptions
             set status = $2, version = version + 1, cancelled_at = case when $5 then $4::timestamptz end,
                 expires_at = case when $3 then $4 else expires_at end,
                 anchored_at = case when $3 then $4 else anchored_at end
             where tenant_id = $1",
            tenant.as_uuid(),
            is.as_str(),
            comes_back,
            now,
            is == State::Cancelled
        )
        .execute(&mut **tx)
        .await?;
    }
    if is_news {
        tell(tx, tenant, (was, is), (held.is_held, facts.has_ended), now).await?;
    }
    open_or_close(tx, tenant, (&held, is)).await?;
    Ok((was, is))
}

/// Leaves word for the owners when their agency was closed, opened or given up: with the turn, so that each is told once.
async fn tell(
    tx: &mut CentralTx,
    tenant: TenantId,
    (was, is): Turn,
    (is_held, is_wished): (bool, bool),
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let news = match is {
        State::Cancelled => News::Ended { is_wished },
        State::Suspended if was.is_open() => News::Closed { is_held },
        State::Active | State::PastDue if !was.is_open() => News::Opened,
        _ => return Ok(()),
    };
    let cause = format!("{}:{}", news.kind(), now.unix_timestamp_nanos());
    owner_notices::leave_word(tx, tenant, (&cause, now), &news).await
}

/// Leaves word for the owners three days before their agency is closed for what is owed; of one debt once.
///
/// # Errors
/// The database's.
pub(crate) async fn warn(tx: &mut CentralTx, tenant: TenantId, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    let due = sqlx::query_scalar!(
        "select min(due_at) from invoices where tenant_id = $1 and status = 'open'",
        tenant.as_uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    let Some(due) = due.filter(|due| now - *due >= WARNED) else { return Ok(()) };
    let news = News::ClosesSoon { on: (due + SUSPENDED).unix_timestamp() };
    let cause = format!("{}:{}", news.kind(), due.unix_timestamp_nanos());
    owner_notices::leave_word(tx, tenant, (&cause, now), &news).await
}

/// Writes down that a state has turned.
pub(crate) async fn note(tx: &mut CentralTx, tenant: TenantId, (was, is): Turn, by: By) -> Result<(), sqlx::Error> {
    if was != is {
        let changes = serde_json::json!({"status": [was, is]});
        let event = by.event("subscription.settle", "subscription", tenant.as_uuid());
        audit::append(tx, Event { tenant: Some(tenant), changes, ..event }).await?;
    }
    Ok(())
}

/// Gives the agency the state that its door asks for, and its work back when it is open again.
async fn open_or_close(tx: &mut CentralTx, tenant: TenantId, (was, is): (&Held, State)) -> Result<(), sqlx::Error> {
    if was.status == is.of_company() || !was.is_settled() {
        return Ok(());
    }
    sqlx::query!("update companies set status = $2 where id = $1", tenant.as_uuid(), is.of_company())
        .execute(&mut **tx)
        .await?;
    if is.is_open() {
        jobs::unpark_in(tx, tenant).await?;
    }
    Ok(())
}

//! What an owner changes of what the agency has bought: the plan, additional users, the length of periods, the end and its taking
//! back. Each is one transaction with its invoice and its line in the log.

use rust_decimal::Decimal;
use time::OffsetDateTime;

use super::companies::By;
use super::invoices::{self, Kind, NewLine, Span};
use super::plans::{self, Plan};
use super::subscriptions::{self, Subscription, Terms, record};
use super::{CentralTx, overdue, standing};
use crate::billing::{Left, MOST_ADDITIONAL, Period};
use crate::{CentralDb, TenantId};

/// What a change costs, and when it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    /// The terms from now on.
    pub at_once: Terms,
    /// The terms of the next period.
    pub next: Terms,
    /// What is asked for now: the difference for what is left of the period.
    pub due: Decimal,
    /// What is left of the period.
    pub left: Left,
}

/// What an owner would like to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The plan's name.
    pub plan: String,
    /// How long a period is to be.
    pub period: Period,
    /// Users beyond those included.
    pub additional_users: i32,
}

/// Why a subscription was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no such plan, or no subscription.
    #[error("there is no such plan")]
    NoPlan,
    /// More additional users than are sold, or fewer than none.
    #[error("between none and {MOST_ADDITIONAL} additional users are sold")]
    Users,
    /// The agency is closed: what is owed comes first.
    #[error("the agency is closed")]
    Closed,
    /// It costs another amount than was agreed to: this one.
    #[error("it costs {0} now")]
    Amount(Decimal),
    /// The central database's.
    #[error("the central database refused")]
    Database(#[from] sqlx::Error),
}

impl Subscription {
    /// What a wish would cost and when it would begin, now.
    pub fn quote(&self, wanted: Terms, now: OffsetDateTime) -> Quote {
        let is_up = wanted.plan.price_monthly > self.now.plan.price_monthly;
        let is_more = wanted.plan.id == self.now.plan.id && wanted.additional_users >= self.now.additional_users;
        let at_once =
            if is_up || is_more { Terms { period: self.now.period, ..wanted.clone() } } else { self.now.clone() };
        let left = Left::of(self.started, self.until, now);
        let difference = at_once.price() - self.now.price();
        // What is cheaper is not paid back: it counts from the next period on.
        let due = left.part(difference.max(Decimal::ZERO));
        Quote { at_once, next: wanted, due, left }
    }

    fn line_of(&self, quote: &Quote) -> NewLine {
        let (kind, quantity) = if quote.at_once.plan.id == self.now.plan.id {
            (Kind::AdditionalUsers, (quote.at_once.additional_users - self.now.additional_users).max(1))
        } else {
            (Kind::Change, 1)
        };
        let unit_price = (quote.at_once.price() - self.now.price()) / Decimal::from(quantity);
        let plan = quote.at_once.plan.display_name.clone();
        NewLine { kind, plan, quantity, unit_price, amount: quote.due, left: Some(quote.left) }
    }
}

/// What a wish comes to: the plan of its name, in the version that the agency has where it is on that plan already, and else in
/// the one that is sold.
///
/// # Errors
/// [`ChangeError::NoPlan`], [`ChangeError::Users`].
pub fn terms(sub: &Subscription, sold: &[Plan], wish: &Wish) -> Result<Terms, ChangeError> {
    if !(0..=MOST_ADDITIONAL).contains(&wish.additional_users) {
        return Err(ChangeError::Users);
    }
    let plan = if wish.plan == sub.now.plan.name {
        sub.now.plan.clone()
    } else {
        sold.iter().find(|plan| plan.name == wish.plan).cloned().ok_or(ChangeError::NoPlan)?
    };
    Ok(Terms { plan, period: wish.period, additional_users: wish.additional_users })
}

/// Changes what an agency has bought, for the amount that was agreed to. What is dearer begins at once and is asked for with an
/// invoice, everything else with the next period; a cancellation is taken back by it.
///
/// # Errors
/// [`ChangeError`].
pub async fn change(
    db: &CentralDb,
    tenant: TenantId,
    (wish, agreed): (&Wish, Decimal),
    (by, now): (By, OffsetDateTime),
) -> Result<(), ChangeError> {
    db.transact(async |tx| {
        standing::hold_row(tx, tenant).await?;
        let sub = subscriptions::read_held(tx, tenant).await?;
        if !sub.state.is_open() {
            return Err(ChangeError::Closed);
        }
        let sold = plans::list_in(&mut **tx).await?;
        let quote = sub.quote(terms(&sub, &sold, wish)?, now);
        if quote.due != agreed {
            return Err(ChangeError::Amount(quote.due));
        }
        if quote.at_once == sub.now && quote.next == sub.next && !sub.ends {
            // Sent twice.
            return Ok(());
        }
        store(tx, tenant, &quote).await?;
        let span = Span { is_period: false, start: now, end: sub.until };
        if !quote.due.is_zero() {
            invoices::issue(tx, tenant, (span, &[sub.line_of(&quote)]), (by.clone(), now)).await?;
        }
        let said =
            |terms: &Terms| serde_json::json!([terms.plan.name, terms.plan.number, terms.period, terms.additional_users]);
        let changes = serde_json::json!({
            "now": [said(&sub.now), said(&quote.at_once)], "next": [said(&sub.next), said(&quote.next)], "due": quote.due,
        });
        record(tx, tenant, "subscription.change", (changes, by.clone())).await?;
        Ok(())
    })
    .await
}

async fn store(tx: &mut CentralTx, tenant: TenantId, quote: &Quote) -> Result<(), sqlx::Error> {
    let (now, waits) = (&quote.at_once, quote.next != quote.at_once);
    sqlx::query!(
        "update tenant_subscriptions
         set plan_id = $2, version_id = $3, additional_users = $4,
             next_plan_id = $5, next_version_id = $6, next_period = $7, next_additional_users = $8,
             ends = false, version = version + 1, limits_version = limits_version + 1
         where tenant_id = $1",
        tenant.as_uuid(),
        now.plan.id,
        now.plan.version,
        now.additional_users,
        waits.then_some(quote.next.plan.id),
        waits.then_some(quote.next.plan.version),
        waits.then_some(quote.next.period.as_str()),
        waits.then_some(quote.next.additional_users)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends a subscription with its period. Says whether it went on until now.
///
/// # Errors
/// The database's.
pub async fn cancel(db: &CentralDb, tenant: TenantId, by: By) -> Result<bool, sqlx::Error> {
    db.transact(async |tx| {
        standing::hold_row(tx, tenant).await?;
        let done = sqlx::query!(
            "update tenant_subscriptions set ends = true, version = version + 1
             where tenant_id = $1 and not ends and ended_at is null",
            tenant.as_uuid()
        )
        .execute(&mut **tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        record(tx, tenant, "subscription.cancel", (serde_json::json!({"ends": [false, true]}), by.clone())).await?;
        Ok(true)
    })
    .await
}

/// Takes a cancellation back. When it had come about already, a new period begins now. Says whether there was one that could be:
/// whose database is being dropped comes back no more.
///
/// # Errors
/// The database's.
pub async fn keep(db: &CentralDb, tenant: TenantId, (by, now): (By, OffsetDateTime)) -> Result<bool, sqlx::Error> {
    db.transact(async |tx| {
        standing::hold_row(tx, tenant).await?;
        if overdue::is_settled(tx, tenant).await? {
            return Ok(false);
        }
        let done = sqlx::query!(
            "update tenant_subscriptions set ends = false, ended_at = null, version = version + 1
             where tenant_id = $1 and (ends or ended_at is not null)",
            tenant.as_uuid()
        )
        .execute(&mut **tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        record(tx, tenant, "subscription.keep", (serde_json::json!({"ends": [true, false]}), by.clone())).await?;
        subscriptions::advance_in(tx, tenant, (by.clone(), now)).await?;
        Ok(true)
    })
    .await
}

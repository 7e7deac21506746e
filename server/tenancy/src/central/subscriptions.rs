//! What each agency has bought: its terms now, those that its next period begins with, and what time does to both. What an
//! owner does to them is in [`super::changes`].
//!
//! Time changes them in [`advance`] alone, which the worker calls; what it does is a function of the rows and of the time, so that
//! doing it twice is doing it once. Who changes one holds the agency's row first, then the subscription's.

use rust_decimal::Decimal;
use time::OffsetDateTime;
use uuid::Uuid;

use super::audit::{self, Event};
use super::companies::By;
use super::invoices::{self, Kind, NewLine, Span};
use super::owner_notices::News;
use super::plans::{self, Plan};
use super::{CentralTx, standing};
use crate::billing::{self, Period, State, end_of_period};
use crate::routing::SETTLED;
use crate::{CentralDb, TenantId};

/// What is bought for a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// The plan, in the version that was bought.
    pub plan: Plan,
    /// How long a period is.
    pub period: Period,
    /// Users beyond those included.
    pub additional_users: i32,
}

impl Terms {
    /// What a whole period costs.
    pub fn price(&self) -> Decimal {
        self.plan.prices().whole(self.period, self.additional_users)
    }

    /// Users whom they hold.
    pub const fn users(&self) -> i32 {
        self.plan.max_users.saturating_add(self.additional_users)
    }

    fn lines(&self) -> Vec<NewLine> {
        let line = |kind, quantity: i32, unit_price: Decimal| NewLine {
            kind,
            plan: self.plan.display_name.clone(),
            quantity,
            unit_price,
            amount: unit_price * Decimal::from(quantity),
            left: None,
        };
        let prices = self.plan.prices();
        let mut lines = vec![line(Kind::Plan, 1, prices.plan(self.period))];
        if self.additional_users > 0 {
            lines.push(line(Kind::AdditionalUsers, self.additional_users, prices.user(self.period)));
        }
        lines
    }
}

/// A subscription as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Subscription {
    /// Whose it is.
    pub tenant: TenantId,
    /// What is bought.
    pub now: Terms,
    /// What the next period begins with: the same, unless a change waits for it.
    pub next: Terms,
    /// Its state.
    pub state: State,
    /// When the period began.
    pub started: OffsetDateTime,
    /// When the period ends.
    pub until: OffsetDateTime,
    /// Its owner has cancelled: it ends with the period.
    pub ends: bool,
    /// It has ended so.
    pub has_ended: bool,
    /// Until when its data are kept, at least; none while it is not cancelled.
    pub kept_until: Option<OffsetDateTime>,
    /// Active accounts, as the platform knows them.
    pub users: i32,
    /// Properties, as the platform knows them.
    pub properties: i32,
    anchor: OffsetDateTime,
}

/// The subscription of an agency.
///
/// # Errors
/// `RowNotFound` when it has none yet.
pub async fn find(db: &CentralDb, tenant: TenantId) -> Result<Subscription, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    read(&mut tx, tenant).await
}

/// Puts an agency on a plan, and asks for its first period and its activation; it stays on what it has. Who has signed up buys the
/// version that they were shown, and everybody else what is sold now.
///
/// # Errors
/// The database's.
pub(crate) async fn subscribe(
    db: &CentralDb,
    tenant: TenantId,
    plan: &str,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let (period, agreed) = asked(&mut tx, tenant).await?;
    let plan = plans::agreed_in(&mut *tx, (plan, agreed)).await?;
    let until = end_of_period(now, now, period);
    let made = sqlx::query!(
        "insert into tenant_subscriptions
             (id, tenant_id, plan_id, version_id, period, started_at, anchored_at, period_started_at, expires_at,
              current_users)
         values ($1, $2, $3, $4, $7, $5, $5, $5, $6, (select count(*) from users where company_id = $2 and active))
         on conflict on constraint tenant_subscriptions_tenant_key do nothing",
        Uuid::now_v7(),
        tenant.as_uuid(),
        plan.id,
        plan.version,
        now,
        until,
        period.as_str()
    )
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 1 {
        let fee = plan.activation_fee;
        let terms = Terms { plan, period, additional_users: 0 };
        let mut lines = terms.lines();
        if !fee.is_zero() {
            let first = lines[0].clone();
            lines.push(NewLine { kind: Kind::ActivationFee, unit_price: fee, amount: fee, ..first });
        }
        let span = Span { is_period: true, start: now, end: until };
        invoices::issue(&mut tx, tenant, (span, &lines), (By::default(), now)).await?;
    }
    tx.commit().await
}

/// The length of a period and the version of the plan that were asked for at sign-up; a month and none, where nobody signed up.
async fn asked(tx: &mut CentralTx, tenant: TenantId) -> Result<(Period, Option<Uuid>), sqlx::Error> {
    let asked = sqlx::query!(
        "select s.billing_period, s.version_id
         from sign_ups s
         join tenant_operations o on o.id = s.operation_id
         where o.tenant_id = $1",
        tenant.as_uuid()
    );
    let Some(asked) = asked.fetch_optional(&mut **tx).await? else { return Ok((Period::Monthly, None)) };
    Ok((Period::parse(&asked.billing_period).unwrap_or(Period::Monthly), asked.version_id))
}

/// For whom time has changed something: the period is over, the state that stands is not the one that follows from what is owed,
/// which [`State::of`] says, the owners of what will be closed have not been told so yet, or nobody knows since when it is
/// cancelled. Whoever is as they should be is not listed, however long they owe.
///
/// # Errors
/// The database's.
pub async fn due(db: &CentralDb, now: OffsetDateTime) -> Result<Vec<TenantId>, sqlx::Error> {
    let [past_due, warned, suspended, cancelled] = billing::instants(now);
    sqlx::query_scalar!(
        r#"select s.tenant_id as "tenant: TenantId"
           from tenant_subscriptions s
           join companies c on c.id = s.tenant_id
           left join lateral (
               select min(i.due_at) as since from invoices i where i.tenant_id = s.tenant_id and i.status = 'open'
           ) owed on true
           where c.status = any($2)
             and ((s.expires_at <= $1 and s.ended_at is null and s.status in ('active', 'past_due'))
                  or s.status <> case when s.ended_at is not null or owed.since <= $5 then 'cancelled'
                                      when c.is_held or owed.since <= $4 then 'suspended'
                                      when owed.since <= $3 then 'past_due'
                                      else 'active' end
                  or c.status <> case when s.status in ('active', 'past_due') then 'active' else s.status end
                  or (s.status = 'past_due' and owed.since <= $6
                      -- The cause as `standing::warn` writes it down: PostgreSQL keeps microseconds.
                      and not exists (select from owner_notices n
                                      where n.tenant_id = s.tenant_id
                                        and n.cause = $7::text || ':' || (extract(epoch from owed.since) * 1000000000)::bigint))
                  or (s.status = 'cancelled' and s.cancelled_at is null))
           order by s.tenant_id"#,
        now,
        &SETTLED as _,
        past_due,
        suspended,
        cancelled,
        warned,
        News::CLOSES_SOON
    )
    .fetch_all(db.pool())
    .await
}

/// Does to a subscription what time does: begins the periods that are due and asks for them, ends what was cancelled, and writes
/// the state that follows from what is owed. For the worker.
///
/// # Errors
/// The database's.
pub async fn advance(db: &CentralDb, tenant: TenantId, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    advance_in(&mut tx, tenant, (By::default(), now)).await?;
    tx.commit().await
}

pub(super) async fn advance_in(
    tx: &mut CentralTx,
    tenant: TenantId,
    (by, now): (By, OffsetDateTime),
) -> Result<(), sqlx::Error> {
    // Who comes back begins a period, and who is closed does not: so the state first, and after what has become of it again.
    let (was, _) = standing::settle(tx, tenant, now).await?;
    // Nobody is asked for a period of what is being made or moved, or goes: it begins one when it is back.
    let is_settled = standing::hold_row(tx, tenant).await?.is_some_and(|held| held.is_settled());
    while is_settled && begin_next(tx, tenant, now).await? {}
    let (_, is) = standing::settle(tx, tenant, now).await?;
    if is == State::PastDue {
        standing::warn(tx, tenant, now).await?;
    }
    standing::note(tx, tenant, (was, is), by).await
}

/// Begins the next period when this one is over, or ends with it. Says whether it began one.
async fn begin_next(tx: &mut CentralTx, tenant: TenantId, now: OffsetDateTime) -> Result<bool, sqlx::Error> {
    let sub = read(tx, tenant).await?;
    if !sub.state.is_open() || sub.has_ended || sub.until > now {
        return Ok(false);
    }
    if sub.ends {
        sqlx::query!("update tenant_subscriptions set ended_at = expires_at where tenant_id = $1", tenant.as_uuid())
            .execute(&mut **tx)
            .await?;
        return Ok(false);
    }
    let (start, terms) = (sub.until, &sub.next);
    let end = end_of_period(sub.anchor, start, terms.period);
    sqlx::query!(
        "update tenant_subscriptions
         set plan_id = $2, version_id = $3, period = $4, additional_users = $5, period_started_at = $6, expires_at = $7,
             next_plan_id = null, next_version_id = null, next_period = null, next_additional_users = null,
             version = version + 1, limits_version = limits_version + $8
         where tenant_id = $1",
        tenant.as_uuid(),
        terms.plan.id,
        terms.plan.version,
        terms.period.as_str(),
        terms.additional_users,
        start,
        end,
        i64::from(sub.next != sub.now)
    )
    .execute(&mut **tx)
    .await?;
    let span = Span { is_period: true, start, end };
    invoices::issue(tx, tenant, (span, &terms.lines()), (By::default(), now)).await?;
    Ok(true)
}

/// As it stands, held until the transaction ends.
pub(super) async fn read_held(tx: &mut CentralTx, tenant: TenantId) -> Result<Subscription, sqlx::Error> {
    sqlx::query!("select from tenant_subscriptions where tenant_id = $1 for update", tenant.as_uuid())
        .fetch_one(&mut **tx)
        .await?;
    read(tx, tenant).await
}

async fn read(tx: &mut CentralTx, tenant: TenantId) -> Result<Subscription, sqlx::Error> {
    let row = sqlx::query!(
        r#"select version_id, period, additional_users, next_version_id, next_period, next_additional_users, status,
                  period_started_at, expires_at as "until!", anchored_at, ends, ended_at is not null as "has_ended!",
                  cancelled_at, current_users, current_properties
           from tenant_subscriptions
           where tenant_id = $1"#,
        tenant.as_uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    let period = |value: &str| Period::parse(value).unwrap_or(Period::Monthly);
    let now = Terms {
        plan: plans::version(&mut **tx, row.version_id).await?,
        period: period(&row.period),
        additional_users: row.additional_users,
    };
    let next = match row.next_version_id {
        Some(version) => Terms {
            plan: plans::version(&mut **tx, version).await?,
            period: row.next_period.as_deref().map_or(now.period, period),
            additional_users: row.next_additional_users.unwrap_or(now.additional_users),
        },
        None => now.clone(),
    };
    Ok(Subscription {
        tenant,
        now,
        next,
        state: State::parse(&row.status),
        started: row.period_started_at,
        until: row.until,
        ends: row.ends,
        has_ended: row.has_ended,
        kept_until: row.cancelled_at.map(|at| at + billing::KEPT),
        users: row.current_users,
        properties: row.current_properties,
        anchor: row.anchored_at,
    })
}

/// Writes the line of a change into the log.
pub(super) async fn record(
    tx: &mut CentralTx,
    tenant: TenantId,
    action: &str,
    (changes, by): (serde_json::Value, By),
) -> Result<(), sqlx::Error> {
    let event = by.event(action, "subscription", tenant.as_uuid());
    audit::append(tx, Event { tenant: Some(tenant), changes, ..event }).await?;
    Ok(())
}

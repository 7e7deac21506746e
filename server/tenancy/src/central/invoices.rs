//! What agencies are asked to pay, line by line, and what was paid.
//!
//! A payment comes in through [`receive`] alone, whoever says that it was made: a [`Payment`] names its way and the reference under
//! which that way knows it. Today an operator says so by hand ([`Via::Manual`]); a payment service's notices come the same way.

use rust_decimal::Decimal;
use time::OffsetDateTime;
use uuid::Uuid;

use super::audit::{self, Event};
use super::companies::By;
use super::{CentralTx, overdue, standing, subscriptions};
use crate::billing::{self, Left};
use crate::{CentralDb, TenantId};

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The plan, for a period.
    Plan,
    /// Users beyond those included.
    AdditionalUsers,
    /// Once, at the start.
    ActivationFee,
    /// The difference to a dearer plan, for what is left of a period.
    Change,
}

impl Kind {
    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::AdditionalUsers => "additional_users",
            Self::ActivationFee => "activation_fee",
            Self::Change => "change",
        }
    }
}

/// A line to be asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLine {
    /// What for.
    pub kind: Kind,
    /// Of which plan, as people call it.
    pub plan: String,
    /// How many.
    pub quantity: i32,
    /// What one is for the whole period.
    pub unit_price: Decimal,
    /// What is asked.
    pub amount: Decimal,
    /// The part of a period that it is for; none: the whole.
    pub left: Option<Left>,
}

/// What an invoice is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// A whole period, or a change within one.
    pub(crate) is_period: bool,
    pub(crate) start: OffsetDateTime,
    pub(crate) end: OffsetDateTime,
}

/// Asks for the sum of some lines; for nothing when it is nothing, and not twice for one period. Gives the number.
pub(crate) async fn issue(
    tx: &mut CentralTx,
    tenant: TenantId,
    (span, lines): (Span, &[NewLine]),
    (by, now): (By, OffsetDateTime),
) -> Result<Option<i64>, sqlx::Error> {
    let total: Decimal = lines.iter().map(|line| line.amount).sum();
    if total.is_zero() {
        return Ok(None);
    }
    let id = Uuid::now_v7();
    let number = sqlx::query_scalar!(
        "insert into invoices (id, tenant_id, reason, issued_at, due_at, period_start, period_end, total)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (tenant_id, period_start) where reason = 'period' do nothing
         returning number",
        id,
        tenant.as_uuid(),
        if span.is_period { "period" } else { "change" },
        now,
        billing::due(now),
        span.start,
        span.end,
        total
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(number) = number else { return Ok(None) };
    for (position, line) in (1_i16..).zip(lines) {
        insert_line(tx, tenant, (id, position), line).await?;
    }
    let changes = serde_json::json!({"number": number, "total": total, "lines": lines.len()});
    let event = by.event("invoice.issue", "invoice", id);
    audit::append(tx, Event { tenant: Some(tenant), changes, ..event }).await?;
    Ok(Some(number))
}

async fn insert_line(
    tx: &mut CentralTx,
    tenant: TenantId,
    (invoice, position): (Uuid, i16),
    line: &NewLine,
) -> Result<(), sqlx::Error> {
    let days = |days: i64| i32::try_from(days).unwrap_or(i32::MAX);
    sqlx::query!(
        "insert into invoice_lines (invoice_id, position, tenant_id, kind, plan, quantity, unit_price, amount, days, of_days)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        invoice,
        position,
        tenant.as_uuid(),
        line.kind.as_str(),
        line.plan,
        line.quantity,
        line.unit_price,
        line.amount,
        line.left.map(|left| days(left.days)),
        line.left.map(|left| days(left.of))
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An invoice.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoice {
    /// Its number, over all agencies.
    pub number: i64,
    /// The agency's slug.
    pub slug: String,
    /// When it was issued.
    pub issued_at: OffsetDateTime,
    /// When it is due.
    pub due_at: OffsetDateTime,
    /// What it is for begins.
    pub period_start: OffsetDateTime,
    /// And ends.
    pub period_end: OffsetDateTime,
    /// What is asked.
    pub total: Decimal,
    /// When it was paid.
    pub paid_at: Option<OffsetDateTime>,
    /// Its lines, in order.
    pub lines: Vec<Line>,
}

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// `plan`, `additional_users`, `activation_fee`, `change`.
    pub kind: String,
    /// Of which plan, as people call it.
    pub plan: String,
    /// How many.
    pub quantity: i32,
    /// What one is for the whole period.
    pub unit_price: Decimal,
    /// What is asked.
    pub amount: Decimal,
    /// So many days of so many.
    pub days: Option<(i32, i32)>,
}

/// An agency's invoices with their lines, newest first.
///
/// # Errors
/// The database's.
pub async fn list(db: &CentralDb, tenant: TenantId, most: i64) -> Result<Vec<Invoice>, sqlx::Error> {
    read(db, (tenant, None), most).await
}

/// Those of an agency that nobody has paid, newest first.
///
/// # Errors
/// The database's.
pub async fn list_open(db: &CentralDb, tenant: TenantId, most: i64) -> Result<Vec<Invoice>, sqlx::Error> {
    read(db, (tenant, Some("open")), most).await
}

async fn read(
    db: &CentralDb,
    (tenant, status): (TenantId, Option<&str>),
    most: i64,
) -> Result<Vec<Invoice>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        "select i.id, i.number, c.slug, i.issued_at, i.due_at, i.period_start, i.period_end, i.total, i.paid_at
         from invoices i
         join companies c on c.id = i.tenant_id
         where i.tenant_id = $1 and ($3::text is null or i.status = $3)
         order by i.number desc
         limit $2",
        tenant.as_uuid(),
        most,
        status
    )
    .fetch_all(db.pool())
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let lines = sqlx::query!(
        "select invoice_id, kind, plan, quantity, unit_price, amount, days, of_days
         from invoice_lines
         where invoice_id = any($1)
         order by invoice_id, position",
        &ids
    )
    .fetch_all(db.pool())
    .await?;
    let lines_of = |id: Uuid| {
        let of_it = lines.iter().filter(|line| line.invoice_id == id);
        of_it
            .map(|line| Line {
                kind: line.kind.clone(),
                plan: line.plan.clone(),
                quantity: line.quantity,
                unit_price: line.unit_price,
                amount: line.amount,
                days: line.days.zip(line.of_days),
            })
            .collect()
    };
    let invoice = |row: Row| {
        let Row { id, number, slug, issued_at, due_at, period_start, period_end, total, paid_at } = row;
        Invoice { number, slug, issued_at, due_at, period_start, period_end, total, paid_at, lines: lines_of(id) }
    };
    Ok(rows.into_iter().map(invoice).collect())
}

struct Row {
    id: Uuid,
    number: i64,
    slug: String,
    issued_at: OffsetDateTime,
    due_at: OffsetDateTime,
    period_start: OffsetDateTime,
    period_end: OffsetDateTime,
    total: Decimal,
    paid_at: Option<OffsetDateTime>,
}

/// What an invoice asks for; none when there is none of this number.
///
/// # Errors
/// The database's.
pub async fn total(db: &CentralDb, number: i64) -> Result<Option<Decimal>, sqlx::Error> {
    sqlx::query_scalar!("select total from invoices where number = $1", number).fetch_optional(db.pool()).await
}

/// What an agency's invoice asks for; none when the agency has none of this number.
///
/// # Errors
/// The database's.
pub async fn total_of(db: &CentralDb, tenant: TenantId, number: i64) -> Result<Option<Decimal>, sqlx::Error> {
    sqlx::query_scalar!("select total from invoices where tenant_id = $1 and number = $2", tenant.as_uuid(), number)
        .fetch_optional(db.pool())
        .await
}

/// Who says that something was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// Somebody who has seen it on the platform's account.
    Manual,
}

impl Via {
    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
        }
    }
}

/// That something was paid.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    /// The invoice's number.
    pub number: i64,
    /// How much; an invoice is paid whole.
    pub amount: Decimal,
    /// Who says so.
    pub via: Via,
    /// The name under which it is known there: told twice, it is taken once.
    pub reference: String,
}

/// Why a payment was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// There is no such invoice.
    #[error("there is no such invoice")]
    NoInvoice,
    /// Another payment has paid it.
    #[error("it was paid already")]
    Paid,
    /// It is not what the invoice asks for.
    #[error("the invoice asks for {0}")]
    Amount(Decimal),
    /// Another invoice was paid under this reference.
    #[error("another invoice was paid under this reference")]
    Reference,
    /// Its agency's data are being deleted for what is owed, and no payment stops that any more.
    #[error("the agency is being deleted: a payment keeps it no more")]
    Deleting,
    /// The central database's.
    #[error("the central database refused")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for PaymentError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some("invoices_payment_key") => Self::Reference,
            _ => Self::Database(error),
        }
    }
}

/// Takes a payment: the invoice is paid, and its agency is what it is without that debt, in one transaction. Told a second time
/// it is the same payment. One that would have kept an agency whose database is being dropped, or is gone, is not taken. Gives the
/// agency.
///
/// # Errors
/// [`PaymentError`].
pub async fn receive(
    db: &CentralDb,
    payment: &Payment,
    (by, now): (By, OffsetDateTime),
) -> Result<TenantId, PaymentError> {
    db.transact(async |tx| {
        let tenant = sqlx::query_scalar!(
            r#"select tenant_id as "tenant: TenantId" from invoices where number = $1"#,
            payment.number
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(PaymentError::NoInvoice)?;
        standing::hold_row(tx, tenant).await?;
        let invoice = sqlx::query!(
            "select id, status, total, paid_via, payment_reference from invoices where number = $1 for update",
            payment.number
        )
        .fetch_one(&mut **tx)
        .await?;
        if invoice.status == "paid" {
            let is_this_one = invoice.paid_via.as_deref() == Some(payment.via.as_str())
                && invoice.payment_reference.as_deref() == Some(payment.reference.as_str());
            return if is_this_one { Ok(tenant) } else { Err(PaymentError::Paid) };
        }
        if overdue::is_too_late_to_pay(tx, tenant).await? {
            return Err(PaymentError::Deleting);
        }
        if invoice.total != payment.amount {
            return Err(PaymentError::Amount(invoice.total));
        }
        sqlx::query!(
            "update invoices set status = 'paid', paid_at = $2, paid_via = $3, payment_reference = $4 where id = $1",
            invoice.id,
            now,
            payment.via.as_str(),
            payment.reference
        )
        .execute(&mut **tx)
        .await?;
        let changes = serde_json::json!({
            "number": payment.number, "total": invoice.total, "via": payment.via.as_str(), "reference": payment.reference,
        });
        let event = by.event("invoice.pay", "invoice", invoice.id);
        audit::append(tx, Event { tenant: Some(tenant), changes, ..event }).await?;
        subscriptions::advance_in(tx, tenant, (by.clone(), now)).await?;
        Ok(tenant)
    })
    .await
}

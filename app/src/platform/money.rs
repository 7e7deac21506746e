//! What operators see of an agency's money, and the payments that they record.

use tenancy::TenantId;
use tenancy::billing::{PAST_DUE, SUSPENDED};
use tenancy::central::directory::Entry;
use tenancy::central::invoices::{self, Invoice, Payment, PaymentError, Via};
use tenancy::central::subscriptions::Subscription;
use tenancy::central::{companies, usage};
use time::OffsetDateTime;

use super::money_types::Money;
use super::money_words::{closes_on, ended, money_words, owes, payable};
use super::tenants::by;
use crate::billing::subscription::{day_row, invoice_row};
use crate::caller::Operator;
use crate::error::{AppError, Clash};
use crate::state::House;
use crate::values::day::format_day;
use crate::values::fields::{FieldErrors, Fields, Problem};
use crate::values::money::format_money;
use crate::values::text;
use crate::words::Lang;

/// Invoices that nobody has paid: an agency is closed long before it has so many.
const OPEN: i64 = 100;
/// Invoices that were paid, and days of use, that an agency's page shows.
const LATEST: i64 = 14;
/// Letters of a reference, as the command has it.
const REFERENCE: u32 = 200;

/// What nobody has paid of an agency's, the oldest first.
///
/// # Errors
/// The database's.
pub(super) async fn open(house: &House, tenant: TenantId) -> Result<Vec<Invoice>, AppError> {
    let mut open = invoices::list_open(&house.central, tenant, OPEN).await?;
    open.reverse();
    Ok(open)
}

/// How an agency stands with its money.
///
/// # Errors
/// The database's.
pub(super) async fn money(
    house: &House,
    entry: &Entry,
    (sub, open): (Option<&Subscription>, &[Invoice]),
    lang: Lang,
) -> Result<Money, AppError> {
    let (all, days) = futures::try_join!(
        invoices::list(&house.central, entry.id, LATEST),
        usage::days(&house.central, entry.id, LATEST)
    )?;
    let now = house.clock.now();
    let paid = all.iter().filter(|invoice| invoice.paid_at.is_some());
    Ok(Money {
        is_held: entry.is_held,
        standing: standing(entry, (sub, open), (now, lang)),
        payable: open.iter().map(|invoice| choice(invoice, lang)).collect(),
        invoices: open.iter().rev().chain(paid).map(|invoice| invoice_row(invoice, now, lang)).collect(),
        days: days.into_iter().map(|day| day_row(day, lang)).collect(),
    })
}

fn choice(invoice: &Invoice, lang: Lang) -> (String, String) {
    let said = payable((invoice.number, &format_money(invoice.total, lang)), &format_day(invoice.due_at, lang), lang);
    (invoice.number.to_string(), said)
}

/// What has closed the agency, all of it, and what opens it: an operator's word, its own end and a debt each hold it by itself.
fn standing(
    entry: &Entry,
    (sub, open): (Option<&Subscription>, &[Invoice]),
    (now, lang): (OffsetDateTime, Lang),
) -> Vec<String> {
    let words = money_words(lang);
    let is_closed = matches!(entry.status.as_str(), "suspended" | "cancelled");
    let over = if is_closed { SUSPENDED } else { PAST_DUE };
    let owed: Vec<&Invoice> = open.iter().filter(|invoice| now - invoice.due_at >= over).collect();
    let mut said = Vec::new();
    if entry.is_held {
        said.push(words.held.to_owned());
    }
    if let Some(sub) = sub.filter(|sub| sub.has_ended) {
        said.push(ended(&format_day(sub.until, lang), lang));
    }
    said.extend(owed.iter().map(|invoice| {
        let (amount, since) = (format_money(invoice.total, lang), format_day(invoice.due_at, lang));
        owes((invoice.number, &amount, &since), lang)
    }));
    match (owed.first(), is_closed) {
        (Some(_), true) => said.push(words.paid_opens.to_owned()),
        (Some(oldest), false) => said.push(closes_on(&format_day(oldest.due_at + SUSPENDED, lang), lang)),
        (None, _) => {}
    }
    said
}

/// Records that an agency's invoice was paid, as `sobrado invoices pay` does: the agency is what it is without that debt.
///
/// # Errors
/// [`AppError::Invalid`] with what is wrong, [`AppError::Conflict`] when another payment has paid it meanwhile.
pub async fn pay(house: &House, operator: &Operator, form: &Fields) -> Result<(), AppError> {
    let company = companies::find_by_slug(&house.central, form.get("slug")).await?;
    let mut errors = FieldErrors::default();
    let number = form.get("invoice").parse::<i64>().unwrap_or_default();
    // A number is one over all agencies: it has to be this one's.
    let amount = invoices::total_of(&house.central, company.id, number).await?;
    if amount.is_none() {
        errors.add("invoice", Problem::NotAChoice);
    }
    let reference = match text::parse_line(form.get("reference"), REFERENCE) {
        Ok(reference) if reference.is_empty() => Err(Problem::Required),
        parsed => parsed,
    };
    let reference = reference.map_err(|problem| errors.add("reference", problem)).unwrap_or_default();
    errors.or(())?;
    let amount = amount.ok_or(AppError::NotFound)?;
    let payment = Payment { number, amount, via: Via::Manual, reference };
    invoices::receive(&house.central, &payment, (by(operator), house.clock.now())).await?;
    Ok(())
}

impl From<PaymentError> for AppError {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::NoInvoice => Self::invalid("invoice", Problem::NotAChoice),
            PaymentError::Paid | PaymentError::Amount(_) => Self::Conflict(Clash::Stale(0)),
            PaymentError::Deleting => Self::invalid("invoice", Problem::TooLateToPay),
            PaymentError::Reference => Self::invalid("reference", Problem::Taken),
            PaymentError::Database(error) => error.into(),
        }
    }
}

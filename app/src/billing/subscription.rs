//! From an agency's subscription to what the plan's page shows, and what its owner changes there. No SQL here.

use rust_decimal::Decimal;
use tenancy::DatabaseError;
use tenancy::billing::{CANCELLED, MOST_ADDITIONAL, Period, SUSPENDED, State};
use tenancy::central::changes::{self, ChangeError, Quote, Wish};
use tenancy::central::companies::By;
use tenancy::central::invoices::{self, Invoice};
use tenancy::central::plans::{self, Plan};
use tenancy::central::subscriptions::{self, Subscription, Terms};
use tenancy::central::usage;
use time::OffsetDateTime;

use super::features::Feature;
use super::types::{DayRow, End, FeatureLine, InvoiceRow, Meter, PlanPage, Preview, WishForm};
use super::words::{self as said, Notice};
use super::{db, rules};
use crate::access::Can;
use crate::caller::PlanStaff;
use crate::error::AppError;
use crate::state::House;
use crate::values::day::format_day;
use crate::values::fields::{FieldErrors, Fields, Problem};
use crate::values::money::format_money;
use crate::words::{Lang, words_in};

/// Invoices and days that the page shows.
const MOST: i64 = 24;

/// What the page shows, and what the wish in its address comes to.
///
/// # Errors
/// Either database's.
pub async fn page(house: &House, staff: &PlanStaff, wish: Fields, lang: Lang) -> Result<PlanPage, AppError> {
    let (tenant, now) = (staff.account.tenant, house.clock.now());
    let sub = subscriptions::find(&house.central, tenant).await?;
    let sold = plans::list(&house.central).await?;
    let meters = match &staff.db {
        Some(db) => as_bought(db::meters(db).await?, &sub.now),
        None => Vec::new(),
    };
    let may = |can| staff.role.may(can);
    let all_invoices = invoices::list(&house.central, tenant, MOST).await?;
    let days = usage::days(&house.central, tenant, MOST).await?;
    let may_change = may(Can::ChangePlan) && sub.state.is_open();
    let (form, preview) = if may_change { wished(&sub, &sold, (wish, &meters), (now, lang)) } else { (None, None) };
    let invoices: Vec<InvoiceRow> = match may(Can::SeeInvoices) {
        true => all_invoices.iter().map(|invoice| invoice_row(invoice, now, lang)).collect(),
        false => Vec::new(),
    };
    Ok(PlanPage {
        plan: sub.now.plan.name.clone(),
        title: format!("{} {}", words_in(lang).billing.plan, sub.now.plan.display_name),
        notices: notices(&sub, &all_invoices, (now, lang)),
        facts: facts(&sub, lang),
        features: Feature::ALL.map(|feature| feature_line(feature, staff, &sub, lang)).into(),
        wish: form,
        preview,
        end: may(Can::ChangePlan).then(|| end(&sub)).flatten(),
        how_to_pay: invoices.iter().any(|row| row.is_open).then(|| how_to_pay(house, lang)),
        invoices,
        days: days.into_iter().map(|day| day_row(day, lang)).collect(),
        meters,
    })
}

/// How an invoice is paid: as the operator says it, or whom to ask.
pub fn how_to_pay(house: &House, lang: Lang) -> String {
    house.settings.payment.as_deref().unwrap_or(words_in(lang).billing.ask_how_to_pay).to_owned()
}

/// Changes what was bought, for the amount that the form agrees to.
///
/// # Errors
/// [`AppError::Invalid`] with what is wrong, [`AppError::Suspended`] while the agency is closed.
pub async fn change(house: &House, staff: &PlanStaff, form: &Fields) -> Result<(), AppError> {
    let (wish, agreed) = (rules::parse(form)?, rules::agreed(form)?);
    let who = (by(staff), house.clock.now());
    Ok(changes::change(&house.central, staff.account.tenant, (&wish, agreed), who).await?)
}

/// Ends the subscription with its period.
///
/// # Errors
/// The database's.
pub async fn cancel(house: &House, staff: &PlanStaff) -> Result<(), AppError> {
    changes::cancel(&house.central, staff.account.tenant, by(staff)).await?;
    Ok(())
}

/// Takes a cancellation back, also when it has come about.
///
/// # Errors
/// The database's.
pub async fn keep(house: &House, staff: &PlanStaff) -> Result<(), AppError> {
    changes::keep(&house.central, staff.account.tenant, (by(staff), house.clock.now())).await?;
    Ok(())
}

fn by(staff: &PlanStaff) -> By {
    staff.request.by(staff.account.user.as_uuid())
}

impl From<ChangeError> for AppError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::NoPlan => Self::invalid("plan", Problem::NotAChoice),
            ChangeError::Users => Self::invalid("additional_users", Problem::OutOfRange(0, MOST_ADDITIONAL.into())),
            ChangeError::Amount(_) => Self::invalid("agreed", Problem::PriceChanged),
            ChangeError::Closed => Self::Suspended,
            ChangeError::Database(error) => central(error),
        }
    }
}

/// The central database has no records that somebody could have named.
fn central(error: DatabaseError) -> AppError {
    error.into()
}

fn notices(sub: &Subscription, all: &[Invoice], (now, lang): (OffsetDateTime, Lang)) -> Vec<String> {
    let oldest = all.iter().filter(|invoice| invoice.paid_at.is_none()).map(|invoice| invoice.due_at).min();
    let since = oldest.map(|due| format_day(due, lang)).unwrap_or_default();
    let until = format_day(sub.until, lang);
    let kept = sub.kept_until.map(|at| format_day(at, lang)).unwrap_or_default();
    let is_over = |time| oldest.is_some_and(|due| now - due >= time);
    let first = match sub.state {
        State::Active => None,
        State::PastDue => {
            let end = oldest.map(|due| format_day(due + SUSPENDED, lang)).unwrap_or_default();
            Some(said::notice(&Notice::PastDue(&since, &end), lang))
        }
        State::Cancelled if sub.has_ended => Some(said::notice(&Notice::Ended(&until, &kept), lang)),
        State::Cancelled if is_over(CANCELLED) => Some(said::notice(&Notice::GivenUp(&since, &kept), lang)),
        State::Suspended if is_over(SUSPENDED) => Some(said::notice(&Notice::Unpaid(&since), lang)),
        State::Suspended | State::Cancelled => Some(said::notice(&Notice::Held, lang)),
    };
    let then = if sub.ends && !sub.has_ended {
        Some(said::notice(&Notice::Ends(&until), lang))
    } else if sub.next != sub.now {
        Some(said::notice(&Notice::Waits(&until, &terms(&sub.next, lang)), lang))
    } else {
        None
    };
    first.into_iter().chain(then).collect()
}

fn terms(terms: &Terms, lang: Lang) -> String {
    let bought = (terms.plan.display_name.as_str(), terms.additional_users);
    said::terms(bought, (&format_money(terms.price(), lang), terms.period == Period::Yearly), lang)
}

fn facts(sub: &Subscription, lang: Lang) -> Vec<(String, String)> {
    let words = &words_in(lang).billing;
    let days = said::span(&format_day(sub.started, lang), &format_day(sub.until, lang), lang);
    let length = said::period(sub.now.period == Period::Yearly, lang);
    vec![
        (words.amount.to_owned(), format_money(sub.now.price(), lang)),
        (words.period.to_owned(), format!("{length}, {days}")),
        (words.additional_users.to_owned(), sub.now.additional_users.to_string()),
    ]
}

fn feature_line(feature: Feature, staff: &PlanStaff, sub: &Subscription, lang: Lang) -> FeatureLine {
    let has = sub.now.plan.has(feature.as_str());
    let offer = staff.route.offer(feature.as_str()).map_or("", |offer| offer.display_name.as_str());
    FeatureLine { name: said::feature(feature, lang).to_owned(), has, said: said::has(has, offer, lang) }
}

/// The form of wishes, and what the wish in the address comes to.
fn wished(
    sub: &Subscription,
    sold: &[Plan],
    (wish, meters): (Fields, &[Meter]),
    (now, lang): (OffsetDateTime, Lang),
) -> (Option<WishForm>, Option<Preview>) {
    let stands = Fields::default()
        .with("plan", &sub.next.plan.name)
        .with("period", sub.next.period.as_str())
        .with("additional_users", &sub.next.additional_users.to_string());
    // A link names the plan alone.
    let typed = wish.0.into_iter().filter(|(name, _)| stands.0.contains_key(name)).collect::<Vec<_>>();
    let is_asked = !typed.is_empty();
    let mut form = stands;
    form.0.extend(typed);
    let asked = rules::parse(&form).and_then(|wish| {
        let wanted = changes::terms(sub, sold, &wish)?;
        Ok((wish, sub.quote(wanted, now)))
    });
    let (preview, errors) = match asked {
        Ok((wish, quote)) => {
            let is_new = quote.at_once != sub.now || quote.next != sub.next || sub.ends;
            let preview = (is_asked && is_new).then(|| preview((&wish, &quote), sub, meters, lang));
            (preview, FieldErrors::default())
        }
        Err(AppError::Invalid(errors)) => (None, errors),
        Err(_) => (None, FieldErrors::default()),
    };
    (Some(WishForm { plans: choices(sub, sold, lang), periods: periods(lang), form, errors }), preview)
}

/// Plans that may be chosen: the agency's own at its own price.
fn choices(sub: &Subscription, sold: &[Plan], lang: Lang) -> Vec<(String, String)> {
    let choice = |plan: &Plan| {
        let plan = if plan.id == sub.now.plan.id { &sub.now.plan } else { plan };
        let price = format_money(plan.price_monthly, lang);
        (plan.name.clone(), said::choice(&plan.display_name, &price, lang))
    };
    sold.iter().map(choice).collect()
}

fn periods(lang: Lang) -> Vec<(String, String)> {
    let all = [Period::Monthly, Period::Yearly];
    all.map(|period| (period.as_str().to_owned(), said::period(period == Period::Yearly, lang).to_owned())).into()
}

fn preview((wish, quote): (&Wish, &Quote), sub: &Subscription, meters: &[Meter], lang: Lang) -> Preview {
    let until = format_day(sub.until, lang);
    let is_at_once = quote.at_once != sub.now;
    let first = match (is_at_once, quote.due.is_zero()) {
        (true, false) => said::due_now(&format_money(quote.due, lang), (quote.left.days, quote.left.of), lang),
        (true, true) => said::at_once(lang),
        (false, _) => said::later(&until, lang),
    };
    let then = said::notice(&Notice::Waits(&until, &terms(&quote.next, lang)), lang);
    let over = meters.iter().filter_map(|meter| {
        let max = room(&quote.next, &meter.resource).filter(|max| meter.used > *max)?;
        Some(said::too_many(meter.resource == "users", (meter.used, max), lang))
    });
    let form = [
        ("plan", wish.plan.clone()),
        ("period", wish.period.as_str().to_owned()),
        ("additional_users", wish.additional_users.to_string()),
        ("agreed", agreed(quote.due)),
    ];
    Preview {
        lines: vec![first, then],
        warnings: over.collect(),
        form: form.map(|(name, value)| (name.to_owned(), value)).into(),
    }
}

/// The agency's own database hears of another plan a moment later than whoever has just bought it.
fn as_bought(meters: Vec<Meter>, terms: &Terms) -> Vec<Meter> {
    meters.into_iter().map(|meter| Meter { max: room(terms, &meter.resource), ..meter }).collect()
}

/// How much of a resource there may be; nothing: as much as one likes.
fn room(terms: &Terms, resource: &str) -> Option<i64> {
    match resource {
        "users" => Some(i64::from(terms.users())),
        _ => terms.plan.max_properties.map(i64::from),
    }
}

fn agreed(amount: Decimal) -> String {
    format!("{amount:.2}")
}

fn end(sub: &Subscription) -> Option<End> {
    match (sub.ends || sub.has_ended, sub.state.is_open()) {
        (true, _) => Some(End::Keep),
        (false, true) => Some(End::Cancel),
        (false, false) => None,
    }
}

/// An invoice as screens show it.
pub fn invoice_row(invoice: &Invoice, now: OffsetDateTime, lang: Lang) -> InvoiceRow {
    let day = |at| format_day(at, lang);
    let paid = invoice.paid_at.map(day);
    let span = said::span(&day(invoice.period_start), &day(invoice.period_end), lang);
    let lines = invoice.lines.iter().map(|line| {
        let what = said::line((&line.kind, &line.plan), line.quantity, line.days, lang);
        (what, format_money(line.amount, lang))
    });
    InvoiceRow {
        title: said::invoice(invoice.number, &format_money(invoice.total, lang), lang),
        about: format!("{span}, {}", said::due(&day(invoice.issued_at), &day(invoice.due_at), lang)),
        status: said::paid(paid.as_deref(), invoice.due_at < now, lang),
        is_open: invoice.paid_at.is_none(),
        lines: lines.collect(),
    }
}

/// A day of use as screens show it.
pub fn day_row(day: usage::Day, lang: Lang) -> DayRow {
    let at = day.day.midnight().assume_utc() + time::Duration::hours(12);
    DayRow {
        day: format_day(at, lang),
        users: said::of(day.users.into(), Some(day.max_users.into()), lang),
        properties: said::of(day.properties.into(), day.max_properties.map(i64::from), lang),
    }
}

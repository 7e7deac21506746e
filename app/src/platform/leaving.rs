//! How operators end an agency: its subscription with the period, or all of it after a time of grace; and both taken back.

use tenancy::central::companies::{self, Company};
use tenancy::central::directory::Entry;
use tenancy::central::invoices::Invoice;
use tenancy::central::subscriptions::{self, Subscription};
use tenancy::central::{changes, departures};
use tenancy::{DatabaseError, TenantId};

use super::labels;
use super::tenants::by;
use super::types::Ending;
use crate::auth::second_factor::is_proved;
use crate::caller::Operator;
use crate::error::AppError;
use crate::state::House;
use crate::values::day::{format_day, format_instant};
use crate::values::fields::{FieldErrors, Fields, Problem};
use crate::values::page::format_count;
use crate::values::text;
use crate::words::Lang;

/// Longest time of grace, in days, as `sobrado tenant delete` has it.
const GRACE: i64 = 365;
/// A reason has at least so many characters.
const REASON: u32 = 10;

/// How an agency stands in this.
///
/// # Errors
/// The database's.
pub(super) async fn ending(
    house: &House,
    entry: &Entry,
    (sub, open): (Option<&Subscription>, &[Invoice]),
    lang: Lang,
) -> Result<Ending, AppError> {
    let going = match entry.status.as_str() {
        "deleting" => departures::leaving(&house.central, entry.id).await?,
        _ => None,
    };
    let is_there = matches!(entry.status.as_str(), "active" | "suspended" | "cancelled");
    let limit = |max: Option<i64>| max.map(|max| format_count(max, lang)).unwrap_or_default();
    Ok(Ending {
        until: sub.map(|sub| format_day(sub.until, lang)).unwrap_or_default(),
        // Of the period itself, or of a change within it: what is owed for one before says nothing of this one.
        is_paid: sub.is_some_and(|sub| open.iter().all(|invoice| invoice.period_end <= sub.started)),
        is_over: sub.is_some_and(|sub| sub.until <= house.clock.now()),
        ends: sub.is_some_and(|sub| sub.ends),
        has_ended: sub.is_some_and(|sub| sub.has_ended),
        max_users: limit(sub.map(|sub| sub.now.users().into())),
        max_properties: limit(sub.and_then(|sub| sub.now.plan.max_properties).map(Into::into)),
        may_be_deleted: is_there,
        dropped_after: going.as_ref().map(|going| format_instant(going.drop_after, lang)).unwrap_or_default(),
        is_staying: going.as_ref().is_some_and(|going| going.called_off.is_some()),
        why: going.map(|going| why(going, lang)).unwrap_or_default(),
        is_proved: is_proved(house).await?,
    })
}

/// Why it goes: as it was said, or because its time is over.
fn why(going: departures::Going, lang: Lang) -> String {
    if going.is_overdue { labels::time_is_over(lang).to_owned() } else { going.reason.unwrap_or_default() }
}

/// What an agency has bought; none: nothing yet.
///
/// # Errors
/// The database's.
pub(super) async fn subscription(house: &House, tenant: TenantId) -> Result<Option<Subscription>, AppError> {
    match subscriptions::find(&house.central, tenant).await {
        Ok(sub) => Ok(Some(sub)),
        Err(DatabaseError::RowNotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// An agency that is neither being made nor on its way out.
async fn standing(house: &House, slug: &str) -> Result<TenantId, AppError> {
    let company = companies::find_by_slug(&house.central, slug).await?;
    let is_there = matches!(company.status.as_str(), "active" | "suspended" | "cancelled");
    if is_there { Ok(company.id) } else { Err(AppError::NotFound) }
}

/// Ends an agency's subscription with its period.
///
/// # Errors
/// [`AppError::NotFound`] when there is none that goes on.
pub async fn cancel(house: &House, operator: &Operator, slug: &str) -> Result<(), AppError> {
    let tenant = standing(house, slug).await?;
    found(changes::cancel(&house.central, tenant, by(operator)).await?)
}

/// Takes that back, also when it has come about.
///
/// # Errors
/// [`AppError::NotFound`] when it was not cancelled.
pub async fn keep(house: &House, operator: &Operator, slug: &str) -> Result<(), AppError> {
    let tenant = standing(house, slug).await?;
    found(changes::keep(&house.central, tenant, (by(operator), house.clock.now())).await?)
}

/// Closes an agency for good: the worker drops it after the time of grace.
///
/// # Errors
/// [`AppError::Invalid`] with what is wrong, [`AppError::NotFound`] when it is in no state to go.
pub async fn delete(house: &House, operator: &Operator, form: &Fields) -> Result<(), AppError> {
    let company = companies::find_by_slug(&house.central, form.get("slug")).await?;
    let (reason, grace) = wanted(form, &company)?;
    let asked = departures::ask(&house.central, company.id, (grace, false), (Some(&reason), by(operator))).await?;
    found(asked.is_some())
}

/// Why, and after how many days.
fn wanted(form: &Fields, company: &Company) -> Result<(String, i32), AppError> {
    let mut errors = FieldErrors::default();
    let reason = text::parse_line(form.get("delete_reason"), 200).unwrap_or_else(|problem| {
        errors.add("delete_reason", problem);
        String::new()
    });
    if errors.is_empty() && reason.chars().count() < REASON as usize {
        errors.add("delete_reason", Problem::TooShort(REASON));
    }
    let grace = match form.get("grace_days").trim().parse::<i64>() {
        Ok(days) if (1..=GRACE).contains(&days) => i32::try_from(days).unwrap_or_default(),
        Ok(_) => {
            errors.add("grace_days", Problem::OutOfRange(1, GRACE));
            0
        }
        Err(_) => {
            errors.add("grace_days", Problem::NotANumber);
            0
        }
    };
    if form.get("delete_slug").trim() != company.slug {
        errors.add("delete_slug", Problem::NotConfirmed);
    }
    errors.or((reason, grace))
}

/// Lets an agency stay that was to go: the worker opens it again.
///
/// # Errors
/// [`AppError::NotFound`] when it does not go, or its database is being dropped.
pub async fn call_off(house: &House, operator: &Operator, slug: &str) -> Result<(), AppError> {
    let company = companies::find_by_slug(&house.central, slug).await?;
    found(departures::ask_to_stay(&house.central, company.id, &by(operator)).await?)
}

fn found(done: bool) -> Result<(), AppError> {
    if done { Ok(()) } else { Err(AppError::NotFound) }
}

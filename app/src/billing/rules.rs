//! What an owner may wish for. Pure.

use rust_decimal::Decimal;
use tenancy::billing::{MOST_ADDITIONAL, Period};
use tenancy::central::changes::Wish;

use crate::error::AppError;
use crate::values::fields::{FieldErrors, Fields, Problem};

/// Reads a wish: plan, length of a period, additional users.
///
/// # Errors
/// [`AppError::Invalid`] with every field that does not keep to its rule. Whether there is such a plan the database says.
pub fn parse(form: &Fields) -> Result<Wish, AppError> {
    let mut errors = FieldErrors::default();
    let plan = form.get("plan").trim().to_owned();
    if plan.is_empty() {
        errors.add("plan", Problem::Required);
    } else if plan.len() > 50 || !plan.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        errors.add("plan", Problem::NotAChoice);
    }
    let period = Period::parse(form.get("period")).unwrap_or_else(|| {
        errors.add("period", Problem::NotAChoice);
        Period::Monthly
    });
    let additional_users = users(form.get("additional_users")).unwrap_or_else(|problem| {
        errors.add("additional_users", problem);
        0
    });
    errors.or(Wish { plan, period, additional_users })
}

fn users(raw: &str) -> Result<i32, Problem> {
    let raw = raw.trim();
    if raw.is_empty() || raw.len() > 9 || !raw.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Problem::NotANumber);
    }
    let users: i32 = raw.parse().map_err(|_| Problem::NotANumber)?;
    if users > MOST_ADDITIONAL { Err(Problem::OutOfRange(0, MOST_ADDITIONAL.into())) } else { Ok(users) }
}

/// The amount that was agreed to, as the page has written it.
///
/// # Errors
/// [`AppError::Invalid`] when it is none: whoever agrees has seen it.
pub fn agreed(form: &Fields) -> Result<Decimal, AppError> {
    let raw = form.get("agreed");
    let is_amount = !raw.is_empty() && raw.len() <= 20 && raw.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let amount = if is_amount { raw.parse().ok() } else { None };
    amount.ok_or_else(|| AppError::invalid("agreed", Problem::Required))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Fields {
        Fields::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[track_caller]
    fn refused(pairs: &[(&str, &str)], field: &str, problem: Problem) {
        let whole = [("plan", "k"), ("period", "monthly"), ("additional_users", "0")];
        let kept = whole.iter().filter(|(name, _)| !pairs.iter().any(|(other, _)| other == name));
        let all: Vec<_> = kept.chain(pairs).copied().collect();
        let Err(AppError::Invalid(errors)) = parse(&form(&all)) else { panic!("{pairs:?} is taken") };
        assert_eq!(errors.0, [(field.to_owned(), problem)], "{pairs:?}");
    }

    #[test]
    fn a_wish_is_a_plan_a_period_and_a_number_of_users() {
        let read = parse(&form(&[("plan", "k2"), ("period", "yearly"), ("additional_users", " 3 ")]));
        assert_eq!(read, Ok(Wish { plan: "k2".into(), period: Period::Yearly, additional_users: 3 }));
        refused(&[("plan", "")], "plan", Problem::Required);
        refused(&[("plan", "K 2")], "plan", Problem::NotAChoice);
        refused(&[("period", "weekly")], "period", Problem::NotAChoice);
        for bad in ["", "-1", "1,5", "x", "99999999999"] {
            refused(&[("additional_users", bad)], "additional_users", Problem::NotANumber);
        }
        refused(&[("additional_users", "501")], "additional_users", Problem::OutOfRange(0, 500));
    }

    #[test]
    fn nobody_agrees_to_an_amount_that_they_have_not_seen() {
        assert_eq!(agreed(&form(&[("agreed", "75.00")])), Ok(Decimal::from(75)));
        for bad in ["", "-75", "R$ 75", "1e3"] {
            assert_eq!(agreed(&form(&[("agreed", bad)])), Err(AppError::invalid("agreed", Problem::Required)), "{bad}");
        }
    }
}

//! On the server no form is ever sent by the page.

use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::{ServerActionError, use_context};
use leptos::server_fn::error::ServerFnUrlError;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::AppError;
use crate::values::fields::{FieldErrors, Problem};

/// What the address says of the form before, where there is no session to keep it in.
pub(super) fn refused() -> Option<AppError> {
    let said = use_context::<ServerActionError>()?;
    in_our_words(ServerFnUrlError::decode_err(said.err()))
}

pub(super) fn values(_: &SubmitEvent) -> Option<Vec<(String, String)>> {
    None
}

pub(super) fn is_heavier(_: &SubmitEvent, _: &str, _: u32) -> bool {
    false
}

pub(super) fn send(_: &str, _: Vec<(String, String)>, _: impl Fn(Result<(), AppError>) + 'static) {}

pub(super) fn ask<T: DeserializeOwned + 'static>(_: &Event, _: &str, _: impl Fn(T) + 'static) {}

/// An error from an address, which anybody can have written: only what is said in the house's own words is left of it.
fn in_our_words(error: AppError) -> Option<AppError> {
    match error {
        AppError::Invalid(errors) => {
            let is_name = |field: &str| field.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            let ours = |(field, problem): &(String, Problem)| is_name(field) && !has_words(problem);
            let errors: Vec<_> = errors.0.into_iter().filter(ours).collect();
            (!errors.is_empty()).then_some(AppError::Invalid(FieldErrors(errors)))
        }
        AppError::Internal(_) => Some(AppError::Internal(String::new())),
        AppError::PlanLimit(_) => None,
        other => Some(other),
    }
}

/// Whether a problem brings words along, such as the name of a file.
fn has_words(problem: &Problem) -> bool {
    let is_figure = |part: &Value| part.is_number() || part.as_array().is_some_and(|a| a.iter().all(Value::is_number));
    let written = serde_json::to_value(problem).unwrap_or_default();
    written.as_object().is_some_and(|parts| !parts.values().all(is_figure))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Clash, Limit};

    #[test]
    fn an_address_says_nothing_in_its_own_words() {
        let text = || "Ligue 0800 000".to_owned();
        for problem in [Problem::NotAPhoto(text()), Problem::Heic(text()), Problem::MoreThan(text())] {
            assert_eq!(in_our_words(AppError::invalid("password", problem)), None);
        }
        assert_eq!(in_our_words(AppError::invalid("Ligue 0800", Problem::Required)), None);
        let limit = Limit { resource: text(), current: 1, max: 1, upgrade: text(), price: None };
        assert_eq!(in_our_words(AppError::PlanLimit(limit)), None);
        assert_eq!(in_our_words(AppError::Internal(text())), Some(AppError::Internal(String::new())));
        for said in [
            AppError::invalid("password", Problem::WrongCredentials),
            AppError::invalid("reason", Problem::TooLong(200)),
            AppError::invalid("year_built", Problem::OutOfRange(1, 2)),
            AppError::Conflict(Clash::Stale(2)),
            AppError::TooMany(60),
        ] {
            assert_eq!(in_our_words(said.clone()), Some(said));
        }
    }
}

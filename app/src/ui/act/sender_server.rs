//! On the server no form is ever sent by the page.

use leptos::ev::SubmitEvent;

use crate::error::AppError;

pub(super) fn values(_: &SubmitEvent) -> Option<Vec<(String, String)>> {
    None
}

pub(super) fn send(_: &str, _: Vec<(String, String)>, _: impl Fn(Result<(), AppError>) + 'static) {}

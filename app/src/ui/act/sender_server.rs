//! On the server no form is ever sent by the page.

use leptos::ev::{Event, SubmitEvent};
use serde::de::DeserializeOwned;

use crate::error::AppError;

pub(super) fn values(_: &SubmitEvent) -> Option<Vec<(String, String)>> {
    None
}

pub(super) fn send(_: &str, _: Vec<(String, String)>, _: impl Fn(Result<(), AppError>) + 'static) {}

pub(super) fn ask<T: DeserializeOwned + 'static>(_: &Event, _: &str, _: impl Fn(T) + 'static) {}

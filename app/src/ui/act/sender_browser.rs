//! What a form holds, and how it reaches its server function.

use leptos::ev::{Event, SubmitEvent};
use leptos::server_fn::redirect::{REDIRECT_HEADER, call_redirect_hook};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast as _;

use crate::error::AppError;

/// In the browser no address says anything: what came of the form before stands on the page that the server has made.
pub(super) fn refused() -> Option<AppError> {
    None
}

/// The form's names and values, taken from the browser; none when something else has taken the event.
pub(super) fn values(event: &SubmitEvent) -> Option<Vec<(String, String)>> {
    if event.default_prevented() {
        return None;
    }
    let values = held(&event.target()?.dyn_into().ok()?)?;
    event.prevent_default();
    Some(values)
}

/// Whether the files that were chosen in a field of the event's form have more bytes than this.
pub(super) fn is_heavier(event: &SubmitEvent, field: &str, most: u32) -> bool {
    let form = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok());
    let Some(data) = form.and_then(|form| web_sys::FormData::new_with_form(&form).ok()) else { return false };
    let size = |file| js_sys::Reflect::get(&file, &"size".into()).ok().and_then(|size| size.as_f64());
    data.get_all(field).iter().filter_map(size).sum::<f64>() > f64::from(most)
}

/// Asks about the form around the field that an event comes from.
pub(super) fn ask<T: DeserializeOwned + 'static>(event: &Event, to: &'static str, then: impl Fn(T) + 'static) {
    let field = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let form = field.and_then(|field| field.closest("form").ok().flatten()).and_then(|form| form.dyn_into().ok());
    let Some(values) = form.and_then(|form| held(&form)) else { return };
    leptos::task::spawn_local(async move {
        let Ok(response) = call(to, &values).await else { return };
        if let Some(answer) = response.text().await.ok().and_then(|text| serde_json::from_str(&text).ok()) {
            then(answer);
        }
    });
}

fn held(form: &web_sys::HtmlFormElement) -> Option<Vec<(String, String)>> {
    let data = web_sys::FormData::new_with_form(form).ok()?;
    let pairs = js_sys::try_iter(&data).ok()??.filter_map(|pair| {
        let pair = js_sys::Array::from(&pair.ok()?);
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    });
    Some(pairs.collect())
}

/// Calls the server function and says what came of it.
pub(super) fn send(to: &'static str, values: Vec<(String, String)>, then: impl Fn(Result<(), AppError>) + 'static) {
    leptos::task::spawn_local(async move { then(post(to, &values).await) });
}

async fn post(to: &str, values: &[(String, String)]) -> Result<(), AppError> {
    let headers = call(to, values).await?.headers();
    if headers.get(REDIRECT_HEADER).is_some() {
        call_redirect_hook(&headers.get("location").unwrap_or_default());
    }
    Ok(())
}

async fn call(to: &str, values: &[(String, String)]) -> Result<gloo_net::http::Response, AppError> {
    let body = web_sys::UrlSearchParams::new().map_err(|_| AppError::Transport)?;
    for (name, value) in values {
        body.append(name, value);
    }
    let request = gloo_net::http::Request::post(to).header("accept", "application/json").body(body);
    let response = request.map_err(|_| AppError::Transport)?.send().await.map_err(|_| AppError::Transport)?;
    if response.status() >= 400 {
        let error = response.text().await.ok().and_then(|text| serde_json::from_str(&text).ok());
        return Err(error.unwrap_or(AppError::Transport));
    }
    Ok(response)
}

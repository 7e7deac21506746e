//! Forms of the operators' console: no agency's database keeps what was typed into them, so the answer is the page itself.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use app::caller::{Typed, Who};
use app::values::fields::Fields;

use super::super::address::{self, REFUSAL};
use super::{Forms, asking, refusal, send_to, sent_back, shown};

/// The field in which a form says which page it stands on.
const PAGE: &str = "__page";

/// The page of an operator's own account. Its forms do not say where they stand, for members have them too; but nothing else of
/// an operator's is sent to these functions.
const OWN: &str = "/platform/profile";
const OF_OWN: [&str; 2] = ["/fn/account/", "/fn/auth/"];

/// The page of the console that an operator's form stands on, whole and from its path on. The form says which: once it was
/// refused, the address that the browser comes from is that of the answer.
pub(super) fn page(request: &Request, back: &str, body: &[u8]) -> Option<(String, String)> {
    matches!(request.extensions().get::<Who>(), Some(Who::Operator(_))).then_some(())?;
    let origin = back.len() - back.split_once("://")?.1.split_once('/')?.1.len() - 1;
    let (origin, came_from) = back.split_at(origin);
    let said = form_urlencoded::parse(body).find(|(name, _)| name == PAGE).map(|(_, page)| page.into_owned());
    let came_from = if OF_OWN.iter().any(|own| came_from.starts_with(own)) { OWN } else { came_from };
    // Where they agree, the browser knows more: what the page was filtered by.
    let page = said.filter(|page| is_plain(page) && page != address::path(came_from));
    let page = page.unwrap_or_else(|| came_from.to_owned());
    page.starts_with("/platform/").then(|| (format!("{origin}{page}"), page))
}

/// Whether a path is one of names alone.
fn is_plain(path: &str) -> bool {
    path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_')) && !path.contains("//")
}

/// An operator's form. Refused, it is answered with its page as they left it: operators are in no agency's database, so there is
/// nowhere to keep a draft.
pub(super) async fn posted(
    forms: &Forms,
    (request, back): (Request, &str),
    (page, typed): (&str, Fields),
    next: Next,
) -> Response {
    let mut again = asking(&request, page);
    let mut response = next.run(request).await;
    let Some(location) = sent_back(&response, back) else { return response };
    let Some(why) = refusal(location) else {
        send_to(&mut response, back);
        return response;
    };
    let said = address::only(location.split_once('?').map_or("", |(_, query)| query), &REFUSAL);
    let joint = if page.contains('?') { '&' } else { '?' };
    *again.uri_mut() = format!("{page}{joint}{said}").parse().unwrap_or_default();
    again.extensions_mut().insert(Typed(typed));
    shown(forms, again, &why).await
}

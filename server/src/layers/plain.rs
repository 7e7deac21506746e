//! Pages that must come out even when nothing else does: no database, no Leptos, no script.

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;

use app::billing::words::feature_lacking;
use app::words::{Lang, problem, words_in};

/// A short page with a status, a heading and a sentence.
pub fn page(status: StatusCode, lang: Lang, heading: &str, sentence: &str, request_id: Option<&str>) -> Response {
    page_with((status, lang), (heading, sentence), request_id, None)
}

/// As [`page`], with a way on: an address of ours and what it is called.
fn page_with(
    (status, lang): (StatusCode, Lang),
    (heading, sentence): (&str, &str),
    request_id: Option<&str>,
    way_on: Option<(&str, &str)>,
) -> Response {
    let words = &words_in(lang).common;
    let id =
        request_id.map_or(String::new(), |id| format!("<p><small>{}: {}</small></p>", words.error_request, escape(id)));
    let way_on =
        way_on.map_or(String::new(), |(to, name)| format!("<p><a href=\"{}\">{}</a></p>", escape(to), escape(name)));
    let html = format!(
        "<!DOCTYPE html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"><title>{heading}</title></head><body><main><h1>{heading}</h1><p>{sentence}</p>{way_on}{id}</main></body></html>",
        lang.tag(),
        heading = escape(heading),
        sentence = escape(sentence),
    );
    (status, Html(html)).into_response()
}

/// Text as HTML shows it.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What the caller gets to see of an error: a sentence on a page, or the wire form of the error for a call.
pub fn error(error: &app::error::AppError, wants_page: bool, lang: Lang, request_id: &str) -> Response {
    use app::error::AppError as E;
    let words = &words_in(lang).common;
    let mut response = if wants_page {
        let wrong = match error {
            E::Invalid(errors) => errors.0.first().map(|(_, wrong)| problem(wrong, lang)),
            E::PlanFeature(gate) => Some(feature_lacking(gate, lang)),
            _ => None,
        };
        let sentence = match error {
            E::Unauthenticated => words.error_unauthenticated,
            E::Forbidden | E::PlanLimit(_) | E::PlanFeature(_) => words.error_forbidden,
            E::SecondFactorDue => app::auth::words::second_factor_due(lang),
            E::ProofNeeded => app::auth::words::proof_needed(lang),
            E::NotWhileActing => words.error_acting,
            E::NotFound => words.error_not_found,
            E::TooMany(_) => words.error_too_many,
            E::TooLarge => words.error_too_large,
            E::Suspended => words.error_suspended,
            E::Unavailable => words.error_unavailable,
            E::Conflict(_) => words.error_conflict,
            E::Invalid(_) | E::Transport => words.error_transport,
            E::Internal(_) => words.error_internal,
        };
        let heading = if *error == E::NotFound { words.error_not_found_title } else { words.error_title };
        // A foreign and a missing address are the same to the last byte, so no identifier there.
        let id = matches!(error, E::Internal(_) | E::Unavailable).then_some(request_id);
        let way_on = match error {
            E::PlanFeature(gate) => Some((gate.upgrade.as_str(), words_in(lang).billing.plan)),
            _ => None,
        };
        page_with((error.status(), lang), (heading, wrong.as_deref().unwrap_or(sentence)), id, way_on)
    } else {
        (error.status(), axum::Json(error)).into_response()
    };
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(http::header::RETRY_AFTER, http::HeaderValue::from(seconds));
    }
    response
}

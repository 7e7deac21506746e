//! Pages that must come out even when nothing else does: no database, no Leptos, no script.

use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_SECURITY_POLICY;
use http::{HeaderValue, StatusCode};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

use app::billing::words::feature_lacking;
use app::words::{Lang, problem, words_in};

/// What they look like, whole in themselves: nothing else has to be there.
const STYLE: &str = "html{color-scheme:light dark;font:1rem/1.5 Inter,system-ui,sans-serif}\
    body{margin:0;min-height:100dvh;display:grid;place-items:center;background:light-dark(#f6f5f2,#10141a);color:light-dark(#1c2430,#e8e6e1)}\
    main{max-width:26rem;padding:2rem 1.25rem;text-align:center}\
    h1{font-size:1.5rem;line-height:1.2;letter-spacing:-.015em;margin:0 0 .75rem}\
    p{margin:.75rem 0;text-wrap:pretty}a{color:inherit}small{opacity:.72}";

/// Lets browsers apply [`STYLE`] and no other style but ours (CSP 3, 8.4).
static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
    let style = format!("'self' 'sha256-{}'", STANDARD.encode(Sha256::digest(STYLE)));
    HeaderValue::try_from(super::headers::SITE_POLICY.replace("style-src 'self'", &format!("style-src {style}"))).ok()
});

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
         <meta name=\"robots\" content=\"noindex\"><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"><title>{heading}</title><style>{STYLE}</style></head><body><main><h1>{heading}</h1><p>{sentence}</p>{way_on}{id}</main></body></html>",
        lang.tag(),
        heading = escape(heading),
        sentence = escape(sentence),
    );
    let mut response = (status, Html(html)).into_response();
    if let Some(policy) = &*POLICY {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy.clone());
    }
    response
}

/// What a closed agency's visitors find: nothing of why, and that it is not their doing.
pub fn closed(lang: Lang) -> Response {
    let (heading, sentence) = app::storefront::words::closed(lang);
    let mut response = page(StatusCode::SERVICE_UNAVAILABLE, lang, heading, sentence, None);
    if let Some(seconds) = app::error::AppError::Suspended.retry_after() {
        response.headers_mut().insert(http::header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Text as HTML shows it.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What the caller gets to see of an error: a sentence on a page, or the wire form of the error for a call.
pub fn error(error: &app::error::AppError, wants_page: bool, lang: Lang, request_id: &str) -> Response {
    error_at(error, wants_page, (lang, request_id), None)
}

/// As [`error`], for somebody who is at home at an address of ours.
pub fn error_at(
    error: &app::error::AppError,
    wants_page: bool,
    (lang, request_id): (Lang, &str),
    home: Option<&str>,
) -> Response {
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
        let heading = app::ui::error::heading(error, words_in(lang));
        // A foreign and a missing address are the same to the last byte, so no identifier there.
        let id = matches!(error, E::Internal(_) | E::Unavailable).then_some(request_id);
        let way_on = match error {
            E::PlanFeature(gate) => Some((gate.upgrade.as_str(), words_in(lang).billing.plan)),
            E::Suspended => home.map(|_| ("/sair", words_in(lang).auth.sign_out)),
            _ => home.map(|home| (home, words.go_home)),
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

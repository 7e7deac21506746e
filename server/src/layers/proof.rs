//! Who does something dangerous has proved lately who they are: what the access table says is asked here, before the handler, for
//! pages, plain handlers and server functions alike.

use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{Extensions, Method, StatusCode, header};
use server_fn::error::ServerFnUrlError;
use tenancy::central::sessions::{SIGNED, Signed};
use tower_sessions::Session;

use app::access::{Access, Audience, Proof};
use app::auth::second_factor::is_fresh;
use app::caller::{self, Who};
use app::error::AppError;
use app::state::House;
use app::words::Lang;

/// Where password and code are given once more.
const PAGE: &str = "/entrar/confirmar";

/// Whether somebody has to prove who they are first. Who may not do it at all is told so, by whoever asks for that.
pub async fn is_missing(house: &House, row: &Access, who: &Who, extensions: &Extensions) -> bool {
    let Some(proof) = row.proof else { return false };
    let has_second_factor = match (row.audience, who) {
        (Audience::Staff(can), Who::Staff { account, role, .. }) if role.may(can) => account.second_factor,
        (Audience::SignedIn, Who::Staff { account, .. }) => account.second_factor,
        (Audience::SignedIn | Audience::Operator, Who::Operator(account)) => account.second_factor,
        _ => return false,
    };
    (proof == Proof::Both || has_second_factor) && !is_given(house, extensions).await
}

/// Whether whoever asks has proved who they are within ten minutes.
pub async fn is_given(house: &House, extensions: &Extensions) -> bool {
    let Some(session) = extensions.get::<Session>() else { return false };
    // The session was read when it was found out who it is.
    let signed: Option<Signed> = session.get(SIGNED).await.unwrap_or_default();
    signed.is_some_and(|signed| is_fresh(house, &signed))
}

/// A page leads to where the proof is given and from there back; a browser's form comes back as a refused one does, with what was
/// typed; a call is told.
pub fn answer(request: &Request) -> Response {
    if *request.method() == Method::GET || *request.method() == Method::HEAD {
        let address = request.uri().path_and_query().map_or("", |address| address.as_str());
        // What is taken along is asked for on the page before it, which is shown again.
        let next = address.replacen("/export", "", 1);
        let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        return Redirect::to(&format!("{PAGE}?next={next}")).into_response();
    }
    if caller::accepts_html(request.headers()) {
        let back = request.headers().get(header::REFERER).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if let Ok(back) = ServerFnUrlError::new(request.uri().path(), AppError::ProofNeeded).to_url(back) {
            return (StatusCode::FOUND, [(header::LOCATION, back.as_str())]).into_response();
        }
    }
    let lang = request.extensions().get::<Lang>().copied().unwrap_or_default();
    super::plain::error(&AppError::ProofNeeded, caller::accepts_html(request.headers()), lang, "")
}

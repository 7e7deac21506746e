//! Sends away who may not enter a page: to the sign-in page with the way back, or with a page that says so. And lets an operator
//! who acts as a member through to what is open to them alone.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::Method;
use tenancy::{OpenError, Status};

use app::access::{Access, Audience, ROWS};
use app::caller::{self, Who};
use app::error::AppError;
use app::words::Lang;

use super::address;
use super::request::fits;

/// The layer. Server functions ask for themselves; here it is pages and plain handlers.
pub async fn layer(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let who = request.extensions().get::<Who>().cloned().unwrap_or(Who::Nobody);
    if let Some(answer) = closed_to_acting(&who, &request) {
        return answer;
    }
    if path.starts_with("/fn/") {
        return next.run(request).await;
    }
    let lang = request.extensions().get::<Lang>().copied().unwrap_or_default();
    let wants_page = *request.method() == Method::GET || caller::accepts_html(request.headers());
    let id = request.extensions().get::<caller::Request>().map(|r| r.id.clone()).unwrap_or_default();
    let refuse = |error: &AppError| super::plain::error(error, wants_page, lang, &id);
    let Some(audience) = row_of(request.method(), path).map(|row| row.audience) else {
        // No row: below a closed door there is nothing to see without a key, and behind it the page that says so.
        let closed = path.starts_with("/app") || path.starts_with("/platform");
        let inside = matches!(who, Who::Staff { .. } | Who::Operator(_));
        if closed && !inside {
            return to_sign_in(&request, wants_page);
        }
        let answer = next.run(request).await;
        return if answer.status().is_success() { refuse(&AppError::NotFound) } else { answer };
    };
    match (audience, &who) {
        (Audience::Staff(can), Who::Staff { role, db, .. }) => match db {
            Err(OpenError::NotActive(Status::Suspended | Status::Cancelled))
                if path == "/app/settings/plan" && role.may(can) =>
            {
                next.run(request).await
            }
            Err(OpenError::NotActive(Status::Suspended | Status::Cancelled))
                if *role == app::access::Role::Owner && wants_page =>
            {
                Redirect::to("/app/settings/plan").into_response()
            }
            Err(error) => refuse(&AppError::from(error.clone())),
            Ok(_) if !role.may(can) => refuse(&AppError::Forbidden),
            Ok(_) => next.run(request).await,
        },
        (Audience::Operator, Who::Operator(_)) => next.run(request).await,
        (Audience::SignedIn, Who::Choosing(_) | Who::Staff { .. } | Who::Operator(_)) => next.run(request).await,
        (Audience::Staff(_), Who::Operator(_)) | (Audience::Operator, Who::Staff { .. }) => {
            refuse(&AppError::Forbidden)
        }
        (Audience::Staff(_) | Audience::Operator | Audience::SignedIn, _) => to_sign_in(&request, wants_page),
        _ => next.run(request).await,
    }
}

/// What an operator who acts as a member gets for everything that is not open to them: the one place where that is refused, for
/// pages, plain handlers and server functions alike.
fn closed_to_acting(who: &Who, request: &Request) -> Option<Response> {
    let Who::Staff { acting: Some(acting), .. } = who else { return None };
    let row = row_of(request.method(), request.uri().path())?;
    if row.is_open_to_acting(acting.may_write) {
        return None;
    }
    let lang = request.extensions().get::<Lang>().copied().unwrap_or_default();
    let wants_page = caller::accepts_html(request.headers());
    Some(super::plain::error(&AppError::NotWhileActing, wants_page, lang, ""))
}

fn row_of(method: &Method, path: &str) -> Option<&'static Access> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let fitting =
        |row: &&Access| row.method == method.as_str() && row.audience != Audience::Storefront && fits(row.path, path);
    // `/app/properties/new` is not `/app/properties/{id}`.
    ROWS.iter().filter(fitting).min_by_key(|row| row.path.matches('{').count())
}

fn to_sign_in(request: &Request, wants_page: bool) -> Response {
    if !wants_page {
        return super::plain::error(&AppError::Unauthenticated, false, Lang::default(), "");
    }
    let path = request.uri().path();
    let door = if path.starts_with("/platform") { "/platform/entrar" } else { "/entrar" };
    let next = if *request.method() == Method::GET {
        request.uri().path_and_query().map_or(path, |p| p.as_str())
    } else {
        "/app"
    };
    let next = address::without(next, &address::REFUSAL);
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    Redirect::to(&format!("{door}?next={next}")).into_response()
}

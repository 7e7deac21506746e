//! Sends away who may not enter a page: to the sign-in page with the way back, or with a page that says so. And lets an operator
//! who acts as a member through to what is open to them alone.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::{Method, header};
use std::sync::Arc;
use tenancy::OpenError;

use app::access::{Access, Audience, ROWS};
use app::auth::rules::second_factor::is_open_before;
use app::auth::types::Demand;
use app::caller::{self, Who};
use app::error::AppError;
use app::state::House;
use app::words::Lang;

use super::address;
use super::request::fits;

/// The layer. Server functions ask for themselves who is calling; here it is pages and plain handlers. That somebody has to
/// have a second factor first, or has to prove who they are, is settled here for all of them.
pub async fn layer(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let who = request.extensions().get::<Who>().cloned().unwrap_or(Who::Nobody);
    if let Some(answer) = closed_to_acting(&who, &request).or_else(|| without_second_factor(&house, &who, &request)) {
        return answer;
    }
    let row = row_of(request.method(), path);
    if let Some(row) = row
        && super::proof::is_missing(&house, row, &who, request.extensions()).await
    {
        return super::proof::answer(&request);
    }
    if path.starts_with("/fn/") {
        return next.run(request).await;
    }
    let lang = request.extensions().get::<Lang>().copied().unwrap_or_default();
    // A browser that listens for events follows no way to a door.
    let listens = request.headers().get(header::ACCEPT).is_some_and(|accept| accept == "text/event-stream");
    let wants_page = (*request.method() == Method::GET && !listens) || caller::accepts_html(request.headers());
    let id = request.extensions().get::<caller::Request>().map(|r| r.id.clone()).unwrap_or_default();
    let refuse = |error: &AppError| super::plain::error_at(error, wants_page, (lang, &id), home_of(&who));
    let Some(row) = row else {
        // No row: below a closed door there is nothing to see without a key, and behind it the page that says so.
        let closed = path.starts_with("/app") || path.starts_with("/platform");
        let inside = matches!(who, Who::Staff { .. } | Who::Operator(_));
        if closed && !inside {
            return to_sign_in(&request, wants_page);
        }
        let answer = next.run(request).await;
        return if answer.status().is_success() { refuse(&AppError::NotFound) } else { answer };
    };
    match (row.audience, &who) {
        (Audience::Staff(can), Who::Staff { role, db, .. }) => match db {
            Err(OpenError::NotActive(status))
                if status.is_closed() && (path == caller::PLAN || path == "/app/profile/security") && role.may(can) =>
            {
                next.run(request).await
            }
            Err(OpenError::NotActive(status))
                if status.is_closed() && *role == app::access::Role::Owner && wants_page =>
            {
                Redirect::to(caller::PLAN).into_response()
            }
            Err(error) => refuse(&AppError::from(error.clone())),
            Ok(_) if !role.may(can) => refuse(&AppError::Forbidden),
            Ok(db) => match caller::included(row, db.route()) {
                Err(error) => refuse(&error),
                Ok(()) => next.run(request).await,
            },
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

/// What nothing else is to be had before, for those who have to have a second factor and have none.
fn without_second_factor(house: &House, who: &Who, request: &Request) -> Option<Response> {
    // Who acts as a member has their own at the door.
    let is_inside = matches!(who, Who::Staff { acting: None, .. } | Who::Operator(_));
    if !is_inside || caller::demand_of(who, house.settings.production, house.clock.now()) != Demand::Must {
        return None;
    }
    let path = request.uri().path();
    if row_of(request.method(), path).is_some_and(is_open_before) {
        return None;
    }
    let is_page = *request.method() == Method::GET && !path.starts_with("/fn/");
    if is_page {
        let page = if matches!(who, Who::Operator(_)) { "/platform/profile" } else { "/app/profile/security" };
        return Some(Redirect::to(page).into_response());
    }
    let lang = request.extensions().get::<Lang>().copied().unwrap_or_default();
    Some(super::plain::error(&AppError::SecondFactorDue, caller::accepts_html(request.headers()), lang, ""))
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
    Some(super::plain::error_at(&AppError::NotWhileActing, wants_page, (lang, ""), home_of(who)))
}

/// Where somebody is at home who is in.
const fn home_of(who: &Who) -> Option<&'static str> {
    match who {
        Who::Staff { .. } => Some("/app"),
        Who::Operator(_) => Some("/platform"),
        _ => None,
    }
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

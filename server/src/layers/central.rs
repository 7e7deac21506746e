//! Without the central database nobody can say who is calling, or let anybody in: the platform's face says to come back, at once
//! and before anybody waits. Storefronts ask it nothing, and go on.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use std::sync::Arc;

use app::caller;
use app::error::AppError;
use app::state::House;

use super::{language, plain};

/// The layer.
pub async fn layer(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    if !house.central.is_away() {
        return next.run(request).await;
    }
    come_back(&request)
}

/// A page or an answer that says to come back, and when.
pub fn come_back(request: &Request) -> Response {
    let wants_page = *request.method() == Method::GET || caller::accepts_html(request.headers());
    let id = request.extensions().get::<caller::Request>().map(|request| request.id.clone()).unwrap_or_default();
    plain::error(&AppError::Unavailable, wants_page, language::of_a_stranger(request), &id)
}

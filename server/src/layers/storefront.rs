//! Whose storefront this is, and its database. A suspended agency is told from the routing map, and nothing is opened.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

use app::caller::{self, Storefront};
use app::error::AppError;
use app::state::House;
use app::words::Lang;

use super::host::Face;
use super::request::Said;

/// The layer.
pub async fn layer(State(house): State<Arc<House>>, mut request: Request, next: Next) -> Response {
    let Some(Face::Storefront(route)) = request.extensions().get::<Face>().cloned() else {
        return super::plain::error(&AppError::NotFound, true, Lang::Pt, "");
    };
    let id = request.extensions().get::<caller::Request>().map(|r| r.id.clone()).unwrap_or_default();
    if route.status.is_closed() {
        return super::plain::closed(Lang::Pt);
    }
    let db = match house.registry.open(&route).await {
        Ok(db) => db,
        Err(error) => return super::plain::error(&error.into(), true, Lang::Pt, &id),
    };
    request.extensions_mut().insert(Storefront(Ok(db)));
    let mut response = next.run(request).await;
    response.extensions_mut().insert(Said { tenant: Some(route.tenant.to_string()), user: None });
    response
}

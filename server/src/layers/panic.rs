//! A panic is one request's trouble, not the process's.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;

use app::caller;
use app::error::AppError;
use app::words::Lang;

/// The layer.
pub async fn layer(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<caller::Request>().map(|r| r.id.clone()).unwrap_or_default();
    let wants_page = caller::accepts_html(request.headers());
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            // Where, and what it said, is in the line that the hook of `telemetry` has written.
            tracing::error!(request_id = id, "a handler panicked");
            metrics::counter!("panics_total").increment(1);
            super::plain::error(&AppError::Internal(id.clone()), wants_page, Lang::default(), &id)
        }
    }
}

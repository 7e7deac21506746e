//! How large a request may be and how long its answer may take. Only photographs may be large and slow.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode, header};
use http_body_util::Limited;
use std::time::Duration;

use super::request::fits;
use crate::media::UPLOAD;

/// The largest form (INP-01).
pub const FORM: usize = 64 * 1024;
/// How long a page's or a form's answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How long photographs may take on a slow line.
const UPLOADING: Duration = Duration::from_secs(300);

/// Where photographs are sent to.
pub const UPLOADS: &str = "/app/properties/{id}/photos";
/// Where a logo is sent to.
pub const LOGO: &str = "/app/settings/brand/logo";

/// The layer.
pub async fn layer(request: Request, next: Next) -> Response {
    let is_upload =
        *request.method() == Method::POST && [UPLOADS, LOGO].iter().any(|path| fits(path, request.uri().path()));
    let (most, longest) = if is_upload { (UPLOAD, UPLOADING) } else { (FORM, ANSWER) };
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let request = request.map(|body| Body::new(Limited::new(body, most)));
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

//! By which methods something is asked for, how large a request may be, how long it may stay silent, and how long its answer may take. Only photographs may be
//! large and slow.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::Limited;
use std::time::Duration;
use tower_http::timeout::TimeoutBody;

use app::caller;
use app::error::AppError;
use app::words::Lang;

use super::language::of_a_stranger;
use super::plain;
use super::request::fits;
use crate::media::UPLOAD;

/// The largest form (INP-01).
pub const FORM: usize = 64 * 1024;
/// The longest part of an address behind its `?` (RFC 9110, 4.1, asks for 8,000): a page says in its links again what its
/// address says, and whoever reads it looks for every name among all.
pub const ADDRESS: usize = 8_000;
/// What anything is asked for with; whatever else somebody tries is refused before anybody looks at what is asked for (HDR-08).
const METHODS: [Method; 3] = [Method::GET, Method::HEAD, Method::POST];
/// How long things may take.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// The answer to a page or a form.
    answer: Duration,
    /// Photographs on a slow line.
    uploading: Duration,
    /// A client that stays silent in the middle of a body.
    silence: Duration,
}

const PATIENCE: Patience =
    Patience { answer: Duration::from_secs(10), uploading: Duration::from_secs(300), silence: Duration::from_secs(8) };

/// Where photographs are sent to.
pub const UPLOADS: &str = "/app/properties/{id}/photos";
/// Where a logo is sent to.
pub const LOGO: &str = "/app/settings/brand/logo";
/// Where a photograph of oneself is sent to.
pub const PORTRAIT: &str = "/app/profile/photo/file";

/// The layer.
pub async fn layer(request: Request, next: Next) -> Response {
    within(PATIENCE, request, next).await
}

async fn within(patience: Patience, request: Request, next: Next) -> Response {
    let is_upload = *request.method() == Method::POST
        && [UPLOADS, LOGO, PORTRAIT].iter().any(|path| fits(path, request.uri().path()));
    let (most, longest) = if is_upload { (UPLOAD, patience.uploading) } else { (FORM, patience.answer) };
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let id = request.extensions().get::<caller::Request>().map(|r| r.id.clone()).unwrap_or_default();
    let (wants_page, lang) = (caller::accepts_html(request.headers()), of_a_stranger(&request));
    if !METHODS.contains(request.method()) {
        let mut response = plain::error(&AppError::Transport, wants_page, lang, &id);
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
        return response;
    }
    if length.is_some_and(|length| length > most) {
        return plain::error(&AppError::TooLarge, wants_page, lang, &id);
    }
    if request.uri().query().is_some_and(|query| query.len() > ADDRESS) {
        let mut response = plain::error(&AppError::TooLarge, wants_page, lang, &id);
        *response.status_mut() = StatusCode::URI_TOO_LONG;
        return response;
    }
    let request = request.map(|body| Body::new(TimeoutBody::new(patience.silence, Limited::new(body, most))));
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => plain::error(&AppError::Unavailable, wants_page, lang, &id),
    }
}

/// The answer to a body that could not be read to its end: too large, or too slow.
pub fn unread(error: &axum::Error, wants_page: bool, lang: Lang) -> Response {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(here) = cause {
        if here.is::<tower_http::timeout::TimeoutError>() {
            let mut response = plain::error(&AppError::Transport, wants_page, lang, "");
            *response.status_mut() = StatusCode::REQUEST_TIMEOUT;
            return response;
        }
        cause = here.source();
    }
    plain::error(&AppError::TooLarge, wants_page, lang, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::response::IntoResponse as _;
    use axum::routing::post;
    use futures::StreamExt as _;
    use http::Request as HttpRequest;
    use tower::ServiceExt as _;

    async fn read(request: Request) -> Response {
        match axum::body::to_bytes(request.into_body(), FORM).await {
            Ok(_) => StatusCode::OK.into_response(),
            Err(error) => unread(&error, true, Lang::Pt),
        }
    }

    const SHORT: Patience = Patience {
        answer: Duration::from_millis(3000),
        uploading: Duration::from_millis(4000),
        silence: Duration::from_millis(1500),
    };
    const FOR_EVER: u64 = 3_600_000;

    /// The status that a body gets which sends a byte after each of these many silent milliseconds.
    async fn status(path: &str, pauses: Vec<u64>) -> StatusCode {
        let layer = from_fn(|request: Request, next: Next| within(SHORT, request, next));
        let router = Router::new().route("/{*path}", post(read)).layer(layer);
        let bytes = futures::stream::iter(pauses).then(|pause| async move {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            Ok::<_, std::io::Error>("x")
        });
        let request = HttpRequest::post(path).body(Body::from_stream(bytes)).expect("a request");
        router.oneshot(request).await.expect("a router never fails").status()
    }

    #[tokio::test]
    async fn a_body_that_never_comes_is_not_waited_for() {
        let photos = "/app/properties/x/photos";
        let outcomes = tokio::join!(
            status("/fn/a/b", vec![1, 1]),
            status("/fn/a/b", vec![FOR_EVER]),
            status("/fn/a/b", vec![100; 100]),
            status(photos, vec![50; 65]),
            status(photos, vec![1, 1, FOR_EVER]),
            status(photos, vec![100; 1000]),
        );
        let expected = (
            StatusCode::OK,
            StatusCode::REQUEST_TIMEOUT,
            // A form is quick, or it is none of ours.
            StatusCode::SERVICE_UNAVAILABLE,
            // A slow line is no silence.
            StatusCode::OK,
            StatusCode::REQUEST_TIMEOUT,
            // Nor may photographs take for ever.
            StatusCode::SERVICE_UNAVAILABLE,
        );
        assert_eq!(outcomes, expected);
    }
}

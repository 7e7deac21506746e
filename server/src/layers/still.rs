//! Pages that nothing takes over carry no script: Leptos closes every page with two that are for hydration, and these go.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header;

use app::caller;
use app::error::AppError;
use app::words::Lang;

use super::{owner, plain};

/// A page larger than this is none of ours.
const LARGEST: usize = 4 * 1024 * 1024;
/// How Leptos begins a script of its own; data blocks of ours carry no nonce.
const BEGIN: &str = "<script nonce=";
const END: &str = "</script>";
/// Where a page says its nonce first.
const BEGIN_NONCE: &str = " nonce=\"";

/// The layer for pages without WASM.
pub async fn layer(request: Request, next: Next) -> Response {
    owner::kept(rewritten(request, next, without_scripts)).await
}

/// The layer for pages with it: Leptos 0.8 writes the nonce of its preloads into `crossorigin`, and browsers refuse them.
pub async fn preloads(request: Request, next: Next) -> Response {
    owner::kept(rewritten(request, next, with_nonces)).await
}

async fn rewritten(request: Request, next: Next, rewrite: fn(&str) -> String) -> Response {
    let id = request.extensions().get::<caller::Request>().map(|r| r.id.clone()).unwrap_or_default();
    let lang = request.extensions().get::<Lang>().copied().unwrap_or_default();
    let response = next.run(request).await;
    let is_page = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match axum::body::to_bytes(body, LARGEST).await {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::error!(request_id = id, %error, "a page broke off while it was made, or is larger than any of ours");
            return plain::error(&AppError::Internal(id.clone()), true, lang, &id);
        }
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(rewrite(&String::from_utf8_lossy(&bytes))))
}

fn with_nonces(page: &str) -> String {
    let nonce = page.split_once(BEGIN_NONCE).and_then(|(_, rest)| rest.split_once('"')).map(|(nonce, _)| nonce);
    match nonce {
        Some(nonce) if !nonce.is_empty() => {
            page.replace(&format!("crossorigin=\"{nonce}\""), &format!("crossorigin=\"anonymous\" nonce=\"{nonce}\""))
        }
        _ => page.to_owned(),
    }
}

fn without_scripts(page: &str) -> String {
    let mut kept = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, script)) = rest.split_once(BEGIN) {
        kept.push_str(before);
        rest = script.split_once(END).map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Bytes;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use http::StatusCode;
    use std::io;
    use tower::ServiceExt as _;

    /// A page that is sent in these parts, as long as it says itself.
    fn page(parts: fn() -> Vec<io::Result<Bytes>>) -> axum::routing::MethodRouter {
        get(move || async move {
            let mut response = Response::new(Body::from_stream(futures::stream::iter(parts())));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static("text/html; charset=utf-8"));
            headers.insert(header::CONTENT_LENGTH, http::HeaderValue::from_static("14"));
            response
        })
    }

    #[tokio::test]
    async fn a_page_that_does_not_come_whole_is_an_error_and_no_empty_page() {
        let broken: fn() -> Vec<io::Result<Bytes>> =
            || vec![Ok(Bytes::from_static(b"<p>")), Err(io::Error::other("gone"))];
        let large: fn() -> Vec<io::Result<Bytes>> =
            || vec![Ok(vec![b'a'; LARGEST].into()), Ok(Bytes::from_static(b"a"))];
        let pages = Router::new()
            .route("/well", page(|| vec![Ok(Bytes::from_static(b"<p>whole</p>"))]))
            .route("/broken", page(broken))
            .route("/large", page(large));
        for pages in [pages.clone().layer(from_fn(layer)), pages.layer(from_fn(preloads))] {
            for (path, status) in [
                ("/well", StatusCode::OK),
                ("/broken", StatusCode::INTERNAL_SERVER_ERROR),
                ("/large", StatusCode::INTERNAL_SERVER_ERROR),
            ] {
                let mut request = Request::get(path).body(Body::empty()).expect("a request");
                let known = caller::Request { id: "request-1".into(), ip: [127, 0, 0, 1].into(), user_agent: None };
                request.extensions_mut().insert(known);
                let answer = pages.clone().oneshot(request).await.expect("the router never fails");
                assert_eq!(answer.status(), status, "{path}");
                let length = answer.headers().get(header::CONTENT_LENGTH).map(|v| v.to_str().expect("text").to_owned());
                let body = axum::body::to_bytes(answer.into_body(), LARGEST).await.expect("a body");
                assert!(length.is_none_or(|length| length == body.len().to_string()), "{path}: as long as it says");
                let body = String::from_utf8_lossy(&body);
                let expected = if status == StatusCode::OK { "<p>whole</p>" } else { "request-1" };
                assert!(body.contains(expected), "{path}: {body}");
            }
        }
    }

    #[test]
    fn a_preload_carries_its_nonce_where_browsers_look() {
        let page = "<link rel=\"modulepreload\" href=\"/a.js\" crossorigin=\"N1\"><script type=\"module\" nonce=\"N1\">x</script>";
        let mended = "<link rel=\"modulepreload\" href=\"/a.js\" crossorigin=\"anonymous\" nonce=\"N1\"><script type=\"module\" nonce=\"N1\">x</script>";
        assert_eq!(with_nonces(page), mended);
        assert_eq!(with_nonces("<p>a</p>"), "<p>a</p>");
    }

    #[test]
    fn only_leptos_own_scripts_go() {
        let page = "<p>a</p><script nonce=\"x\">__R=[];</script><script type=\"application/ld+json\">{}</script><script nonce=\"x\">y</script></body>";
        assert_eq!(without_scripts(page), "<p>a</p><script type=\"application/ld+json\">{}</script></body>");
        assert_eq!(without_scripts("<p>a</p>"), "<p>a</p>");
    }
}

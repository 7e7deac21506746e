//! Pages that nothing takes over carry no script: Leptos closes every page with two that are for hydration, and these go.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header;

/// A page larger than this is none of ours.
const LARGEST: usize = 4 * 1024 * 1024;
/// How Leptos begins a script of its own; data blocks of ours carry no nonce.
const BEGIN: &str = "<script nonce=";
const END: &str = "</script>";

/// The layer.
pub async fn layer(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let is_page = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, LARGEST).await else {
        return Response::from_parts(parts, Body::empty());
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    let page = String::from_utf8_lossy(&bytes);
    Response::from_parts(parts, Body::from(without_scripts(&page)))
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

    #[test]
    fn only_leptos_own_scripts_go() {
        let page = "<p>a</p><script nonce=\"x\">__R=[];</script><script type=\"application/ld+json\">{}</script><script nonce=\"x\">y</script></body>";
        assert_eq!(without_scripts(page), "<p>a</p><script type=\"application/ld+json\">{}</script></body>");
        assert_eq!(without_scripts("<p>a</p>"), "<p>a</p>");
    }
}

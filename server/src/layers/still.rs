//! Pages that nothing takes over carry no script: Leptos closes every page with two that are for hydration, and these go.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header;

use super::owner;

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

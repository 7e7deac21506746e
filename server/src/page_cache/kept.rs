//! A page as bytes: taken in whole or not at all, and compressed for the first who asks.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use futures::StreamExt as _;
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::sync::Arc;
use tokio::sync::OnceCell;

use super::encoding::Encoding;

/// A page larger than this is not kept.
const LARGEST: usize = 1024 * 1024;

/// A page, and its compressed forms.
pub(super) struct Kept {
    pub(super) version: i64,
    pub(super) etag: HeaderValue,
    pub(super) kind: HeaderValue,
    pub(super) body: Bytes,
    /// Made for the first who asks: most addresses of a search are asked for once.
    gzip: OnceCell<Bytes>,
    brotli: OnceCell<Bytes>,
}

impl Kept {
    /// The page in this form, and its name; the page as it is when it cannot be compressed.
    pub(super) async fn in_form(&self, encoding: Encoding) -> (Bytes, Option<&'static str>) {
        let (compressed, name) = match encoding {
            Encoding::Plain => return (self.body.clone(), None),
            Encoding::Gzip => (&self.gzip, "gzip"),
            Encoding::Brotli => (&self.brotli, "br"),
        };
        match compressed.get_or_try_init(|| compress(&self.body, name)).await {
            Ok(bytes) => (bytes.clone(), Some(name)),
            Err(error) => {
                tracing::warn!(%error, "a page could not be compressed");
                (self.body.clone(), None)
            }
        }
    }
}

/// What came of making a page.
pub(super) enum Made {
    Kept(Arc<Kept>),
    /// No page, an empty one, or one that is somebody's own.
    NotKept(Response),
    /// Larger than [`LARGEST`], and whole all the same.
    TooLarge(Response),
    /// Broke off on its way here. `still`, the next layer within, hands on whole pages alone: none of ours does.
    Broken(axum::Error),
}

/// Takes a page in, or gives back what is not to be kept.
pub(super) async fn keep(response: Response, version: i64) -> Made {
    let cookie = response.headers().contains_key(header::SET_COOKIE);
    let kind = response.headers().get(header::CONTENT_TYPE).filter(|v| v.as_bytes().starts_with(b"text/html")).cloned();
    let Some(kind) = kind.filter(|_| response.status() == StatusCode::OK && !cookie) else {
        return Made::NotKept(response);
    };
    let (head, body) = response.into_parts();
    let mut rest = body.into_data_stream();
    let mut body = Vec::new();
    while let Some(part) = rest.next().await {
        match part {
            Ok(part) => body.extend_from_slice(&part),
            Err(error) => return Made::Broken(error),
        }
        if body.len() > LARGEST {
            let begun = futures::stream::once(async { Ok(Bytes::from(body)) });
            return Made::TooLarge(Response::from_parts(head, Body::from_stream(begun.chain(rest))));
        }
    }
    if body.is_empty() {
        return Made::NotKept(Response::from_parts(head, Body::empty()));
    }
    // Weak, as its forms share it: a strong one would be of one sequence of bytes (RFC 9110, 8.8.3.3).
    let etag = Sha256::digest(&body).iter().take(12).fold(String::from("W/\""), |mut tag, byte| {
        let _ = write!(tag, "{byte:02x}");
        tag
    }) + "\"";
    let etag = HeaderValue::from_str(&etag).expect("hexadecimal digits are a header");
    let body = Bytes::from(body);
    Made::Kept(Arc::new(Kept { version, etag, kind, body, gzip: OnceCell::new(), brotli: OnceCell::new() }))
}

/// The bytes as the compression layer would send them.
async fn compress(body: &Bytes, encoding: &'static str) -> Result<Bytes, axum::Error> {
    use tower::ServiceExt as _;
    let inner = body.clone();
    let service = tower::service_fn(move |_: Request| {
        let mut response = Response::new(Body::from(inner.clone()));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
        async { Ok::<_, std::convert::Infallible>(response) }
    });
    let layered = tower::ServiceBuilder::new().layer(tower_http::compression::CompressionLayer::new()).service(service);
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(encoding));
    let response = layered.oneshot(request).await.unwrap_or_else(|never| match never {});
    // No limit: what does not shrink is a little larger than the page, and the page has one.
    axum::body::to_bytes(Body::new(response.into_body()), usize::MAX).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(parts: Vec<Result<Bytes, std::io::Error>>) -> Response {
        let mut response = Response::new(Body::from_stream(futures::stream::iter(parts)));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        response
    }

    #[tokio::test]
    async fn a_page_that_is_too_large_is_whole_and_not_kept() {
        let part = |byte: u8| Ok(Bytes::from(vec![byte; LARGEST / 2]));
        assert!(matches!(keep(page(vec![part(1), part(2)]), 1).await, Made::Kept(_)), "as large as may be");
        let Made::TooLarge(response) = keep(page(vec![part(1), part(2), part(3), part(4)]), 1).await else {
            panic!("it is larger than what is kept");
        };
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("whole");
        let expected: Vec<u8> = (1..=4).flat_map(|byte| vec![byte; LARGEST / 2]).collect();
        assert!(body == expected, "{} bytes of {}", body.len(), expected.len());
    }

    #[tokio::test]
    async fn a_page_that_breaks_off_is_no_page() {
        let broken = Err(std::io::Error::other("the renderer went away"));
        assert!(matches!(keep(page(vec![Ok(Bytes::from("<html>")), broken]), 1).await, Made::Broken(_)));
    }

    #[tokio::test]
    async fn what_does_not_shrink_is_sent_whole_and_said_to_be_what_it_is() {
        let mut noise = vec![0; LARGEST];
        getrandom::fill(&mut noise).expect("random bytes");
        let Made::Kept(page) = keep(page(vec![Ok(noise.into())]), 1).await else { panic!("it may be kept") };
        for (encoding, name) in [(Encoding::Gzip, "gzip"), (Encoding::Brotli, "br")] {
            let (bytes, named) = page.in_form(encoding).await;
            assert_eq!(named, Some(name));
            assert!(bytes.len() > LARGEST && bytes != page.body, "larger than it was, and compressed all the same");
        }
    }
}

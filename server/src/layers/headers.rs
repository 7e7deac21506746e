//! The security headers, on every answer of every kind.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

/// Storefront pages have no nonce, so that their bytes can be cached; the CRM's pages set their own policy.
pub(super) const SITE_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");
/// What is no page runs nothing.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Whether addresses are `https`, and so whether browsers may be told to stay there.
#[derive(Debug, Clone, Copy)]
pub struct Secure {
    /// The platform is served over https.
    pub https: bool,
}

/// The layer.
pub async fn layer(State(secure): State<Secure>, request: Request, next: Next) -> Response {
    let is_public = matches!(request.uri().path(), "/" | "/planos");
    // No other host is told an address that opens a door; ours is, for a form without WASM finds its way back by it (HDR-04).
    let opens_a_door =
        ["/senha/", "/confirmar/", "/convite/"].iter().any(|door| request.uri().path().starts_with(door));
    let mut response = next.run(request).await;
    let is_platform = response.extensions().get::<super::host::OnPlatform>().is_some();
    let is_page =
        response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|v| v.starts_with("text/html"));
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, if opens_a_door { "same-origin" } else { "strict-origin-when-cross-origin" });
    set(
        PERMISSIONS_POLICY,
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
    );
    // Browsers ignore it, and say so, on a name that is neither https nor localhost.
    if is_platform || secure.https {
        set(CROSS_ORIGIN_OPENER_POLICY, "same-origin");
    }
    set(CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
    set(X_FRAME_OPTIONS, "DENY");
    if is_platform {
        set(X_ROBOTS_TAG, "noindex, nofollow");
    }
    if is_public {
        headers.remove(X_ROBOTS_TAG);
    }
    if secure.https {
        let hsts = if is_platform { "max-age=63072000; includeSubDomains" } else { "max-age=63072000" };
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(hsts));
    }
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        let policy = if is_page { SITE_POLICY } else { NOTHING };
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

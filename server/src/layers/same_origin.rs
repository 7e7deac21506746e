//! What changes something must come from our own pages: the second fence beside the cookie's SameSite.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, header};
use std::sync::Arc;
use tenancy::Host;

use app::state::House;

use super::host::Face;

/// The layer.
pub async fn layer(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let base = matches!(request.extensions().get::<Face>(), Some(Face::Platform)).then_some(&*house.settings.base_url);
    let own = request.extensions().get::<Host>();
    if !own.is_some_and(|own| is_same_origin(request.headers(), own, base)) {
        return (StatusCode::FORBIDDEN, "cross-origin request refused\n").into_response();
    }
    if request.uri().path().starts_with("/fn/") && !is_form(request.headers()) {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "application/x-www-form-urlencoded, please\n").into_response();
    }
    next.run(request).await
}

/// `same-site` is not enough: agencies are siblings under the platform's host.
///
/// A browser that says `same-origin` has compared scheme and port too; of one that says nothing, the platform wants its own
/// address to the letter, for another port of its host may be another's program. Storefronts have no session to protect.
fn is_same_origin(headers: &HeaderMap, own: &Host, base: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let is_base = text("origin").is_some_and(|origin| base.is_none_or(|base| base.eq_ignore_ascii_case(origin)));
    let origin_is_ours = text("origin").map(|origin| {
        origin.split_once("://").and_then(|(_, authority)| Host::parse(authority)).is_some_and(|host| host == *own)
    });
    match (text("sec-fetch-site"), origin_is_ours) {
        (Some("same-origin"), Some(ours)) => ours,
        (Some("same-origin"), None) => true,
        // A person's own act, such as a reload: only with our own origin beside it.
        (Some("none"), ours) => ours == Some(true) && is_base,
        (Some(_), _) => false,
        (None, Some(ours)) => ours && is_base,
        // Neither header: no browser of the last years. Harmless unless it carries a session.
        (None, None) => !headers.contains_key(header::COOKIE),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[track_caller]
    fn check(pairs: &[(&'static str, &'static str)], expected: bool) {
        let (own, base) = (Host::parse("localhost:3000").expect("a host"), Some("http://localhost:3000"));
        let headers =
            pairs.iter().map(|(n, v)| (http::HeaderName::from_static(n), HeaderValue::from_static(v))).collect();
        assert_eq!(is_same_origin(&headers, &own, base), expected, "{pairs:?}");
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        check(&[("sec-fetch-site", "same-origin"), ("origin", "http://localhost:3000")], true);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "same-origin"), ("origin", "http://evil.example")], false);
        check(&[("sec-fetch-site", "same-site"), ("origin", "http://casa-azul.localhost:3000")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "none")], false);
        check(&[("sec-fetch-site", "none"), ("origin", "null")], false);
        check(&[("origin", "null")], false);
        check(&[("origin", "http://localhost:3000")], true);
        check(&[("origin", "http://casa-azul.localhost:3000")], false);
        // Another program on our host is not us.
        check(&[("origin", "http://localhost:8080")], false);
        check(&[("origin", "https://localhost:3000")], false);
        check(&[("sec-fetch-site", "none"), ("origin", "http://localhost:8080")], false);
        check(&[("cookie", "__Host-sobrado=x")], false);
        check(&[], true);
    }
}

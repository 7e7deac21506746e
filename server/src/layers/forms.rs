//! A form without WASM keeps what was typed: refused fields become a draft, and the page renders from it.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use std::sync::Arc;
use tenancy::Host;

use app::caller::{self, Who};
use app::drafts;
use app::state::House;
use app::values::fields::Fields;
use app::values::id::StaffId;

/// The largest form that is kept.
const LARGEST: usize = 64 * 1024;

/// The layer. What is too large is refused here, whether or not it said so beforehand.
pub async fn layer(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    if *request.method() != Method::POST || !request.uri().path().starts_with("/fn/") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else {
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let is_form = caller::accepts_html(&parts.headers);
    let request = Request::from_parts(parts, Body::from(body.clone()));
    if is_form { posted(&house, request, &body, next).await } else { next.run(request).await }
}

/// A browser's own post: what is refused becomes a draft.
async fn posted(house: &House, mut request: Request, body: &[u8], next: Next) -> Response {
    let who = request.extensions().get::<Who>().cloned();
    let own = request.extensions().get::<Host>().cloned();
    // Where an answer may send the browser back to is one of our own pages, or nowhere.
    if !own.is_some_and(|own| is_ours(request.headers().get(header::REFERER), &own)) {
        request.headers_mut().insert(header::REFERER, HeaderValue::from_static("/"));
    }
    let mut response = next.run(request).await;
    let refused =
        response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok()).filter(|l| l.contains("__err="));
    let (Some(location), Some(Who::Staff { account, db: Ok(db), .. })) = (refused.map(str::to_owned), who) else {
        return response;
    };
    let path = location.split('?').next().unwrap_or_default().to_owned();
    let user = StaffId(account.user.as_uuid());
    match drafts::db::create(&db, user, &path, &fields(body), house.clock.now()).await {
        Ok(id) => {
            let location = format!("{}&draft={id}", without_draft(&location));
            if let Ok(location) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
        }
        Err(error) => tracing::error!(%error, "a draft was not kept"),
    }
    response
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn is_ours(referer: Option<&HeaderValue>, own: &Host) -> bool {
    let authority = referer
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split_once("://"))
        .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    authority.and_then(Host::parse).is_some_and(|host| host == *own)
}

/// What was typed; never a password.
fn fields(body: &[u8]) -> Fields {
    let pairs = form_urlencoded::parse(body).into_owned();
    Fields::of(pairs.filter(|(name, _)| !name.contains("password") && !name.starts_with("__")))
}

/// The address without the draft of an earlier refusal.
fn without_draft(location: &str) -> String {
    let Some((path, query)) = location.split_once('?') else { return location.to_owned() };
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("draft=")).collect();
    format!("{path}?{}", kept.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_kept() {
        let fields = fields(b"title=Casa&password=secret&new_password=x&purposes%5B%5D=sale&purposes%5B%5D=rent");
        assert_eq!(fields.get("title"), "Casa");
        assert_eq!(fields.all("purposes"), ["sale", "rent"]);
        assert_eq!(fields.get("password"), "");
        assert_eq!(fields.get("new_password"), "");
    }

    #[test]
    fn the_way_back_is_one_of_our_pages() {
        let own = Host::parse("localhost:3000").expect("a host");
        let check = |referer: &'static str| is_ours(Some(&HeaderValue::from_static(referer)), &own);
        assert!(check("http://localhost:3000/app/properties/new?x=1"));
        assert!(!check("https://evil.example/"));
        assert!(!check("http://localhost.evil.example/"));
        assert!(!check("http://casa-azul.localhost:3000/"));
    }

    #[test]
    fn a_second_refusal_has_one_draft() {
        assert_eq!(without_draft("/a?draft=1&__err=2"), "/a?__err=2");
    }
}

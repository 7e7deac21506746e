//! The language of a page. Storefronts are Portuguese unless the address says otherwise, so that caches hold one page.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use app::caller::Who;
use app::words::Lang;

/// The platform's: the person's setting, else the address, else what the browser asks for.
pub async fn platform(mut request: Request, next: Next) -> Response {
    let chosen = match request.extensions().get::<Who>() {
        Some(Who::Staff { account, .. }) => account.locale.clone(),
        Some(Who::Operator(account)) => account.locale.clone(),
        _ => None,
    };
    let lang = chosen.and_then(|tag| Lang::parse(&tag)).unwrap_or_else(|| of_a_stranger(&request));
    request.extensions_mut().insert(lang);
    next.run(request).await
}

/// Before anybody knows who asks: what the address says, else what the browser asks for.
pub fn of_a_stranger(request: &Request) -> Lang {
    let header = request.headers().get(http::header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    asked(request.uri().query()).or_else(|| Lang::negotiate(header)).unwrap_or_default()
}

/// The storefront's: `?lang=en`, else Portuguese.
pub async fn storefront(mut request: Request, next: Next) -> Response {
    let lang = asked(request.uri().query()).unwrap_or_default();
    request.extensions_mut().insert(lang);
    next.run(request).await
}

/// The language that an address asks for.
pub fn asked(query: Option<&str>) -> Option<Lang> {
    form_urlencoded::parse(query?.as_bytes()).find(|(name, _)| name == "lang").and_then(|(_, tag)| Lang::parse(&tag))
}

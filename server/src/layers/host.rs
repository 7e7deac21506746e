//! Whose face a host shows. From memory: an unknown host costs no query, however many are tried.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;
use tenancy::{Host, Route};

use app::state::{House, Settings};
use app::words::Lang;

use super::request::{Proxies, peer};

/// What a host is.
#[derive(Debug, Clone)]
pub enum Face {
    /// The platform's own host.
    Platform,
    /// An agency's storefront: its place under the platform's host, or a domain of its own.
    Storefront(Arc<Route>),
}

/// What there is at a host.
enum There {
    /// A face.
    Face(Face),
    /// Nothing but the way to where the agency is now: an address without a path.
    Elsewhere(String),
}

/// Marks answers of the platform's host.
#[derive(Debug, Clone, Copy)]
pub struct OnPlatform;

/// What the layer works with.
#[derive(Clone)]
pub struct Door {
    /// The routing map and the platform's own host.
    pub house: Arc<House>,
    /// Whose forwarded host is believed.
    pub proxies: Proxies,
}

/// The layer.
pub async fn layer(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let host = match authority(&request, &door.proxies) {
        Ok(host) => host,
        Err(()) => return (StatusCode::BAD_REQUEST, "bad host\n").into_response(),
    };
    let path = request.uri().path();
    if matches!(path, "/healthz" | "/readyz") {
        return next.run(request).await;
    }
    let face = match there(&host, &door.house) {
        Some(There::Face(face)) => face,
        Some(There::Elsewhere(address)) => return moved(&address, &request),
        None => return unknown(&host, &door.house),
    };
    let on_platform = matches!(face, Face::Platform);
    request.extensions_mut().insert(face);
    request.extensions_mut().insert(host);
    let mut response = next.run(request).await;
    if on_platform {
        response.extensions_mut().insert(OnPlatform);
    }
    response
}

/// The one host that a request names. Two names for it are a trick, and refused.
fn authority(request: &Request, proxies: &Proxies) -> Result<Host, ()> {
    let mut sent = request.headers().get_all(header::HOST).iter();
    let header = sent.next();
    if sent.next().is_some() {
        return Err(());
    }
    let header = header.map(text).transpose()?;
    // HTTP/2 has it in the address, and so has the absolute form of HTTP/1.
    let absolute = request.uri().authority().map(|a| a.as_str());
    let named = match (absolute, header) {
        (Some(a), Some(h)) => {
            let (a, h) = (Host::parse(a).ok_or(())?, Host::parse(h).ok_or(())?);
            if a == h { a } else { return Err(()) }
        }
        (Some(one), None) | (None, Some(one)) => Host::parse(one).ok_or(())?,
        (None, None) => return Err(()),
    };
    if !proxies.trust(peer(request)) {
        return Ok(named);
    }
    let mut forwarded = request.headers().get_all("x-forwarded-host").iter();
    match (forwarded.next(), forwarded.next()) {
        (None, _) => Ok(named),
        (Some(one), None) => Host::parse(text(one)?).ok_or(()),
        (Some(_), Some(_)) => Err(()),
    }
}

/// A name as its bytes say it: HTTP sends punycode, and who sends Unicode means the same host.
fn text(value: &HeaderValue) -> Result<&str, ()> {
    std::str::from_utf8(value.as_bytes()).map_err(|_| ())
}

fn there(host: &Host, house: &House) -> Option<There> {
    let base = house.settings.base_host.as_str();
    if host.as_str() == base {
        return Some(There::Face(Face::Platform));
    }
    let (route, is_former) = match host.as_str().strip_suffix(base).and_then(|rest| rest.strip_suffix('.')) {
        Some(slug) => match house.routes.by_slug(slug) {
            Some(route) => (route, false),
            None => (house.routes.by_former_slug(slug)?, true),
        },
        None => (house.routes.by_domain(host)?, false),
    };
    // What is being made or taken away is not there.
    if !route.status.answers() {
        return None;
    }
    Some(match one_address(host, &route, &house.settings) {
        Some(address) => There::Elsewhere(address),
        None if is_former => There::Elsewhere(house.settings.storefront_url(&route.slug, None)),
        None => There::Face(Face::Storefront(route)),
    })
}

/// The agency's main domain, when it wants to be found at no other. Never one that does not answer: better two addresses
/// than none.
fn one_address(host: &Host, route: &Route, settings: &Settings) -> Option<String> {
    let primary = route.primary_domain.as_ref().filter(|primary| route.redirects && *primary != host.as_str())?;
    let answers = !settings.https || route.secured.contains(primary);
    answers.then(|| settings.storefront_url(&route.slug, Some(primary)))
}

/// Whatever was asked for is asked for there, by the same method (RFC 9110, 15.4.9). Not kept: an agency may change its mind.
fn moved(address: &str, request: &Request) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    match HeaderValue::from_str(&format!("{address}{path}")) {
        Ok(location) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

fn unknown(host: &Host, house: &House) -> Response {
    let is_loopback = host.as_str().parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    let sentence = if is_loopback && !house.settings.production {
        format!("Abra / open {}", house.settings.base_url)
    } else {
        "Nenhum site neste endereço. / No site at this address.".to_owned()
    };
    super::plain::page(StatusCode::NOT_FOUND, Lang::Pt, "404", &sentence, None)
}

//! Whose face a host shows. From memory: an unknown host costs no query, however many are tried.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;
use tenancy::{Host, Route, Status};

use app::state::House;
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
    let Some(face) = classify(&host, &door.house) else { return unknown(&host, &door.house) };
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

fn classify(host: &Host, house: &House) -> Option<Face> {
    let base = house.settings.base_host.as_str();
    if host.as_str() == base {
        return Some(Face::Platform);
    }
    let route = match host.as_str().strip_suffix(base).and_then(|rest| rest.strip_suffix('.')) {
        Some(slug) => house.routes.by_slug(slug),
        None => house.routes.by_domain(host),
    }?;
    // What is being made or taken away is not there.
    matches!(route.status, Status::Active | Status::Suspended | Status::Cancelled | Status::Moving)
        .then_some(Face::Storefront(route))
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

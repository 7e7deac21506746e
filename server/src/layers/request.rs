//! A request's identifier, where it truly comes from, and its one line in the log.

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument as _;
use uuid::Uuid;

use app::caller;

/// Under this name the identifier is answered, and believed when a trusted proxy sends it.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Proxies that we believe, in their canonical form.
#[derive(Debug, Clone, Default)]
pub struct Proxies(pub Arc<[IpAddr]>);

impl Proxies {
    /// Whether the peer is one of them: a socket for both families names an IPv4 peer `::ffff:10.0.0.1`.
    pub fn trust(&self, peer: IpAddr) -> bool {
        self.0.contains(&peer.to_canonical())
    }

    /// The client, in the one form that is stored and counted: the peer, or behind a trusted proxy the right-most hop that is
    /// no trusted proxy itself.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trust(peer) {
            return peer.to_canonical();
        }
        let hops = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
        let hops: Vec<&str> = hops.map(str::trim).collect();
        let mut client = peer;
        for hop in hops.iter().rev() {
            // What is no address was written by somebody we do not trust: stop at the last one that was.
            let Ok(ip) = hop.parse::<IpAddr>() else { break };
            client = ip;
            if !self.trust(ip) {
                break;
            }
        }
        client.to_canonical()
    }
}

/// The peer of a request; tests without a socket come from the loopback address.
pub fn peer(request: &Request) -> IpAddr {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::from([127, 0, 0, 1]), |c| c.0.ip())
}

/// The layer.
pub async fn layer(State(proxies): State<Proxies>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let peer = peer(&request);
    let headers = request.headers();
    let sent = headers.get(&REQUEST_ID).and_then(|v| v.to_str().ok()).filter(|v| proxies.trust(peer) && is_id(v));
    let id = sent.map_or_else(|| Uuid::now_v7().simple().to_string(), str::to_owned);
    let user_agent = headers.get(http::header::USER_AGENT).and_then(|v| v.to_str().ok());
    let user_agent = user_agent.map(|v| v.chars().filter(|c| !c.is_control()).take(300).collect());
    let ip = proxies.client(peer, headers);
    request.extensions_mut().insert(caller::Request { id: id.clone(), ip, user_agent });
    let method = request.method().clone();
    let route = Route::of(&request);

    let span = tracing::info_span!("request", request_id = id);
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let said = response.extensions().get::<Said>().cloned().unwrap_or_default();
    tracing::info!(target: "request", request_id = id, %method, route = route.0, status, ms, tenant = said.tenant, user = said.user);
    metrics::counter!("http_requests_total", "status" => status.to_string()).increment(1);
    metrics::histogram!("http_request_seconds").record(began.elapsed().as_secs_f64());
    response
}

fn is_id(value: &str) -> bool {
    (8..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Put into the answer by the inner layers: opaque identifiers for the log line.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// The agency.
    pub tenant: Option<String>,
    /// The account.
    pub user: Option<String>,
}

/// The route's template: an address itself may carry what somebody searched for.
struct Route(String);

impl Route {
    fn of(request: &Request) -> Self {
        if let Some(matched) = request.extensions().get::<MatchedPath>() {
            return Self(matched.as_str().to_owned());
        }
        let path = request.uri().path();
        if path.starts_with("/fn/") && app::access::of_server_fn(path).is_some() {
            return Self(path.to_owned());
        }
        let template = app::access::ROWS.iter().map(|row| row.path).find(|template| fits(template, path));
        Self(template.unwrap_or("unknown").to_owned())
    }
}

/// Whether a path is one of a template's.
pub fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(w), Some(_)) if w.starts_with("{*") => return true,
            (Some(w), Some(g)) if w == g || (w.starts_with('{') && !g.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hop_nearest_to_a_trusted_proxy_counts() {
        let proxy: IpAddr = "10.0.0.1".parse().expect("an address");
        let proxies = Proxies(Arc::from([proxy]));
        let headers = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", HeaderValue::from_str(value).expect("a header"));
            headers
        };
        let stranger: IpAddr = "203.0.113.7".parse().expect("an address");
        assert_eq!(proxies.client(stranger, &headers("1.2.3.4")), stranger, "a stranger's word counts for nothing");
        assert_eq!(proxies.client(proxy, &headers("6.6.6.6, 203.0.113.7")), stranger);
        assert_eq!(proxies.client(proxy, &headers("6.6.6.6, 203.0.113.7, 10.0.0.1")), stranger);
        assert_eq!(proxies.client(proxy, &headers("junk")), proxy);
        assert_eq!(proxies.client(proxy, &HeaderMap::new()), proxy);
    }

    #[test]
    fn an_address_of_ipv4_is_the_same_however_a_socket_or_a_proxy_spells_it() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let proxies = Proxies(Arc::from([ip("10.0.0.1")]));
        assert!(proxies.trust(ip("::ffff:10.0.0.1")) && !proxies.trust(ip("::ffff:10.0.0.2")));
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("::ffff:203.0.113.7, ::ffff:10.0.0.1"));
        assert_eq!(proxies.client(ip("::ffff:10.0.0.1"), &headers), ip("203.0.113.7"));
        assert_eq!(proxies.client(ip("::ffff:10.0.0.1"), &HeaderMap::new()), ip("10.0.0.1"));
        assert_eq!(proxies.client(ip("::ffff:198.51.100.4"), &headers), ip("198.51.100.4"));
        assert_eq!(proxies.client(ip("2001:db8::1"), &headers), ip("2001:db8::1"));
    }

    #[test]
    fn a_path_fits_its_template() {
        assert!(fits("/app/properties/{id}", "/app/properties/abc"));
        assert!(!fits("/app/properties/{id}", "/app/properties/abc/edit"));
        assert!(fits("/pkg/{*file}", "/pkg/a/b.js"));
        assert!(!fits("/app/properties/{id}", "/app/properties/"));
    }
}

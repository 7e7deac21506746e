//! `/internal/tls-allowed?domain=`: whether an edge may get a certificate for a host. Answered from the routing map, so that
//! whoever tries names costs no query, and the known ones are known while the central database is away (TLS-04); and until
//! there is a map from what the last one said ([`kept`], TLS-07).

pub mod kept;

use axum::extract::{ConnectInfo, Query, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tenancy::{Clock, Host};
use time::{Duration, OffsetDateTime};

use app::state::House;
use kept::Kept;

/// Names without a certificate that may be asked for within [`LONG`]: what an authority gives one account (TLS-06).
const ORDERS: usize = 250;
const LONG: Duration = Duration::hours(3);
/// How often one of them may be asked for within [`SHORT`]: each time may be an order that fails (TLS-06).
const TRIES: usize = 4;
const SHORT: Duration = Duration::hours(1);

/// What the answer is made of: what is known of names, and the orders that may have come of earlier ones.
#[derive(Clone)]
pub struct Asked {
    base_host: Arc<str>,
    known: Known,
    clock: Clock,
    orders: Arc<Mutex<Orders>>,
}

/// Where names are looked up.
#[derive(Clone)]
enum Known {
    /// The routing map.
    Routes(Arc<House>),
    /// What the last one said.
    Kept(Arc<Kept>),
}

impl Asked {
    /// By the routing map; nothing was asked yet.
    pub fn new(house: Arc<House>) -> Self {
        let (base_host, clock) = (house.settings.base_host.as_str().into(), house.clock.clone());
        Self { base_host, known: Known::Routes(house), clock, orders: Arc::default() }
    }

    /// Without a map, by what was kept of the last one.
    pub fn without_a_map(base_host: &str, kept: Kept, clock: Clock) -> Self {
        Self { base_host: base_host.into(), known: Known::Kept(Arc::new(kept)), clock, orders: Arc::default() }
    }

    /// From now on by the routing map. What was ordered before stays ordered.
    #[must_use]
    pub fn with_a_map(self, house: Arc<House>) -> Self {
        Self { known: Known::Routes(house), ..self }
    }
}

/// What an edge sends.
#[derive(Debug, serde::Deserialize)]
pub struct Name {
    #[serde(default)]
    domain: String,
}

/// The answer: 200, or why not. An edge reads the status alone.
pub async fn answer(State(asked): State<Asked>, Query(name): Query<Name>, request: Request) -> Response {
    let status = asked.judge(&name.domain, &request);
    metrics::counter!("tls_asks_total", "status" => status.as_u16().to_string()).increment(1);
    (status, [(header::CACHE_CONTROL, "no-store")]).into_response()
}

impl Asked {
    fn judge(&self, domain: &str, request: &Request) -> StatusCode {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let is_near = peer.is_none_or(|peer| peer.0.ip().to_canonical().is_loopback());
        if !is_near || is_forwarded(request.headers()) {
            return StatusCode::FORBIDDEN;
        }
        match self.standing(domain) {
            Standing::Unknown => StatusCode::NOT_FOUND,
            Standing::Known => StatusCode::OK,
            standing @ (Standing::Own | Standing::New) => {
                let now = self.clock.now();
                let mut orders = self.orders.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let is_within = orders.take(domain.trim_end_matches('.'), now);
                if is_within || matches!(standing, Standing::Own) {
                    StatusCode::OK
                } else {
                    StatusCode::TOO_MANY_REQUESTS
                }
            }
        }
    }

    /// In its one form alone: a name that an edge spells otherwise is another certificate's.
    fn standing(&self, domain: &str) -> Standing {
        let name = domain.strip_suffix('.').unwrap_or(domain);
        match Host::parse(name).filter(|host| host.as_str() == name) {
            None => Standing::Unknown,
            Some(_) if name == &*self.base_host => Standing::Known,
            Some(host) => match &self.known {
                Known::Routes(house) => by_routes(house, &host),
                Known::Kept(kept) => kept.standing(name),
            },
        }
    }
}

/// What the routing map says. A closed agency's storefront says so, and needs a certificate to say it.
fn by_routes(house: &House, host: &Host) -> Standing {
    let (name, routes) = (host.as_str(), &house.routes);
    match name.strip_suffix(&house.settings.base_host).and_then(|rest| rest.strip_suffix('.')) {
        Some(slug) => {
            let (own, former) = (routes.by_slug(slug), routes.by_former_slug(slug));
            match (own, former) {
                (Some(route), _) if route.status.answers() => Standing::Own,
                (None, Some(route)) if route.status.answers() => Standing::New,
                _ => Standing::Unknown,
            }
        }
        None => match routes.by_domain(host).filter(|route| route.status.answers()) {
            None => Standing::Unknown,
            Some(route) if route.secured.iter().any(|secured| secured == name) => Standing::Known,
            Some(_) => Standing::New,
        },
    }
}

/// What is known of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Nobody's.
    Unknown,
    /// Ours, or an agency's with a certificate.
    Known,
    /// An agency's place below the platform's own: there is one for each, and it counts as ordered.
    Own,
    /// An agency's domain that has no certificate yet, or a place that it has left: one may be ordered.
    New,
}

/// What came through somebody else was not asked by the edge beside us.
fn is_forwarded(headers: &HeaderMap) -> bool {
    headers
        .keys()
        .any(|name| name.as_str().starts_with("x-forwarded-") || name.as_str() == "forwarded" || name.as_str() == "via")
}

/// Names that may have been ordered, and when each was asked for. No more of them than may be.
#[derive(Debug, Default)]
struct Orders(HashMap<String, VecDeque<OffsetDateTime>>);

impl Orders {
    /// Whether one more may be ordered now.
    fn take(&mut self, name: &str, now: OffsetDateTime) -> bool {
        self.0.retain(|_, asks| asks.back().is_some_and(|last| now - *last < LONG));
        let others = self.0.len();
        if let Some(asks) = self.0.get_mut(name) {
            while asks.front().is_some_and(|first| now - *first >= SHORT) && asks.len() > 1 {
                asks.pop_front();
            }
            let recent = asks.iter().filter(|ask| now - **ask < SHORT).count();
            if recent >= TRIES {
                return false;
            }
            asks.push_back(now);
            return true;
        }
        if others >= ORDERS {
            return false;
        }
        self.0.insert(name.to_owned(), VecDeque::from([now]));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_have_a_budget_that_comes_back_with_time() {
        let (mut orders, began) = (Orders::default(), OffsetDateTime::UNIX_EPOCH);
        for _ in 0..TRIES {
            assert!(orders.take("a.com.br", began));
        }
        assert!(!orders.take("a.com.br", began), "the name has been tried enough");
        assert!(orders.take("a.com.br", began + SHORT), "an hour later it may be tried again");
        for n in 1..ORDERS {
            assert!(orders.take(&format!("n{n}.com.br"), began + SHORT));
        }
        assert!(!orders.take("one-more.com.br", began + SHORT), "the authority gives no more");
        assert!(orders.take("n1.com.br", began + SHORT), "one that was ordered may be tried again");
        assert!(orders.take("one-more.com.br", began + SHORT + LONG), "three hours later it does");
        assert!(orders.0.len() <= ORDERS);
    }
}

//! From a host name to an agency, from memory. Kept true by NOTIFY, a reload when the listener was cut off, and a clock.

use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

use crate::central::{routes, servers};
use crate::{CentralDb, OperationId, TenantId};

mod host;

pub use host::Host;

/// What may be done with an agency now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Being made: invisible.
    Provisioning,
    /// In use.
    Active,
    /// Closed by the platform for a while: 503 on the storefront, the plan page for its owner.
    Suspended,
    /// Closed by its owner.
    Cancelled,
    /// On its way to another server.
    Moving,
    /// On its way out.
    Deleting,
}

/// States in which an agency's hosts are answered for, as they are stored: what [`Status::answers`] says, for statements.
pub(crate) const ANSWERING: [&str; 4] = ["active", "suspended", "cancelled", "moving"];
/// States in which an agency rests where it lies: neither being made, nor on its way. It can be migrated, billed and let go of.
pub(crate) const SETTLED: [&str; 3] = ["active", "suspended", "cancelled"];

impl Status {
    /// Whether its hosts are there, if only to say that it is closed; what is being made or taken away is nowhere.
    pub const fn answers(self) -> bool {
        match self {
            Self::Active | Self::Suspended | Self::Cancelled | Self::Moving => true,
            Self::Provisioning | Self::Deleting => false,
        }
    }

    /// Whether its database is opened.
    pub const fn may_be_entered(self) -> bool {
        matches!(self, Self::Active)
    }

    /// Whether it is closed, and says so.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Suspended | Self::Cancelled)
    }

    /// Reads the stored value; the central schema admits no other.
    pub(crate) fn parse(value: &str) -> Self {
        match value {
            "active" => Self::Active,
            "suspended" => Self::Suspended,
            "cancelled" => Self::Cancelled,
            "moving" => Self::Moving,
            "deleting" => Self::Deleting,
            _ => Self::Provisioning,
        }
    }
}

/// Where an agency's database lies. The epoch rises with each move, and a stale user's next transaction is at the new place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Server that holds it.
    pub server_id: i32,
    /// Database and role have the same opaque name.
    pub db_name: String,
    /// The agency's own login role.
    pub role_name: String,
    /// Which derived password the role has.
    pub cred_version: i32,
    /// Raised by every move.
    pub epoch: i64,
}

/// Cache key of a pool: nothing of one placement is ever used for another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PlacementKey {
    tenant: TenantId,
    server_id: i32,
    db_name: String,
    cred_version: i32,
    epoch: i64,
}

/// A feature, and the cheapest plan that is sold with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its key.
    pub feature: String,
    /// The plan's name.
    pub plan: String,
    /// The plan's name for people.
    pub display_name: String,
}

/// One agency as the front door knows it.
#[derive(Debug, Clone)]
pub struct Route {
    /// The agency.
    pub tenant: TenantId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Whether it may be entered.
    pub status: Status,
    /// The plan it is on: `prime`, `k`, `k2`.
    pub plan: String,
    /// What its version of that includes, by key.
    pub includes: Vec<String>,
    /// What plans include, each with the cheapest plan that is sold with it.
    pub offers: Arc<Vec<Offer>>,
    /// Somebody should pay.
    pub is_past_due: bool,
    /// Where its database lies.
    pub placement: Placement,
    /// Its own verified domains.
    pub domains: Vec<String>,
    /// Those of them that have answered over https.
    pub secured: Vec<String>,
    /// The one of them that the agency chose as its address; until it chooses, that is its place under the platform's host.
    pub primary_domain: Option<String>,
    /// Whether its other hosts lead to the primary domain.
    pub redirects: bool,
    /// Slugs that it had until recently: they lead to where it is now.
    pub former_slugs: Vec<String>,
}

impl Route {
    /// Whether its plan includes a feature.
    pub fn has(&self, feature: &str) -> bool {
        self.includes.iter().any(|included| included == feature)
    }

    /// The cheapest plan that is sold with a feature.
    pub fn offer(&self, feature: &str) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.feature == feature)
    }

    pub(crate) fn placement_key(&self) -> PlacementKey {
        PlacementKey {
            tenant: self.tenant,
            server_id: self.placement.server_id,
            db_name: self.placement.db_name.clone(),
            cred_version: self.placement.cred_version,
            epoch: self.placement.epoch,
        }
    }
}

#[derive(Default)]
struct Map {
    by_slug: HashMap<String, Arc<Route>>,
    by_domain: HashMap<String, Arc<Route>>,
    by_former_slug: HashMap<String, Arc<Route>>,
    by_tenant: HashMap<TenantId, Arc<Route>>,
    /// How each server but the central database's own is reached, sealed.
    servers: HashMap<i32, Arc<[u8]>>,
}

/// What is heard beside the routes: whose state the central database is to be asked for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// An account, of staff or of an operator.
    Account(Uuid),
    /// A session, by its stored name.
    Session(Vec<u8>),
    /// What is being done to an agency has come further.
    Operation(OperationId),
    /// An agency's outbox may hold something ([`crate::relay::announce`]).
    Outbox(TenantId),
}

impl Changed {
    fn read(channel: &str, payload: &str) -> Option<Self> {
        match channel {
            "account" => payload.parse().ok().map(Self::Account),
            "operation" => payload.parse().ok().map(|id: Uuid| Self::Operation(id.into())),
            "outbox" => payload.parse().ok().map(|id: Uuid| Self::Outbox(id.into())),
            "session" => STANDARD.decode(payload).ok().map(Self::Session),
            _ => None,
        }
    }
}

/// All agencies and their hosts, in memory. An unknown host costs no query, however many are tried.
#[derive(Clone)]
pub struct Routes {
    map: Arc<ArcSwap<Map>>,
    central: CentralDb,
    /// Held while the map is read and swapped in: who began earlier never swaps in what is older than what stands there.
    reading: Arc<Mutex<()>>,
    /// Dropped with the last of the copies that somebody asks.
    kept: Arc<watch::Sender<()>>,
    /// Told when another process has said something of the shares of connections.
    shares: Arc<watch::Sender<()>>,
    /// Told when the map has been read anew.
    renewed: Arc<watch::Sender<()>>,
}

impl Routes {
    /// Loads every route.
    ///
    /// # Errors
    /// The central database's.
    pub async fn load(central: &CentralDb) -> Result<Self, sqlx::Error> {
        let routes = Self::unread(central);
        routes.reload().await?;
        Ok(routes)
    }

    /// A map without an agency.
    pub(crate) fn unread(central: &CentralDb) -> Self {
        Self {
            map: Arc::default(),
            central: central.clone(),
            reading: Arc::default(),
            kept: Arc::default(),
            shares: Arc::default(),
            renewed: Arc::default(),
        }
    }

    pub(crate) fn central(&self) -> &CentralDb {
        &self.central
    }

    /// Hears of what other processes say of the shares of connections, while somebody follows.
    pub(crate) fn shares(&self) -> watch::Receiver<()> {
        self.shares.subscribe()
    }

    /// Hears of every map that takes the place of another.
    pub fn renewed(&self) -> watch::Receiver<()> {
        self.renewed.subscribe()
    }

    /// Reads all routes anew and swaps them in whole. Whatever had been committed before the call is then in the map, and stays.
    ///
    /// # Errors
    /// The central database's; the old routes stay.
    pub async fn reload(&self) -> Result<(), sqlx::Error> {
        let _reading = self.reading.lock().await;
        let mut map = Map::default();
        for route in routes::list(&self.central).await? {
            let route = Arc::new(route);
            for domain in &route.domains {
                map.by_domain.insert(domain.clone(), route.clone());
            }
            for slug in &route.former_slugs {
                map.by_former_slug.insert(slug.clone(), route.clone());
            }
            map.by_slug.insert(route.slug.clone(), route.clone());
            map.by_tenant.insert(route.tenant, route);
        }
        // After the agencies: whatever server they lie on is then known.
        let servers = servers::addresses(&self.central).await?;
        map.servers = servers.into_iter().map(|(id, address)| (id, address.into())).collect();
        self.map.store(Arc::new(map));
        self.renewed.send_modify(|()| {});
        Ok(())
    }

    /// The agency under `<slug>.<host of the platform>`.
    pub fn by_slug(&self, slug: &str) -> Option<Arc<Route>> {
        self.map.load().by_slug.get(slug).cloned()
    }

    /// The agency that had this slug until recently.
    pub fn by_former_slug(&self, slug: &str) -> Option<Arc<Route>> {
        self.map.load().by_former_slug.get(slug).cloned()
    }

    /// The agency that owns this verified domain.
    pub fn by_domain(&self, host: &Host) -> Option<Arc<Route>> {
        self.map.load().by_domain.get(host.as_str()).cloned()
    }

    /// The agency that a session or a job names.
    pub fn by_tenant(&self, tenant: TenantId) -> Option<Arc<Route>> {
        self.map.load().by_tenant.get(&tenant).cloned()
    }

    /// How a server is reached, sealed; none for the one that holds the central database.
    pub(crate) fn address(&self, server: i32) -> Option<Arc<[u8]>> {
        self.map.load().servers.get(&server).cloned()
    }

    /// Every agency, in no order.
    pub fn all(&self) -> Vec<Arc<Route>> {
        self.map.load().by_tenant.values().cloned().collect()
    }

    /// Keeps the map true; ends when nobody has a copy of it any more, or the central database has been closed.
    ///
    /// A change is heard when it commits. What was said while the listener was cut off is lost, so a reconnect reloads;
    /// and every 30 seconds all is read anew, whatever was heard. `on_change` is told of accounts and sessions, which the same
    /// connection hears of; whoever remembers those lets go of them by a clock too.
    pub async fn follow(self, on_change: impl Fn(Changed) + Send + 'static) {
        let Self { map, central, reading, kept, shares, renewed } = self;
        let mut gone = kept.subscribe();
        // Ours is no copy that somebody asks.
        drop(kept);
        let follower = Self { map, central, reading, kept: Arc::default(), shares, renewed };
        tokio::select! {
            () = follower.keep_true(&on_change) => {}
            _ = gone.changed() => {}
        }
    }

    async fn keep_true(&self, on_change: &(impl Fn(Changed) + Send)) {
        loop {
            match self.listen(on_change).await {
                // We are stopping: nothing was lost.
                Err(sqlx::Error::PoolClosed) => return,
                Err(error) => tracing::warn!(%error, "the route listener lost its connection"),
                Ok(()) => {}
            }
            // Known at once, so that nobody waits for what is not there; and asked again until it is.
            while !self.central.look().await {
                tokio::time::sleep(Duration::from_millis(500)).await;
                if self.central.pool().is_closed() {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
            match self.reload().await {
                Err(sqlx::Error::PoolClosed) => return,
                Err(error) => tracing::warn!(%error, "the routes could not be read; the last known ones stay"),
                Ok(()) => {}
            }
        }
    }

    async fn listen(&self, on_change: &(impl Fn(Changed) + Send)) -> Result<(), sqlx::Error> {
        let mut listener = sqlx::postgres::PgListener::connect_with(self.central.pool()).await?;
        // Whoever waits for another connection does not say that this one is gone.
        listener.eager_reconnect(false);
        listener.listen_all(["route", "account", "session", "operation", "outbox", "share"]).await?;
        self.reload().await?;
        loop {
            match tokio::time::timeout(Duration::from_secs(30), listener.try_recv()).await {
                Err(_) => self.reload().await?,
                Ok(Ok(None)) => return Ok(()),
                Ok(Ok(Some(notice))) if notice.channel() == "route" => self.reload().await?,
                Ok(Ok(Some(notice))) if notice.channel() == "share" => self.shares.send_modify(|()| {}),
                Ok(Ok(Some(notice))) => {
                    if let Some(changed) = Changed::read(notice.channel(), notice.payload()) {
                        on_change(changed);
                    }
                }
                Ok(Err(error)) => return Err(error),
            }
        }
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routes").field("tenants", &self.map.load().by_tenant.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_and_the_program_mean_the_same_states() {
        let all = ["provisioning", "active", "suspended", "cancelled", "moving", "deleting"];
        assert_eq!(all.map(|stored| Status::parse(stored).answers()), all.map(|stored| ANSWERING.contains(&stored)));
        for stored in all {
            let status = Status::parse(stored);
            assert_eq!(SETTLED.contains(&stored), status.may_be_entered() || status.is_closed(), "{stored}");
        }
    }
}

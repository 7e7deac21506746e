//! Hands out connections to agencies' databases: of each server as many as are this process's share, whichever agencies they
//! are for.
//!
//! Tier B of the design: one pool a server, because connections are what is scarce and agencies are not. An agency's own
//! connection is used again while it is there; else the one that nobody has used for longest is closed for it. Each agency
//! has its own places, background work a part of all, and who fails several times in a row is left alone for a while.

mod agency;
mod books;
mod breaker;
mod connect;
mod holder;
mod lease;
mod options;
mod server;
mod shares;

use sqlx::postgres::PgConnectOptions;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::routing::PlacementKey;
use crate::servers::open_address;
use crate::{Key, Route, Routes, Status, TenantDb, TenantId};

pub(crate) use agency::Agency;
pub(crate) use books::Class;
pub(crate) use lease::Lease;
pub use options::{OpenError, RegistryOptions, RegistrySnapshot};

use agency::{Known, Parts};
use breaker::{AGENCY, Breaker};
use server::Server;
use shares::{Keeper, Word};

/// How often, at most, it is looked what lies idle.
const TICK: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The only source of [`TenantDb`]. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
    class: Class,
}

struct Inner {
    base: PgConnectOptions,
    key: Key,
    routes: Routes,
    options: RegistryOptions,
    servers: Mutex<HashMap<i32, Arc<Server>>>,
    agencies: Mutex<HashMap<PlacementKey, Arc<Agency>>>,
    /// They outlive what they judge: who is opened anew has failed no less.
    breakers: Mutex<HashMap<PlacementKey, Arc<Mutex<Breaker>>>>,
    known: Mutex<HashMap<TenantId, Arc<Known>>>,
    /// Agencies so far: each has a number of its own.
    numbers: AtomicU64,
    committed: mpsc::UnboundedSender<TenantId>,
    words: mpsc::UnboundedSender<Word>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Registry {
    /// A registry for the tenants behind `base`, the channel that says whose outbox may have something in it, and who keeps
    /// its shares.
    pub(crate) fn new(
        (base, key): (PgConnectOptions, Key),
        routes: Routes,
        options: RegistryOptions,
    ) -> (Self, mpsc::UnboundedReceiver<TenantId>, Keeping) {
        let (committed, receiver) = mpsc::unbounded_channel();
        let (words, heard_words) = mpsc::unbounded_channel();
        let (central, heard) = (routes.central().clone(), routes.shares());
        let inner = Arc::new(Inner {
            base,
            key,
            routes,
            options: options.clone(),
            servers: Mutex::default(),
            agencies: Mutex::default(),
            breakers: Mutex::default(),
            known: Mutex::default(),
            numbers: AtomicU64::new(0),
            committed,
            words: words.clone(),
        });
        let keeper = Keeper {
            central,
            process: Uuid::new_v4(),
            holder: holder::own(),
            options,
            registry: Arc::downgrade(&inner),
            words: heard_words,
            heard,
        };
        let keeping = Keeping { words: words.downgrade(), task: tokio::spawn(keeper.keep()) };
        tick(Arc::downgrade(&inner));
        (Self { inner, class: Class::Web }, receiver, keeping)
    }

    /// The same registry for work that nobody waits for: it has a part of the connections, and leaves the others to pages.
    #[must_use]
    pub fn for_jobs(&self) -> Self {
        Self { inner: self.inner.clone(), class: Class::Jobs }
    }

    /// The agency's database. Its status is asked first: for one that may not be entered, nothing is opened.
    ///
    /// # Errors
    /// [`OpenError`]; each means 503 for this agency alone.
    pub async fn open(&self, route: &Arc<Route>) -> Result<TenantDb, OpenError> {
        let agency = self.agency(route).await?;
        Ok(TenantDb::new(self.clone(), route.clone(), agency))
    }

    /// The agency as it is routed by now. Who has been given a route knows no less than a map that does not have it yet.
    pub(crate) fn now(&self, route: &Arc<Route>) -> Arc<Route> {
        let known = self.inner.routes.by_tenant(route.tenant).filter(|known| known.status != Status::Provisioning);
        known.unwrap_or_else(|| route.clone())
    }

    /// The agency at its place, after somebody has looked whether it is there.
    pub(crate) async fn agency(&self, route: &Route) -> Result<Arc<Agency>, OpenError> {
        if route.status != Status::Active {
            return Err(OpenError::NotActive(route.status));
        }
        let agency = self.inner.agency(route)?;
        agency.look(self.class).await?;
        Ok(agency)
    }

    pub(crate) fn class(&self) -> Class {
        self.class
    }

    /// Forgets an agency, as if nobody had come for it for long: the next request opens it anew, and requests under way
    /// finish on the old connections. For tests, which cannot wait for that.
    #[cfg(feature = "testing")]
    pub async fn evict(&self, route: &Route) {
        let agency = lock(&self.inner.agencies).remove(&route.placement_key());
        if let Some(agency) = agency {
            agency.retire();
        }
    }

    /// Closes every connection, those in use when they come back, and gives the shares back.
    pub async fn close(&self) {
        for server in self.inner.servers() {
            server.close().await;
        }
        let (said, heard) = oneshot::channel();
        if self.inner.words.send(Word::Goodbye(said)).is_ok() {
            let _ = heard.await;
        }
    }

    /// What is open now: looking changes nothing.
    pub fn snapshot(&self) -> RegistrySnapshot {
        let servers = self.inner.servers();
        let figures: Vec<_> = servers.iter().map(|server| server.figures()).collect();
        RegistrySnapshot {
            agencies: lock(&self.inner.agencies).len(),
            connections: figures.iter().map(|now| now.open).sum(),
            in_use: figures.iter().map(|now| now.held).sum(),
            budget: figures.iter().map(|now| now.limit).sum(),
            waiting: figures.iter().map(|now| now.waiting).sum(),
            opened: servers.iter().map(|server| server.opened.load(Ordering::Relaxed)).sum(),
            connected: servers.iter().map(|server| server.connected.load(Ordering::Relaxed)).sum(),
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registry")
    }
}

impl Inner {
    fn agency(&self, route: &Route) -> Result<Arc<Agency>, OpenError> {
        let key = route.placement_key();
        if let Some(agency) = lock(&self.agencies).get(&key).filter(|agency| !agency.is_retired()) {
            return Ok(agency.clone());
        }
        let fresh = || Arc::new(Mutex::new(Breaker::new(AGENCY)));
        let breaker = lock(&self.breakers).entry(key.clone()).or_insert_with(fresh).clone();
        let parts = Parts {
            id: self.numbers.fetch_add(1, Ordering::Relaxed),
            tenant: route.tenant,
            options: self.tenant_options(route)?,
            server: self.server(route.placement.server_id),
            breaker,
            known: lock(&self.known).entry(route.tenant).or_default().clone(),
            words: self.words.clone(),
        };
        let mut agencies = lock(&self.agencies);
        // Somebody may have been quicker.
        if let Some(agency) = agencies.get(&key).filter(|agency| !agency.is_retired()) {
            return Ok(agency.clone());
        }
        let agency = Arc::new(Agency::new(parts, &self.options));
        agencies.insert(key, agency.clone());
        Ok(agency)
    }

    fn tenant_options(&self, route: &Route) -> Result<PgConnectOptions, OpenError> {
        let (placement, key) = (&route.placement, &self.key);
        // A server that nobody has heard of yet is taken for the central database's, where no database of this name is.
        let base = match self.routes.address(placement.server_id) {
            None => self.base.clone(),
            Some(sealed) => open_address(key, placement.server_id, &sealed).ok_or(OpenError::Sealed)?,
        };
        let options = base
            .username(&placement.role_name)
            .database(&placement.db_name)
            .password(&key.role_password(route.tenant, placement))
            .application_name(&format!("sobrado/{}", &placement.db_name[..10]))
            .statement_cache_capacity(60)
            .options([("default_transaction_read_only", "on")]);
        Ok(options)
    }

    fn server(&self, id: i32) -> Arc<Server> {
        let mut servers = lock(&self.servers);
        if let Some(server) = servers.get(&id) {
            return server.clone();
        }
        let server = Arc::new(Server::new(id, &self.options));
        servers.insert(id, server.clone());
        // Nothing may be opened there until its share is leased.
        let _ = self.words.send(Word::NewServer);
        server
    }

    fn servers(&self) -> Vec<Arc<Server>> {
        lock(&self.servers).values().cloned().collect()
    }

    /// Leases a share of every server that holds an agency, before one of them is asked for.
    fn meet_servers(&self) {
        for route in self.routes.all() {
            self.server(route.placement.server_id);
        }
    }

    fn tick(&self) {
        let servers = self.servers();
        for server in &servers {
            server.sweep(self.options.idle_timeout);
            let (now, id) = (server.figures(), server.id.to_string());
            metrics::gauge!("tenant_connections", "server" => id.clone()).set(now.open as f64);
            metrics::gauge!("tenant_connections_in_use", "server" => id.clone()).set(now.held as f64);
            metrics::gauge!("tenant_connections_awaited", "server" => id.clone()).set(now.waiting as f64);
            metrics::gauge!("tenant_connection_budget", "server" => id).set(now.limit as f64);
        }
        let left = {
            let mut agencies = lock(&self.agencies);
            let is_left =
                |agency: &Arc<Agency>| Arc::strong_count(agency) == 1 && agency.is_left(self.options.forgotten_after);
            let left: Vec<_> = agencies.extract_if(|_, agency| is_left(agency)).collect();
            metrics::gauge!("tenant_agencies").set(agencies.len() as f64);
            left
        };
        for (_, agency) in left {
            agency.retire();
        }
        let open = {
            let mut breakers = lock(&self.breakers);
            breakers.retain(|_, breaker| Arc::strong_count(breaker) > 1 || !lock(breaker).is_at_rest());
            breakers.values().filter(|breaker| lock(breaker).is_open()).count()
        };
        metrics::gauge!("breakers_open", "scope" => "agency").set(open as f64);
        let open = servers.iter().filter(|server| server.breaker().is_open()).count();
        metrics::gauge!("breakers_open", "scope" => "server").set(open as f64);
    }
}

/// Without this, a process at rest would keep its idle connections for ever.
fn tick(inner: Weak<Inner>) {
    tokio::spawn(async move {
        loop {
            let Some(strong) = inner.upgrade() else { return };
            strong.tick();
            let pause = (strong.options.idle_timeout / 2).clamp(TICK.0, TICK.1);
            drop(strong);
            tokio::time::sleep(pause).await;
        }
    });
}

/// Who keeps a registry's shares: waited for before the central database is closed.
pub(crate) struct Keeping {
    words: mpsc::WeakUnboundedSender<Word>,
    task: JoinHandle<()>,
}

impl Keeping {
    /// Gives the shares back if that has not been done.
    pub(crate) async fn end(self) {
        if let Some(words) = self.words.upgrade() {
            let _ = words.send(Word::Goodbye(oneshot::channel().0));
        }
        let _ = self.task.await;
    }
}

impl fmt::Debug for Keeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keeping")
    }
}

/// Told by a transaction that is committed: counts it, and wakes the relay of the outbox.
pub(crate) struct Committed {
    known: Arc<Known>,
    tenant: TenantId,
    relay: mpsc::UnboundedSender<TenantId>,
}

impl Committed {
    pub(crate) fn new(registry: &Registry, agency: &Agency, tenant: TenantId) -> Self {
        Self { known: agency.known().clone(), tenant, relay: registry.inner.committed.clone() }
    }

    pub(crate) fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Tells of it at the end of its own life, whichever way that comes.
    pub(crate) fn when_dropped(self) -> Told {
        Told(self)
    }
}

/// A commit that is told of when this is dropped.
pub(crate) struct Told(Committed);

impl Drop for Told {
    fn drop(&mut self) {
        let Self(committed) = self;
        committed.known.commits.fetch_add(1, Ordering::Release);
        // Nobody may be listening: then the worker finds the lines when it looks at everybody's outboxes.
        let _ = committed.relay.send(committed.tenant);
    }
}

#[cfg(test)]
mod tests;

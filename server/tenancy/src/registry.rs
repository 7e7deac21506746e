//! Hands out each agency's own pool: one initialiser per agency, the least recently used closed first, idle ones closed.
//!
//! Tier A of the design: a small pool an agency, kept in a cache. The cache evicts by recency, not by frequency: with as
//! many hot agencies as places, a frequency policy would open a newcomer's pool anew on every request.

use moka::future::Cache;
use moka::policy::EvictionPolicy;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Error, PgPool, Postgres, Row};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};

use crate::routing::PlacementKey;
use crate::servers::open_address;
use crate::{Key, Route, Routes, Status, TenantDb, TenantId, migrate};

/// How many connections, and for how long. The product of the first two is the budget of this process.
#[derive(Debug, Clone)]
pub struct RegistryOptions {
    /// Agencies that may have a pool at once.
    pub max_pools: u64,
    /// Connections that one agency may have.
    pub max_connections_per_tenant: u32,
    /// How long a request waits for a connection before it answers 503, and how long a probe may take.
    pub acquire_timeout: Duration,
    /// When an unused connection is closed.
    pub idle_timeout: Duration,
    /// When an unused pool is closed.
    pub pool_idle_timeout: Duration,
    /// Probes that may be under way at once, so that a cold start is no stampede: the connection that is made before an
    /// agency's pool is. A pool's own connections are limited by `max_connections_per_tenant` alone.
    pub concurrent_connects: usize,
}

impl RegistryOptions {
    /// For a process that goes from agency to agency instead of serving all of them: a worker beside the web part, a command.
    pub fn one_by_one() -> Self {
        Self { max_pools: 4, ..Self::default() }
    }
}

/// For a process that serves all agencies.
impl Default for RegistryOptions {
    fn default() -> Self {
        Self {
            max_pools: 32,
            max_connections_per_tenant: 5,
            acquire_timeout: Duration::from_secs(3),
            idle_timeout: Duration::from_secs(60),
            pool_idle_timeout: Duration::from_secs(300),
            concurrent_connects: 8,
        }
    }
}

/// Why an agency's database was not opened.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OpenError {
    /// The agency exists and may not be entered now.
    #[error("the agency is {0:?}")]
    NotActive(Status),
    /// The database carries another agency's stamp, or none.
    #[error("the database does not carry this agency's stamp")]
    WrongIdentity,
    /// The database's schema is not one that this program understands.
    #[error("the schema is at {found}, this program understands {min} to {max}")]
    SchemaOutOfRange {
        /// Version that the database is at.
        found: i64,
        /// Oldest that this program understands.
        min: i64,
        /// Newest that this program understands.
        max: i64,
    },
    /// What is kept of its server was sealed with another key.
    #[error("the address of the agency's server does not open: is SECRET_KEY another?")]
    Sealed,
    /// The server does not answer, or refuses.
    #[error("the agency's database cannot be reached")]
    Unavailable(#[source] Arc<Error>),
}

impl OpenError {
    pub(crate) fn into_sqlx(self) -> Error {
        Error::Configuration(Box::new(self))
    }
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self::Unavailable(Arc::new(error))
    }
}

/// Figures for the metrics page and for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistrySnapshot {
    /// Pools in the cache, as of the last tick.
    pub pools: u64,
    /// Connections that are open in those pools, as of the last tick.
    pub connections: usize,
    /// How often a pool was made.
    pub opened: u64,
}

/// The only source of [`TenantDb`]. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    cache: Cache<PlacementKey, Arc<TenantPool>>,
    base: PgConnectOptions,
    key: Key,
    routes: Routes,
    options: RegistryOptions,
    connects: Arc<Semaphore>,
    opened: AtomicU64,
    connections: Arc<AtomicUsize>,
    committed: mpsc::UnboundedSender<TenantId>,
    /// How often this process has committed for each agency. It outlives the pools: a count that began anew could say that
    /// nothing has changed.
    commits: Mutex<HashMap<TenantId, Arc<AtomicU64>>>,
}

impl Registry {
    /// A registry for the tenants behind `base`, and the channel that says whose outbox may have something in it.
    pub(crate) fn new(
        (base, key): (PgConnectOptions, Key),
        routes: Routes,
        options: RegistryOptions,
    ) -> (Self, mpsc::UnboundedReceiver<TenantId>) {
        let (committed, receiver) = mpsc::unbounded_channel();
        let cache = Cache::builder()
            .max_capacity(options.max_pools)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(options.pool_idle_timeout)
            .async_eviction_listener(|_, pool: Arc<TenantPool>, _| {
                Box::pin(async move {
                    tokio::spawn(async move { pool.pool.close().await });
                })
            })
            .build();
        let connects = Arc::new(Semaphore::new(options.concurrent_connects));
        let connections = Arc::new(AtomicUsize::new(0));
        let inner = Arc::new(Inner {
            cache,
            base,
            key,
            routes,
            options,
            connects,
            opened: AtomicU64::new(0),
            connections,
            committed,
            commits: Mutex::default(),
        });
        tick(Arc::downgrade(&inner));
        (Self { inner }, receiver)
    }

    /// The agency's database. Its status is asked first: for one that may not be entered, nothing is opened.
    ///
    /// # Errors
    /// [`OpenError`]; each means 503 for this agency alone.
    pub async fn open(&self, route: &Arc<Route>) -> Result<TenantDb, OpenError> {
        let pool = self.pool(route).await?;
        Ok(TenantDb::new(self.clone(), route.clone(), pool))
    }

    /// The agency as it is routed by now. Who has been given a route knows no less than a map that does not have it yet.
    pub(crate) fn now(&self, route: &Arc<Route>) -> Arc<Route> {
        let known = self.inner.routes.by_tenant(route.tenant).filter(|known| known.status != Status::Provisioning);
        known.unwrap_or_else(|| route.clone())
    }

    pub(crate) async fn pool(&self, route: &Route) -> Result<Arc<TenantPool>, OpenError> {
        if route.status != Status::Active {
            return Err(OpenError::NotActive(route.status));
        }
        let key = route.placement_key();
        let pool = self
            .inner
            .cache
            .try_get_with(key.clone(), self.make_pool(route))
            .await
            .map_err(|error: Arc<OpenError>| (*error).clone())?;
        if pool.refused.load(Ordering::Relaxed) {
            self.inner.cache.invalidate(&key).await;
            return Err(OpenError::WrongIdentity);
        }
        Ok(pool)
    }

    async fn make_pool(&self, route: &Route) -> Result<Arc<TenantPool>, OpenError> {
        let inner = &self.inner;
        let options = self.tenant_options(route)?;
        let permit = inner.connects.acquire().await.expect("the semaphore is never closed");
        // A server that does not answer holds up nobody for longer, neither those who wait here nor the worker's round.
        let probed = tokio::time::timeout(inner.options.acquire_timeout, probe(&options, route.tenant)).await;
        drop(permit);
        probed.unwrap_or_else(|_| Err(Error::Io(std::io::ErrorKind::TimedOut.into()).into()))?;
        inner.opened.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(TenantPool::new(inner, options, route.tenant)))
    }

    fn tenant_options(&self, route: &Route) -> Result<PgConnectOptions, OpenError> {
        let (placement, key) = (&route.placement, &self.inner.key);
        // A server that nobody has heard of yet is taken for the central database's, where no database of this name is.
        let base = match self.inner.routes.address(placement.server_id) {
            None => self.inner.base.clone(),
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

    /// Forgets an agency's pool, as the cache does when it is full: the next request opens it anew, and requests under way
    /// finish on the old one. For tests, which cannot wait for that.
    #[cfg(feature = "testing")]
    pub async fn evict(&self, route: &Route) {
        self.inner.cache.invalidate(&route.placement_key()).await;
    }

    /// Closes every pool.
    pub async fn close(&self) {
        let pools: Vec<Arc<TenantPool>> = self.inner.cache.iter().map(|(_, pool)| pool).collect();
        self.inner.cache.invalidate_all();
        for pool in pools {
            pool.pool.close().await;
        }
    }

    /// What is open, as of the last tick: looking changes nothing.
    pub fn snapshot(&self) -> RegistrySnapshot {
        RegistrySnapshot {
            pools: self.inner.cache.entry_count(),
            connections: self.inner.connections.load(Ordering::Relaxed),
            opened: self.inner.opened.load(Ordering::Relaxed),
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registry")
    }
}

/// moka has no threads of its own: without this, a process at rest would keep its idle pools for ever.
fn tick(inner: Weak<Inner>) {
    tokio::spawn(async move {
        let mut interval = tokio::time::interval(Duration::from_secs(5));
        loop {
            interval.tick().await;
            let Some(inner) = inner.upgrade() else { return };
            inner.cache.run_pending_tasks().await;
            let open: usize = inner.cache.iter().map(|(_, pool)| pool.pool.size() as usize).sum();
            inner.connections.store(open, Ordering::Relaxed);
            metrics::gauge!("tenant_pools").set(inner.cache.entry_count() as f64);
            metrics::gauge!("tenant_connections").set(open as f64);
        }
    });
}

/// A first connection, to look before a pool is made.
async fn probe(options: &PgConnectOptions, tenant: TenantId) -> Result<(), OpenError> {
    let mut conn = options.clone().connect().await?;
    let checked = check(&mut conn, tenant).await;
    let closed = conn.close().await;
    checked?;
    Ok(closed?)
}

/// Whether the database is this agency's, and of a schema that this program understands.
async fn check(conn: &mut PgConnection, tenant: TenantId) -> Result<(), OpenError> {
    let row = sqlx::query(
        "select (select tenant_id from _tenant_identity) as tenant_id,
                (select max(version) from _sqlx_migrations where success) as version",
    )
    .fetch_one(conn)
    .await?;
    let stamp: Option<TenantId> = row.try_get("tenant_id").map_err(OpenError::from)?;
    if stamp != Some(tenant) {
        tracing::error!(tenant = %tenant, "the database carries another agency's stamp");
        return Err(OpenError::WrongIdentity);
    }
    let found: Option<i64> = row.try_get("version").map_err(OpenError::from)?;
    let (found, range) = (found.unwrap_or(0), migrate::accepted());
    if !range.contains(&found) {
        return Err(OpenError::SchemaOutOfRange { found, min: *range.start(), max: *range.end() });
    }
    Ok(())
}

/// One agency's connections.
pub(crate) struct TenantPool {
    pool: PgPool,
    commits: Arc<AtomicU64>,
    refused: Arc<AtomicBool>,
}

impl TenantPool {
    fn new(inner: &Inner, options: PgConnectOptions, tenant: TenantId) -> Self {
        let refused = Arc::new(AtomicBool::new(false));
        let flag = refused.clone();
        let pool = PgPoolOptions::new()
            .max_connections(inner.options.max_connections_per_tenant)
            .min_connections(0)
            .acquire_timeout(inner.options.acquire_timeout)
            .idle_timeout(inner.options.idle_timeout)
            .max_lifetime(Duration::from_secs(20 * 60))
            .test_before_acquire(false)
            .after_connect(move |conn, _| {
                let flag = flag.clone();
                Box::pin(async move {
                    let checked = check(conn, tenant).await;
                    if matches!(checked, Err(OpenError::WrongIdentity)) {
                        flag.store(true, Ordering::Relaxed);
                    }
                    checked.map_err(OpenError::into_sqlx)
                })
            })
            .connect_lazy_with(options);
        let commits = inner.commits.lock().unwrap_or_else(PoisonError::into_inner).entry(tenant).or_default().clone();
        Self { pool, commits, refused }
    }

    pub(crate) async fn acquire(&self) -> Result<PoolConnection<Postgres>, Error> {
        if self.refused.load(Ordering::Relaxed) {
            return Err(OpenError::WrongIdentity.into_sqlx());
        }
        self.pool.acquire().await
    }

    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Acquire)
    }
}

/// Told by a transaction that is committed: counts it, and wakes the relay of the outbox.
pub(crate) struct Committed {
    pool: Arc<TenantPool>,
    tenant: TenantId,
    relay: mpsc::UnboundedSender<TenantId>,
}

impl Committed {
    pub(crate) fn new(registry: &Registry, pool: &Arc<TenantPool>, tenant: TenantId) -> Self {
        Self { pool: pool.clone(), tenant, relay: registry.inner.committed.clone() }
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
        committed.pool.commits.fetch_add(1, Ordering::Release);
        // Nobody listens in a command without a worker: the sweeper finds the lines later.
        let _ = committed.relay.send(committed.tenant);
    }
}

#[cfg(test)]
mod tests;

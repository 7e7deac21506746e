//! One agency's way to its database: its places, what is remembered of its failures, and the first look.

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use sqlx::postgres::PgConnectOptions;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, timeout_at};

use super::books::Class;
use super::breaker::Breaker;
use super::connect;
use super::lease::Lease;
use super::server::{Asked, Seat, Server};
use super::shares::Word;
use super::{OpenError, RegistryOptions};
use crate::TenantId;

/// What is known of an agency for as long as the process lives.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// How often this process has committed for it. A count that began anew could say that nothing has changed.
    pub(super) commits: AtomicU64,
}

type FirstLook = Shared<BoxFuture<'static, Result<(), OpenError>>>;

/// An agency at one place of its database. Nothing of one place is ever used for another.
pub(crate) struct Agency {
    /// Of this process, never given again.
    id: u64,
    tenant: TenantId,
    options: PgConnectOptions,
    server: Arc<Server>,
    /// Connections that it may have at once, so that it does not take everybody's.
    places: Arc<Semaphore>,
    breaker: Arc<Mutex<Breaker>>,
    known: Arc<Known>,
    /// Somebody has been inside.
    is_open: AtomicBool,
    first_look: Mutex<Option<FirstLook>>,
    /// It is opened anew by whoever comes next.
    is_retired: AtomicBool,
    used: Mutex<Instant>,
    patience: Duration,
    lifetime: Duration,
    words: mpsc::UnboundedSender<Word>,
}

/// What an [`Agency`] is made of.
pub(super) struct Parts {
    pub(super) id: u64,
    pub(super) tenant: TenantId,
    pub(super) options: PgConnectOptions,
    pub(super) server: Arc<Server>,
    pub(super) breaker: Arc<Mutex<Breaker>>,
    pub(super) known: Arc<Known>,
    pub(super) words: mpsc::UnboundedSender<Word>,
}

impl Agency {
    pub(super) fn new(parts: Parts, options: &RegistryOptions) -> Self {
        let Parts { id, tenant, options: way, server, breaker, known, words } = parts;
        Self {
            id,
            tenant,
            options: way,
            server,
            places: Arc::new(Semaphore::new(options.max_connections_per_tenant as usize)),
            breaker,
            known,
            is_open: AtomicBool::new(false),
            first_look: Mutex::default(),
            is_retired: AtomicBool::new(false),
            used: Mutex::new(Instant::now()),
            patience: options.acquire_timeout,
            lifetime: options.max_lifetime,
            words,
        }
    }

    /// One of its connections. The agency's own places come first, so that whoever waits for them stands in nobody's way.
    ///
    /// # Errors
    /// [`OpenError`]; within the time that one may wait.
    pub(crate) async fn acquire(self: &Arc<Self>, class: Class) -> Result<Lease, OpenError> {
        let until = Instant::now() + self.patience;
        let place = match self.places.clone().try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                let waited = timeout_at(until, self.places.clone().acquire_owned()).await;
                waited.map_err(|_| OpenError::Busy)?.map_err(|_| OpenError::Busy)?
            }
        };
        let mut seat = match self.server.ask(self.id, class) {
            Asked::Seat(seat) => seat,
            Asked::Wait(woken) => match timeout_at(until, woken).await {
                Ok(Ok(seat)) => seat,
                Ok(Err(_)) | Err(_) => return Err(self.server.refusal()),
            },
        };
        self.fill(&mut seat, until).await?;
        Ok(Lease::new(self, seat, place))
    }

    /// Puts a connection into the seat that can be used.
    async fn fill(self: &Arc<Self>, seat: &mut Seat, until: Instant) -> Result<(), OpenError> {
        // Out of the seat while it is asked: whoever goes away meanwhile leaves nothing half asked behind.
        if let Some(mut conn) = seat.conn.take() {
            let left = until.saturating_duration_since(Instant::now());
            if !self.server.wants_a_look(&conn) || conn.answers(left).await {
                seat.conn = Some(conn);
                return Ok(());
            }
        }
        if let Some(idle) = seat.instead_of.take() {
            idle.conn.close().await;
        }
        seat.conn = Some(connect::open(self, until).await?);
        self.is_open.store(true, Ordering::Release);
        Ok(())
    }

    /// Looks into its database before anybody works with it: however many ask, one looks.
    pub(super) async fn look(self: &Arc<Self>, class: Class) -> Result<(), OpenError> {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        if self.is_open.load(Ordering::Acquire) {
            return if self.is_shut() { Err(OpenError::Resting) } else { Ok(()) };
        }
        let look = {
            let mut first_look = self.first_look();
            match &*first_look {
                Some(look) => look.clone(),
                None => first_look.insert(self.clone().begin_to_look(class)).clone(),
            }
        };
        look.await
    }

    /// A task of its own: whoever has asked for it may go away meanwhile.
    fn begin_to_look(self: Arc<Self>, class: Class) -> FirstLook {
        let task = tokio::spawn(async move {
            let found = self.acquire(class).await.map(drop);
            self.server.opened.fetch_add(u64::from(found.is_ok()), Ordering::Relaxed);
            // The next who asks looks anew.
            *self.first_look() = None;
            found
        });
        task.map(|ended| ended.unwrap_or_else(|_| Err(sqlx::Error::PoolClosed.into()))).boxed().shared()
    }

    fn first_look(&self) -> MutexGuard<'_, Option<FirstLook>> {
        self.first_look.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody can be let in: none of its connections is open, and none is tried.
    fn is_shut(&self) -> bool {
        let now = Instant::now();
        (self.breaker().is_shut(now) || self.server.breaker().is_shut(now)) && !self.server.has_idle(self.id)
    }

    /// Gives it up: its idle connections are closed, those in use when they come back.
    pub(super) fn retire(&self) {
        self.is_retired.store(true, Ordering::Release);
        self.server.forget(self.id);
    }

    /// Whether it has been given up, and is to be asked for anew.
    pub(crate) fn is_retired(&self) -> bool {
        self.is_retired.load(Ordering::Acquire)
    }

    /// Whether nobody has come for so long.
    pub(super) fn is_left(&self, time: Duration) -> bool {
        let used = *self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.elapsed() > time && !self.server.has_idle(self.id)
    }

    /// The database bears another's stamp: nothing of it is used any more, and somebody is told.
    pub(super) fn is_anothers(&self, found: Option<TenantId>) {
        self.retire();
        let found = found.map_or_else(|| "none".to_owned(), |tenant| tenant.to_string());
        let _ = self.words.send(Word::WrongStamp { tenant: self.tenant, found });
    }

    pub(super) fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn server(&self) -> &Arc<Server> {
        &self.server
    }

    pub(super) fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    pub(super) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    pub(super) fn known(&self) -> &Arc<Known> {
        &self.known
    }

    pub(crate) fn commits(&self) -> u64 {
        self.known.commits.load(Ordering::Acquire)
    }
}

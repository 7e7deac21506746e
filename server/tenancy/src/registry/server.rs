//! One server's connections, of all agencies that lie on it.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore, oneshot};
use tokio::time::{Instant, timeout};

use super::books::{Books, Class, Grant, Idle, Turn};
use super::breaker::{Breaker, SERVER};
use super::{OpenError, RegistryOptions};

/// A connection that has lain idle for longer is looked at before it is used.
const FRESH: Duration = Duration::from_secs(30);
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// A connection to an agency's database.
#[derive(Debug)]
pub(super) struct Conn {
    pub(super) raw: PgConnection,
    /// When it has served for long enough.
    pub(super) ends: Instant,
    /// When it was last given back.
    pub(super) used: Instant,
}

impl Conn {
    /// Closes it as PostgreSQL wants it, so that its backend is gone at once.
    pub(super) async fn close(self) {
        let _ = timeout(GOODBYE, self.raw.close()).await;
    }

    /// Whether it answers. Reads whatever had not been read yet.
    pub(super) async fn answers(&mut self, patience: Duration) -> bool {
        matches!(timeout(patience, self.raw.ping()).await, Ok(Ok(())))
    }

    /// Takes back whatever transaction is open. Says whether that was heard.
    pub(super) async fn rolls_back(&mut self, patience: Duration) -> bool {
        matches!(timeout(patience, self.raw.execute("rollback")).await, Ok(Ok(_)))
    }
}

/// One server, as this process uses it.
pub(super) struct Server {
    pub(super) id: i32,
    books: Mutex<Books<Conn, oneshot::Sender<Seat>>>,
    /// Connections that may be opened at once.
    pub(super) connects: Semaphore,
    /// How often an agency's database was looked into before anybody worked with it.
    pub(super) opened: AtomicU64,
    /// Connections that were ever opened.
    pub(super) connected: AtomicU64,
    breaker: Mutex<Breaker>,
    /// What lay idle before this is looked at: another of the server's connections has broken.
    suspected: Mutex<Option<Instant>>,
    /// Somebody has given something back.
    given_back: Notify,
    /// Nothing is opened any more, whatever the share is.
    is_closed: AtomicBool,
}

/// Figures of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    /// Connections that there are, or are about to be.
    pub(super) open: usize,
    /// Those of them that somebody works with.
    pub(super) held: usize,
    /// How many there may be.
    pub(super) limit: usize,
    /// Who waits for one.
    pub(super) waiting: usize,
}

/// What comes of asking for a connection.
pub(super) enum Asked {
    /// It can be had.
    Seat(Seat),
    /// It comes when it is one's turn.
    Wait(oneshot::Receiver<Seat>),
}

impl Server {
    pub(super) fn new(id: i32, options: &RegistryOptions) -> Self {
        Self {
            id,
            books: Mutex::new(Books::new(options.jobs_percent)),
            connects: Semaphore::new(options.concurrent_connects),
            opened: AtomicU64::new(0),
            connected: AtomicU64::new(0),
            breaker: Mutex::new(Breaker::new(SERVER)),
            suspected: Mutex::default(),
            given_back: Notify::new(),
            is_closed: AtomicBool::new(false),
        }
    }

    /// A place for an agency's connection, with a connection in it if one lies idle.
    pub(super) fn ask(self: &Arc<Self>, agency: u64, class: Class) -> Asked {
        let mut books = self.books();
        if let Some(grant) = books.ask(agency, class) {
            drop(books);
            return Asked::Seat(Seat::new(self, (agency, class), grant));
        }
        let (wake, woken) = oneshot::channel();
        // Closed meanwhile: nobody would wake us.
        if !self.is_closed.load(Ordering::Acquire) {
            books.queue(agency, class, wake);
        }
        Asked::Wait(woken)
    }

    pub(super) fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a connection was used too long ago to be used unseen.
    pub(super) fn wants_a_look(&self, conn: &Conn) -> bool {
        let suspected = *self.suspected.lock().unwrap_or_else(PoisonError::into_inner);
        conn.used.elapsed() > FRESH || suspected.is_some_and(|since| conn.used <= since)
    }

    /// One of its connections broke: the server may have gone, and with it all of them.
    pub(super) fn suspect(&self) {
        *self.suspected.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Sets how many connections there may be, and says how many there are still.
    pub(super) fn set_limit(self: &Arc<Self>, limit: usize) -> usize {
        let limit = if self.is_closed.load(Ordering::Acquire) { 0 } else { limit };
        let (above, turns, occupied) = {
            let mut books = self.books();
            let above = books.set_limit(limit);
            let turns = books.turns(Instant::now());
            (above, turns, books.occupied())
        };
        self.hand_out(turns);
        self.close_all(above);
        occupied
    }

    /// Closes what has lain idle or lived for too long, and forgets who waits no more.
    pub(super) fn sweep(self: &Arc<Self>, idle_timeout: Duration) {
        let now = Instant::now();
        let due = {
            let mut books = self.books();
            books.forget(oneshot::Sender::is_closed);
            books.take_idle(|idle| now.duration_since(idle.conn.used) > idle_timeout || idle.conn.ends <= now)
        };
        self.close_all(due);
    }

    /// Closes an agency's idle connections.
    pub(super) fn forget(self: &Arc<Self>, agency: u64) {
        let due = self.books().take_idle(|idle| idle.agency == agency);
        self.close_all(due);
    }

    /// Opens nothing any more, and waits until everything has come back and is closed.
    pub(super) async fn close(self: &Arc<Self>) {
        self.is_closed.store(true, Ordering::Release);
        self.set_limit(0);
        let waiting = self.books().send_away();
        drop(waiting);
        loop {
            let given_back = self.given_back.notified();
            tokio::pin!(given_back);
            given_back.as_mut().enable();
            if self.books().occupied() == 0 {
                return;
            }
            given_back.await;
        }
    }

    /// Why whoever has waited has waited in vain.
    pub(super) fn refusal(&self) -> OpenError {
        if self.is_closed.load(Ordering::Acquire) {
            return sqlx::Error::PoolClosed.into();
        }
        if self.books().limit() == 0 { OpenError::NoShare } else { OpenError::Busy }
    }

    pub(super) fn has_idle(&self, agency: u64) -> bool {
        self.books().has_idle(agency)
    }

    pub(super) fn figures(&self) -> Figures {
        let books = self.books();
        Figures { open: books.occupied(), held: books.held(), limit: books.limit(), waiting: books.waiting() }
    }

    fn books(&self) -> MutexGuard<'_, Books<Conn, oneshot::Sender<Seat>>> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_back(self: &Arc<Self>, (agency, class): (u64, Class), conn: Option<Conn>, spared: Option<Idle<Conn>>) {
        let (above, turns) = {
            let mut books = self.books();
            if let Some(spared) = spared {
                books.spare(spared);
            }
            let above = books.give_back(agency, class, conn);
            (above, books.turns(Instant::now()))
        };
        self.given_back.notify_waiters();
        self.hand_out(turns);
        self.close_all(Vec::from_iter(above));
    }

    /// Whoever has gone meanwhile leaves the seat to the next: it is given back as it is dropped.
    fn hand_out(self: &Arc<Self>, turns: Vec<Turn<Conn, oneshot::Sender<Seat>>>) {
        for Turn { agency, class, wake, grant } in turns {
            drop(wake.send(Seat::new(self, (agency, class), grant)));
        }
    }

    /// Beside whoever caused it. Each counts until it is closed.
    fn close_all(self: &Arc<Self>, conns: Vec<Conn>) {
        if conns.is_empty() {
            return;
        }
        let server = self.clone();
        let closing = async move {
            for conn in conns {
                conn.close().await;
                server.has_closed();
            }
        };
        // Without a runtime the process is at its end, and its connections with it.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(closing);
        }
    }

    fn has_closed(self: &Arc<Self>) {
        let turns = {
            let mut books = self.books();
            books.closed();
            books.turns(Instant::now())
        };
        self.given_back.notify_waiters();
        self.hand_out(turns);
    }
}

/// The right to one connection. Given back when it is dropped, with the connection that is in it.
pub(super) struct Seat {
    server: Arc<Server>,
    whose: (u64, Class),
    /// The connection, once there is one.
    pub(super) conn: Option<Conn>,
    /// One of another agency's, to be closed before one is opened.
    pub(super) instead_of: Option<Idle<Conn>>,
}

impl Seat {
    fn new(server: &Arc<Server>, whose: (u64, Class), grant: Grant<Conn>) -> Self {
        let (conn, instead_of) = match grant {
            Grant::Reuse(conn) => (Some(conn), None),
            Grant::Open => (None, None),
            Grant::Replace(idle) => (None, Some(idle)),
        };
        Self { server: server.clone(), whose, conn, instead_of }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.server.take_back(self.whose, self.conn.take(), self.instead_of.take());
    }
}

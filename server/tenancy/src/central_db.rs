//! The shared database. Another type than [`crate::TenantDb`], so that a query meant for one cannot run on the other.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Error, PgPool};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::again::{Act, Tries, comes_from_conflict};
use crate::central::CentralTx;

/// Connections that a process may have to it.
pub(crate) const CONNECTIONS: u32 = 20;
/// How long somebody waits for one of them, or for a first answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The central database as the web part's own role: rows, never structure. All its SQL is in [`crate::central`].
#[derive(Clone)]
pub struct CentralDb {
    pool: PgPool,
    line: Arc<Line>,
}

/// What is known of the way there.
struct Line {
    options: PgConnectOptions,
    is_away: AtomicBool,
    /// When the way was last found to be cut: what was open then is open no more.
    cut_at: Mutex<Option<Instant>>,
}

impl Line {
    fn cut_at(&self) -> Option<Instant> {
        *self.cut_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_cut(&self, age: Duration) -> bool {
        self.cut_at().is_some_and(|cut| cut.elapsed() < age)
    }
}

impl CentralDb {
    pub(crate) fn connect_lazy(options: PgConnectOptions) -> Self {
        let options = options.application_name("sobrado/central").statement_cache_capacity(100);
        let line = Arc::new(Line { options, is_away: AtomicBool::new(false), cut_at: Mutex::default() });
        let known = line.clone();
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .min_connections(0)
            .acquire_timeout(PATIENCE)
            .idle_timeout(Duration::from_secs(300))
            .test_before_acquire(false)
            // Nobody is given what died with the server: each would be one request's error.
            .before_acquire(move |_, held| {
                let is_dead = known.has_cut(held.age);
                Box::pin(async move { Ok(!is_dead) })
            })
            .connect_lazy_with(line.options.clone());
        Self { pool, line }
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Does an act, as [`TenantDb::transact`](crate::TenantDb::transact) does in an agency's database: all of it once more, three
    /// times in all, when it did not go together with another. What `work` says `Ok` to lasts, however little that is. Other than
    /// there nobody looks whether a statement was refused on the way: `work` passes on what the database refuses.
    ///
    /// Nothing is told to anybody before this has come back: not the sessions that are ended, nor another database.
    ///
    /// # Errors
    /// `work`'s, that of the last attempt; the database's. An error that is made from one of the database's names it as its source.
    pub(crate) fn transact<'a, T, E>(&'a self, work: impl Act<CentralTx, T, E> + 'a) -> BoxFuture<'a, Result<T, E>>
    where
        T: Send + 'a,
        E: std::error::Error + From<Error> + Send + 'static,
    {
        async move {
            let mut tries = Tries::default();
            loop {
                let mut tx = self.pool.begin().await?;
                let done = work.attempt(&mut tx).await;
                let error = match done {
                    Ok(value) => match tx.commit().await {
                        Ok(()) => return Ok(value),
                        Err(error) => error.into(),
                    },
                    Err(error) => {
                        // Before the pause: nobody waits for what this one holds.
                        if let Err(error) = tx.rollback().await {
                            tracing::warn!(%error, "a transaction was not taken back, and its connection is closed");
                        }
                        error
                    }
                };
                if !(comes_from_conflict(&error) && tries.again("central").await) {
                    return Err(error);
                }
            }
        }
        .boxed()
    }

    /// A transaction that only reads, for a question that a person may make as dear as they like: after five seconds it is not
    /// answered, and its connection serves others again. Elsewhere nothing has such an end: migrations, checks of whole chains
    /// and what the worker sweeps away take as long as they take.
    pub(crate) async fn asking(&self) -> Result<CentralTx, sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::raw_sql("set transaction read only; set local statement_timeout = '5s'").execute(&mut *tx).await?;
        Ok(tx)
    }

    /// Whether the database answers now. For `/readyz`.
    pub async fn is_ready(&self) -> bool {
        !self.is_away() && sqlx::query("select 1").execute(&self.pool).await.is_ok()
    }

    /// Whether it is known to be out of reach: who asked it would wait for nothing. Kept true by [`crate::Routes::follow`].
    pub fn is_away(&self) -> bool {
        self.line.is_away.load(Ordering::Acquire)
    }

    /// Whoever listened has lost their connection: no other one from before is trusted, and the database is asked whether it is
    /// there. On a connection of its own: the pool goes on trying for as long as anybody has patience.
    pub(crate) async fn look(&self) -> bool {
        *self.line.cut_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let asked = tokio::time::timeout(PATIENCE, async { self.line.options.connect().await?.close().await });
        let is_there = match asked.await {
            Ok(Ok(())) => true,
            // It answers, and has no place for one more; one that is starting or stopping (57P0x) is not there.
            Ok(Err(Error::Database(refusal))) => !refusal.code().is_some_and(|code| code.starts_with("57P")),
            Ok(Err(_)) | Err(_) => false,
        };
        if self.line.is_away.swap(!is_there, Ordering::AcqRel) == is_there {
            tracing::warn!(is_there, "the central database has gone, or is back");
        }
        is_there
    }

    /// Closes every connection, after the ones in use have come back.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl fmt::Debug for CentralDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CentralDb")
    }
}

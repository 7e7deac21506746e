//! One agency's database, for reading. It has no public constructor, no `Deref` to a pool and no tenant parameter to get wrong.

use async_stream::try_stream;
use futures::future::BoxFuture;
use futures::stream::{BoxStream, TryStreamExt};
use futures::{FutureExt, StreamExt};
use sqlx::postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Describe, Either, Error, Execute, Executor, Postgres, SqlStr};
use std::fmt;
use std::sync::Arc;

use crate::again::{Act, Tries};
use crate::registry::{Agency, Committed, Lease};
use crate::{OpenError, Registry, Route, TenantId, TenantTx};

/// Reads from one agency's database, as that agency's own role. An [`Executor`]: `query!(..).fetch_one(&db)`.
///
/// Its connections are read only; the way to write is [`TenantDb::transact`]. Only [`Registry::open`] makes one.
#[derive(Clone)]
pub struct TenantDb {
    registry: Registry,
    route: Arc<Route>,
    agency: Arc<Agency>,
}

impl TenantDb {
    pub(crate) fn new(registry: Registry, route: Arc<Route>, agency: Arc<Agency>) -> Self {
        Self { registry, route, agency }
    }

    /// Whose database this is: for file prefixes, cache keys and log lines, never for a query.
    pub fn tenant(&self) -> TenantId {
        self.route.tenant
    }

    /// The agency as the routing map knew it when this was opened.
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// How many transactions this process has committed for this agency: a cheap sign that something may have changed.
    pub fn commits(&self) -> u64 {
        self.agency.commits()
    }

    /// Does an act: `work` in a transaction that may write, which lasts when `work` is content, and is taken back when it is not.
    ///
    /// When the database takes it back itself because it did not go together with another one (SQLSTATE 40001 and 40P01, at any
    /// statement or at the end), all of `work` is done once more in a new one: three times in all, with a pause between that
    /// grows and is never the same. So everything that `work` does has to be in the transaction, or to be the same when it is
    /// done again: audit lines and jobs are rows of the outbox, files are named by their content. What is told to others (a
    /// redirect, a cache, another database) comes after.
    ///
    /// ```no_run
    /// # async fn rename(db: tenancy::TenantDb) -> Result<(), tenancy::DatabaseError> {
    /// db.transact(async |tx| {
    ///     sqlx::query("update store_settings set company_name = 'Casa Azul'").execute(&mut *tx).await?;
    ///     sqlx::query("update store_settings set version = version + 1").execute(tx).await
    /// })
    /// .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `work`'s, that of the last attempt; those of [`TenantDb::begin`] and [`TenantTx::commit`].
    pub fn transact<'a, T, E>(&'a self, work: impl Act<TenantTx, T, E> + 'a) -> BoxFuture<'a, Result<T, E>>
    where
        T: Send + 'a,
        E: From<Error> + Send + 'a,
    {
        async move {
            let mut tries = Tries::default();
            loop {
                let mut tx = self.begin().await?;
                let done = work.attempt(&mut tx).await;
                let (settled, has_met) = tx.settle(done).await;
                if !(has_met && tries.again(self.tenant()).await) {
                    return settled;
                }
            }
        }
        .boxed()
    }

    /// Opens a transaction that is done once, whatever it meets: for what is no act. It rolls back unless [`TenantTx::commit`] is called.
    ///
    /// # Errors
    /// [`OpenError::NotActive`] (as its source) when the agency was closed after this was opened; else whatever the database
    /// says. An agency that was given up meanwhile is opened again first.
    pub async fn begin(&self) -> Result<TenantTx, Error> {
        let now = self.registry.now(&self.route);
        let is_same = now.status == self.route.status && now.placement == self.route.placement;
        let lease = if is_same { self.acquire().await? } else { self.reopen(&now).await? };
        let committed = Committed::new(&self.registry, &self.agency, self.tenant());
        TenantTx::begin(lease, committed).await
    }

    /// A connection of this agency; through the registry when it was given up under our feet.
    async fn acquire(&self) -> Result<Lease, Error> {
        if self.agency.is_retired() {
            return self.reopen(&self.registry.now(&self.route)).await;
        }
        self.agency.acquire(self.registry.class()).await.map_err(OpenError::into_sqlx)
    }

    async fn reopen(&self, now: &Route) -> Result<Lease, Error> {
        let agency = self.registry.agency(now).await.map_err(OpenError::into_sqlx)?;
        agency.acquire(self.registry.class()).await.map_err(OpenError::into_sqlx)
    }
}

impl fmt::Debug for TenantDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TenantDb").field(&self.tenant()).finish()
    }
}

impl<'c> Executor<'c> for &'c TenantDb {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        try_stream! {
            let mut lease = self.acquire().await?;
            let mut rows = lease.fetch_many(query);
            while let Some(step) = rows.try_next().await? {
                yield step;
            }
        }
        .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        async move { self.acquire().await?.work(|conn| conn.fetch_optional(query)).await }.boxed()
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        async move { self.acquire().await?.work(|conn| conn.prepare_with(sql, parameters)).await }.boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        async move { self.acquire().await?.work(|conn| conn.describe(sql)).await }.boxed()
    }
}

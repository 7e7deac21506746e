//! One agency's database, for writing: a transaction that only [`TenantDb`](crate::TenantDb) opens.

use futures::future::BoxFuture;
use futures::stream::{BoxStream, TryStreamExt};
use futures::{FutureExt, StreamExt, TryFutureExt};
use sqlx::postgres::{PgConnection, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Describe, Either, Error, Execute, Executor, Postgres, SqlStr};
use std::fmt;

use crate::TenantId;
use crate::again::is_conflict;
use crate::registry::{Committed, Lease};

/// Writes to one agency's database. An [`Executor`]: `query!(..).execute(&mut tx)`. Dropped, it rolls back.
pub struct TenantTx {
    lease: Lease,
    committed: Committed,
    /// Whether a statement was refused for another transaction's sake: whatever is made of that error, this one is lost.
    has_met: bool,
}

impl TenantTx {
    pub(crate) async fn begin(mut lease: Lease, committed: Committed) -> Result<Self, Error> {
        lease.begin().await?;
        Ok(Self { lease, committed, has_met: false })
    }

    /// Whose database this is: for file prefixes and log lines, never for a query.
    pub fn tenant(&self) -> TenantId {
        self.committed.tenant()
    }

    /// Makes the writes last, then wakes whatever carries the outbox on: also when nobody waits for the answer any more.
    ///
    /// # Errors
    /// The database's; when the connection broke, it may or may not have been written.
    pub async fn commit(self) -> Result<(), Error> {
        // Made before: from here on it may be written, whether we hear of it or not.
        let _told = self.committed.when_dropped();
        self.lease.commit().await
    }

    /// As [`TenantTx::commit`], without a word to anybody: for the relay, which would otherwise wake itself.
    pub(crate) async fn commit_quietly(self) -> Result<(), Error> {
        self.lease.commit().await
    }

    /// Takes the writes back.
    ///
    /// # Errors
    /// The database's; the connection is dropped then, and the writes with it.
    pub async fn rollback(self) -> Result<(), Error> {
        self.lease.rollback().await
    }

    /// Makes the writes last that `done` speaks of, or takes them back. Says too whether it was another transaction that they did
    /// not go together with, here or before.
    pub(crate) async fn settle<T, E: From<Error>>(self, done: Result<T, E>) -> (Result<T, E>, bool) {
        let has_met = self.has_met;
        let value = match done {
            Ok(value) => value,
            Err(error) => {
                // Before anything is done again, and before the pause: nobody waits for what this one holds.
                if has_met && let Err(error) = self.rollback().await {
                    tracing::warn!(%error, "a transaction was not taken back, and its connection is closed");
                }
                return (Err(error), has_met);
            }
        };
        match self.commit().await {
            Ok(()) => (Ok(value), false),
            Err(error) => {
                let has_met = has_met || is_conflict(&error);
                (Err(error.into()), has_met)
            }
        }
    }

    /// Does something on the connection, and sees why it was refused.
    fn work<'e, T: 'e>(
        &'e mut self,
        work: impl FnOnce(&'e mut PgConnection) -> BoxFuture<'e, Result<T, Error>> + Send + 'e,
    ) -> BoxFuture<'e, Result<T, Error>> {
        let Self { lease, has_met, .. } = self;
        lease.work(work).inspect_err(|error| *has_met |= is_conflict(error)).boxed()
    }
}

impl fmt::Debug for TenantTx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TenantTx").field(&self.tenant()).finish()
    }
}

impl<'c> Executor<'c> for &'c mut TenantTx {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let TenantTx { lease, has_met, .. } = self;
        lease.fetch_many(query).inspect_err(|error| *has_met |= is_conflict(error)).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        self.work(|conn| conn.fetch_optional(query))
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        self.work(move |conn| conn.prepare_with(sql, parameters))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        self.work(|conn| conn.describe(sql))
    }
}

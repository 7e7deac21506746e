//! One agency's database, for writing: a transaction that only [`TenantDb::begin`](crate::TenantDb::begin) opens.

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use sqlx::postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Describe, Either, Error, Execute, Executor, Postgres, SqlStr};
use std::fmt;

use crate::TenantId;
use crate::registry::{Committed, Lease};

/// Writes to one agency's database. An [`Executor`]: `query!(..).execute(&mut tx)`. Dropped, it rolls back.
pub struct TenantTx {
    lease: Lease,
    committed: Committed,
}

impl TenantTx {
    pub(crate) async fn begin(mut lease: Lease, committed: Committed) -> Result<Self, Error> {
        lease.begin().await?;
        Ok(Self { lease, committed })
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
        self.lease.fetch_many(query).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        self.lease.work(|conn| conn.fetch_optional(query)).boxed()
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        self.lease.work(move |conn| conn.prepare_with(sql, parameters)).boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        self.lease.work(|conn| conn.describe(sql)).boxed()
    }
}

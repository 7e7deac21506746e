//! The shared database. Another type than [`crate::TenantDb`], so that a query meant for one cannot run on the other.

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::fmt;
use std::time::Duration;

use crate::central::CentralTx;

/// Connections that a process may have to it.
pub(crate) const CONNECTIONS: u32 = 20;

/// The central database as the web part's own role: rows, never structure. All its SQL is in [`crate::central`].
#[derive(Clone)]
pub struct CentralDb {
    pool: PgPool,
}

impl CentralDb {
    pub(crate) fn connect_lazy(options: PgConnectOptions) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .min_connections(0)
            .acquire_timeout(Duration::from_secs(3))
            .idle_timeout(Duration::from_secs(300))
            .test_before_acquire(false)
            .connect_lazy_with(options.application_name("sobrado/central").statement_cache_capacity(100));
        Self { pool }
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
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
        sqlx::query("select 1").execute(&self.pool).await.is_ok()
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

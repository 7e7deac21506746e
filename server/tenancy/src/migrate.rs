//! Brings databases to the schema that this program was built with: the central one, the template, each agency's.
//!
//! Each run has a connection of its own that is closed whatever happens: sqlx leaves its advisory lock on the connection when
//! a migration fails, and a pooled one would keep it. The lock is tried, never waited for.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// The central history.
static CENTRAL: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrator = sqlx::migrate!("../../migrations/central");
    migrator.set_locking(false).set_ignore_missing(true);
    migrator
});

/// The history of every agency's database.
static TENANT: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrator = sqlx::migrate!("../../migrations/tenant");
    migrator.set_locking(false).set_ignore_missing(true);
    migrator
});

/// Two processes that migrate one database at once agree on this number.
const LOCK: i64 = 0x0050_B8AD_0000_0001;

/// The oldest tenant schema that this program can serve: the newest file that gave it a table or a column, for its queries read
/// them. Files with indexes, triggers and functions alone do not raise it.
const OLDEST: i64 = 20_261_129_000_017;

/// Schema versions that an agency may be at while this program serves it.
pub fn accepted() -> RangeInclusive<i64> {
    OLDEST..=i64::MAX
}

/// The version that this program's tenant migrations lead to.
pub fn latest() -> i64 {
    TENANT.iter().map(|m| m.version).max().unwrap_or(0)
}

/// The version that this program's central migrations lead to.
pub fn latest_central() -> i64 {
    CENTRAL.iter().map(|m| m.version).max().unwrap_or(0)
}

/// What became of one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is at this version now.
    At(i64),
    /// Another process is migrating it.
    Busy,
}

/// Why a database could not be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrationFailed {
    /// No connection, or the bookkeeping failed.
    #[error("the database could not be reached or locked")]
    Database(#[from] sqlx::Error),
    /// One of the files did not apply; what it had done was rolled back.
    #[error("a migration did not apply")]
    Migration(#[from] MigrateError),
}

/// Brings the central database up to date. `options` reach it as the owner of its tables.
///
/// # Errors
/// [`MigrationFailed`]; files that were applied before the failing one stay.
pub async fn central(options: &PgConnectOptions) -> Result<Outcome, MigrationFailed> {
    run(&CENTRAL, options, &[]).await
}

/// Brings one agency's database, or a template in the making, up to date.
///
/// # Errors
/// [`MigrationFailed`]; files that were applied before the failing one stay.
pub async fn tenant(options: &PgConnectOptions) -> Result<Outcome, MigrationFailed> {
    run(&TENANT, options, &["revoke insert, update, delete on _sqlx_migrations from tenant_app"]).await
}

async fn run(
    migrator: &Migrator,
    options: &PgConnectOptions,
    afterwards: &[&'static str],
) -> Result<Outcome, MigrationFailed> {
    let options = options.clone().options([("lock_timeout", "3s"), ("statement_timeout", "600s")]);
    let mut conn = options.application_name("sobrado/migrator").connect().await?;
    let result = locked(migrator, &mut conn, afterwards).await;
    // Always: the end of the session is what surely releases the lock.
    let _ = conn.close().await;
    result
}

async fn locked(
    migrator: &Migrator,
    conn: &mut PgConnection,
    afterwards: &[&'static str],
) -> Result<Outcome, MigrationFailed> {
    let got: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut *conn).await?;
    if !got {
        return Ok(Outcome::Busy);
    }
    migrator.run_direct(None, conn, false).await?;
    for statement in afterwards {
        conn.execute(*statement).await?;
    }
    let version: Option<i64> =
        sqlx::query_scalar("select max(version) from _sqlx_migrations where success").fetch_one(conn).await?;
    Ok(Outcome::At(version.unwrap_or(0)))
}

/// The version that a database is at; 0 for one without a history.
///
/// # Errors
/// The database's.
pub async fn version(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let known: Option<bool> =
        sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null").fetch_one(&mut *conn).await?;
    if known != Some(true) {
        return Ok(0);
    }
    let version: Option<i64> =
        sqlx::query_scalar("select max(version) from _sqlx_migrations where success").fetch_one(conn).await?;
    Ok(version.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_schema_is_the_newest_that_brought_a_table_or_a_column() {
        let of_data = |line: &&str| !line.starts_with("--") && !line.starts_with("alter trigger");
        let brings = |sql: &str| {
            let words = ["create table", "add column", "rename"];
            sql.lines().filter(of_data).any(|line| words.iter().any(|words| line.contains(words)))
        };
        let newest = TENANT.iter().filter(|file| brings(file.sql.as_str())).map(|file| file.version).max();
        assert_eq!(newest, Some(OLDEST));
        assert!(accepted().contains(&latest()));
    }
}

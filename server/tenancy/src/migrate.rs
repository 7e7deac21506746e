//! Brings databases to the schema that this program was built with: the central one, the template, each agency's.
//!
//! Each run has a connection of its own that is closed whatever happens: sqlx leaves its advisory lock on the connection when
//! a migration fails, and a pooled one would keep it. The lock is tried, never waited for.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use crate::connect::connect;

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
const OLDEST: i64 = 20_261_201_000_120;

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

/// Which history agencies' databases have: this program's, or in a test one with more or other files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct History(Option<&'static Migrator>);

/// What a look at a database's history has found.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The version that it is at; 0 without a history.
    pub(crate) version: i64,
    /// Files that were another text when they were applied there.
    pub(crate) edited: Vec<i64>,
    /// Whether somebody is migrating it right now.
    pub(crate) is_busy: bool,
}

impl History {
    /// This program's.
    pub(crate) const OURS: Self = Self(None);

    /// Another one.
    #[cfg(feature = "testing")]
    pub(crate) fn of(migrator: &'static Migrator) -> Self {
        Self(Some(migrator))
    }

    fn migrator(self) -> &'static Migrator {
        self.0.unwrap_or(&TENANT)
    }

    /// The version that it leads to.
    pub(crate) fn latest(self) -> i64 {
        self.migrator().iter().map(|m| m.version).max().unwrap_or(0)
    }

    /// Brings one agency's database, or a template in the making, up to date.
    ///
    /// # Errors
    /// [`MigrationFailed`]; files that were applied before the failing one stay.
    pub(crate) async fn apply(self, options: &PgConnectOptions) -> Result<Outcome, MigrationFailed> {
        run(self.migrator(), options, &["revoke insert, update, delete on _sqlx_migrations from tenant_app"]).await
    }

    /// Looks at a database's history, and changes nothing.
    pub(crate) async fn look(self, conn: &mut PgConnection) -> Result<Seen, sqlx::Error> {
        // How an advisory lock on one number stands in `pg_locks` (PostgreSQL 15 manual, 54.12).
        let busy = "select exists (
            select from pg_locks l join pg_database d on d.oid = l.database
            where d.datname = current_database() and l.locktype = 'advisory' and l.objsubid = 1
              and l.classid::bigint = $1 >> 32 and l.objid::bigint = $1 & 4294967295)";
        let is_busy: bool = sqlx::query_scalar(busy).bind(LOCK).fetch_one(&mut *conn).await?;
        let version = version(conn).await?;
        if version == 0 {
            return Ok(Seen { version, edited: Vec::new(), is_busy });
        }
        let applied: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("select version, checksum from _sqlx_migrations where success").fetch_all(conn).await?;
        let ours = |version: i64| self.migrator().iter().find(|file| file.version == version);
        let is_edited =
            |(version, checksum): &(i64, Vec<u8>)| ours(*version).is_some_and(|file| *file.checksum != **checksum);
        let edited = applied.into_iter().filter(is_edited).map(|(version, _)| version).collect();
        Ok(Seen { version, edited, is_busy })
    }
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

/// Somebody else's transaction held what a file asked for, for as long as it waited (PostgreSQL 15 manual, appendix A).
const LOCK_NOT_AVAILABLE: &str = "55P03";
/// Two that waited for each other (the same).
const DEADLOCK: &str = "40P01";

impl MigrationFailed {
    /// Whether the same may well go through a moment later.
    pub(crate) fn is_passing(&self) -> bool {
        let code = match self {
            Self::Database(error)
            | Self::Migration(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
                error.as_database_error().and_then(|error| error.code())
            }
            Self::Migration(_) => None,
        };
        code.is_some_and(|code| [LOCK_NOT_AVAILABLE, DEADLOCK].contains(&&*code))
    }

    /// Whether a file was tried, and found not to apply: it would not elsewhere either.
    pub(crate) fn is_verdict(&self) -> bool {
        match self {
            Self::Database(_) => false,
            Self::Migration(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
                error.as_database_error().is_some() && !self.is_passing()
            }
            Self::Migration(_) => true,
        }
    }

    /// The file that did not apply.
    pub(crate) fn version(&self) -> Option<i64> {
        match self {
            Self::Migration(MigrateError::ExecuteMigration(_, version) | MigrateError::VersionMismatch(version)) => {
                Some(*version)
            }
            _ => None,
        }
    }
}

/// Brings the central database up to date. `options` reach it as the owner of its tables.
///
/// # Errors
/// [`MigrationFailed`]; files that were applied before the failing one stay.
pub async fn central(options: &PgConnectOptions) -> Result<Outcome, MigrationFailed> {
    run(&CENTRAL, options, &[]).await
}

async fn run(
    migrator: &Migrator,
    options: &PgConnectOptions,
    afterwards: &[&'static str],
) -> Result<Outcome, MigrationFailed> {
    let options = options.clone().options([("lock_timeout", "3s"), ("statement_timeout", "600s")]);
    let mut conn = connect(&options.application_name("sobrado/migrator")).await?;
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

//! The worker's place: one in an installation, told by a lock of the central database on a connection of its own.

use super::hold::Hold;
use crate::CentralDb;

/// The lock's key: nothing else in the central database locks this number (PostgreSQL 15 manual, 13.3.5). It spells `sobrado`.
const KEY: i64 = 0x0073_6f62_7261_646f;

/// A session that can hold the worker's place.
#[derive(Debug)]
pub struct Duty {
    hold: Hold,
}

impl Duty {
    /// Opens the session; the place is not asked for yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn connect(db: &CentralDb) -> Result<Self, sqlx::Error> {
        Ok(Self { hold: Hold::connect(db, "sobrado/worker").await? })
    }

    /// Takes the place, unless another session has it. Says whether it is ours.
    ///
    /// # Errors
    /// The database's; the session is of no use then.
    pub async fn take(&mut self) -> Result<bool, sqlx::Error> {
        self.hold.take(KEY).await
    }

    /// Waits until the session is gone, and the place with it. Called by who has it.
    pub async fn lost(&mut self) -> sqlx::Error {
        self.hold.lost().await
    }

    /// Leaves the place to the next one: when this returns, it is free.
    ///
    /// # Errors
    /// The database's; the place is free as soon as the server notices that the session has gone.
    pub async fn lay_down(self) -> Result<(), sqlx::Error> {
        self.hold.lay_down().await
    }
}

/// Whether some process of the installation has the place.
///
/// # Errors
/// The database's.
pub async fn is_taken(db: &CentralDb) -> Result<bool, sqlx::Error> {
    // A key of 64 bits stands in two columns of the view, and its last one is 1 (PostgreSQL 15 manual, 54.13).
    let (high, low) = (KEY >> 32, KEY & 0xffff_ffff);
    sqlx::query_scalar!(
        r#"select exists (
               select from pg_locks
               where locktype = 'advisory' and granted and objsubid = 1
                 and database = (select oid from pg_database where datname = current_database())
                 and classid::bigint = $1 and objid::bigint = $2) as "taken!""#,
        high,
        low
    )
    .fetch_one(db.pool())
    .await
}

//! The worker's place: one in an installation, told by a lock of the central database on a connection of its own.
//!
//! The lock ends with its session, however that ends: a process that is killed, frozen or cut off keeps nobody waiting for
//! longer than [`IDLE`].

use sqlx::{Connection, PgConnection};
use std::time::Duration;

use crate::CentralDb;

/// The lock's key: nothing else in the central database locks this number (PostgreSQL 15 manual, 13.3.5). It spells `sobrado`.
const KEY: i64 = 0x0073_6f62_7261_646f;
/// How often the holder asks whether it still has its session.
const SIGN: Duration = Duration::from_secs(2);
/// How long the database may take to answer; the same as for a connection of the pool.
const ANSWER: Duration = Duration::from_secs(3);
/// The server ends a session that says nothing for so long (`idle_session_timeout`): longer than a sign and its answer.
const IDLE: &str = "15s";

/// A session that can hold the worker's place.
#[derive(Debug)]
pub struct Duty {
    session: PgConnection,
}

impl Duty {
    /// Opens the session; the place is not asked for yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn connect(db: &CentralDb) -> Result<Self, sqlx::Error> {
        // Not one of the pool's: there a session is everybody's, and may be closed when it has been idle.
        let options = (*db.pool().connect_options()).clone();
        let options = options.application_name("sobrado/worker").options([("idle_session_timeout", IDLE)]);
        Ok(Self { session: in_time(PgConnection::connect_with(&options)).await? })
    }

    /// Takes the place, unless another session has it. Says whether it is ours.
    ///
    /// # Errors
    /// The database's; the session is of no use then.
    pub async fn take(&mut self) -> Result<bool, sqlx::Error> {
        let query = sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(KEY);
        in_time(query.fetch_one(&mut self.session)).await
    }

    /// Waits until the session is gone, and the place with it. Called by who has it.
    pub async fn lost(&mut self) -> sqlx::Error {
        loop {
            tokio::time::sleep(SIGN).await;
            if let Err(error) = in_time(sqlx::query("select 1").execute(&mut self.session)).await {
                return error;
            }
        }
    }

    /// Leaves the place to the next one: when this returns, it is free.
    ///
    /// # Errors
    /// The database's; the place is free as soon as the server notices that the session has gone.
    pub async fn lay_down(mut self) -> Result<(), sqlx::Error> {
        // The end of a session is noticed a moment later.
        in_time(sqlx::query("select pg_advisory_unlock_all()").execute(&mut self.session)).await?;
        in_time(self.session.close()).await
    }
}

async fn in_time<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    match tokio::time::timeout(ANSWER, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

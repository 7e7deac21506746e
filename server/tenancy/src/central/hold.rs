//! Locks that last as long as a session of the central database which is nobody else's.
//!
//! They end with it, however that ends: a process that is killed, frozen or cut off keeps nobody waiting for longer than
//! [`IDLE`].

use sqlx::{Connection, PgConnection};
use std::time::Duration;

use crate::CentralDb;

/// How often the holder asks whether it still has its session.
const SIGN: Duration = Duration::from_secs(2);
/// How long the database may take to answer; the same as for a connection of the pool.
const ANSWER: Duration = Duration::from_secs(3);
/// The server ends a session that says nothing for so long (`idle_session_timeout`): longer than a sign and its answer.
const IDLE: &str = "15s";

/// A session that can hold locks.
#[derive(Debug)]
pub(crate) struct Hold {
    session: PgConnection,
}

impl Hold {
    /// Opens the session under this name; nothing is held yet.
    pub(super) async fn connect(db: &CentralDb, name: &str) -> Result<Self, sqlx::Error> {
        // Not one of the pool's: there a session is everybody's, and may be closed when it has been idle.
        let options = (*db.pool().connect_options()).clone();
        let options = options.application_name(name).options([("idle_session_timeout", IDLE)]);
        Ok(Self { session: in_time(PgConnection::connect_with(&options)).await? })
    }

    /// Takes the lock of this number, unless another session has it. Says whether it is ours.
    pub(super) async fn take(&mut self, key: i64) -> Result<bool, sqlx::Error> {
        let query = sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(key);
        in_time(query.fetch_one(&mut self.session)).await
    }

    /// Gives back every lock, and keeps the session.
    pub(super) async fn give_back(&mut self) -> Result<(), sqlx::Error> {
        in_time(sqlx::query("select pg_advisory_unlock_all()").execute(&mut self.session)).await.map(drop)
    }

    /// Waits until the session is gone, and what it held with it.
    pub(crate) async fn lost(&mut self) -> sqlx::Error {
        loop {
            tokio::time::sleep(SIGN).await;
            if let Err(error) = in_time(sqlx::query("select 1").execute(&mut self.session)).await {
                return error;
            }
        }
    }

    /// Lets go: when this returns, what was held is free. On an error it is as soon as the server notices that the session has
    /// gone.
    pub(crate) async fn lay_down(mut self) -> Result<(), sqlx::Error> {
        // The end of a session is noticed a moment later.
        self.give_back().await?;
        in_time(self.session.close()).await
    }
}

async fn in_time<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    match tokio::time::timeout(ANSWER, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

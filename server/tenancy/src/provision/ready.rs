//! What is done before anybody asks: databases that are ready for who signs up next, and a look at how large the others are.

use sqlx::Connection as _;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::time::Instant;

use super::{ProvisionError, Provisioner};
use crate::central::{prepared, servers};
use crate::connect::connect;
use crate::doctor::sentence;
use crate::routing::Placement;

/// How long a server is left alone on which nothing could be prepared.
const AGAIN: Duration = Duration::from_secs(60);

impl Provisioner {
    /// Does the next thing so that each server has as many databases ready as it is to have. Says whether there was anything to
    /// do. Called in the worker's place alone. A server on which it cannot be done is left alone for a while: the others' turn
    /// comes meanwhile, and what was begun is gone on with afterwards.
    ///
    /// # Errors
    /// The central database's.
    pub async fn prepare_next(&self) -> Result<bool, ProvisionError> {
        let away = self.unprepared(None);
        let Some(task) = prepared::next(&self.central, self.prepared.into(), &away).await? else { return Ok(false) };
        let (prepared::Task::Make(one) | prepared::Task::Remove(one)) = task;
        if let Err(error) = self.prepare(task).await {
            tracing::warn!(
                server = one.server_id,
                error = sentence(&error),
                "no database is prepared there for a while"
            );
            self.unprepared(Some(one.server_id));
        }
        Ok(true)
    }

    /// The servers that are left alone now, and one more from now on.
    fn unprepared(&self, more: Option<i32>) -> Vec<i32> {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        away.retain(|_, until| *until > Instant::now());
        away.extend(more.map(|server| (server, Instant::now() + AGAIN)));
        away.keys().copied().collect()
    }

    async fn prepare(&self, task: prepared::Task) -> Result<(), ProvisionError> {
        let (prepared::Task::Make(one) | prepared::Task::Remove(one)) = task;
        let name = format!("t_{}", one.tenant.as_uuid().simple());
        let place =
            Placement { server_id: one.server_id, db_name: name.clone(), role_name: name, cred_version: 1, epoch: 1 };
        if matches!(task, prepared::Task::Make(_)) {
            self.make_role(one.tenant, &place).await?;
            self.make_database(one.tenant, &place).await?;
            prepared::ready(&self.central, one.tenant).await?;
        } else {
            self.drop_database(one.tenant, &place).await?;
            self.drop_role(&place).await?;
            prepared::forget(&self.central, one.tenant).await?;
        }
        Ok(())
    }

    /// Writes down how large each agency's database is. A server that does not answer is left out.
    ///
    /// # Errors
    /// The central database's.
    pub async fn measure(&self) -> Result<(), sqlx::Error> {
        for server in self.servers_in_use().await? {
            match self.sizes(server).await {
                Ok(sizes) => servers::measured(&self.central, server, &sizes).await?,
                Err(error) => tracing::warn!(server, error = sentence(&error), "a server was not measured"),
            }
        }
        Ok(())
    }

    async fn sizes(&self, server: i32) -> Result<Vec<(String, i64)>, ProvisionError> {
        let maker = self.servers.hands(server).await?.maker;
        let mut conn = connect(&maker.application_name("sobrado/measure")).await?;
        let sizes = sqlx::query_as(
            "select datname::text, pg_database_size(oid) from pg_database
             where datname ~ '^t_[0-9a-f]{32}$' and datallowconn and has_database_privilege(oid, 'connect')",
        )
        .fetch_all(&mut conn)
        .await;
        conn.close().await?;
        Ok(sizes?)
    }
}

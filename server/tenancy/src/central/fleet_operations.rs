//! What operators ask for that is done to no agency. The web part writes down what is wanted, and the worker does it: it alone
//! holds the roles that may. Of all processes one works ([`super::duty`]), so nothing here is taken by two.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::CentralTx;
use super::companies::By;
use super::{alerts, audit};
use crate::{CentralDb, Key, OperationId};

const FAILED: &str = alerts::Kind::FleetOperation.as_str();
/// The purpose that a password is sealed for, on its way to the worker.
const SECRET: &str = "fleet operation";

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// A server comes to the fleet. Its role that makes databases travels beside this, sealed.
    ServerAdd {
        /// Its name for people.
        name: String,
        /// How agencies' roles reach it, when that is another way.
        address: Option<String>,
        /// From how many agencies on it is taken only when there is no other, and from how many not at all.
        capacity: (i32, i32),
    },
    /// A server takes another number of agencies.
    ServerCapacity {
        /// Its name.
        name: String,
        /// As in [`Task::ServerAdd`].
        capacity: (i32, i32),
    },
    /// A server takes no agency any more.
    ServerDrain {
        /// Its name.
        name: String,
    },
    /// A server takes agencies again.
    ServerActivate {
        /// Its name.
        name: String,
    },
    /// All agencies come to this version.
    Migrate {
        /// The version of the program that was asked.
        target: i64,
        /// Only those that failed the last time.
        only_failed: bool,
    },
}

impl Task {
    /// Its kind in the table.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ServerAdd { .. } => "server_add",
            Self::ServerCapacity { .. } => "server_capacity",
            Self::ServerDrain { .. } => "server_drain",
            Self::ServerActivate { .. } => "server_activate",
            Self::Migrate { .. } => "migrate",
        }
    }

    /// What it is about: a server's name, or a version.
    pub fn subject(&self) -> String {
        match self {
            Self::ServerAdd { name, .. }
            | Self::ServerCapacity { name, .. }
            | Self::ServerDrain { name }
            | Self::ServerActivate { name } => name.clone(),
            Self::Migrate { target, .. } => target.to_string(),
        }
    }
}

/// Asks the worker for something; a secret that it needs is sealed until it is done. While a migration is under way, or a server
/// of the same name is being added, that operation is given.
///
/// # Errors
/// The database's.
pub async fn ask(
    db: &CentralDb,
    key: &Key,
    (task, secret): (&Task, Option<&str>),
    by: By,
) -> Result<OperationId, sqlx::Error> {
    let id = OperationId::generate();
    let json = |value: serde_json::Result<serde_json::Value>| value.map_err(|e| sqlx::Error::Encode(Box::new(e)));
    let (data, asked_by) = (json(serde_json::to_value(task))?, json(serde_json::to_value(&by))?);
    let sealed = secret.map(|secret| key.seal(SECRET, &[id.as_uuid().as_bytes()], secret.as_bytes()));
    let mut tx = db.pool().begin().await?;
    let done = sqlx::query!(
        "insert into fleet_operations (id, kind, subject, data, sealed, asked_by) values ($1, $2, $3, $4, $5, $6)
         on conflict (kind, subject) where state in ('queued', 'running') and kind in ('server_add', 'migrate') do nothing",
        id.as_uuid(),
        task.kind(),
        task.subject(),
        data,
        sealed,
        asked_by
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return sqlx::query_scalar!(
            r#"select id as "id: OperationId" from fleet_operations
               where kind = $1 and subject = $2 and state in ('queued', 'running')"#,
            task.kind(),
            task.subject()
        )
        .fetch_one(&mut *tx)
        .await;
    }
    event(&mut tx, id, ("asked", "info"), "asked for").await?;
    if matches!(task, Task::Migrate { .. }) {
        // The others write their own line, when they are done.
        let line = by.line(None, "fleet.migrate", ("operation", id.as_uuid()), data);
        audit::append(&mut tx, line).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// An operation in the worker's hands.
#[derive(Debug)]
pub struct Held {
    pub(crate) id: OperationId,
    pub(crate) task: Task,
    pub(crate) by: By,
    /// What travelled beside it.
    pub(crate) secret: Option<String>,
    owner: String,
}

/// Takes the next one that waits: a migration, which may last hours, or one of the others. One that cannot be read is failed.
///
/// # Errors
/// The database's.
pub(crate) async fn claim(
    db: &CentralDb,
    key: &Key,
    (worker, migrates): (&str, bool),
) -> Result<Option<Held>, sqlx::Error> {
    let row = sqlx::query!(
        r#"update fleet_operations set state = 'running', attempt = attempt + 1, lease_owner = $1, last_error = null
           where id = (select id from fleet_operations where state = 'queued' and (kind = 'migrate') = $2
                       order by id limit 1 for update skip locked)
           returning id as "id: OperationId", data, sealed, asked_by"#,
        worker,
        migrates
    )
    .fetch_optional(db.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let opened = row.sealed.map(|sealed| key.unseal(SECRET, &[row.id.as_uuid().as_bytes()], &sealed));
    let secret = opened.flatten().and_then(|plain| String::from_utf8(plain).ok());
    let by = serde_json::from_value(row.asked_by).unwrap_or_default();
    let owner = worker.to_owned();
    match serde_json::from_value(row.data) {
        Ok(task) => Ok(Some(Held { id: row.id, task, by, secret, owner })),
        Err(error) => {
            tracing::error!(id = %row.id, %error, "an operation's record cannot be read");
            let why = "the operation's record cannot be read: was it asked for by a newer program?";
            end(db, (row.id, worker), Err(why)).await?;
            Ok(None)
        }
    }
}

/// Puts back what was in the hands of a worker that is gone: called in the worker's place alone.
///
/// # Errors
/// The database's.
pub async fn release(db: &CentralDb) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!("update fleet_operations set state = 'queued' where state = 'running'");
    Ok(done.execute(db.pool()).await?.rows_affected())
}

/// Writes down how far it is. Says whether it is still ours.
pub(crate) async fn note(
    db: &CentralDb,
    held: &Held,
    (step, level): (&str, &str),
    message: &str,
) -> Result<bool, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let done = sqlx::query!(
        "update fleet_operations set step = $3 where id = $1 and lease_owner = $2 and state = 'running'",
        held.id.as_uuid(),
        held.owner,
        step
    )
    .execute(&mut *tx)
    .await?;
    let is_ours = done.rows_affected() == 1;
    if is_ours {
        event(&mut tx, held.id, (step, level), message).await?;
        tx.commit().await?;
    }
    Ok(is_ours)
}

/// Ends it, well or with the reason why not. What was sealed is gone.
pub(crate) async fn finish(db: &CentralDb, held: &Held, outcome: Result<&str, &str>) -> Result<bool, sqlx::Error> {
    end(db, (held.id, &held.owner), outcome).await
}

async fn end(
    db: &CentralDb,
    (id, owner): (OperationId, &str),
    outcome: Result<&str, &str>,
) -> Result<bool, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let is_ours = end_in(&mut tx, (id, owner), outcome).await?;
    tx.commit().await?;
    Ok(is_ours)
}

/// As [`finish`], inside the transaction of what was done.
pub(crate) async fn finish_in(tx: &mut CentralTx, held: &Held, said: &str) -> Result<bool, sqlx::Error> {
    end_in(tx, (held.id, &held.owner), Ok(said)).await
}

async fn end_in(
    tx: &mut CentralTx,
    (id, owner): (OperationId, &str),
    outcome: Result<&str, &str>,
) -> Result<bool, sqlx::Error> {
    let (state, step, level, said) = match outcome {
        Ok(said) => ("done", "finished", "info", said),
        Err(why) => ("failed", "failed", "error", why),
    };
    let done = sqlx::query!(
        "update fleet_operations set state = $3, step = $4, last_error = $5, sealed = null, finished_at = now()
         where id = $1 and lease_owner = $2 and state = 'running'
         returning kind, subject",
        id.as_uuid(),
        owner,
        state,
        step,
        outcome.err()
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(done) = done else { return Ok(false) };
    event(tx, id, (step, level), said).await?;
    match outcome {
        Ok(_) => settle(tx, id, (&done.kind, &done.subject)).await?,
        Err(why) => alerts::raise_in(tx, FAILED, None, &format!("{} {}: {why}", done.kind, done.subject)).await?,
    }
    Ok(true)
}

/// What was asked for in vain before has come about with this. When nothing is left that has not, the alert closes.
async fn settle(tx: &mut CentralTx, id: OperationId, (kind, subject): (&str, &str)) -> Result<(), sqlx::Error> {
    let before = sqlx::query_scalar!(
        // A migration of those that failed alone does not do what one of all was asked for.
        r#"update fleet_operations o set state = 'done', step = 'overtaken'
           where kind = $1 and subject = $2 and state = 'failed' and id < $3
             and not (coalesce((select data->>'only_failed' from fleet_operations where id = $3), '') = 'true'
                      and o.data->>'only_failed' = 'false')
           returning id as "id: OperationId""#,
        kind,
        subject,
        id.as_uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    for earlier in before {
        event(tx, earlier, ("overtaken", "info"), "it has come about since, by another operation").await?;
    }
    let open = sqlx::query_scalar!(r#"select exists (select from fleet_operations where state = 'failed') as "open!""#);
    if !open.fetch_one(&mut **tx).await? {
        alerts::close_of_platform_in(tx, FAILED).await?;
    }
    Ok(())
}

/// Queues one again that has failed, unless it needs a secret, which is gone. Says whether it was one.
pub(super) async fn retry_in(tx: &mut CentralTx, id: Uuid) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update fleet_operations o set state = 'queued', finished_at = null
         where id = $1 and state = 'failed' and kind <> 'server_add'
           and not exists (select from fleet_operations l
                           where l.kind = o.kind and l.subject = o.subject and l.state in ('queued', 'running'))",
        id
    )
    .execute(&mut **tx)
    .await?;
    let was_one = done.rows_affected() == 1;
    if was_one {
        event(tx, id.into(), ("asked", "info"), "asked for once more").await?;
    }
    Ok(was_one)
}

/// The last migration that was asked for, when there was one: its operation.
///
/// # Errors
/// The database's.
pub async fn last_migration(db: &CentralDb) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!("select id from fleet_operations where kind = 'migrate' order by id desc limit 1")
        .fetch_optional(db.pool())
        .await
}

async fn event(
    tx: &mut CentralTx,
    id: OperationId,
    (step, level): (&str, &str),
    message: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into fleet_operation_events (operation_id, seq, step, level, message)
         select $1, coalesce(max(seq), 0) + 1, $2, $3, $4 from fleet_operation_events where operation_id = $1",
        id.as_uuid(),
        step,
        level,
        message
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

//! Carries each agency's outbox to the central database: audit lines to the log, jobs to the queue, each exactly once.
//!
//! A line is first written there, under its own identifier, and only then deleted here. A crash between the two delivers
//! it again, and the identifier keeps it single.

use serde::{Deserialize, Serialize};
use sqlx::Row;
use uuid::Uuid;

use crate::central::audit::{Chain, Event};
use crate::central::{jobs, plans};
use crate::{CentralDb, Key, TenantDb};

/// Lines carried in one go.
pub const BATCH: u64 = 200;

/// A job as a slice asks for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobRequest {
    /// `properties.make_variants`.
    pub kind: String,
    /// What the kind needs.
    pub payload: serde_json::Value,
}

/// Carries everything that lies in the agency's outbox. Returns how many lines that were.
///
/// # Errors
/// Either database's; what was not carried stays where it is.
pub async fn deliver(central: &CentralDb, key: &Key, db: &TenantDb) -> Result<u64, sqlx::Error> {
    let mut carried = 0;
    loop {
        let batch = deliver_some(central, key, db).await?;
        carried += batch;
        if batch < BATCH {
            return Ok(carried);
        }
    }
}

/// Carries the first [`BATCH`] lines of the agency's outbox, so that others get their turn. Returns how many there were.
///
/// At each visit the central database also learns how many properties the agency has.
///
/// # Errors
/// As [`deliver`].
pub async fn deliver_some(central: &CentralDb, key: &Key, db: &TenantDb) -> Result<u64, sqlx::Error> {
    let query = sqlx::query("select id, kind, payload from outbox order by seq limit $1");
    let rows = query.bind(BATCH.cast_signed()).fetch_all(db).await?;
    // After the lines were read: what they did is counted.
    let query = sqlx::query_scalar("select used from usage_counters where resource = 'properties'");
    let properties: i64 = query.fetch_one(db).await?;
    if rows.is_empty() {
        plans::record_properties(central.pool(), db.tenant(), properties).await?;
        return Ok(0);
    }
    let mut ids: Vec<Uuid> = Vec::with_capacity(rows.len());
    let mut tx = central.pool().begin().await?;
    let mut chain = None;
    for row in rows {
        let (id, kind): (Uuid, String) = (row.try_get("id")?, row.try_get("kind")?);
        let payload: serde_json::Value = row.try_get("payload")?;
        ids.push(id);
        match kind.as_str() {
            "audit" => {
                let event: Event = serde_json::from_value(payload).map_err(|e| sqlx::Error::Decode(Box::new(e)))?;
                let chain = match &mut chain {
                    Some(chain) => chain,
                    // Whose outbox it lay in says whose it is.
                    none => none.insert(Chain::hold(&mut tx, Some(db.tenant())).await?),
                };
                // The row's own identifier makes it single.
                chain.append(&mut tx, Event { id, ..event }).await?;
            }
            _ => enqueue(&mut tx, key, db, id, payload).await?,
        }
    }
    plans::record_properties(&mut *tx, db.tenant(), properties).await?;
    tx.commit().await?;
    let mut tx = db.begin().await?;
    let done = sqlx::query("delete from outbox where id = any($1)").bind(&ids).execute(&mut tx).await?;
    tx.commit_quietly().await?;
    Ok(done.rows_affected().max(ids.len() as u64))
}

async fn enqueue(
    tx: &mut crate::central::CentralTx,
    key: &Key,
    db: &TenantDb,
    id: Uuid,
    payload: serde_json::Value,
) -> Result<(), sqlx::Error> {
    let job: JobRequest = serde_json::from_value(payload).map_err(|e| sqlx::Error::Decode(Box::new(e)))?;
    jobs::enqueue(tx, key, (id, db.tenant(), db.route().placement.epoch), &job.kind, job.payload).await
}

//! Carries each agency's outbox to the central database: audit lines to the log, jobs to the queue, each exactly once.
//!
//! A line is first written there, under its own identifier, and only then deleted here. A crash between the two delivers
//! it again, and the identifier keeps it single. One that the central database refuses is kept there beside the log, and holds
//! up no other.

use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgExecutor, Row};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::central::audit::{Chain, Event};
use crate::central::{jobs, refused, usage};
use crate::{CentralDb, Key, TenantDb, TenantId};

/// Notices that are kept for whoever is slow to listen.
const HEARD: usize = 256;
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

/// Whose outbox may hold something that another process has committed, as soon as it is heard.
#[derive(Debug, Clone)]
pub struct Elsewhere(broadcast::Sender<TenantId>);

impl Default for Elsewhere {
    fn default() -> Self {
        Self(broadcast::Sender::new(HEARD))
    }
}

impl Elsewhere {
    /// Passes on what was heard.
    pub fn hear(&self, tenant: TenantId) {
        // Nobody may be listening.
        let _ = self.0.send(tenant);
    }

    /// From now on. Who is told that some were missed looks at all outboxes.
    pub fn subscribe(&self) -> broadcast::Receiver<TenantId> {
        self.0.subscribe()
    }
}

/// Tells the process that carries outboxes that these may hold something, through [`crate::Routes::follow`]. It is no promise:
/// what is not heard lies there until everybody's are looked at.
///
/// # Errors
/// The central database's.
pub async fn announce(central: &CentralDb, tenants: &[TenantId]) -> Result<(), sqlx::Error> {
    let tenants: Vec<Uuid> = tenants.iter().map(|tenant| tenant.as_uuid()).collect();
    sqlx::query!("select pg_notify('outbox', tenant::text) from unnest($1::uuid[]) tenant", &tenants)
        .fetch_all(central.pool())
        .await?;
    Ok(())
}

/// A line of an outbox. The payload is text: what cannot be read must not keep the others from being read.
struct Line {
    id: Uuid,
    kind: String,
    payload: String,
}

/// Carries the first [`BATCH`] lines of the agency's outbox, so that others get their turn. Returns how many there were.
///
/// When there are some, the central database also learns how many properties the agency has.
///
/// # Errors
/// As [`deliver`].
pub async fn deliver_some(central: &CentralDb, key: &Key, db: &TenantDb) -> Result<u64, sqlx::Error> {
    let lines = read(db).await?;
    if lines.is_empty() {
        return Ok(0);
    }
    hand_over(central, key, (db.tenant(), db.route().placement.epoch), &lines).await?;
    count(central, db).await?;
    let mut tx = db.begin().await?;
    forget(&mut tx, &lines).await?;
    tx.commit_quietly().await?;
    // As many as there were: another relay may have forgotten some of them first.
    Ok(lines.len() as u64)
}

/// Carries everything that lies in the outbox of an agency that goes: into its database as the owner, for the agency's own role
/// may not enter any more. Returns when nothing lies there.
///
/// # Errors
/// As [`deliver`].
pub(crate) async fn empty(
    central: &CentralDb,
    key: &Key,
    whose: (TenantId, i64),
    owner: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    loop {
        let lines = read(&mut *owner).await?;
        if lines.is_empty() {
            return Ok(());
        }
        hand_over(central, key, whose, &lines).await?;
        forget(&mut *owner, &lines).await?;
    }
}

async fn read(db: impl PgExecutor<'_>) -> Result<Vec<Line>, sqlx::Error> {
    let query = sqlx::query("select id, kind, payload::text as payload from outbox order by seq limit $1");
    let rows = query.bind(BATCH.cast_signed()).fetch_all(db).await?;
    let lines = rows
        .iter()
        .map(|row| Ok(Line { id: row.try_get("id")?, kind: row.try_get("kind")?, payload: row.try_get("payload")? }));
    lines.collect()
}

/// Writes lines to the central database; those that it refuses are kept there, so that whatever comes back without an error may be
/// forgotten. An agency is named with its epoch.
async fn hand_over(central: &CentralDb, key: &Key, whose: (TenantId, i64), lines: &[Line]) -> Result<(), sqlx::Error> {
    match carry(central, key, whose, lines).await {
        Err(error) if is_refusal(&error) => carry_singly(central, key, whose, lines).await,
        carried => carried,
    }
}

async fn forget(db: impl PgExecutor<'_>, lines: &[Line]) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
    sqlx::query("delete from outbox where id = any($1)").bind(&ids).execute(db).await?;
    Ok(())
}

/// Copies the agency's counter of properties. Whatever changes it leaves a line, so that a copy which is wrong without one has
/// drifted: that is found and told before it is mended ([`crate::usage`]).
async fn count(central: &CentralDb, db: &TenantDb) -> Result<(), sqlx::Error> {
    let mut tx = central.pool().begin().await?;
    // Counted while the copy is held: another relay that has counted earlier does not write later.
    if usage::hold(&mut tx, db.tenant()).await?.is_some() {
        let query = sqlx::query_scalar("select used from usage_counters where resource = 'properties'");
        let properties: i64 = query.fetch_one(db).await?;
        usage::record_properties(&mut tx, db.tenant(), properties).await?;
    }
    tx.commit().await
}

/// Writes lines to the central database: all of them, or none.
async fn carry(
    central: &CentralDb,
    key: &Key,
    (tenant, epoch): (TenantId, i64),
    lines: &[Line],
) -> Result<(), sqlx::Error> {
    let mut tx = central.pool().begin().await?;
    let mut chain = None;
    for line in lines {
        if line.kind == "audit" {
            let event: Event = parse(&line.payload)?;
            let chain = match &mut chain {
                Some(chain) => chain,
                // Whose outbox it lay in says whose it is.
                none => none.insert(Chain::hold(&mut tx, Some(tenant)).await?),
            };
            // The row's own identifier makes it single.
            chain.append(&mut tx, Event { id: line.id, ..event }).await?;
        } else {
            let job: JobRequest = parse(&line.payload)?;
            jobs::enqueue(&mut tx, key, (line.id, tenant, epoch), &job.kind, job.payload).await?;
        }
    }
    tx.commit().await
}

/// Each line by itself: the others go, and one that is refused is kept beside them, with an alert.
async fn carry_singly(
    central: &CentralDb,
    key: &Key,
    whose: (TenantId, i64),
    lines: &[Line],
) -> Result<(), sqlx::Error> {
    for line in lines {
        match carry(central, key, whose, std::slice::from_ref(line)).await {
            Err(error) if is_refusal(&error) => {
                let kept = (line.id, line.kind.as_str(), line.payload.as_str());
                refused::keep(central, whose.0, kept, &error.to_string()).await?;
            }
            carried => carried?,
        }
    }
    Ok(())
}

fn parse<'a, T: Deserialize<'a>>(payload: &'a str) -> Result<T, sqlx::Error> {
    serde_json::from_str(payload).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// Whether the same line is refused again however often it comes: it cannot be read, or its data break a rule (PostgreSQL 15
/// manual, appendix A, classes 22 and 23).
fn is_refusal(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Decode(_) | sqlx::Error::Encode(_) => true,
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
        }
        _ => false,
    }
}

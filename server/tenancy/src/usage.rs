//! Whether what is written down of an agency's use is what is there: reported first, mended second, and each mending leaves a line
//! in the log.
//!
//! Three things are written down. An agency's own database keeps a counter of its properties, by which its limit is held; the platform
//! keeps a copy of that, fed by the outbox, and the number of accounts.

use serde::Serialize;
use sqlx::{PgExecutor, Row as _};
use uuid::Uuid;

use crate::central::audit::{self, Event};
use crate::central::{alerts, usage};
use crate::{CentralDb, TenantDb, TenantId, TenantTx};

/// What is raised where something was found wrong; closed when it is found right.
const ALERT: &str = alerts::Kind::UsageDrift.as_str();

/// A figure that is not what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// `counter` in the agency's own database, `properties` and `users` in the central one.
    pub figure: Figure,
    /// What is written down.
    pub recorded: i64,
    /// What is there.
    pub actual: i64,
}

/// Something that is written down of an agency's use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// The agency's own counter of properties.
    Counter,
    /// Properties, as the platform knows them.
    Properties,
    /// Accounts, as the platform knows them.
    Users,
}

impl Figure {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Properties => "properties",
            Self::Users => "users",
        }
    }
}

/// Finds what is not as it is written down, tells of it, and then mends it. Gives what was found.
///
/// # Errors
/// Either database's; what was found is told by then.
pub async fn reconcile(central: &CentralDb, db: &TenantDb) -> Result<Vec<Drift>, sqlx::Error> {
    let found = look(central, db).await?;
    report(central, db, &found).await?;
    if !found.is_empty() {
        repair(central, db, &found).await?;
    }
    Ok(found)
}

/// Finds what is not as it is written down. Writes nothing.
///
/// # Errors
/// Either database's.
pub async fn look(central: &CentralDb, db: &TenantDb) -> Result<Vec<Drift>, sqlx::Error> {
    look_by(central, db.tenant(), db).await
}

/// As [`look`], by whatever way into the agency's database.
pub(crate) async fn look_by<'e>(
    central: &CentralDb,
    tenant: TenantId,
    db: impl PgExecutor<'e>,
) -> Result<Vec<Drift>, sqlx::Error> {
    let mut tx = central.pool().begin().await?;
    // Held, so that no account comes or goes between the two figures.
    let Some(known) = usage::hold(&mut tx, tenant).await? else { return Ok(Vec::new()) };
    let users = usage::count_users(&mut tx, tenant).await?;
    let row = sqlx::query(
        "select (select used from usage_counters where resource = 'properties') as used,
                (select count(*) from properties where deleted_at is null) as rows,
                exists (select from outbox) as is_behind",
    )
    .fetch_one(db)
    .await?;
    tx.rollback().await?;
    let (used, rows): (i64, i64) = (row.try_get("used")?, row.try_get("rows")?);
    let mut found = Vec::new();
    let mut compare = |figure, recorded: i64, actual: i64| {
        if recorded != actual {
            found.push(Drift { figure, recorded, actual });
        }
    };
    compare(Figure::Counter, used, rows);
    // What lies in the outbox is on its way: the copy is behind, and not wrong.
    if !row.try_get::<bool, _>("is_behind")? {
        compare(Figure::Properties, known.properties.into(), rows);
    }
    compare(Figure::Users, known.users.into(), users.into());
    Ok(found)
}

/// Tells of what was found: an alert, a figure for those who watch, a line in the process's log. Nothing found closes the alert.
///
/// # Errors
/// The database's.
pub async fn report(central: &CentralDb, db: &TenantDb, found: &[Drift]) -> Result<(), sqlx::Error> {
    let mut tx = central.pool().begin().await?;
    if found.is_empty() {
        alerts::close_in(&mut tx, ALERT, db.tenant()).await?;
        return tx.commit().await;
    }
    let mut said = Vec::new();
    for Drift { figure, recorded, actual } in found {
        metrics::counter!("usage_drift_total", "resource" => figure.as_str()).increment(1);
        said.push(format!("{}: {recorded} written down, {actual} there", figure.as_str()));
    }
    alerts::raise_in(&mut tx, ALERT, Some(db.tenant()), &said.join("; ")).await?;
    tx.commit().await
}

/// Mends what was found, counting anew: whatever has happened since is counted too. Call [`report`] first.
///
/// # Errors
/// Either database's; what was mended stays mended.
pub async fn repair(central: &CentralDb, db: &TenantDb, found: &[Drift]) -> Result<(), sqlx::Error> {
    if found.iter().any(|drift| drift.figure == Figure::Counter) {
        repair_counter(db).await?;
    }
    let mut tx = central.pool().begin().await?;
    let Some(known) = usage::hold(&mut tx, db.tenant()).await? else { return Ok(()) };
    let count = sqlx::query_scalar("select count(*) from properties where deleted_at is null");
    let properties: i64 = count.fetch_one(db).await?;
    let users = usage::count_users(&mut tx, db.tenant()).await?;
    let mut changes = serde_json::Map::new();
    if i64::from(known.properties) != properties {
        usage::record_properties(&mut tx, db.tenant(), properties).await?;
        changes.insert("properties".into(), serde_json::json!([known.properties, properties]));
    }
    if known.users != users {
        usage::record_users(&mut tx, db.tenant(), users).await?;
        changes.insert("users".into(), serde_json::json!([known.users, users]));
    }
    if !changes.is_empty() {
        let event = Event { tenant: Some(db.tenant()), ..repaired(db, changes.into()) };
        audit::append(&mut tx, event).await?;
    }
    tx.commit().await
}

/// The line is written with the counter, and carried with all others of the agency's.
async fn repair_counter(db: &TenantDb) -> Result<(), sqlx::Error> {
    let mut tx: TenantTx = db.begin().await?;
    // Who makes a property takes the counter first: from here on nobody else does.
    let held = sqlx::query_scalar("select used from usage_counters where resource = 'properties' for update");
    let used: i64 = held.fetch_one(&mut tx).await?;
    let count = sqlx::query_scalar("select count(*) from properties where deleted_at is null");
    let rows: i64 = count.fetch_one(&mut tx).await?;
    if used == rows {
        return tx.rollback().await;
    }
    let set = sqlx::query("update usage_counters set used = $1 where resource = 'properties'").bind(rows);
    set.execute(&mut tx).await?;
    let event = repaired(db, serde_json::json!({"counter": [used, rows]}));
    let payload = serde_json::to_value(&event).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    let line = sqlx::query("insert into outbox (id, kind, payload) values ($1, 'audit', $2)");
    line.bind(Uuid::now_v7()).bind(payload).execute(&mut tx).await?;
    tx.commit().await
}

fn repaired(db: &TenantDb, changes: serde_json::Value) -> Event {
    Event { changes, ..Event::of_platform("usage.repair", "subscription", db.tenant().as_uuid()) }
}

//! What agencies' databases hold, as it was measured last: the worker asks them by turns, lists read it here.

use time::{Duration, OffsetDateTime};

use crate::{CentralDb, TenantId};

/// A measurement is good for so long.
const GOOD: Duration = Duration::hours(1);

/// What an agency's database said of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Properties that are not archived.
    pub properties: i64,
    /// When somebody last did something there.
    pub last_activity_at: Option<OffsetDateTime>,
}

/// The open agency whose measurement is the oldest, when that is no good any more, and how many open agencies there are: the
/// hour is divided among them.
///
/// # Errors
/// The database's.
pub async fn due(db: &CentralDb, now: OffsetDateTime) -> Result<Option<(TenantId, i64)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select c.id as "id: TenantId",
                  (select count(*) from companies o where o.status = 'active') as "open!"
           from companies c
           left join tenant_stats s on s.tenant_id = c.id
           where c.status = 'active' and (s.measured_at is null or s.measured_at <= $1)
           order by s.measured_at nulls first, c.id
           limit 1"#,
        now - GOOD
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(row.map(|row| (row.id, row.open)))
}

/// Writes a measurement down. None: the database did not answer; what is known of it stays, if only nothing, and it is asked
/// again in an hour.
///
/// # Errors
/// The database's.
pub async fn record(
    db: &CentralDb,
    tenant: TenantId,
    measured: Option<Measured>,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into tenant_stats (tenant_id, properties, last_activity_at, measured_at)
         values ($1, $2, $3, $4)
         on conflict on constraint tenant_stats_pkey do update
         set properties = coalesce(excluded.properties, tenant_stats.properties),
             last_activity_at = coalesce(excluded.last_activity_at, tenant_stats.last_activity_at),
             measured_at = excluded.measured_at",
        tenant.as_uuid(),
        measured.map(|m| m.properties),
        measured.and_then(|m| m.last_activity_at),
        now
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

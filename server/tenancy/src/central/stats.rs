//! What agencies' databases hold, as it was measured last, and since when they do not answer: the worker asks them by turns, lists
//! read it here.

use time::{Duration, OffsetDateTime};

use super::alerts::{self, Kind};
use crate::{CentralDb, TenantId};

/// A measurement is good for so long.
const GOOD: Duration = Duration::hours(1);
/// What did not answer is asked again after so long.
const AGAIN: Duration = Duration::minutes(5);
/// So many failures in a row are no accident.
const CERTAIN: i32 = 3;
/// Nor are two of them so long apart.
const LONG: Duration = Duration::minutes(10);
/// Names of agencies that are told of a server.
const NAMED: i32 = 20;

/// What an agency's database said of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Properties that are not archived.
    pub properties: i64,
    /// When somebody last did something there.
    pub last_activity_at: Option<OffsetDateTime>,
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It answered.
    Measured(Measured),
    /// Nobody gets an answer from it, and why.
    Silent(String),
    /// It could not be asked, which says nothing of it.
    NotAsked,
}

/// The open agency whose turn it is, and how many open agencies there are: the hour is divided among them. Who has just stopped
/// to answer comes before all others, until that is certain; else who was asked longest ago.
///
/// # Errors
/// The database's.
pub async fn due(db: &CentralDb, now: OffsetDateTime) -> Result<Option<(TenantId, i64)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select c.id as "id: TenantId",
                  (select count(*) from companies o where o.status = 'active') as "open!"
           from companies c
           left join tenant_stats s on s.tenant_id = c.id
           where c.status = 'active'
             and (s.tried_at is null or s.tried_at <= case when s.failures > 0 then $2::timestamptz else $1 end)
           order by (s.failures > 0 and s.failures < $3) is true desc, s.tried_at nulls first, c.id
           limit 1"#,
        now - GOOD,
        now - AGAIN,
        CERTAIN
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(row.map(|row| (row.id, row.open)))
}

/// Writes down what came of asking an agency's database. Of one that does not answer stays what is known and how old that is; the
/// alert is raised as soon as that is no accident, and closed when it answers.
///
/// # Errors
/// The database's.
pub async fn record(db: &CentralDb, tenant: TenantId, answer: &Answer, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    match answer {
        Answer::Measured(measured) => answered(db, tenant, *measured, now).await,
        Answer::Silent(why) => silent(db, tenant, why, now).await,
        Answer::NotAsked => {
            sqlx::query!(
                "insert into tenant_stats (tenant_id, tried_at) values ($1, $2)
                 on conflict on constraint tenant_stats_pkey do update set tried_at = excluded.tried_at",
                tenant.as_uuid(),
                now
            )
            .execute(db.pool())
            .await?;
            Ok(())
        }
    }
}

async fn answered(
    db: &CentralDb,
    tenant: TenantId,
    measured: Measured,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    sqlx::query!(
        "insert into tenant_stats (tenant_id, properties, last_activity_at, measured_at, tried_at)
         values ($1, $2, $3, $4, $4)
         on conflict on constraint tenant_stats_pkey do update
         set properties = excluded.properties,
             last_activity_at = coalesce(excluded.last_activity_at, tenant_stats.last_activity_at),
             measured_at = excluded.measured_at, tried_at = excluded.tried_at, unreachable_since = null, failures = 0",
        tenant.as_uuid(),
        measured.properties,
        measured.last_activity_at,
        now
    )
    .execute(&mut *tx)
    .await?;
    alerts::close_in(&mut tx, Kind::DatabaseAway.as_str(), tenant).await?;
    tx.commit().await
}

async fn silent(db: &CentralDb, tenant: TenantId, why: &str, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let known = sqlx::query!(
        r#"insert into tenant_stats (tenant_id, tried_at, unreachable_since, failures) values ($1, $2, $2, 1)
           on conflict on constraint tenant_stats_pkey do update
           set tried_at = excluded.tried_at, failures = tenant_stats.failures + 1,
               unreachable_since = coalesce(tenant_stats.unreachable_since, excluded.unreachable_since)
           returning failures, unreachable_since as "since!",
                     (select d.name from tenant_placements l join database_servers d on d.id = l.server_id
                      where l.tenant_id = $1) as server"#,
        tenant.as_uuid(),
        now
    )
    .fetch_one(&mut *tx)
    .await?;
    if known.failures >= CERTAIN || now - known.since >= LONG {
        let detail = format!("{}: {why}", known.server.as_deref().unwrap_or("-"));
        alerts::raise_in(&mut tx, Kind::DatabaseAway.as_str(), Some(tenant), &detail).await?;
    }
    tx.commit().await
}

/// Forgets that agencies did not answer which are closed by now: nobody asks them any more.
///
/// # Errors
/// The database's.
pub async fn forget_closed(db: &CentralDb) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with closed as (
             update tenant_stats s set unreachable_since = null, failures = 0
             from companies c
             where c.id = s.tenant_id and c.status <> 'active' and s.unreachable_since is not null
             returning s.tenant_id)
         update alerts set closed_at = now()
         where kind = $1 and closed_at is null and tenant_id in (select tenant_id from closed)",
        Kind::DatabaseAway.as_str()
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// A server of whose open agencies some do not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unheard {
    /// Its name.
    pub server: String,
    /// How many do not.
    pub silent: i64,
    /// Of how many open ones.
    pub open: i64,
    /// Since when the first of them does not.
    pub since: OffsetDateTime,
    /// The first of them, by slug.
    pub slugs: Vec<String>,
}

impl Unheard {
    /// Whether nobody on it answers: then it is the server.
    pub const fn is_all_of_it(&self) -> bool {
        self.silent == self.open
    }
}

/// The servers of whose open agencies some do not answer, by name.
///
/// # Errors
/// The database's.
pub async fn unheard(db: &CentralDb) -> Result<Vec<Unheard>, sqlx::Error> {
    sqlx::query_as!(
        Unheard,
        r#"select d.name as server, count(s.unreachable_since) as "silent!", count(*) as "open!",
                  min(s.unreachable_since) as "since!",
                  (array_agg(c.slug::text order by c.slug) filter (where s.unreachable_since is not null))[1:$1] as "slugs!"
           from companies c
           join tenant_placements l on l.tenant_id = c.id
           join database_servers d on d.id = l.server_id
           left join tenant_stats s on s.tenant_id = c.id
           where c.status = 'active'
           group by d.id
           having count(s.unreachable_since) > 0
           order by d.name"#,
        NAMED
    )
    .fetch_all(db.pool())
    .await
}

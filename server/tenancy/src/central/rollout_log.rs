//! Rollouts of migrations as operators look at them; who carries them out is in [`super::rollouts`].

use time::OffsetDateTime;
use uuid::Uuid;

use crate::CentralDb;

/// A rollout as a list shows it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The rollout.
    pub id: Uuid,
    /// The version that it leads to.
    pub target: i64,
    /// `running`, `done`, `stopped`, `superseded`.
    pub state: String,
    /// More failures than this stop it.
    pub max_failures: i32,
    /// When it began.
    pub created_at: OffsetDateTime,
    /// When it ended.
    pub finished_at: Option<OffsetDateTime>,
    /// Agencies that are in it.
    pub all: i64,
    /// Those that came through.
    pub done: i64,
    /// Those that did not.
    pub failed: i64,
}

/// The last rollouts, newest first.
///
/// # Errors
/// The database's.
pub async fn latest(db: &CentralDb, limit: i64) -> Result<Vec<Entry>, sqlx::Error> {
    sqlx::query_as!(
        Entry,
        r#"select r.id, r.target, r.state, r.max_failures, r.created_at, r.finished_at, count(m.tenant_id) as "all!",
                  count(*) filter (where m.state = 'done') as "done!", count(*) filter (where m.state = 'failed') as "failed!"
           from migration_rollouts r
           left join tenant_migrations m on m.rollout_id = r.id
           group by r.id
           order by r.created_at desc, r.id desc
           limit $1"#,
        limit
    )
    .fetch_all(db.pool())
    .await
}

/// How a ring of a rollout stands.
#[derive(Debug, Clone)]
pub struct Ring {
    /// 1 to 3.
    pub ring: i16,
    /// Agencies that wait or are in somebody's hands.
    pub open: i64,
    /// Those that came through.
    pub done: i64,
    /// Those that did not.
    pub failed: i64,
}

/// The rings of a rollout that have agencies, in order.
///
/// # Errors
/// The database's.
pub async fn rings(db: &CentralDb, rollout: Uuid) -> Result<Vec<Ring>, sqlx::Error> {
    sqlx::query_as!(
        Ring,
        r#"select ring, count(*) filter (where state in ('queued', 'running')) as "open!",
                  count(*) filter (where state = 'done') as "done!", count(*) filter (where state = 'failed') as "failed!"
           from tenant_migrations
           where rollout_id = $1
           group by ring
           order by ring"#,
        rollout
    )
    .fetch_all(db.pool())
    .await
}

/// What became of an agency in a rollout.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its name in addresses.
    pub slug: String,
    /// The server that it lies on.
    pub server: String,
    /// 1 to 3.
    pub ring: i16,
    /// `queued`, `running`, `done`, `failed`.
    pub state: String,
    /// The version that it came from.
    pub from_version: i64,
    /// The version that it is at.
    pub to_version: Option<i64>,
    /// How often it was tried.
    pub attempt: i32,
    /// Why it failed.
    pub error: Option<String>,
}

/// Agencies of a rollout, those that failed first and those that are through last.
///
/// # Errors
/// The database's.
pub async fn members(db: &CentralDb, rollout: Uuid, limit: i64) -> Result<Vec<Member>, sqlx::Error> {
    sqlx::query_as!(
        Member,
        "select c.slug, s.name as server, m.ring, m.state, m.from_version, m.to_version, m.attempt, m.error
         from tenant_migrations m
         join companies c on c.id = m.tenant_id
         join database_servers s on s.id = m.server_id
         where m.rollout_id = $1
         order by m.state <> 'failed', m.state = 'done', m.ring, c.slug
         limit $2",
        rollout,
        limit
    )
    .fetch_all(db.pool())
    .await
}

/// Agencies that a migration would take along and that are not at this version yet.
///
/// # Errors
/// The database's.
pub async fn behind(db: &CentralDb, latest: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "behind!"
           from companies c
           join tenant_placements p on p.tenant_id = c.id
           where c.status in ('active', 'suspended', 'cancelled') and p.schema_version < $1"#,
        latest
    )
    .fetch_one(db.pool())
    .await
}

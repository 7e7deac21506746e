//! Migrations on their way through the fleet: one rollout at a time, and in it each agency in one runner's hands.
//!
//! Who has an agency in hand is told by a lock that the runner holds as long as it lives, and by a lease for when that cannot be
//! asked. What was left by one that is gone is queued again.

use uuid::Uuid;

use super::alerts;
use super::audit::{self, Event};
use super::hold::Hold;
use crate::routing::SETTLED;
use crate::{CentralDb, TenantId};

/// What is raised while an agency's database cannot be brought up to date.
const ALERT: &str = alerts::Kind::Migration.as_str();

/// An agency whose database is to be looked at.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) tenant: TenantId,
    pub(crate) slug: String,
    pub(crate) server_id: i32,
    pub(crate) db_name: String,
    pub(crate) schema_version: i64,
    pub(crate) size_bytes: i64,
    /// Whether the last rollout that it was in has failed for it.
    pub(crate) has_failed: bool,
}

/// Every agency that has a place and is neither being made, nor moved, nor on its way out: those take care of themselves.
///
/// # Errors
/// The database's.
pub(crate) async fn members(db: &CentralDb) -> Result<Vec<Member>, sqlx::Error> {
    sqlx::query_as!(
        Member,
        r#"select c.id as "tenant: TenantId", c.slug, t.server_id, t.db_name, t.schema_version, t.size_bytes,
                  coalesce((select m.state = 'failed' from tenant_migrations m
                            join migration_rollouts r on r.id = m.rollout_id
                            where m.tenant_id = c.id order by r.created_at desc, r.id desc limit 1), false) as "has_failed!"
           from companies c
           join tenant_placements t on t.tenant_id = c.id
           where c.status = any($1)
           order by c.slug"#,
        &SETTLED as _
    )
    .fetch_all(db.pool())
    .await
}

/// Writes down the version that a database was found at. Says whether that was news.
pub(crate) async fn record_version(db: &CentralDb, tenant: TenantId, version: i64) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let moved = sqlx::query!(
        r#"update tenant_placements p set schema_version = $2
           from tenant_placements b join companies c on c.id = b.tenant_id
           where p.tenant_id = $1 and b.tenant_id = $1 and p.schema_version <> $2
           returning b.schema_version as before, c.status"#,
        tenant.as_uuid(),
        version
    )
    .fetch_optional(&mut *tx)
    .await?;
    // What is being made has had no other.
    if let Some(moved) = moved.filter(|moved| moved.status != "provisioning") {
        let event = Event {
            tenant: Some(tenant),
            changes: serde_json::json!({"schema_version": [moved.before, version]}),
            ..Event::of_platform("tenant.migrate", "company", tenant.as_uuid())
        };
        audit::append(&mut tx, event).await?;
    }
    tx.commit().await
}

/// Who carries a rollout out, as long as this lives.
pub(crate) struct Runner {
    number: i64,
    hold: Hold,
}

impl Runner {
    /// Takes a lock with a number that nobody else has.
    pub(crate) async fn begin(db: &CentralDb) -> Result<Self, sqlx::Error> {
        let number = Uuid::new_v4().as_u64_pair().0.cast_signed();
        let mut hold = Hold::connect(db, "sobrado/rollout").await?;
        if hold.take(number).await? { Ok(Self { number, hold }) } else { Err(sqlx::Error::WorkerCrashed) }
    }

    /// Its number.
    pub(crate) fn number(&self) -> i64 {
        self.number
    }

    /// Waits until the lock is gone: others may then take what is in hand.
    pub(crate) async fn lost(&mut self) -> sqlx::Error {
        self.hold.lost().await
    }

    /// Lets go.
    pub(crate) async fn lay_down(self) -> Result<(), sqlx::Error> {
        self.hold.lay_down().await
    }
}

/// The rollout that is under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rollout {
    pub(crate) id: Uuid,
    pub(crate) target: i64,
}

/// Joins the rollout to this version that is under way, or begins one; one to an older version ends with that. None: one to a
/// newer version is under way, and this program has nothing to do with it.
pub(crate) async fn join(db: &CentralDb, target: i64, max_failures: i32) -> Result<Option<Rollout>, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    sqlx::query!("select pg_advisory_xact_lock(hashtext('sobrado begins a rollout'))").execute(&mut *tx).await?;
    let live = sqlx::query_as!(Rollout, "select id, target from migration_rollouts where state = 'running'")
        .fetch_optional(&mut *tx)
        .await?;
    match live {
        Some(live) if live.target == target => return Ok(Some(live)),
        Some(live) if live.target > target => return Ok(None),
        _ => {}
    }
    sqlx::query!("update migration_rollouts set state = 'superseded', finished_at = now() where state = 'running'")
        .execute(&mut *tx)
        .await?;
    let id = Uuid::now_v7();
    sqlx::query!(
        "insert into migration_rollouts (id, target, max_failures) values ($1, $2, $3)",
        id,
        target,
        max_failures
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Some(Rollout { id, target }))
}

/// Puts agencies into a rollout, each with its ring; who is in it already stays as it is.
pub(crate) async fn enter(db: &CentralDb, rollout: Rollout, all: &[(&Member, i16)]) -> Result<(), sqlx::Error> {
    let tenants: Vec<Uuid> = all.iter().map(|(member, _)| member.tenant.as_uuid()).collect();
    let servers: Vec<i32> = all.iter().map(|(member, _)| member.server_id).collect();
    let versions: Vec<i64> = all.iter().map(|(member, _)| member.schema_version).collect();
    let rings: Vec<i16> = all.iter().map(|(_, ring)| *ring).collect();
    sqlx::query!(
        "insert into tenant_migrations (rollout_id, tenant_id, server_id, from_version, ring)
         select $1, tenant, server, version, ring
         from unnest($2::uuid[], $3::int[], $4::bigint[], $5::smallint[]) as new (tenant, server, version, ring)
         on conflict on constraint tenant_migrations_pkey do nothing",
        rollout.id,
        &tenants,
        &servers,
        &versions,
        &rings
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Queues again what was in the hands of somebody who is gone.
pub(crate) async fn take_back(db: &CentralDb, rollout: Rollout) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "update tenant_migrations set state = 'queued'
         where rollout_id = $1 and state = 'running' and (lease_until < now() or pg_try_advisory_xact_lock(runner))",
        rollout.id
    )
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected())
}

/// Takes out who waits and is no longer of the fleet: deleted, on its way out, or moved. Who comes back is entered anew.
pub(crate) async fn let_go(db: &CentralDb, rollout: Rollout) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from tenant_migrations m
         where m.rollout_id = $1 and m.state = 'queued'
           and not exists (select from companies c join tenant_placements t on t.tenant_id = c.id
                           where c.id = m.tenant_id and c.status = any($2))",
        rollout.id,
        &SETTLED as _
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Takes the next agency of a ring on a server; none when there is none left, or the rollout has been stopped.
pub(crate) async fn claim(
    db: &CentralDb,
    rollout: Rollout,
    (ring, server, runner): (i16, i32, i64),
) -> Result<Option<TenantId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"update tenant_migrations m
           set state = 'running', attempt = m.attempt + 1, runner = $4, lease_until = now() + interval '60 seconds',
               started_at = now(), error = null, failed_version = null
           where m.rollout_id = $1 and m.tenant_id = (
               select c.tenant_id from tenant_migrations c
               join migration_rollouts r on r.id = c.rollout_id
               join companies a on a.id = c.tenant_id and a.status = any($5)
               where c.rollout_id = $1 and c.ring = $2 and c.server_id = $3 and c.state = 'queued' and r.state = 'running'
               order by c.tenant_id
               limit 1
               for update of c skip locked
           )
           returning m.tenant_id as "tenant: TenantId""#,
        rollout.id,
        ring,
        server,
        runner,
        &SETTLED as _
    )
    .fetch_optional(db.pool())
    .await
}

/// A sign of life for an agency in hand.
pub(crate) async fn prolong(
    db: &CentralDb,
    rollout: Rollout,
    (tenant, runner): (TenantId, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update tenant_migrations set lease_until = now() + interval '60 seconds'
         where rollout_id = $1 and tenant_id = $2 and runner = $3 and state = 'running'",
        rollout.id,
        tenant.as_uuid(),
        runner
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Writes down that an agency is at a version, and closes what was raised about it.
pub(crate) async fn done(
    db: &CentralDb,
    rollout: Rollout,
    (tenant, runner): (TenantId, i64),
    version: i64,
) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    sqlx::query!(
        "update tenant_migrations set state = 'done', to_version = $4, finished_at = now(), lease_until = null
         where rollout_id = $1 and tenant_id = $2 and runner = $3 and state = 'running'",
        rollout.id,
        tenant.as_uuid(),
        runner,
        version
    )
    .execute(&mut *tx)
    .await?;
    alerts::close_in(&mut tx, ALERT, tenant).await?;
    tx.commit().await?;
    record_version(db, tenant, version).await
}

/// Writes down why an agency was not migrated, and raises an alert. With more failures than are put up with, the rollout stops.
/// Who has meanwhile left the fleet has not failed.
pub(crate) async fn failed(
    db: &CentralDb,
    rollout: Rollout,
    (tenant, runner): (TenantId, i64),
    (error, version): (&str, Option<i64>),
) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let left = sqlx::query!(
        "delete from tenant_migrations m
         where m.rollout_id = $1 and m.tenant_id = $2 and m.runner = $3 and m.state = 'running'
           and not exists (select from companies c where c.id = $2 and c.status = any($4))",
        rollout.id,
        tenant.as_uuid(),
        runner,
        &SETTLED as _
    )
    .execute(&mut *tx)
    .await?;
    if left.rows_affected() == 1 {
        return tx.commit().await;
    }
    let done = sqlx::query!(
        "update tenant_migrations
         set state = 'failed', error = $4, failed_version = $5, finished_at = now(), lease_until = null
         where rollout_id = $1 and tenant_id = $2 and runner = $3 and state = 'running'",
        rollout.id,
        tenant.as_uuid(),
        runner,
        error,
        version
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 1 {
        alerts::raise_in(&mut tx, ALERT, Some(tenant), error).await?;
    }
    sqlx::query!(
        "update migration_rollouts set state = 'stopped', finished_at = now()
         where id = $1 and state = 'running'
           and (select count(*) from tenant_migrations where rollout_id = $1 and state = 'failed') > max_failures",
        rollout.id
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Whether somebody still has an agency of this ring in hand, or it waits for somebody on one of these servers: on any other
/// nobody of ours would take it.
pub(crate) async fn is_open(db: &CentralDb, rollout: Rollout, (ring, up): (i16, &[i32])) -> Result<bool, sqlx::Error> {
    let open = sqlx::query_scalar!(
        r#"select exists (
               select from tenant_migrations m join migration_rollouts r on r.id = m.rollout_id
               where m.rollout_id = $1 and m.ring = $2
                 and (m.state = 'running'
                      or (m.state = 'queued' and r.state = 'running' and m.server_id = any($3)))) as "open!""#,
        rollout.id,
        ring,
        up
    )
    .fetch_one(db.pool())
    .await?;
    Ok(open)
}

/// The names of the servers beside these on which agencies of a rollout wait.
pub(crate) async fn away(db: &CentralDb, rollout: Rollout, up: &[i32]) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select s.name from database_servers s
         where s.id <> all($2)
           and exists (select from tenant_migrations m
                       where m.rollout_id = $1 and m.server_id = s.id and m.state = 'queued')
         order by s.name",
        rollout.id,
        up
    )
    .fetch_all(db.pool())
    .await
}

/// Ends a rollout when nobody is left in it. Says what it has come to.
pub(crate) async fn finish(db: &CentralDb, rollout: Rollout) -> Result<String, sqlx::Error> {
    sqlx::query!(
        "update migration_rollouts set state = 'done', finished_at = now()
         where id = $1 and state = 'running'
           and not exists (select from tenant_migrations where rollout_id = $1 and state in ('queued', 'running'))",
        rollout.id
    )
    .execute(db.pool())
    .await?;
    sqlx::query_scalar!("select state from migration_rollouts where id = $1", rollout.id).fetch_one(db.pool()).await
}

/// What became of an agency in a rollout.
#[derive(Debug, Clone)]
pub struct Migrated {
    /// The agency.
    pub tenant: TenantId,
    /// `queued`, `running`, `done`, `failed`.
    pub state: String,
    /// The version that it is at now.
    pub to_version: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
    /// How often it was tried.
    pub attempt: i32,
}

/// What became of everybody in a rollout.
///
/// # Errors
/// The database's.
pub(crate) async fn outcomes(db: &CentralDb, rollout: Rollout) -> Result<Vec<Migrated>, sqlx::Error> {
    sqlx::query_as!(
        Migrated,
        r#"select tenant_id as "tenant: TenantId", state, to_version, error, attempt
           from tenant_migrations where rollout_id = $1"#,
        rollout.id
    )
    .fetch_all(db.pool())
    .await
}

/// How many agencies of a rollout are through, and how many there are in it.
pub(crate) async fn count(db: &CentralDb, rollout: Rollout) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query!(
        r#"select count(*) filter (where state in ('done', 'failed')) as "through!", count(*) as "all!"
           from tenant_migrations where rollout_id = $1"#,
        rollout.id
    )
    .fetch_one(db.pool())
    .await?;
    Ok((row.through, row.all))
}

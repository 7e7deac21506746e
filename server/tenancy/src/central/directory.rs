//! The agencies as operators look them up: many at once with their figures, and one with everything around it.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::{CentralDb, TenantId, UserId};

/// What a list is narrowed to; empty: to nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of a name or slug, lower case.
    pub text: String,
    /// State.
    pub status: String,
    /// State of its subscription: `active`, `past_due`, `suspended`, `cancelled`.
    pub subscription: String,
    /// `prime`, `k`, `k2`.
    pub plan: String,
    /// Name of a database server.
    pub server: String,
}

/// An agency with its figures.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The agency.
    pub id: TenantId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Where the platform writes to.
    pub email: String,
    /// `active`, `suspended`, ...
    pub status: String,
    /// Why it is suspended.
    pub reason: Option<String>,
    /// Whether an operator holds it closed.
    pub is_held: bool,
    /// State of its subscription; none: it has none.
    pub subscription: Option<String>,
    /// Its plan, as people call it.
    pub plan: Option<String>,
    /// The server of its database.
    pub server: Option<String>,
    /// Its database.
    pub database: Option<String>,
    /// How often its place has changed.
    pub epoch: Option<i64>,
    /// The last migration of its database.
    pub schema_version: Option<i64>,
    /// Active accounts.
    pub users: i64,
    /// Properties that are not archived, as the platform has heard of them, or else as they were counted last.
    pub properties: Option<i64>,
    /// Size of its database, as its server said last; none: not yet.
    pub database_bytes: Option<i64>,
    /// When somebody last did something there.
    pub last_activity_at: Option<OffsetDateTime>,
    /// When it was measured.
    pub measured_at: Option<OffsetDateTime>,
    /// Since when its database does not answer; none: it does, or nobody asks it.
    pub unreachable_since: Option<OffsetDateTime>,
    /// Open alerts.
    pub alerts: i64,
    /// When it signed up.
    pub created_at: OffsetDateTime,
}

/// The agencies that fit, by slug, after this one; not those that are gone.
///
/// # Errors
/// The database's.
pub async fn page(db: &CentralDb, filter: &Filter, after: &str, limit: i64) -> Result<Vec<Entry>, sqlx::Error> {
    entries(db, filter, (None, after), limit).await
}

/// The agency of this slug.
///
/// # Errors
/// `RowNotFound` when there is none.
pub async fn find(db: &CentralDb, slug: &str) -> Result<Entry, sqlx::Error> {
    let found = entries(db, &Filter::default(), (Some(slug), ""), 1).await?;
    found.into_iter().next().ok_or(sqlx::Error::RowNotFound)
}

async fn entries(
    db: &CentralDb,
    filter: &Filter,
    (slug, after): (Option<&str>, &str),
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    sqlx::query_as!(
        Entry,
        r#"select c.id as "id: TenantId", c.slug, c.name, c.email, c.status, c.suspended_reason as reason, c.is_held,
                  s.status as "subscription?", p.display_name as "plan?", d.name as "server?", l.db_name as "database?", l.epoch as "epoch?",
                  l.schema_version as "schema_version?",
                  (select count(*) from users u where u.company_id = c.id and u.active) as "users!",
                  coalesce(nullif(s.current_properties, 0)::bigint, t.properties) as "properties?", nullif(l.size_bytes, 0) as database_bytes,
                  greatest(t.last_activity_at, (
                      select g.at from tenant_audit_log g
                      where g.tenant_id = c.id and g.impersonator_id is null
                        and exists (select from users u where u.id = g.user_id and u.company_id = c.id)
                      order by g.at desc
                      limit 1)) as last_activity_at,
                  t.measured_at as "measured_at?",
                  case when c.status = 'active' then t.unreachable_since end as unreachable_since,
                  (select count(*) from alerts a where a.tenant_id = c.id and a.closed_at is null) as "alerts!",
                  c.created_at
           from companies c
           left join tenant_subscriptions s on s.tenant_id = c.id
           left join subscription_plans p on p.id = s.plan_id
           left join tenant_placements l on l.tenant_id = c.id
           left join database_servers d on d.id = l.server_id
           left join tenant_stats t on t.tenant_id = c.id
           where c.deleted_at is null
             and ($7::text is null or c.slug = $7)
             and (position($1 in lower(c.name)) > 0 or position($1 in c.slug) > 0)
             and ($2 = '' or c.status = $2)
             and ($8 = '' or s.status = $8)
             and ($3 = '' or p.name = $3)
             and ($4 = '' or d.name = $4)
             and c.slug > $5
           order by c.slug
           limit $6"#,
        filter.text,
        filter.status,
        filter.plan,
        filter.server,
        after,
        limit,
        slug,
        filter.subscription
    )
    .fetch_all(db.pool())
    .await
}

/// A host of an agency's.
#[derive(Debug, Clone)]
pub struct DomainLine {
    /// Its name.
    pub host: String,
    /// `pending`, `verified`, ...
    pub state: String,
    /// Whether the others lead to it.
    pub is_primary: bool,
}

/// An agency's hosts of its own, by name.
///
/// # Errors
/// The database's.
pub async fn domains(db: &CentralDb, tenant: TenantId) -> Result<Vec<DomainLine>, sqlx::Error> {
    sqlx::query_as!(
        DomainLine,
        "select host, state, is_primary from domains where tenant_id = $1 and kind = 'custom' order by host, id limit 100",
        tenant.as_uuid()
    )
    .fetch_all(db.pool())
    .await
}

/// A member of an agency's staff.
#[derive(Debug, Clone)]
pub struct Member {
    /// The account.
    pub user: UserId,
    /// Name for people.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// `owner`, ...
    pub role: String,
    /// Whether the same person runs the platform: nobody acts as them.
    pub is_operator: bool,
    /// Whether they have a second factor.
    pub has_factor: bool,
}

/// An agency's active staff, owners first.
///
/// # Errors
/// The database's.
pub async fn members(db: &CentralDb, tenant: TenantId) -> Result<Vec<Member>, sqlx::Error> {
    sqlx::query_as!(
        Member,
        r#"select u.id as "user: UserId", u.name, u.email, u.role,
                  exists (select from operators o where o.person_id = u.person_id and o.active) as "is_operator!",
                  p.totp is not null as "has_factor!"
           from users u
           join people p on p.id = u.person_id
           where u.company_id = $1 and u.active
           order by u.role <> 'owner', u.role <> 'manager', u.name, u.id
           limit 200"#,
        tenant.as_uuid()
    )
    .fetch_all(db.pool())
    .await
}

/// Something that was done in or to an agency.
#[derive(Debug, Clone)]
pub struct Act {
    /// When.
    pub at: OffsetDateTime,
    /// `tenant.suspend`.
    pub action: String,
    /// Who did it; none: the program.
    pub who: Option<String>,
    /// The operator who acted as them.
    pub behind: Option<String>,
    /// Why, where a reason was asked for.
    pub reason: Option<String>,
}

/// The last lines of an agency's log, newest first.
///
/// # Errors
/// The database's.
pub async fn acts(db: &CentralDb, tenant: TenantId, limit: i64) -> Result<Vec<Act>, sqlx::Error> {
    sqlx::query_as!(
        Act,
        r#"select l.at, l.action, coalesce(u.name, p.name) as who, b.name as "behind?", l.changes ->> 'reason' as reason
           from tenant_audit_log l
           left join users u on u.id = l.user_id
           left join people p on p.id = l.user_id
           left join people b on b.id = l.impersonator_id
           where l.tenant_id = $1
           order by l.seq desc
           limit $2"#,
        tenant.as_uuid(),
        limit
    )
    .fetch_all(db.pool())
    .await
}

/// A database server with what lies on it.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// `active`, `draining`, `retired`.
    pub state: String,
    /// Agencies on it.
    pub agencies: i64,
    /// The size of their databases, as they were measured last.
    pub bytes: i64,
    /// How many of them were measured.
    pub measured: i64,
}

/// The database servers, by name.
///
/// # Errors
/// The database's.
pub async fn servers(db: &CentralDb) -> Result<Vec<Server>, sqlx::Error> {
    sqlx::query_as!(
        Server,
        r#"select d.name, d.state, count(l.tenant_id) as "agencies!",
                  count(*) filter (where l.size_bytes > 0) as "measured!",
                  coalesce(sum(l.size_bytes), 0)::bigint as "bytes!"
           from database_servers d
           left join tenant_placements l on l.server_id = d.id
           group by d.id
           order by d.name"#
    )
    .fetch_all(db.pool())
    .await
}

/// A member whom somebody wants to act as, with the agency's name in addresses.
#[derive(Debug, Clone)]
pub struct Target {
    /// The agency's slug.
    pub slug: String,
    /// Its name for people.
    pub company: String,
    /// The member's name.
    pub name: String,
    /// Their role.
    pub role: String,
    /// Whether the same person runs the platform.
    pub is_operator: bool,
}

/// An active member of an agency; none when the account is not this agency's.
///
/// # Errors
/// The database's.
pub async fn target(db: &CentralDb, tenant: TenantId, user: Uuid) -> Result<Option<Target>, sqlx::Error> {
    sqlx::query_as!(
        Target,
        r#"select c.slug, c.name as company, u.name, u.role,
                  exists (select from operators o where o.person_id = u.person_id and o.active) as "is_operator!"
           from users u
           join companies c on c.id = u.company_id
           where u.id = $2 and u.company_id = $1 and u.active"#,
        tenant.as_uuid(),
        user
    )
    .fetch_optional(db.pool())
    .await
}

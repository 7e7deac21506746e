//! How much each agency uses, as the platform knows it, what it may use, and how much of that its own database has been told.

use time::Date;

use super::{CentralTx, alerts};
use crate::{CentralDb, TenantId};

/// What an agency may use at once, by which word of its subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Users, those beyond the plan included.
    pub users: i64,
    /// Properties; none: unlimited.
    pub properties: Option<i64>,
    /// Raised with each change: an older word never replaces a newer one.
    pub version: i64,
}

/// What an agency may use now.
///
/// # Errors
/// `RowNotFound` when it has no subscription yet.
pub async fn limits(db: &CentralDb, tenant: TenantId) -> Result<Limits, sqlx::Error> {
    sqlx::query_as!(
        Limits,
        r#"select (v.max_users + s.additional_users)::bigint as "users!", v.max_properties::bigint as properties,
                  s.limits_version as version
           from tenant_subscriptions s
           join subscription_plan_versions v on v.id = s.version_id
           where s.tenant_id = $1"#,
        tenant.as_uuid()
    )
    .fetch_one(db.pool())
    .await
}

/// Whose own database has not been told of its limits yet.
///
/// # Errors
/// The database's.
pub async fn untold(db: &CentralDb) -> Result<Vec<TenantId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select s.tenant_id as "tenant: TenantId"
           from tenant_subscriptions s
           join companies c on c.id = s.tenant_id
           where s.limits_pushed < s.limits_version and c.status not in ('provisioning', 'moving', 'deleting')
           order by s.tenant_id"#
    )
    .fetch_all(db.pool())
    .await
}

/// What is raised while an agency's own database does not know its limits.
const UNTOLD: &str = alerts::Kind::LimitsUntold.as_str();

/// Tells that an agency's own database could not be told.
///
/// # Errors
/// The database's.
pub async fn not_told(db: &CentralDb, tenant: TenantId, why: &str) -> Result<(), sqlx::Error> {
    alerts::raise(db, UNTOLD, Some(tenant), why).await
}

/// Writes down that an agency's own database knows its limits up to this version.
pub(crate) async fn told(db: &CentralDb, tenant: TenantId, version: i64) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    sqlx::query!(
        "update tenant_subscriptions set limits_pushed = $2 where tenant_id = $1 and limits_pushed < $2",
        tenant.as_uuid(),
        version
    )
    .execute(&mut *tx)
    .await?;
    alerts::close_in(&mut tx, UNTOLD, tenant).await?;
    tx.commit().await
}

/// Takes hold of an agency's projection: who counts while holding it is never overtaken by who counted before.
pub(crate) async fn hold(tx: &mut CentralTx, tenant: TenantId) -> Result<Option<Known>, sqlx::Error> {
    sqlx::query_as!(
        Known,
        "select current_users as users, current_properties as properties
         from tenant_subscriptions
         where tenant_id = $1
         for update",
        tenant.as_uuid()
    )
    .fetch_optional(&mut **tx)
    .await
}

/// What the platform knows of an agency's use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Active accounts.
    pub users: i32,
    /// Properties that are not archived.
    pub properties: i32,
}

/// Writes down how many properties an agency has, as its own database counts them. What is over the plan's limit is decided in
/// the agency's database.
pub(crate) async fn record_properties(tx: &mut CentralTx, tenant: TenantId, count: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update tenant_subscriptions set current_properties = $2 where tenant_id = $1 and current_properties <> $2",
        tenant.as_uuid(),
        i32::try_from(count).unwrap_or(i32::MAX)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes down how many accounts an agency has.
pub(crate) async fn record_users(tx: &mut CentralTx, tenant: TenantId, count: i32) -> Result<(), sqlx::Error> {
    sqlx::query!("update tenant_subscriptions set current_users = $2 where tenant_id = $1", tenant.as_uuid(), count)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Active accounts of an agency, counted.
pub(crate) async fn count_users(tx: &mut CentralTx, tenant: TenantId) -> Result<i32, sqlx::Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*)::int as "count!" from users where company_id = $1 and active"#,
        tenant.as_uuid()
    );
    count.fetch_one(&mut **tx).await
}

/// A day of an agency's use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Which.
    pub day: Date,
    /// Active accounts.
    pub users: i32,
    /// How many it might have.
    pub max_users: i32,
    /// Properties.
    pub properties: i32,
    /// How many it might have; none: unlimited.
    pub max_properties: Option<i32>,
}

/// Open agencies of which this day is not written down yet.
///
/// # Errors
/// The database's.
pub async fn without_day(db: &CentralDb, day: Date) -> Result<Vec<TenantId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select s.tenant_id as "tenant: TenantId"
           from tenant_subscriptions s
           join companies c on c.id = s.tenant_id
           where c.status = 'active' and not exists (select from usage_days d where d.tenant_id = s.tenant_id and d.day = $1)
           order by s.tenant_id"#,
        day
    )
    .fetch_all(db.pool())
    .await
}

/// Writes down an agency's day, once.
///
/// # Errors
/// The database's.
pub async fn record_day(db: &CentralDb, tenant: TenantId, day: Date) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into usage_days (tenant_id, day, users, max_users, properties, max_properties)
         select s.tenant_id, $2, s.current_users, v.max_users + s.additional_users, s.current_properties, v.max_properties
         from tenant_subscriptions s
         join subscription_plan_versions v on v.id = s.version_id
         where s.tenant_id = $1
         on conflict on constraint usage_days_pkey do nothing",
        tenant.as_uuid(),
        day
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Brings what is written down of a day up to what is known by now: the line of a day is how it ended.
///
/// # Errors
/// The database's.
pub async fn follow_day(db: &CentralDb, day: Date) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update usage_days d
         set users = s.current_users, max_users = v.max_users + s.additional_users,
             properties = s.current_properties, max_properties = v.max_properties
         from tenant_subscriptions s
         join subscription_plan_versions v on v.id = s.version_id
         where d.day = $1 and s.tenant_id = d.tenant_id
           and (d.users, d.max_users, d.properties, d.max_properties)
               is distinct from (s.current_users, v.max_users + s.additional_users, s.current_properties, v.max_properties)",
        day
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// An agency's days, newest first.
///
/// # Errors
/// The database's.
pub async fn days(db: &CentralDb, tenant: TenantId, most: i64) -> Result<Vec<Day>, sqlx::Error> {
    sqlx::query_as!(
        Day,
        "select day, users, max_users, properties, max_properties
         from usage_days
         where tenant_id = $1
         order by day desc
         limit $2",
        tenant.as_uuid(),
        most
    )
    .fetch_all(db.pool())
    .await
}

//! How much an agency uses, from its own database.

use tenancy::TenantDb;

use super::types::Meter;

/// Each limited resource with its use: properties by their counter, users by the active members of staff.
///
/// # Errors
/// The database's.
pub async fn meters(db: &TenantDb) -> Result<Vec<Meter>, sqlx::Error> {
    sqlx::query_as!(
        Meter,
        r#"select l.resource,
                  case l.resource
                      when 'users' then (select count(*) from staff where active)
                      else coalesce(u.used, 0)
                  end as "used!",
                  l.max_value as max
           from plan_limits l
           left join usage_counters u on u.resource = l.resource
           order by l.resource"#
    )
    .fetch_all(db)
    .await
}

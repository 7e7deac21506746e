//! Places of the plan: taken in the transaction of the insert.

use tenancy::TenantTx;

use crate::error::{AppError, Limit};

/// Takes places of the plan, all or none, in the transaction of the insert: sixty at once get exactly what is left.
pub(super) async fn take_places(tx: &mut TenantTx, count: i64) -> Result<(), AppError> {
    let taken = sqlx::query_scalar!(
        "update usage_counters u
         set used = used + $1
         from plan_limits l
         where u.resource = 'properties' and l.resource = u.resource
           and (l.max_value is null or u.used + $1 <= l.max_value)
         returning used",
        count
    )
    .fetch_optional(&mut *tx)
    .await?;
    match taken {
        Some(_) => Ok(()),
        None => Err(AppError::PlanLimit(limit(tx).await?)),
    }
}

/// What the plan holds, and how much of it is in use.
pub(super) async fn limit(db: impl sqlx::PgExecutor<'_>) -> Result<Limit, sqlx::Error> {
    let figures = sqlx::query!(
        r#"select u.used, coalesce(l.max_value, 0) as "max!"
           from usage_counters u
           join plan_limits l on l.resource = u.resource
           where u.resource = 'properties'"#
    )
    .fetch_one(db)
    .await?;
    Ok(Limit {
        resource: "properties".into(),
        current: figures.used,
        max: figures.max,
        upgrade: "/app/settings/plan".into(),
        price: None,
    })
}

/// Gives a place back that was taken for nothing.
pub(super) async fn give_place_back(tx: &mut TenantTx) -> Result<(), sqlx::Error> {
    sqlx::query!("update usage_counters set used = used - 1 where resource = 'properties'").execute(tx).await?;
    Ok(())
}

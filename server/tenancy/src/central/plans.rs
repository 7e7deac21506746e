//! What an agency can buy, and what it has bought.

use rust_decimal::Decimal;
use uuid::Uuid;

use super::CentralTx;
use crate::{CentralDb, TenantId};

/// A plan as it is sold. Prices in reais.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its key.
    pub id: Uuid,
    /// `prime`, `k`, `k2`.
    pub name: String,
    /// Its name for people.
    pub display_name: String,
    /// A month.
    pub price_monthly: Decimal,
    /// A year, paid at once.
    pub price_yearly: Decimal,
    /// Users included.
    pub max_users: i32,
    /// Properties at once; none: unlimited.
    pub max_properties: Option<i32>,
    /// Each user beyond those included, a month.
    pub additional_user_price: Decimal,
    /// Once, at the start.
    pub activation_fee: Decimal,
    /// What it includes, by key.
    pub features: serde_json::Value,
}

/// Every plan, cheapest first.
///
/// # Errors
/// The database's.
pub async fn list(db: &CentralDb) -> Result<Vec<Plan>, sqlx::Error> {
    sqlx::query_as!(
        Plan,
        "select id, name, display_name, price_monthly, price_yearly, max_users, max_properties,
                additional_user_price, activation_fee, features
         from subscription_plans
         order by sort_order"
    )
    .fetch_all(db.pool())
    .await
}

/// The plan of this name.
///
/// # Errors
/// `RowNotFound` when there is none.
pub async fn find_by_name(db: &CentralDb, name: &str) -> Result<Plan, sqlx::Error> {
    sqlx::query_as!(
        Plan,
        "select id, name, display_name, price_monthly, price_yearly, max_users, max_properties,
                additional_user_price, activation_fee, features
         from subscription_plans
         where name = $1",
        name
    )
    .fetch_one(db.pool())
    .await
}

/// Puts an agency on a plan; it stays on the one it has.
///
/// # Errors
/// The database's.
pub(crate) async fn subscribe(tx: &mut CentralTx, tenant: TenantId, plan: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into tenant_subscriptions (id, tenant_id, plan_id, current_users)
         values ($1, $2, $3, 1)
         on conflict on constraint tenant_subscriptions_tenant_key do nothing",
        Uuid::now_v7(),
        tenant.as_uuid(),
        plan
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes down how many properties an agency has, as its own database counts them: a copy for lists of agencies, behind by
/// what the worker has not carried yet. For the worker alone; what is over the plan's limit is decided in the agency's database.
///
/// # Errors
/// The database's.
pub(crate) async fn record_properties(
    db: impl sqlx::PgExecutor<'_>,
    tenant: TenantId,
    count: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update tenant_subscriptions set current_properties = $2 where tenant_id = $1 and current_properties <> $2",
        tenant.as_uuid(),
        i32::try_from(count).unwrap_or(i32::MAX)
    )
    .execute(db)
    .await?;
    Ok(())
}

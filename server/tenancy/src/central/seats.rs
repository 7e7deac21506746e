//! Places in an agency: every active account has one, and the plan says how many there are.

use rust_decimal::Decimal;

use super::CentralTx;
use crate::{CentralDb, TenantId};

/// How many places an agency has, and how many are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seats {
    /// Active accounts.
    pub current: i64,
    /// What the plan includes, and what was bought beside it.
    pub max: i64,
    /// Each one beyond, a month, in reais.
    pub price: Decimal,
}

/// How many places there are, and how many are taken.
///
/// # Errors
/// The database's.
pub async fn find(db: &CentralDb, tenant: TenantId) -> Result<Seats, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    count(&mut tx, tenant).await
}

/// Holds the agency's places until the transaction ends: whoever changes its people does so one after the other.
pub(crate) async fn hold(tx: &mut CentralTx, tenant: TenantId) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from tenant_subscriptions where tenant_id = $1 for update", tenant.as_uuid())
        .fetch_one(&mut **tx)
        .await?;
    Ok(())
}

/// Whether a place is free, for who [`hold`]s them; else how many there are.
pub(crate) async fn is_free(tx: &mut CentralTx, tenant: TenantId) -> Result<Result<(), Seats>, sqlx::Error> {
    let seats = count(tx, tenant).await?;
    Ok(if seats.current < seats.max { Ok(()) } else { Err(seats) })
}

async fn count(tx: &mut CentralTx, tenant: TenantId) -> Result<Seats, sqlx::Error> {
    sqlx::query_as!(
        Seats,
        r#"select (select count(*) from users u where u.company_id = s.tenant_id and u.active) as "current!",
                  (v.max_users + s.additional_users)::bigint as "max!", v.additional_user_price as price
           from tenant_subscriptions s
           join subscription_plan_versions v on v.id = s.version_id
           where s.tenant_id = $1"#,
        tenant.as_uuid()
    )
    .fetch_one(&mut **tx)
    .await
}

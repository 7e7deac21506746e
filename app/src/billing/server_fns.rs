//! Plans and their use.

use leptos::prelude::*;

use super::types::{Plan, PlanUse};
use crate::error::AppError;

/// Every plan, cheapest first.
#[server(prefix = "/fn", endpoint = "billing/plans")]
pub async fn list_plans() -> Result<Vec<Plan>, AppError> {
    let house = crate::caller::house()?;
    super::plans::list(&house).await
}

/// The agency's plan and how much of it is used. Answers while the agency is suspended too: this page says how to go on.
#[server(prefix = "/fn", endpoint = "billing/use")]
pub async fn load_use() -> Result<PlanUse, AppError> {
    let (plan, db) = crate::caller::staff_of_plan(crate::access::Can::SeePlan)?;
    let meters = match db {
        Some(db) => super::db::meters(&db).await?,
        None => Vec::new(),
    };
    Ok(PlanUse { plan, meters })
}

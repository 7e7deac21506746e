//! Plans and their use.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;

use super::types::{Plan, PlanPage};
use crate::error::AppError;
use crate::values::fields::Fields;

/// Every plan, cheapest first.
#[server(prefix = "/fn", endpoint = "billing/plans")]
pub async fn list_plans() -> Result<Vec<Plan>, AppError> {
    let house = crate::caller::house()?;
    super::plans::list(&house).await
}

/// The agency's plan, how much of it is used, and what the wish in the address comes to. Answers while the agency is closed
/// too: this page says how to go on.
#[server(prefix = "/fn", endpoint = "billing/use")]
pub async fn load_use(#[server(flatten)] wish: Fields) -> Result<PlanPage, AppError> {
    let staff = crate::caller::staff_of_plan(crate::access::Can::SeePlan)?;
    let house = crate::caller::house()?;
    super::subscription::page(&house, &staff, wish, crate::words::lang()).await
}

/// Changes plan, length of periods and additional users, for the amount that was agreed to.
#[server(prefix = "/fn", endpoint = "billing/change")]
pub async fn change_plan(#[server(flatten)] form: Fields) -> Result<(), AppError> {
    let staff = crate::caller::staff_of_plan(crate::access::Can::ChangePlan)?;
    let house = crate::caller::house()?;
    super::subscription::change(&house, &staff, &form).await
}

/// Ends the subscription with its period.
#[server(prefix = "/fn", endpoint = "billing/cancel")]
pub async fn cancel_plan() -> Result<(), AppError> {
    let staff = crate::caller::staff_of_plan(crate::access::Can::ChangePlan)?;
    let house = crate::caller::house()?;
    super::subscription::cancel(&house, &staff).await
}

/// Takes a cancellation back, also when it has come about.
#[server(prefix = "/fn", endpoint = "billing/keep")]
pub async fn keep_plan() -> Result<(), AppError> {
    let staff = crate::caller::staff_of_plan(crate::access::Can::ChangePlan)?;
    let house = crate::caller::house()?;
    super::subscription::keep(&house, &staff).await
}

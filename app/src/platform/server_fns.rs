//! Agencies, for operators.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;

use super::types::TenantRow;
use crate::error::AppError;

/// Agencies whose name or slug holds what was typed.
#[server(prefix = "/fn", endpoint = "platform/tenants")]
pub async fn list_tenants(q: String) -> Result<Vec<TenantRow>, AppError> {
    crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::tenants::list(&house, &q).await
}

/// Closes an agency for a while.
#[server(prefix = "/fn", endpoint = "platform/suspend")]
pub async fn suspend_tenant(slug: String, #[server(default)] reason: String) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::tenants::suspend(&house, &operator, &slug, &reason).await
}

/// Opens a suspended agency again.
#[server(prefix = "/fn", endpoint = "platform/resume")]
pub async fn resume_tenant(slug: String) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::tenants::resume(&house, &operator, &slug).await
}

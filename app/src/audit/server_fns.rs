//! What may be asked of the log.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;

use super::filter::AuditFilter;
use super::types::AuditPage;
use crate::error::AppError;

/// A page of the agency's own log.
#[server(prefix = "/fn", endpoint = "audit/list")]
pub async fn list_audit(#[server(default)] filter: AuditFilter) -> Result<AuditPage, AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeAudit)?;
    let house = crate::caller::house()?;
    let viewer = super::log::Viewer::Staff(staff.account.tenant);
    super::log::page(&house, (viewer, Some(&staff.db)), (&filter, ""), crate::words::lang()).await
}

/// A page of everybody's log, or of the one that an operator names.
#[server(prefix = "/fn", endpoint = "audit/list_all")]
pub async fn list_all_audit(
    #[server(default)] agency: String,
    #[server(default)] filter: AuditFilter,
) -> Result<AuditPage, AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::reads::of_a_log(&house, &operator, (&filter, &agency)).await?;
    super::log::page(&house, (super::log::Viewer::Operator, None), (&filter, &agency), crate::words::lang()).await
}

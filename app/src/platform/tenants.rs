//! What operators do with agencies.

use tenancy::central::companies::{self, By, Company};
use tenancy::central::plans;

use super::types::TenantRow;
use crate::caller::Operator;
use crate::error::AppError;
use crate::state::House;
use crate::values::fields::Problem;
use crate::values::text;

/// Agencies whose name or slug holds what was typed; all when nothing was.
///
/// # Errors
/// The database's.
pub async fn list(house: &House, query: &str) -> Result<Vec<TenantRow>, AppError> {
    let wanted = query.trim().to_lowercase();
    let (all, plans) = futures::try_join!(companies::list(&house.central), plans::list(&house.central))?;
    let found = all.into_iter().filter(|c| c.slug.contains(&wanted) || c.name.to_lowercase().contains(&wanted));
    Ok(found.map(|company| row(company, &plans)).collect())
}

fn row(company: Company, plans: &[plans::Plan]) -> TenantRow {
    let plan = plans.iter().find(|plan| Some(&plan.name) == company.plan.as_ref());
    TenantRow {
        slug: company.slug,
        name: company.name,
        plan: plan.map(|plan| plan.display_name.clone()).unwrap_or_default(),
        status: company.status,
        reason: company.suspended_reason.unwrap_or_default(),
        created_at: company.created_at,
    }
}

/// Closes an agency for a while.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::NotFound`] when there is no such active agency.
pub async fn suspend(house: &House, operator: &Operator, slug: &str, reason: &str) -> Result<(), AppError> {
    let reason = text::parse_line(reason, 200).map_err(|problem| AppError::invalid("reason", problem))?;
    if reason.is_empty() {
        return Err(AppError::invalid("reason", Problem::Required));
    }
    let company = companies::find_by_slug(&house.central, slug).await?;
    let done = companies::suspend(&house.central, company.id, &reason, by(operator)).await?;
    if done { Ok(()) } else { Err(AppError::NotFound) }
}

/// Opens a suspended agency again, and lets its work go on.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such suspended agency.
pub async fn resume(house: &House, operator: &Operator, slug: &str) -> Result<(), AppError> {
    let company = companies::find_by_slug(&house.central, slug).await?;
    let done = companies::resume(&house.central, company.id, by(operator)).await?;
    if done { Ok(()) } else { Err(AppError::NotFound) }
}

fn by(operator: &Operator) -> By {
    By {
        person: Some(operator.account.person.as_uuid()),
        ip_address: Some(operator.request.ip.to_string()),
        user_agent: operator.request.user_agent.clone(),
        request_id: Some(operator.request.id.clone()),
    }
}

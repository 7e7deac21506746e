//! Who looked at what is somebody's private business: exports, other people's data, whole lists. Reading changes nothing, so
//! the line goes straight to the log of the agency whose data it is, before anything is shown; where it cannot be written,
//! nothing is shown.

use serde_json::{Value, json};
use tenancy::TenantId;
use tenancy::central::{audit, companies};
use uuid::Uuid;

use super::filter::AuditFilter;
use crate::caller::{Operator, Request, Staff};
use crate::error::AppError;
use crate::state::House;

/// Who reads whose data.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The agency whose data it is; none: the platform's own, or everybody's.
    pub tenant: Option<TenantId>,
    /// The account, or for operators the person.
    pub user: Uuid,
    /// The request.
    pub request: &'a Request,
}

impl<'a> Reader<'a> {
    /// A member of staff, in their own agency.
    pub fn staff(staff: &'a Staff) -> Self {
        let account = &staff.account;
        Self { tenant: Some(account.tenant), user: account.user.as_uuid(), request: &staff.request }
    }

    /// An operator.
    pub fn operator(operator: &'a Operator, tenant: Option<TenantId>) -> Self {
        Self { tenant, user: operator.account.person.as_uuid(), request: &operator.request }
    }
}

/// Writes down that something is read: `audit.export`, of which kind of record and which one, and what was asked for.
///
/// # Errors
/// The database's; then nothing may be shown.
pub async fn record(
    house: &House,
    reader: Reader<'_>,
    (action, entity_type, entity_id): (&str, &str, Uuid),
    asked: Value,
) -> Result<(), AppError> {
    let event = audit::Event {
        tenant: reader.tenant,
        user: Some(reader.user),
        changes: asked,
        ip_address: Some(reader.request.ip.to_string()),
        user_agent: reader.request.user_agent.clone(),
        request_id: Some(reader.request.id.clone()),
        ..audit::Event::of_platform(action, entity_type, entity_id)
    };
    Ok(audit::record(&house.central, event).await?)
}

/// An operator who looks into one agency's log is seen there: once a look, not once a page.
///
/// # Errors
/// Those of [`record`].
pub async fn of_an_agencys_log(
    house: &House,
    operator: &Operator,
    (filter, agency): (&AuditFilter, &str),
) -> Result<(), AppError> {
    if agency.is_empty() || filter.after.is_some() || filter.before.is_some() {
        return Ok(());
    }
    let company = match companies::find_by_slug(&house.central, agency).await {
        Err(tenancy::DatabaseError::RowNotFound) => return Ok(()),
        found => found?,
    };
    let what = ("audit.read", "company", company.id.as_uuid());
    record(house, Reader::operator(operator, Some(company.id)), what, asked(filter)).await
}

/// A filter as a line of the log keeps it.
pub fn asked(filter: &AuditFilter) -> Value {
    let pairs = filter.pairs().into_iter().map(|(name, value)| (name.to_owned(), json!(value)));
    Value::Object(pairs.collect())
}

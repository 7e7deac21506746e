//! Who looked at what is somebody's private business: exports, other people's data, whole lists. Reading changes nothing, so
//! the line goes straight to the log of the agency whose data it is, before anything is shown; where it cannot be written,
//! nothing is shown.

use serde_json::{Value, json};
use tenancy::TenantId;
use tenancy::central::audit_log::Place;
use tenancy::central::{audit, companies};
use time::Duration;
use uuid::Uuid;

use super::filter::AuditFilter;
use crate::caller::{Operator, Request, Staff};
use crate::error::AppError;
use crate::state::House;

/// What is looked at again within so long is the same look.
const ONE_LOOK: Duration = Duration::hours(1);

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
    let event = event(house, reader, (action, entity_type, entity_id), asked);
    Ok(audit::record(&house.central, event).await?)
}

/// As [`record`], unless they have left the same line within the last hour.
async fn record_once(
    house: &House,
    reader: Reader<'_>,
    what: (&str, &str, Uuid),
    asked: Value,
) -> Result<(), AppError> {
    let event = event(house, reader, what, asked);
    let since = event.at - ONE_LOOK;
    Ok(audit::record_once(&house.central, event, since).await?)
}

fn event(
    house: &House,
    reader: Reader<'_>,
    (action, entity_type, entity_id): (&str, &str, Uuid),
    asked: Value,
) -> audit::Event {
    audit::Event {
        at: house.clock.now(),
        tenant: reader.tenant,
        user: Some(reader.user),
        changes: asked,
        ip_address: Some(reader.request.ip.to_string()),
        user_agent: reader.request.user_agent.clone(),
        request_id: Some(reader.request.id.clone()),
        ..audit::Event::of_platform(action, entity_type, entity_id)
    }
}

/// An operator who looks into one agency's log is seen there; who looks into everybody's for one person, one record or some letters
/// is seen in the platform's own, for it may be one agency's people whom that shows. Once a look, not once a page: a page further
/// on is written down only where nobody began within the hour, for anybody can type a cursor.
///
/// # Errors
/// Those of [`record`].
pub async fn of_a_log(
    house: &House,
    operator: &Operator,
    (filter, agency): (&AuditFilter, &str),
) -> Result<(), AppError> {
    let company = match agency {
        "" | "-" => None,
        slug => match companies::find_by_slug(&house.central, slug).await {
            Err(tenancy::DatabaseError::RowNotFound) => return Ok(()),
            found => Some(found?),
        },
    };
    let tenant = company.map(|company| company.id);
    let is_narrow = [&filter.who, &filter.entity, &filter.q].iter().any(|asked| !asked.is_empty());
    let what = match tenant {
        Some(tenant) => ("audit.read", "company", tenant.as_uuid()),
        None if is_narrow => ("audit.search", "company", Uuid::nil()),
        None => return Ok(()),
    };
    let reader = Reader::operator(operator, tenant);
    match super::log::place(filter) {
        Place::Newest => record(house, reader, what, asked(filter)).await,
        Place::After(_) | Place::Before(_) => record_once(house, reader, what, asked(filter)).await,
    }
}

/// An operator who opens an agency's page is seen in its log: the page shows its people and what they did. Once an hour, because it is
/// opened anew after each act.
///
/// # Errors
/// Those of [`record`].
pub async fn of_a_sheet(house: &House, operator: &Operator, tenant: TenantId) -> Result<(), AppError> {
    let what = ("tenant.read", "company", tenant.as_uuid());
    record_once(house, Reader::operator(operator, Some(tenant)), what, json!({})).await
}

/// A filter as a line of the log keeps it.
pub fn asked(filter: &AuditFilter) -> Value {
    let pairs = filter.pairs().into_iter().map(|(name, value)| (name.to_owned(), json!(value)));
    Value::Object(pairs.collect())
}

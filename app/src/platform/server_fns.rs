//! The console's questions and acts, for operators.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;
use uuid::Uuid;

use super::fleet_types::{FleetPage, ServerPage, ServerSheet};
use super::plan_types::{PlanEditor, PlanGroup};
use super::types::{Health, OperationPage, OperationSheet, TenantPage, TenantSheet, TicketSheet};
use crate::error::AppError;
use crate::values::fields::Fields;

/// Agencies that fit, by their names in addresses, after one of them.
#[server(prefix = "/fn", endpoint = "platform/tenants")]
pub async fn list_tenants(
    #[server(default)] q: String,
    #[server(default)] status: String,
    #[server(default)] subscription: String,
    #[server(default)] plan: String,
    #[server(default)] server: String,
    #[server(default)] after: String,
) -> Result<TenantPage, AppError> {
    crate::caller::operator()?;
    let house = crate::caller::house()?;
    let asked = super::types::Asked { q, status, subscription, plan, server };
    super::tenants::list(&house, asked, &after).await
}

/// One agency with everything around it.
#[server(prefix = "/fn", endpoint = "platform/tenant")]
pub async fn load_tenant(slug: String) -> Result<TenantSheet, AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::tenants::load(&house, &operator, &slug).await
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

/// Records that an agency's invoice was paid.
#[server(prefix = "/fn", endpoint = "platform/pay_invoice")]
pub async fn pay_invoice(#[server(flatten)] form: Fields) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::money::pay(&house, &operator, &form).await
}

/// Asks to act as a member of an agency: gives a ticket, and leads to the page that uses it.
#[server(prefix = "/fn", endpoint = "platform/act_as")]
pub async fn act_as(
    slug: String,
    #[server(default)] user: String,
    #[server(default)] why: String,
    #[server(default)] may_write: bool,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    let wanted = super::acting::Wanted { slug: &slug, user: &user, why: &why, may_write };
    let ticket = super::acting::ask(&house, &operator, wanted, password).await?;
    leptos_axum::redirect(&format!("/platform/tenants/{slug}/act?ticket={ticket}"));
    Ok(())
}

/// Takes the second factor of a member away, who has lost it.
#[server(prefix = "/fn", endpoint = "platform/reset_second_factor")]
pub async fn reset_members_factor(
    slug: String,
    #[server(default)] helped: String,
    #[server(default)] help_reason: String,
) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::help::reset_second_factor(&house, &operator, (&slug, &helped, &help_reason)).await
}

/// What a ticket is good for.
#[server(prefix = "/fn", endpoint = "platform/ticket")]
pub async fn load_ticket(slug: String, ticket: String) -> Result<TicketSheet, AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::acting::look(&house, &operator, &slug, &ticket).await
}

/// Uses a ticket up, and acts as the member from now on.
#[server(prefix = "/fn", endpoint = "platform/begin_acting")]
pub async fn begin_acting(slug: String, user: Uuid, ticket: String) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::acting::begin(&house, &operator, (&slug, user), &ticket).await?;
    leptos_axum::redirect("/app");
    Ok(())
}

/// Ends it: the operator is back in the console.
#[server(prefix = "/fn", endpoint = "platform/end_acting")]
pub async fn end_acting() -> Result<(), AppError> {
    let (who, request) = crate::caller::anybody()?;
    let house = crate::caller::house()?;
    let slug = super::acting::end(&house, who, &request).await?;
    leptos_axum::redirect(&format!("/platform/tenants/{slug}"));
    Ok(())
}

/// Operations, the open ones and a page of those that are over.
#[server(prefix = "/fn", endpoint = "platform/operations")]
pub async fn list_operations(
    #[server(default)] before: String,
    #[server(default)] agency: String,
) -> Result<OperationPage, AppError> {
    crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::fleet::operations(&house, before.parse().ok(), &agency).await
}

/// One operation with its record.
#[server(prefix = "/fn", endpoint = "platform/operation")]
pub async fn load_operation(id: String) -> Result<OperationSheet, AppError> {
    crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::fleet::operation(&house, id.parse().map_err(|_| AppError::NotFound)?).await
}

/// Makes an operation that waits, or has failed, due at once.
#[server(prefix = "/fn", endpoint = "platform/retry_operation")]
pub async fn retry_operation(id: Uuid) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::fleet::retry_operation(&house, &operator, id).await
}

/// Open alerts and the queue.
#[server(prefix = "/fn", endpoint = "platform/health")]
pub async fn load_health() -> Result<Health, AppError> {
    crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::fleet::health(&house).await
}

/// Puts a job that was given up back into the queue.
#[server(prefix = "/fn", endpoint = "platform/retry_job")]
pub async fn retry_job(id: Uuid) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::fleet::retry_job(&house, &operator, id).await
}

/// Closes an alert that somebody has seen to.
#[server(prefix = "/fn", endpoint = "platform/close_alert")]
pub async fn close_alert(id: Uuid) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::fleet::close_alert(&house, &operator, id).await
}

/// The database servers and what lies on them.
#[server(prefix = "/fn", endpoint = "platform/servers")]
pub async fn list_servers() -> Result<ServerPage, AppError> {
    crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::errands::servers(&house).await
}

/// One database server.
#[server(prefix = "/fn", endpoint = "platform/server")]
pub async fn load_server(name: String) -> Result<ServerSheet, AppError> {
    crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::errands::server(&house, &name).await
}

/// Asks for a server to be added, and leads to how that goes on.
#[server(prefix = "/fn", endpoint = "platform/add_server")]
pub async fn add_server(#[server(flatten)] form: Fields) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::errands::followed(super::errands::add_server(&house, &operator, &form).await?)
}

/// Asks for a server to take another number of agencies.
#[server(prefix = "/fn", endpoint = "platform/set_server")]
pub async fn set_server(#[server(flatten)] form: Fields) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::errands::followed(super::errands::set_capacity(&house, &operator, &form).await?)
}

/// Asks for a server to take no agency any more.
#[server(prefix = "/fn", endpoint = "platform/drain_server")]
pub async fn drain_server(name: String) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::errands::followed(super::errands::drain(&house, &operator, &name).await?)
}

/// Asks for a server to take agencies again.
#[server(prefix = "/fn", endpoint = "platform/activate_server")]
pub async fn activate_server(name: String) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::errands::followed(super::errands::activate(&house, &operator, &name).await?)
}

/// How far the fleet's schema is.
#[server(prefix = "/fn", endpoint = "platform/fleet")]
pub async fn load_fleet() -> Result<FleetPage, AppError> {
    crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::errands::fleet(&house).await
}

/// Asks for the fleet to come to the program's version, and leads to how that goes on.
#[server(prefix = "/fn", endpoint = "platform/migrate")]
pub async fn migrate_fleet(#[server(default)] only_failed: bool) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::errands::followed(super::errands::migrate(&house, &operator, only_failed).await?)
}

/// Every plan with all of its versions.
#[server(prefix = "/fn", endpoint = "platform/plans")]
pub async fn list_versions() -> Result<Vec<PlanGroup>, AppError> {
    crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::plans::list(&house).await
}

/// The form for a plan's next version, and what it would change.
#[server(prefix = "/fn", endpoint = "platform/plan")]
pub async fn edit_plan(#[server(flatten)] asked: Fields) -> Result<PlanEditor, AppError> {
    crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::plans::edit(&house, asked).await
}

/// Publishes the next version of a plan.
#[server(prefix = "/fn", endpoint = "platform/publish_plan")]
pub async fn publish_plan(#[server(flatten)] form: Fields) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::plans::publish(&house, &operator, &form).await?;
    leptos_axum::redirect("/platform/plans");
    Ok(())
}

/// Ends an agency's subscription with its period.
#[server(prefix = "/fn", endpoint = "platform/cancel")]
pub async fn cancel_tenant(slug: String) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::leaving::cancel(&house, &operator, &slug).await
}

/// Takes that back.
#[server(prefix = "/fn", endpoint = "platform/keep")]
pub async fn keep_tenant(slug: String) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::leaving::keep(&house, &operator, &slug).await
}

/// Closes an agency for good.
#[server(prefix = "/fn", endpoint = "platform/delete")]
pub async fn delete_tenant(#[server(flatten)] form: Fields) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::leaving::delete(&house, &operator, &form).await
}

/// Lets an agency stay that was to go.
#[server(prefix = "/fn", endpoint = "platform/call_off")]
pub async fn call_off_deletion(slug: String) -> Result<(), AppError> {
    let operator = crate::caller::operator()?;
    let house = crate::caller::house()?;
    super::leaving::call_off(&house, &operator, &slug).await
}

//! What owners and managers may do with the agency's domains.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;
use uuid::Uuid;

use super::types::DomainsShown;
use crate::error::AppError;

/// The agency's domains, and what is to be done about them.
#[server(prefix = "/fn", endpoint = "domains/load")]
pub async fn load_domains(#[server(default)] draft: Option<Uuid>) -> Result<DomainsShown, AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteDomains)?;
    let house = crate::caller::house()?;
    super::claims::shown(&house, &staff, draft).await
}

/// Claims a domain: it is the agency's once its DNS says so.
#[server(prefix = "/fn", endpoint = "domains/claim")]
pub async fn claim_domain(#[server(default)] host: String) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteDomains)?;
    let house = crate::caller::house()?;
    super::claims::claim(&house, &staff, &host).await
}

/// Asks the DNS of a domain now.
#[server(prefix = "/fn", endpoint = "domains/check")]
pub async fn check_domain(id: Uuid) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteDomains)?;
    let house = crate::caller::house()?;
    super::claims::check(&house, &staff, id).await
}

/// Makes a domain the agency's main address.
#[server(prefix = "/fn", endpoint = "domains/set_primary")]
pub async fn set_primary(id: Uuid) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteDomains)?;
    let house = crate::caller::house()?;
    super::claims::choose(&house, &staff, Some(id)).await
}

/// Makes the agency's place under the platform's host its main address again.
#[server(prefix = "/fn", endpoint = "domains/clear_primary")]
pub async fn clear_primary() -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteDomains)?;
    let house = crate::caller::house()?;
    super::claims::choose(&house, &staff, None).await
}

/// Lets every other host of the agency lead to its main one, or show the site itself.
#[server(prefix = "/fn", endpoint = "domains/set_redirects")]
pub async fn set_redirects(#[server(default)] redirects: bool) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteDomains)?;
    let house = crate::caller::house()?;
    super::claims::redirect(&house, &staff, redirects).await
}

/// Lets go of a domain.
#[server(prefix = "/fn", endpoint = "domains/release")]
pub async fn release_domain(id: Uuid, #[server(default)] confirmed: bool) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteDomains)?;
    let house = crate::caller::house()?;
    super::claims::release(&house, &staff, id, confirmed).await
}

/// Gives the agency another name in addresses.
#[server(prefix = "/fn", endpoint = "domains/rename")]
pub async fn rename_address(#[server(default)] address: String) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::RenameAgency)?;
    let house = crate::caller::house()?;
    super::claims::rename(&house, &staff, &address).await
}

/// Gives the agency another name for people.
#[server(prefix = "/fn", endpoint = "domains/set_name")]
pub async fn set_agency_name(#[server(default)] name: String) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::RenameAgency)?;
    let house = crate::caller::house()?;
    super::claims::set_name(&house, &staff, &name).await
}

//! What staff may ask of properties.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;

use super::filter::PropertyFilter;
use super::types::{PropertyEditing, PropertyId, PropertyPage, PropertyRow};
use crate::error::AppError;
use crate::values::fields::Fields;
use crate::values::page::Page;

/// One page of the list.
#[server(prefix = "/fn", endpoint = "properties/list")]
pub async fn list_properties(#[server(default)] filter: PropertyFilter) -> Result<Page<PropertyRow>, AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeProperties)?;
    super::db::list(&staff.db, &filter, crate::words::lang()).await
}

/// What a property's page shows.
#[server(prefix = "/fn", endpoint = "properties/load")]
pub async fn load_property(id: PropertyId) -> Result<PropertyPage, AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeProperties)?;
    Ok(super::db::page(&staff, id, crate::words::lang()).await?)
}

/// What the form of a property begins with.
#[server(prefix = "/fn", endpoint = "properties/edit")]
pub async fn edit_property(id: PropertyId) -> Result<PropertyEditing, AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    Ok(super::db::editing(&staff.db, id, crate::words::lang()).await?)
}

/// An identifier for a property that is about to be registered: the form carries it, so that sent twice it makes one.
#[server(prefix = "/fn", endpoint = "properties/blank")]
pub async fn new_property() -> Result<PropertyId, AppError> {
    crate::caller::staff(crate::access::Can::WriteProperties)?;
    Ok(PropertyId::generate())
}

/// Registers a property.
#[server(prefix = "/fn", endpoint = "properties/create")]
pub async fn create_property(id: PropertyId, #[server(flatten)] form: Fields) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    let input = super::rules::parse(&super::types::PropertyForm::from_fields(&form), crate::caller::year()?)?;
    let mut tx = staff.db.begin().await?;
    let id = super::db::create(&mut tx, &staff, id, &input).await?;
    tx.commit().await?;
    leptos_axum::redirect(&format!("/app/properties/{id}"));
    Ok(())
}

/// Saves an edit that began from `version`.
#[server(prefix = "/fn", endpoint = "properties/update")]
pub async fn update_property(id: PropertyId, version: i32, #[server(flatten)] form: Fields) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    let input = super::rules::parse(&super::types::PropertyForm::from_fields(&form), crate::caller::year()?)?;
    let mut tx = staff.db.begin().await?;
    super::db::update(&mut tx, &staff, (id, version), &input).await?;
    tx.commit().await?;
    leptos_axum::redirect(&format!("/app/properties/{id}"));
    Ok(())
}

/// Puts a property away.
#[server(prefix = "/fn", endpoint = "properties/archive")]
pub async fn archive_property(id: PropertyId) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::ArchiveProperties)?;
    let mut tx = staff.db.begin().await?;
    super::db::archive(&mut tx, &staff, id).await?;
    Ok(tx.commit().await?)
}

/// Brings a property back.
#[server(prefix = "/fn", endpoint = "properties/restore")]
pub async fn restore_property(id: PropertyId) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::ArchiveProperties)?;
    let mut tx = staff.db.begin().await?;
    super::db::restore(&mut tx, &staff, id).await?;
    Ok(tx.commit().await?)
}

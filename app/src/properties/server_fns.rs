//! What staff may ask of properties.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;
use uuid::Uuid;

use super::filter::PropertyFilter;
use super::types::{
    Missing, PhotoId, PhotoPage, PropertyBlank, PropertyEditing, PropertyId, PropertyPage, PropertyRow,
};
use crate::error::AppError;
use crate::values::fields::Fields;
use crate::values::page::Page;

/// One page of the list.
#[server(prefix = "/fn", endpoint = "properties/list")]
pub async fn list_properties(#[server(default)] filter: PropertyFilter) -> Result<Page<PropertyRow>, AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeProperties)?;
    super::db::list(&staff, &filter, crate::words::lang()).await
}

/// What a property's page shows.
#[server(prefix = "/fn", endpoint = "properties/load")]
pub async fn load_property(id: PropertyId) -> Result<PropertyPage, AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeProperties)?;
    Ok(super::db::page(&staff, id, crate::words::lang()).await?)
}

/// What the form of a property begins with.
#[server(prefix = "/fn", endpoint = "properties/edit")]
pub async fn edit_property(
    id: PropertyId,
    #[server(default)] draft: Option<Uuid>,
) -> Result<PropertyEditing, AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    let now = crate::caller::house()?.clock.now();
    Ok(super::db::editing(&staff, id, draft, (now, crate::words::lang())).await?)
}

/// What the form of a property that is about to be registered begins with.
#[server(prefix = "/fn", endpoint = "properties/blank")]
pub async fn new_property(#[server(default)] draft: Option<Uuid>) -> Result<PropertyBlank, AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    let now = crate::caller::house()?.clock.now();
    Ok(super::db::blank(&staff, draft, (now, crate::words::lang())).await?)
}

/// What a form that is still being filled in lacks before visitors may see the property.
#[server(prefix = "/fn", endpoint = "properties/check")]
pub async fn check_property(#[server(flatten)] form: Fields) -> Result<Vec<Missing>, AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    let now = crate::caller::house()?.clock.now();
    Ok(super::db::check(&staff.db, &form, (now, crate::words::lang())).await?)
}

/// Registers a property.
#[server(prefix = "/fn", endpoint = "properties/create")]
pub async fn create_property(id: PropertyId, #[server(flatten)] form: Fields) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    let form = super::types::PropertyForm::from_fields(&form);
    let (input, to) = (super::rules::parse(&form, crate::caller::year()?)?, super::rules::parse_responsible(&form)?);
    let id = staff.db.transact(async |tx| super::db::create(tx, &staff, id, (&input, to)).await).await?;
    leptos_axum::redirect(&format!("/app/properties/{id}"));
    Ok(())
}

/// Saves an edit that began from `version`.
#[server(prefix = "/fn", endpoint = "properties/update")]
pub async fn update_property(id: PropertyId, version: i32, #[server(flatten)] form: Fields) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    let form = super::types::PropertyForm::from_fields(&form);
    let (input, to) = (super::rules::parse(&form, crate::caller::year()?)?, super::rules::parse_responsible(&form)?);
    staff.db.transact(async |tx| super::db::update(tx, &staff, (id, version), (&input, to)).await).await?;
    leptos_axum::redirect(&format!("/app/properties/{id}"));
    Ok(())
}

/// Puts a property on the storefront.
#[server(prefix = "/fn", endpoint = "properties/publish")]
pub async fn publish_property(id: PropertyId) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::PublishProperties)?;
    staff.db.transact(async |tx| super::db::publish(tx, &staff, id).await).await
}

/// Takes a property off the storefront.
#[server(prefix = "/fn", endpoint = "properties/unpublish")]
pub async fn unpublish_property(id: PropertyId) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::PublishProperties)?;
    staff.db.transact(async |tx| super::db::unpublish(tx, &staff, id).await).await
}

/// Shows a published property on the storefront's first page, or no longer.
#[server(prefix = "/fn", endpoint = "properties/feature")]
pub async fn feature_property(id: PropertyId, featured: bool) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::PublishProperties)?;
    staff.db.transact(async |tx| super::db::feature(tx, &staff, (id, featured)).await).await
}

/// Puts a property away.
#[server(prefix = "/fn", endpoint = "properties/archive")]
pub async fn archive_property(id: PropertyId) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::ArchiveProperties)?;
    staff.db.transact(async |tx| super::db::archive(tx, &staff, id).await).await
}

/// Brings a property back.
#[server(prefix = "/fn", endpoint = "properties/restore")]
pub async fn restore_property(id: PropertyId) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::ArchiveProperties)?;
    staff.db.transact(async |tx| super::db::restore(tx, &staff, id).await).await
}

/// A property's photographs.
#[server(prefix = "/fn", endpoint = "properties/photos")]
pub async fn list_photos(id: PropertyId) -> Result<PhotoPage, AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    let property = super::db::find_seen(&staff, id).await?;
    let title = format!("{} · {}", property.code, property.input.title);
    Ok(PhotoPage { id, title, photos: super::db::photos::list(&staff.db, id).await? })
}

/// Puts a photograph at a place, counted from 1.
#[server(prefix = "/fn", endpoint = "properties/move_photo")]
pub async fn move_photo(id: PropertyId, photo: PhotoId, place: usize) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    staff.db.transact(async |tx| super::db::photos::move_to(tx, &staff, (id, photo), place).await).await
}

/// Makes a photograph the cover.
#[server(prefix = "/fn", endpoint = "properties/set_cover")]
pub async fn set_cover(id: PropertyId, photo: PhotoId) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    staff.db.transact(async |tx| super::db::photos::set_cover(tx, &staff, (id, photo)).await).await
}

/// Says in words what a photograph shows.
#[server(prefix = "/fn", endpoint = "properties/describe_photo")]
pub async fn describe_photo(id: PropertyId, photo: PhotoId, alt: String) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    let alt = super::rules::parse_alt(&alt)?;
    staff.db.transact(async |tx| super::db::photos::describe(tx, &staff, (id, photo), &alt).await).await
}

/// Removes a photograph.
#[server(prefix = "/fn", endpoint = "properties/remove_photo")]
pub async fn remove_photo(id: PropertyId, photo: PhotoId) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteProperties)?;
    super::photos::remove(&*crate::caller::house()?, &staff, (id, photo)).await
}

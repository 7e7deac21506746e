//! What owners and managers may ask of the agency's settings.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;
use uuid::Uuid;

use super::types::{SettingsEditing, SettingsForm};
use crate::error::AppError;
use crate::values::fields::Fields;

/// What one of the settings' forms begins with.
#[server(prefix = "/fn", endpoint = "store_settings/load")]
pub async fn load_settings(
    #[server(default)] form: SettingsForm,
    #[server(default)] draft: Option<Uuid>,
) -> Result<SettingsEditing, AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteSettings)?;
    let now = crate::caller::house()?.clock.now();
    Ok(super::db::editing(&staff, form, draft, now).await?)
}

/// Saves name, registration and contact in an edit that began from `version`.
#[server(prefix = "/fn", endpoint = "store_settings/update_store")]
pub async fn update_store(version: i32, #[server(flatten)] form: Fields) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteSettings)?;
    let input = super::rules::parse_store(&form)?;
    staff.db.transact(async |tx| super::db::update_store(tx, &staff, version, &input).await).await
}

/// Saves the colours in an edit that began from `version`.
#[server(prefix = "/fn", endpoint = "store_settings/update_brand")]
pub async fn update_brand(version: i32, #[server(flatten)] form: Fields) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteSettings)?;
    let input = super::rules::parse_brand(&form)?;
    staff.db.transact(async |tx| super::db::update_brand(tx, &staff, version, &input).await).await
}

/// Removes the logo: the site shows the agency's name instead.
#[server(prefix = "/fn", endpoint = "store_settings/remove_logo")]
pub async fn remove_logo() -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteSettings)?;
    staff.db.transact(async |tx| super::db::set_logo(tx, &staff, None).await).await
}

//! What visitors may ask for.

use leptos::prelude::*;

use super::types::Store;
use crate::error::AppError;

/// The agency's face, for its landing page.
#[server(prefix = "/fn", endpoint = "storefront/landing")]
pub async fn load_landing() -> Result<Store, AppError> {
    let visitor = crate::caller::visitor()?;
    let house = crate::caller::house()?;
    Ok(super::db::store(&visitor.db, &house.settings).await?)
}

//! What visitors may ask for. The questions of a page are asked one after another: side by side each would take a connection
//! of its own, and a server has room for so many.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;

use super::search::Search;
use super::types::{LandingPage, ListingPage, SearchPage, Store};
use crate::error::AppError;

/// The agency's face and its twelve properties.
#[server(prefix = "/fn", endpoint = "storefront/landing")]
pub async fn load_landing() -> Result<LandingPage, AppError> {
    let visitor = crate::caller::visitor()?;
    let house = crate::caller::house()?;
    let lang = crate::words::lang();
    let store = super::db::store(&visitor.db, &house.settings).await?;
    let choices = house.choices.of(&visitor).await?;
    let featured = super::db::featured(&visitor.db, lang).await?;
    Ok(LandingPage { store, choices, featured })
}

/// The agency's face alone.
#[server(prefix = "/fn", endpoint = "storefront/store")]
pub async fn load_store() -> Result<Store, AppError> {
    let visitor = crate::caller::visitor()?;
    let house = crate::caller::house()?;
    Ok(super::db::store(&visitor.db, &house.settings).await?)
}

/// One page of what a visitor looks for. A page after the last one does not exist; the first one always does.
#[server(prefix = "/fn", endpoint = "storefront/search")]
pub async fn load_search(#[server(default)] search: Search) -> Result<SearchPage, AppError> {
    let visitor = crate::caller::visitor()?;
    let house = crate::caller::house()?;
    let lang = crate::words::lang();
    let search = search.bounded();
    let store = super::db::store(&visitor.db, &house.settings).await?;
    let choices = house.choices.of(&visitor).await?;
    let found = super::db::found(&visitor.db, &search, lang).await?;
    if search.page > found.pages.max(1) {
        return Err(AppError::NotFound);
    }
    Ok(SearchPage { store, choices, found })
}

/// The property at `{slug}-{code}`. An address with another slug moves to the property's own.
#[server(prefix = "/fn", endpoint = "storefront/listing")]
pub async fn load_listing(address: String) -> Result<ListingPage, AppError> {
    let visitor = crate::caller::visitor()?;
    let house = crate::caller::house()?;
    let lang = crate::words::lang();
    let code = address.rsplit('-').next().unwrap_or_default().to_uppercase();
    let store = super::db::store(&visitor.db, &house.settings).await?;
    let listing = super::db::listing(&visitor.db, &code, lang).await?;
    if listing.path != format!("/imovel/{address}") {
        crate::caller::moved_to(&super::search::in_lang(&listing.path, lang));
    }
    Ok(ListingPage { store, listing })
}

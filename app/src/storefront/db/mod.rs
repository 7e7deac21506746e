//! What visitors may read. Nothing here writes.

mod choices;
mod listing;
mod search;

use tenancy::TenantDb;

use super::theme;
use super::types::{Logo, Store};
use crate::state::Settings;

pub use choices::KnownChoices;
pub use listing::listing;
pub use search::{featured, found};

/// The agency's face.
///
/// # Errors
/// The database's.
pub async fn store(db: &TenantDb, settings: &Settings) -> Result<Store, sqlx::Error> {
    let row = sqlx::query!(
        "select company_name, creci, about, phone, whatsapp, email, address, primary_color, secondary_color, hero_title,
                logo_url, logo_width, logo_height
         from store_settings"
    )
    .fetch_one(db)
    .await?;
    let route = db.route();
    let pixels = |n: Option<i32>| n.and_then(|n| u32::try_from(n).ok());
    let logo = row
        .logo_url
        .zip(pixels(row.logo_width).zip(pixels(row.logo_height)))
        .map(|(src, (width, height))| Logo { src, width, height });
    Ok(Store {
        name: row.company_name,
        creci: row.creci,
        about: row.about,
        phone: row.phone,
        whatsapp: row.whatsapp,
        email: row.email,
        address: row.address,
        hero_title: row.hero_title,
        logo,
        theme: theme::path(&row.primary_color, &row.secondary_color),
        url: settings.storefront_url(&route.slug, route.primary_domain.as_deref()),
    })
}

/// Raised by everything that changes a public page.
///
/// # Errors
/// The database's.
pub async fn content_version(db: &TenantDb) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("select content_version from store_settings").fetch_one(db).await
}

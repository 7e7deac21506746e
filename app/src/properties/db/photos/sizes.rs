//! What was made of a photograph: the column that keeps its sizes, from the job that fills it to the address of each.

use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use tenancy::{TenantDb, TenantTx};
use uuid::Uuid;

use crate::properties::types::PhotoId;

/// A file that was made of a photograph, as the row keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredVariant {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// `webp` or `jpg`.
    pub format: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// The column that keeps them, as [`crate::outside::pictures`] made them: by format, the smallest first.
pub type Variants = Json<Vec<StoredVariant>>;

/// What the job that makes a photograph's sizes has to know of it.
#[derive(Debug)]
pub struct Original {
    /// SHA-256 of the file that was taken in.
    pub sha256: Vec<u8>,
    /// Whether its sizes are still to be made.
    pub is_waiting: bool,
}

/// The file that a photograph's sizes are made of; none when the photograph was removed meanwhile.
///
/// # Errors
/// The database's.
pub async fn original(db: &TenantDb, photo: PhotoId) -> Result<Option<Original>, sqlx::Error> {
    sqlx::query_as!(
        Original,
        r#"select sha256, state = 'waiting' as "is_waiting!"
           from property_photos
           where id = $1"#,
        photo.0
    )
    .fetch_optional(db)
    .await
}

/// Writes down the sizes of a photograph that waits for them; without any, that it cannot be read.
///
/// # Errors
/// The database's.
pub async fn set_sizes(
    tx: &mut TenantTx,
    photo: PhotoId,
    sizes: Option<Vec<StoredVariant>>,
) -> Result<(), sqlx::Error> {
    // Whoever is publishing the property finishes first: only for a published one do visitors' pages change.
    sqlx::query!(
        "select
         from properties p
         join property_photos f on f.property_id = p.id
         where f.id = $1
         for share of p",
        photo.0
    )
    .execute(&mut *tx)
    .await?;
    let state = if sizes.is_some() { "ready" } else { "failed" };
    sqlx::query!(
        "update property_photos
         set state = $2, variants = $3
         where id = $1 and state = 'waiting'",
        photo.0,
        state,
        Json(sizes.unwrap_or_default()) as Variants
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// The whole digest of a variant whose address begins with these digits.
///
/// # Errors
/// `RowNotFound` when there is none, or when its property is not for who asks: a member of this scope, or a visitor.
pub async fn media(
    db: &TenantDb,
    photo: PhotoId,
    (width, format, digits): (u32, &str, &str),
    member: Option<(&str, Uuid)>,
) -> Result<String, sqlx::Error> {
    let (scope, member) = member.unzip();
    let Json(variants) = sqlx::query_scalar!(
        r#"select f.variants as "variants: Variants"
           from property_photos f
           join properties p on p.id = f.property_id
           where f.id = $1 and (p.published_at is not null or may_see(p, $2, $3))"#,
        photo.0,
        scope,
        member
    )
    .fetch_one(db)
    .await?;
    let found = variants.into_iter().find(|v| v.width == width && v.format == format && v.sha256.starts_with(digits));
    found.map(|v| v.sha256).ok_or(sqlx::Error::RowNotFound)
}

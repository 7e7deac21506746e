//! What happens to properties later.

use bytes::Bytes;
use tenancy::TenantDb;

use super::db::photos::StoredVariant;
use super::photos::discard;
use super::types::PhotoId;
use crate::error::AppError;
use crate::outside::files::to_hex;
use crate::state::House;

/// The job that makes a photograph's sizes.
pub const MAKE_VARIANTS: &str = "properties.make_variants";

/// Makes every size of a photograph. Done again, it makes the same files under the same names.
///
/// # Errors
/// When a file or a row cannot be read or written: the job is tried again.
pub async fn make_variants(house: &House, db: &TenantDb, photo: PhotoId) -> Result<(), AppError> {
    let row = sqlx::query!("select sha256 from property_photos where id = $1 and state = 'waiting'", photo.0)
        .fetch_optional(db)
        .await?;
    // Removed meanwhile, or made by whoever had this job before.
    let Some(row) = row else { return Ok(()) };
    let tenant = db.tenant();
    let made = match house.files.get(tenant, &row.sha256).await? {
        Some(original) => house.pictures.variants(original).await.ok(),
        None => None,
    };
    let mut stored = Vec::new();
    for variant in made.iter().flatten() {
        house.files.put(tenant, &variant.sha256, Bytes::from(variant.bytes.clone())).await?;
        stored.push(StoredVariant {
            width: variant.width,
            height: variant.height,
            format: variant.format.to_owned(),
            sha256: to_hex(&variant.sha256),
        });
    }
    let state = if made.is_some() { "ready" } else { "failed" };
    let variants = serde_json::to_value(&stored).unwrap_or_default();
    let mut tx = db.begin().await?;
    let kept = sqlx::query!(
        "update property_photos set state = $2, variants = $3 where id = $1 and state = 'waiting'",
        photo.0,
        state,
        variants
    )
    .execute(&mut tx)
    .await?;
    // The original, with everything that a camera writes into it, goes as soon as nobody waits for it.
    let waited_for = sqlx::query_scalar!(
        r#"select exists (select from property_photos where sha256 = $1 and state = 'waiting') as "waited_for!""#,
        row.sha256
    )
    .fetch_one(&mut tx)
    .await?;
    tx.commit().await?;
    if kept.rows_affected() > 0 && !waited_for {
        discard(&house.files, tenant, &[to_hex(&row.sha256)]).await;
    }
    Ok(())
}

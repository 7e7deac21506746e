//! A photograph's way in and out: bytes to the file store, a row to the agency's database.

use sha2::{Digest as _, Sha256};
use tenancy::TenantId;

use super::db::photos::{self, NewPhoto};
use super::types::{PhotoId, PropertyId};
use crate::caller::Staff;
use crate::error::AppError;
use crate::outside::files::{Files, from_hex};
use crate::outside::pictures::{Upload, shown};
use crate::state::House;

/// Takes a photograph of a property in. Its sizes are made later.
///
/// # Errors
/// [`AppError::Invalid`] with the file's name and what is wrong with it, [`AppError::NotFound`] without the property.
pub async fn take(house: &House, staff: &Staff, property: PropertyId, upload: Upload) -> Result<(), AppError> {
    let Upload { name, declared, bytes } = upload;
    let inspected = house.pictures.inspect(bytes.clone(), &name, declared.as_deref()).await;
    let size = inspected.map_err(|refused| refused.told("photos", &name))?;
    let sha256: [u8; 32] = Sha256::digest(&bytes).into();
    let count = bytes.len();
    // The file first: a row without one would be a photograph that nobody can see. A file without a row is swept.
    house.files.put(staff.db.tenant(), &sha256, bytes).await?;
    let name = shown(&name);
    let new = NewPhoto { name: &name, sha256, bytes: count, size: (size.width, size.height) };
    let mut tx = staff.db.begin().await?;
    photos::add(&mut tx, staff, property, &new).await?;
    Ok(tx.commit().await?)
}

/// Removes a photograph and the files that were made of it.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn remove(house: &House, staff: &Staff, (property, photo): (PropertyId, PhotoId)) -> Result<(), AppError> {
    let mut tx = staff.db.begin().await?;
    let unneeded = photos::remove(&mut tx, staff, (property, photo)).await?;
    tx.commit().await?;
    discard(&house.files, staff.db.tenant(), &unneeded).await;
    Ok(())
}

/// Removes files whose rows are gone. What cannot be removed now harms nobody.
pub(super) async fn discard(files: &Files, tenant: TenantId, digests: &[String]) {
    for digest in digests {
        let Some(sha256) = from_hex(digest) else { continue };
        if let Err(error) = files.remove(tenant, &sha256).await {
            tracing::warn!(%tenant, %error, "a file without a row stays");
        }
    }
}

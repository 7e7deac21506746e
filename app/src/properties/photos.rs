//! A photograph's way in and out: bytes to the file store, a row to the agency's database.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tenancy::TenantDb;

use super::db::photos::{self, Added, NewPhoto};
use super::types::{PhotoId, PropertyId};
use crate::caller::Staff;
use crate::error::AppError;
use crate::outside::files::{Files, from_hex, to_hex};
use crate::outside::pictures::{Size, Upload, shown};
use crate::outside::to_its_end;
use crate::state::House;

/// Takes a photograph of a property in. Its sizes are made later.
///
/// # Errors
/// [`AppError::Invalid`] with the file's name and what is wrong with it, [`AppError::NotFound`] without the property.
pub async fn take(house: &House, staff: &Staff, property: PropertyId, upload: Upload) -> Result<(), AppError> {
    let Upload { name, declared, bytes } = upload;
    let inspected = house.pictures.inspect(bytes.clone(), &name, declared.as_deref()).await;
    let size = inspected.map_err(|error| error.told("photos", &name))?;
    let (files, staff) = (house.files.clone(), staff.clone());
    to_its_end(async move { keep(&files, &staff, property, (shown(&name), size, bytes)).await }).await
}

/// Removes a photograph and the files that were made of it: at once, and by a job should that fail.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn remove(house: &House, staff: &Staff, (property, photo): (PropertyId, PhotoId)) -> Result<(), AppError> {
    let had = staff.db.transact(async |tx| photos::remove(tx, staff, (property, photo)).await).await?;
    let (files, db) = (house.files.clone(), staff.db.clone());
    to_its_end(async move { discard(&files, &db, &had).await }).await;
    Ok(())
}

/// Removes those of these files, by their SHA-256 in hexadecimal, that no row needs.
///
/// # Errors
/// The database's and the file store's.
#[expect(
    clippy::disallowed_methods,
    reason = "it holds a lock and writes no row; its job is tried again, and it finds less"
)]
pub(super) async fn sweep(files: &Files, db: &TenantDb, digests: &[String]) -> Result<(), AppError> {
    let mut tx = db.begin().await?;
    photos::keep_everybody_out(&mut tx).await?;
    for digest in photos::unneeded(&mut tx, digests).await? {
        if let Some(sha256) = from_hex(&digest) {
            files.remove(db.tenant(), &sha256).await?;
        }
    }
    // Nothing was written, and nobody need hear of it.
    Ok(tx.rollback().await?)
}

/// The file and its row. The file comes first: a row without one would be a photograph that nobody can see. It goes again
/// when no row came of it: an original has in it what a camera writes, the place too.
async fn keep(
    files: &Files,
    staff: &Staff,
    property: PropertyId,
    (name, size, bytes): (String, Size, Bytes),
) -> Result<(), AppError> {
    let sha256: [u8; 32] = Sha256::digest(&bytes).into();
    let new = NewPhoto { name: &name, sha256, bytes: bytes.len(), size: (size.width, size.height) };
    let added = put(files, staff, property, (&new, bytes)).await;
    if !matches!(added, Ok(Added::Waiting)) {
        discard(files, &staff.db, &[to_hex(&sha256)]).await;
    }
    added.map(drop)
}

async fn put(
    files: &Files,
    staff: &Staff,
    property: PropertyId,
    (new, bytes): (&NewPhoto<'_>, Bytes),
) -> Result<Added, AppError> {
    let db = &staff.db;
    db.transact(async |tx| {
        photos::keep_removers_out(tx).await?;
        files.put(db.tenant(), &new.sha256, bytes.clone()).await?;
        photos::add(tx, staff, property, new).await
    })
    .await
}

/// As [`sweep`], where there is nobody to tell that a file stays for now.
async fn discard(files: &Files, db: &TenantDb, digests: &[String]) {
    if let Err(error) = sweep(files, db, digests).await {
        tracing::warn!(tenant = %db.tenant(), %error, "a file without a row stays");
    }
}

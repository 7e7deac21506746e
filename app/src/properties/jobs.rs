//! What happens to properties later.

use tenancy::TenantDb;

use super::db::photos::{StoredVariant, keep_removers_out, original, set_sizes};
use super::photos::sweep;
use super::types::PhotoId;
use crate::error::AppError;
use crate::outside::files::to_hex;
use crate::outside::pictures::{PictureError, Refused, Variant};
use crate::state::House;

/// The job that makes a photograph's sizes.
pub const MAKE_VARIANTS: &str = "properties.make_variants";

/// The job that removes the files of a photograph which is gone, should whoever removed it not have come to that.
pub const SWEEP_FILES: &str = "properties.sweep_files";

/// Removes those of these files, by their SHA-256 in hexadecimal, that no row needs. Done again, it finds nothing to do.
///
/// # Errors
/// The database's and the file store's: the job is tried again.
pub async fn sweep_files(house: &House, db: &TenantDb, digests: &[String]) -> Result<(), AppError> {
    sweep(&house.files, db, digests).await
}

/// Makes every size of a photograph. Done again, it makes the same files under the same names.
///
/// # Errors
/// When a file or a row cannot be read or written, or the work on the picture broke off: the job is tried again.
pub async fn make_variants(house: &House, db: &TenantDb, photo: PhotoId) -> Result<(), AppError> {
    // Removed meanwhile.
    let Some(row) = original(db, photo).await? else { return Ok(()) };
    let mut files = vec![to_hex(&row.sha256)];
    // Else made by whoever had this job before, who may have come no further.
    if row.is_waiting {
        let made = match house.files.get(db.tenant(), &row.sha256).await? {
            Some(original) => settled(house.pictures.variants(original).await)?
                .inspect_err(|why| tracing::warn!(tenant = %db.tenant(), %photo, %why, "a photograph is given up"))
                .ok(),
            None => {
                tracing::warn!(tenant = %db.tenant(), %photo, "the original of a photograph is not there");
                None
            }
        };
        files.extend(made.iter().flatten().map(|variant| to_hex(&variant.sha256)));
        keep(house, db, photo, made).await?;
    }
    // The original, with everything that a camera writes into it, goes as soon as nobody waits for it; the sizes too, when
    // the photograph was removed meanwhile.
    sweep(&house.files, db, &files).await
}

/// What is left of [`make_variants`] when it is given up: the photograph's card says that it cannot be read, so that somebody
/// sends it once more, and the original goes.
///
/// # Errors
/// As there.
pub async fn give_up(house: &House, db: &TenantDb, photo: PhotoId) -> Result<(), AppError> {
    keep(house, db, photo, None).await?;
    make_variants(house, db, photo).await
}

/// What was made of a picture, or why it is none. Work that broke off says neither: its original stays for the next attempt.
fn settled<T>(outcome: Result<T, PictureError>) -> Result<Result<T, Refused>, AppError> {
    match outcome {
        Ok(made) => Ok(Ok(made)),
        Err(PictureError::Refused(why)) => Ok(Err(why)),
        Err(PictureError::Broken) => Err(AppError::Internal(crate::caller::request_id())),
    }
}

/// The sizes and their row; without any, the row says that the photograph cannot be read.
async fn keep(house: &House, db: &TenantDb, photo: PhotoId, made: Option<Vec<Variant>>) -> Result<(), AppError> {
    db.transact(async |tx| {
        keep_removers_out(tx).await?;
        let mut sizes = Vec::new();
        for Variant { width, height, format, bytes, sha256 } in made.iter().flatten() {
            house.files.put(db.tenant(), sha256, bytes.clone()).await?;
            let (width, height, format) = (*width, *height, (*format).to_owned());
            sizes.push(StoredVariant { width, height, format, sha256: to_hex(sha256) });
        }
        Ok(set_sizes(tx, photo, made.is_some().then_some(sizes)).await?)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refused_picture_is_given_up() {
        assert_eq!(settled(Ok(1)), Ok(Ok(1)));
        assert_eq!(settled::<()>(Err(Refused::NotAPhoto.into())), Ok(Err(Refused::NotAPhoto)));
        assert_eq!(
            settled::<()>(Err(PictureError::Broken)),
            Err(AppError::Internal(String::new())),
            "it is tried again"
        );
    }
}

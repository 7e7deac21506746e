//! A logo's way in: bytes to the file store, its address to the agency's row.

use super::db::{self, NewLogo};
use super::types::SettingsForm;
use crate::caller::Staff;
use crate::error::AppError;
use crate::outside::files::to_hex;
use crate::outside::pictures::Upload;
use crate::state::House;
use crate::values::fields::Fields;

/// Takes a logo in, in the place of the one there is. It is drawn anew: nothing of the file itself is ever served. The
/// file of the one before stays, a few kilobytes: somebody else may just be choosing it again.
///
/// # Errors
/// [`AppError::Invalid`] with the file's name and what is wrong with it.
pub async fn take(house: &House, staff: &Staff, upload: Upload) -> Result<(), AppError> {
    let Upload { name, declared, bytes } = upload;
    let drawn = house.pictures.logo(bytes, &name, declared.as_deref()).await;
    let drawn = drawn.map_err(|error| error.told("logo", &name))?;
    let pixels = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let logo = NewLogo {
        sha256: drawn.sha256,
        url: address(&drawn.sha256),
        size: (pixels(drawn.width), pixels(drawn.height)),
    };
    house.files.put(staff.db.tenant(), &logo.sha256, drawn.bytes).await?;
    staff.db.transact(async |tx| db::set_logo(tx, staff, Some(&logo)).await).await
}

/// The colours that somebody had chosen and not yet saved when they sent a logo; nothing, when they are the saved ones.
///
/// # Errors
/// The database's.
pub async fn unsaved(house: &House, staff: &Staff, sent: Fields) -> Result<Option<Fields>, AppError> {
    let form = SettingsForm::Brand;
    let saved = db::editing(staff, form, None, house.clock.now()).await?;
    let is_new = form.fields().iter().any(|name| !sent.get(name).is_empty() && sent.get(name) != saved.form.get(name));
    Ok(is_new.then_some(sent))
}

/// Where a logo is found: twelve digits of its content, so that the address never has to change.
pub fn address(sha256: &[u8]) -> String {
    format!("/logo/{}.png", &to_hex(sha256)[..12])
}

//! Whether there is room for what a sign-up asks for, before anything is made of it.

use time::OffsetDateTime;

use super::operations::{self, ReserveError};
use super::sign_ups::RefusedAnswer;
use super::slugs::{self, Taker};
use crate::{CentralDb, Key, SignUpId};

/// Whether an answer would begin anything now: asked before a password is hashed for it. Nothing is taken.
///
/// # Errors
/// [`RefusedAnswer`], as [`super::sign_ups::confirm`] would say.
pub async fn would_begin(db: &CentralDb, key: &Key, id: SignUpId, at: OffsetDateTime) -> Result<(), RefusedAnswer> {
    let mut tx = db.pool().begin().await?;
    let row = sqlx::query!(
        "select slug, email from sign_ups where id = $1 and confirmed_at is null and expires_at > $2",
        id.as_uuid(),
        at
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(RefusedAnswer::Gone)?;
    let owners = [row.email];
    if !slugs::is_free_for(&mut tx, key, &row.slug, Taker { tenant: None, owners: &owners, at }).await? {
        return Err(RefusedAnswer::SlugTaken);
    }
    match operations::find_place(&mut tx).await {
        Err(ReserveError::NoRoom) => Err(RefusedAnswer::NoRoom),
        Err(ReserveError::Database(error)) => Err(error.into()),
        _ => Ok(tx.rollback().await?),
    }
}

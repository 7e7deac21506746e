//! Who is in front of the screen: the page says it, and a browser knows nothing else.

use super::types::Me;
use crate::error::AppError;

/// Nobody.
///
/// # Errors
/// [`AppError::Unauthenticated`], always.
pub fn me() -> Result<Me, AppError> {
    Err(AppError::Unauthenticated)
}

//! Who is in front of the screen: the page says it, and a browser knows nothing else.

use super::types::Me;
use crate::error::AppError;
use crate::ui::act::Refused;

/// Nobody.
///
/// # Errors
/// [`AppError::Unauthenticated`], always.
pub fn me() -> Result<Me, AppError> {
    Err(AppError::Unauthenticated)
}

/// Nobody knows here, and no page that asks is made here.
pub fn has_second_factor() -> bool {
    false
}

/// None: see [`has_second_factor`].
pub fn refused() -> Option<Refused> {
    None
}

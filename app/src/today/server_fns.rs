//! The first screen's one read.

use leptos::prelude::*;

use super::types::TodayPage;
use crate::error::AppError;

/// What the first screen shows.
#[server(prefix = "/fn", endpoint = "today/load")]
pub async fn load_today() -> Result<TodayPage, AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeAgency)?;
    Ok(super::db::page(&staff.db, crate::words::lang()).await?)
}

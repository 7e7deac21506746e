//! The first screen: what it shows, and what it is asked to show no more.

use leptos::prelude::*;

use super::types::TodayPage;
use crate::error::AppError;

/// What the first screen shows.
#[server(prefix = "/fn", endpoint = "today/load")]
pub async fn load_today() -> Result<TodayPage, AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeAgency)?;
    Ok(super::db::page(&staff, crate::words::lang()).await?)
}

/// Shows the first steps no more, to anybody of the agency.
#[server(prefix = "/fn", endpoint = "today/put_first_steps_away")]
pub async fn put_first_steps_away() -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteSettings)?;
    let now = crate::caller::house()?.clock.now();
    staff.db.transact(async |tx| super::db::put_first_steps_away(tx, now).await).await?;
    leptos_axum::redirect("/app");
    Ok(())
}

//! Reading a draft back into its form.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;
use uuid::Uuid;

use crate::error::AppError;
use crate::values::fields::Fields;

/// One's own draft, as it was typed.
#[server(prefix = "/fn", endpoint = "drafts/load")]
pub async fn load_draft(id: Uuid) -> Result<Fields, AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeAgency)?;
    let now = crate::caller::house()?.clock.now();
    Ok(super::db::find(&staff.db, staff.id(), id, now).await?)
}

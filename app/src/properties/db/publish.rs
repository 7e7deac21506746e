//! Onto the storefront and off it.

use serde_json::json;
use tenancy::{TenantDb, TenantTx};

use super::find_for_update;
use crate::audit::db::{Event, record};
use crate::caller::Staff;
use crate::error::AppError;
use crate::properties::readiness::missing;
use crate::properties::types::PropertyId;

/// The agency's registration, without which nothing is published.
///
/// # Errors
/// The database's.
pub async fn creci(db: &TenantDb) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("select creci from store_settings").fetch_one(db).await
}

/// The same, which nobody can take away before this transaction ends. Held as for writing: what publishes raises the
/// content version in the same row, and two that had only shared it would wait for each other.
pub(super) async fn creci_held(tx: &mut TenantTx) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("select creci from store_settings for no key update").fetch_one(tx).await
}

/// Puts a property on the storefront. There already is fine.
///
/// # Errors
/// [`AppError::Invalid`] with everything that is missing, [`AppError::NotFound`] also for an archived one.
pub async fn publish(tx: &mut TenantTx, staff: &Staff, id: PropertyId) -> Result<(), AppError> {
    let property = find_for_update(tx, staff, id).await?;
    if property.is_archived {
        return Err(AppError::NotFound);
    }
    if property.is_published {
        return Ok(());
    }
    missing(&property.input, creci_held(tx).await?.as_deref()).or(())?;
    sqlx::query!(
        "update properties set published_at = now(), version = version + 1, updated_by = $2 where id = $1",
        id.0,
        staff.id().0
    )
    .execute(&mut *tx)
    .await?;
    done(tx, staff, "property.publish", id).await
}

/// Takes a property off the storefront. Not there is fine.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn unpublish(tx: &mut TenantTx, staff: &Staff, id: PropertyId) -> Result<(), AppError> {
    if !find_for_update(tx, staff, id).await?.is_published {
        return Ok(());
    }
    sqlx::query!(
        "update properties
         set published_at = null, featured = false, version = version + 1, updated_by = $2
         where id = $1",
        id.0,
        staff.id().0
    )
    .execute(&mut *tx)
    .await?;
    done(tx, staff, "property.unpublish", id).await
}

/// Shows a published property on the storefront's first page, or no longer.
///
/// # Errors
/// [`AppError::NotFound`] also for one that is not published.
pub async fn feature(tx: &mut TenantTx, staff: &Staff, (id, is_featured): (PropertyId, bool)) -> Result<(), AppError> {
    let property = find_for_update(tx, staff, id).await?;
    if is_featured && !property.is_published {
        return Err(AppError::NotFound);
    }
    if property.is_featured == is_featured {
        return Ok(());
    }
    sqlx::query!(
        "update properties set featured = $3, version = version + 1, updated_by = $2 where id = $1",
        id.0,
        staff.id().0,
        is_featured
    )
    .execute(&mut *tx)
    .await?;
    done(tx, staff, if is_featured { "property.feature" } else { "property.unfeature" }, id).await
}

async fn done(tx: &mut TenantTx, staff: &Staff, action: &str, id: PropertyId) -> Result<(), AppError> {
    Ok(record(tx, staff, Event { action, entity_type: "property", entity_id: id.0, changes: json!({}) }).await?)
}

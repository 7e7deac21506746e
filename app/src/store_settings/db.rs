//! The agency's one row of settings. Whatever changes it raises the version that cached pages are kept by.
//!
//! Each form is checked against its own saves, so that who chooses colours does not stand in the way of who writes a
//! telephone number.

use serde_json::{Value, json};
use tenancy::{TenantDb, TenantTx};
use time::OffsetDateTime;
use uuid::Uuid;

use super::types::{BrandInput, SettingsEditing, SettingsForm, StoreInput};
use crate::audit::db::{Event, diff, record};
use crate::caller::Staff;
use crate::drafts::db::{self as drafts, Draft, Place};
use crate::error::{AppError, Clash};
use crate::values::fields::{Fields, Problem};

/// A logo that was taken in.
#[derive(Debug, Clone)]
pub struct NewLogo {
    /// SHA-256 of the file as it is served.
    pub sha256: [u8; 32],
    /// Its public address.
    pub url: String,
    /// Pixels across and down.
    pub size: (i32, i32),
}

/// What a form begins with.
///
/// # Errors
/// The database's.
pub async fn editing(
    staff: &Staff,
    form: SettingsForm,
    draft: Option<Uuid>,
    now: OffsetDateTime,
) -> Result<SettingsEditing, sqlx::Error> {
    let row = sqlx::query!(
        "select company_name, creci, hero_title, about, phone, whatsapp, email, address, primary_color, secondary_color,
                logo_url, logo_width, logo_height, version, brand_version
         from store_settings"
    )
    .fetch_one(&staff.db)
    .await?;
    let saved = [
        ("company_name", Some(row.company_name)),
        ("creci", row.creci),
        ("hero_title", Some(row.hero_title)),
        ("about", Some(row.about)),
        ("phone", row.phone),
        ("whatsapp", row.whatsapp),
        ("email", row.email),
        ("address", row.address),
        ("primary_color", Some(row.primary_color)),
        ("secondary_color", Some(row.secondary_color)),
    ];
    let saved = saved.into_iter().fold(Fields::default(), |f, (name, value)| f.with(name, &value.unwrap_or_default()));
    let pixels = |n: Option<i32>| n.and_then(|n| u32::try_from(n).ok());
    let logo = row.logo_url.zip(pixels(row.logo_width).zip(pixels(row.logo_height)));
    let logo = logo.map(|(url, (width, height))| (url, width, height));
    let place = Place { user: staff.id(), path: form.path() };
    let typed = drafts::find(&staff.db, place, draft, now).await?.and_then(Draft::typed);
    let version = match form {
        SettingsForm::Store => row.version,
        SettingsForm::Brand => row.brand_version,
    };
    Ok(SettingsEditing { version, form: saved, typed, logo })
}

/// Saves name, registration and contact in an edit that began from `version`.
///
/// # Errors
/// [`Clash::Stale`] when somebody saved meanwhile, [`AppError::Invalid`] when the registration is taken away while
/// properties are published under it (Lei 6.530/1978).
pub async fn update_store(tx: &mut TenantTx, staff: &Staff, version: i32, input: &StoreInput) -> Result<(), AppError> {
    let before = lock(tx, SettingsForm::Store, version).await?;
    if input.creci.is_none() {
        let published = sqlx::query_scalar!(
            r#"select exists (select from properties where published_at is not null) as "published!""#
        )
        .fetch_one(&mut *tx)
        .await?;
        if published {
            return Err(AppError::invalid("creci", Problem::NeededWhilePublished));
        }
    }
    sqlx::query!(
        "update store_settings
         set company_name = $1, creci = $2, hero_title = $3, about = $4, phone = $5, whatsapp = $6, email = $7,
             address = $8, version = version + 1, content_version = content_version + 1",
        input.company_name,
        input.creci.as_deref(),
        input.hero_title,
        input.about,
        input.phone.as_deref(),
        input.whatsapp.as_deref(),
        input.email.as_deref(),
        input.address.as_deref()
    )
    .execute(&mut *tx)
    .await?;
    changed(tx, staff, before).await
}

/// Saves the colours in an edit that began from `version`.
///
/// # Errors
/// [`Clash::Stale`].
pub async fn update_brand(tx: &mut TenantTx, staff: &Staff, version: i32, input: &BrandInput) -> Result<(), AppError> {
    let before = lock(tx, SettingsForm::Brand, version).await?;
    sqlx::query!(
        "update store_settings
         set primary_color = $1, secondary_color = $2, brand_version = brand_version + 1,
             content_version = content_version + 1",
        input.primary_color.to_string(),
        input.secondary_color.to_string()
    )
    .execute(&mut *tx)
    .await?;
    changed(tx, staff, before).await
}

/// Puts another logo in the place of the one there is, or none. No edit of a form becomes stale by it.
///
/// # Errors
/// The database's.
pub async fn set_logo(tx: &mut TenantTx, staff: &Staff, logo: Option<&NewLogo>) -> Result<(), AppError> {
    let before = row(tx).await?;
    sqlx::query!(
        "update store_settings
         set logo_url = $1, logo_sha256 = $2, logo_width = $3, logo_height = $4, content_version = content_version + 1",
        logo.map(|l| l.url.as_str()),
        logo.map(|l| l.sha256.as_slice()),
        logo.map(|l| l.size.0),
        logo.map(|l| l.size.1)
    )
    .execute(&mut *tx)
    .await?;
    changed(tx, staff, before).await
}

/// The whole digest of the logo, when its public address is this one.
///
/// # Errors
/// `RowNotFound` when it is not.
pub async fn logo(db: &TenantDb, url: &str) -> Result<Vec<u8>, sqlx::Error> {
    let digest = sqlx::query_scalar!("select logo_sha256 from store_settings where logo_url = $1", url);
    digest.fetch_one(db).await?.ok_or(sqlx::Error::RowNotFound)
}

/// The row as it is before a change, locked until the transaction ends.
async fn lock(tx: &mut TenantTx, form: SettingsForm, began: i32) -> Result<Value, AppError> {
    let before = row(tx).await?;
    let version = before.get(version_of(form)).and_then(Value::as_i64);
    let found = version.and_then(|v| i32::try_from(v).ok()).unwrap_or_default();
    if found == began { Ok(before) } else { Err(AppError::Conflict(Clash::Stale(found))) }
}

/// The column that counts a form's saves.
const fn version_of(form: SettingsForm) -> &'static str {
    match form {
        SettingsForm::Store => "version",
        SettingsForm::Brand => "brand_version",
    }
}

async fn row(tx: &mut TenantTx) -> Result<Value, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select to_jsonb(s) - array['only_row', 'content_version', 'logo_sha256', 'created_at', 'updated_at'] as "row!"
           from store_settings s
           for update"#
    )
    .fetch_one(tx)
    .await
}

async fn changed(tx: &mut TenantTx, staff: &Staff, before: Value) -> Result<(), AppError> {
    let mut changes = diff(&before, &row(tx).await?);
    if let Some(changes) = changes.as_object_mut() {
        for form in [SettingsForm::Store, SettingsForm::Brand] {
            changes.remove(version_of(form));
        }
    }
    let entity_id = tx.tenant().as_uuid();
    let event = Event { action: "settings.update", entity_type: "store_settings", entity_id, changes: json!(changes) };
    Ok(record(tx, staff, event).await?)
}

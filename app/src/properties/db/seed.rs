//! The demo's stock: records with a past, written as they would stand there had they been made day by day.

use serde_json::{Value, json};
use tenancy::{TenantDb, TenantTx};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::photos::StoredVariant;
use super::row;
use super::{next_code, take_places};
use crate::audit::db::{Event, diff, record_past};
use crate::error::AppError;
use crate::properties::rules::code_prefix;
use crate::properties::types::{PhotoId, PropertyId, PropertyInput};
use crate::values::id::StaffId;
use crate::values::slug::slugify;

/// A property with a past.
#[derive(Debug, Clone)]
pub struct Seed {
    /// Which one: the same in every run.
    pub id: PropertyId,
    /// What is said about it now.
    pub input: PropertyInput,
    /// What was said at first; the history shows the difference.
    pub at_first: PropertyInput,
    /// Who looks after it, and registered it.
    pub responsible: StaffId,
    /// When it was registered.
    pub created_at: OffsetDateTime,
    /// Since when visitors see it, and whether the first page shows it.
    pub published: Option<(OffsetDateTime, bool)>,
    /// When it was put away.
    pub archived_at: Option<OffsetDateTime>,
    /// Who changed it last, and when.
    pub changed: (StaffId, OffsetDateTime),
    /// Its photographs, the cover first.
    pub photos: Vec<SeedPhoto>,
}

/// A photograph whose sizes lie in the file store already.
#[derive(Debug, Clone)]
pub struct SeedPhoto {
    /// Which one: the same in every run.
    pub id: PhotoId,
    /// What it shows, in words.
    pub alt: String,
    /// What it was called.
    pub name: String,
    /// SHA-256 of the original.
    pub sha256: [u8; 32],
    /// Bytes of the original.
    pub bytes: usize,
    /// Pixels across and down.
    pub size: (u32, u32),
    /// What was made of it.
    pub variants: Vec<StoredVariant>,
}

/// The agency's face, for one whose settings nobody has touched.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the column of its name")]
pub struct SeedSettings {
    pub creci: &'static str,
    pub about: &'static str,
    pub phone: &'static str,
    pub whatsapp: &'static str,
    pub email: &'static str,
    pub address: &'static str,
    pub primary_color: &'static str,
    pub secondary_color: &'static str,
    pub hero_title: &'static str,
    /// Address, SHA-256 and pixels of the logo.
    pub logo: (String, [u8; 32], (i32, i32)),
}

/// Who works there: identifiers by e-mail.
///
/// # Errors
/// The database's.
pub async fn staff(db: &TenantDb) -> Result<Vec<(String, StaffId)>, sqlx::Error> {
    let rows = sqlx::query!(r#"select id as "id: StaffId", email from staff where active"#).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.email, row.id)).collect())
}

/// Whether the demo's stock was written: all of it is, or nothing.
///
/// # Errors
/// The database's.
pub async fn is_there(db: &TenantDb, first: PropertyId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select exists (select from properties where id = $1) as "there!""#, first.0)
        .fetch_one(db)
        .await
}

/// The agency's face; what people have changed stays.
///
/// # Errors
/// The database's.
pub async fn settings(tx: &mut TenantTx, s: &SeedSettings) -> Result<(), sqlx::Error> {
    let (url, sha256, (width, height)) = &s.logo;
    sqlx::query!(
        "update store_settings
         set creci = $1, about = $2, phone = $3, whatsapp = $4, email = $5, address = $6, primary_color = $7,
             secondary_color = $8, hero_title = $9, logo_url = $10, logo_sha256 = $11, logo_width = $12, logo_height = $13
         where version = 1 and creci is null",
        s.creci,
        s.about,
        s.phone,
        s.whatsapp,
        s.email,
        s.address,
        s.primary_color,
        s.secondary_color,
        s.hero_title,
        url.as_str(),
        sha256.as_slice(),
        width,
        height
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes a property, its photographs and its history. It takes a place of the plan unless it is archived.
///
/// # Errors
/// [`AppError::PlanLimit`], the database's.
pub async fn insert(tx: &mut TenantTx, seed: &Seed) -> Result<(), AppError> {
    if seed.archived_at.is_none() {
        take_places(tx, 1).await?;
    }
    let code = next_code(tx, code_prefix(seed.input.kind)).await?;
    let row = row_of(seed, &code);
    sqlx::query!(
        "insert into properties
             (id, code, type, usage, purposes, status, status_reason, condition, title, description, internal_notes,
              sale_price, sale_price_public, rent, rent_period, season_price, condo, iptu, iptu_period, area_private,
              area_total, area_built, area_land, bedrooms, suites, bathrooms, lavabos, parking, floor, floors_total,
              year_built, furnished, cep, uf, city, neighborhood, street, number, complement, visibility, slug,
              responsible_id, created_by, created_at, updated_by, updated_at, published_at, featured, deleted_by,
              deleted_at, version)
         select id, code, type, usage, purposes, status, status_reason, condition, title, description, internal_notes,
              sale_price, sale_price_public, rent, rent_period, season_price, condo, iptu, iptu_period, area_private,
              area_total, area_built, area_land, bedrooms, suites, bathrooms, lavabos, parking, floor, floors_total,
              year_built, furnished, cep, uf, city, neighborhood, street, number, complement, visibility, slug,
              responsible_id, created_by, created_at, updated_by, updated_at, published_at, featured, deleted_by,
              deleted_at, version
         from jsonb_populate_record(null::properties, $1)",
        row
    )
    .execute(&mut *tx)
    .await?;
    photos(tx, seed).await?;
    Ok(history(tx, seed, &code).await?)
}

/// As the table keeps it: the history's names are the columns' own.
fn row_of(seed: &Seed, code: &str) -> Value {
    let mut row = row::as_json(code, &seed.input);
    let text = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    let (by, changed_at) = seed.changed;
    let steps = 1 + i32::from(seed.input != seed.at_first) + i32::from(seed.published.is_some());
    let rest = json!({
        "id": seed.id.0, "slug": slugify(&seed.input.title), "responsible_id": seed.responsible.0,
        "created_by": seed.responsible.0, "created_at": text(seed.created_at), "updated_by": by.0,
        "updated_at": text(changed_at),
        "published_at": seed.published.map(|(at, _)| text(at)),
        "featured": seed.published.is_some_and(|(_, is_featured)| is_featured),
        "deleted_by": seed.archived_at.map(|_| by.0), "deleted_at": seed.archived_at.map(text), "version": steps,
    });
    if let (Value::Object(row), Value::Object(rest)) = (&mut row, rest) {
        row.extend(rest);
    }
    row
}

async fn photos(tx: &mut TenantTx, seed: &Seed) -> Result<(), sqlx::Error> {
    let rows: Vec<Value> = seed
        .photos
        .iter()
        .enumerate()
        .map(|(i, photo)| {
            json!({
                "id": photo.id.0, "position": i + 1, "is_cover": i == 0, "alt": photo.alt,
                "sha256": format!("\\x{}", crate::outside::files::to_hex(&photo.sha256)),
                "original_name": photo.name, "bytes": photo.bytes, "width": photo.size.0, "height": photo.size.1,
                "variants": photo.variants,
            })
        })
        .collect();
    sqlx::query!(
        "insert into property_photos
             (id, property_id, position, is_cover, alt, sha256, original_name, bytes, width, height, state, variants,
              created_at, created_by)
         select id, $2, position, is_cover, alt, sha256, original_name, bytes, width, height, 'ready', variants, $3, $4
         from jsonb_populate_recordset(null::property_photos, $1)",
        Value::Array(rows),
        seed.id.0,
        seed.created_at,
        seed.responsible.0
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn history(tx: &mut TenantTx, seed: &Seed, code: &str) -> Result<(), sqlx::Error> {
    let (first, now) = (row::as_json(code, &seed.at_first), row::as_json(code, &seed.input));
    let (by, changed_at) = seed.changed;
    let mut lines = vec![("property.create", seed.responsible, seed.created_at, diff(&json!({}), &first))];
    if let Some((at, is_featured)) = seed.published {
        lines.push(("property.publish", seed.responsible, at, json!({})));
        if is_featured {
            lines.push(("property.feature", by, at + time::Duration::minutes(7), json!({})));
        }
    }
    if seed.input != seed.at_first {
        lines.push(("property.update", by, changed_at, diff(&first, &now)));
    }
    if let Some(at) = seed.archived_at {
        lines.push(("property.archive", by, at, json!({})));
    }
    for (action, who, at, changes) in lines {
        let event = Event { action, entity_type: "property", entity_id: seed.id.0, changes };
        record_past(tx, (who.0, at), event).await?;
    }
    Ok(())
}

/// An identifier that sorts by its place in the past and is the same in every run.
pub fn steady_id(at: OffsetDateTime, digest: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &digest).into_uuid()
}

//! Rows of photographs: their order, the cover, and what was made of each.

mod files;
mod sizes;

use serde_json::json;
use sqlx::types::Json;
use tenancy::{TenantDb, TenantTx};
use uuid::Uuid;

use crate::audit::db::{Event, enqueue, record};
use crate::caller::Staff;
use crate::error::AppError;
use crate::properties::types::{Photo, PhotoId, PhotoState, Picture, PropertyId};
use crate::values::fields::{FieldErrors, Problem};

pub use files::{keep_everybody_out, keep_removers_out, unneeded};
pub use sizes::{Original, StoredVariant, Variants, media, original, set_sizes};

/// Photographs of a property, at most.
pub const MOST: u32 = 50;

/// A file that was taken in.
#[derive(Debug, Clone)]
pub struct NewPhoto<'a> {
    /// What the person called it.
    pub name: &'a str,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// How many bytes.
    pub bytes: usize,
    /// Pixels across and down, upright.
    pub size: (u32, u32),
}

/// What became of a file that was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// Its sizes will be made.
    Waiting,
    /// The property has it, with its sizes.
    Before,
}

/// The address of a variant: random identifier and twelve digits of the content, so that it never has to change.
pub fn address(photo: PhotoId, variant: &StoredVariant) -> String {
    let digits = &variant.sha256[..12.min(variant.sha256.len())];
    in_folder(photo, &format!("{}-{digits}.{}", variant.width, variant.format))
}

/// The address of a file of a photograph. The column `small` holds the name of the smallest JPEG's.
pub fn in_folder(photo: PhotoId, file: &str) -> String {
    format!("/media/{photo}/{file}")
}

/// The address of the smallest JPEG; none while it is being made.
fn smallest(photo: PhotoId, Json(variants): &Variants) -> Option<String> {
    variants.iter().find(|v| v.format == "jpg").map(|v| address(photo, v))
}

/// What a page needs to show a photograph at any width; none while it is being made.
pub fn picture(photo: PhotoId, alt: String, variants: &Variants) -> Option<Picture> {
    let Json(all) = variants;
    let of = |format: &str| {
        let set = all.iter().filter(|v| v.format == format);
        set.map(|v| format!("{} {}w", address(photo, v), v.width)).collect::<Vec<_>>().join(", ")
    };
    let largest = all.last()?;
    Some(Picture {
        small: smallest(photo, variants)?,
        large: address(photo, all.iter().rfind(|v| v.format == "jpg")?),
        webp: of("webp"),
        jpg: of("jpg"),
        width: largest.width,
        height: largest.height,
        alt,
    })
}

/// A property's photographs as visitors get them: those that can be shown, the cover first.
///
/// # Errors
/// The database's.
pub async fn pictures(db: &TenantDb, property: PropertyId) -> Result<Vec<Picture>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id as "id: PhotoId", alt, variants as "variants: Variants"
           from property_photos
           where property_id = $1 and state = 'ready'
           order by is_cover desc, position"#,
        property.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().filter_map(|row| picture(row.id, row.alt, &row.variants)).collect())
}

/// A property's photographs in their order.
///
/// # Errors
/// The database's.
pub async fn list(db: &TenantDb, property: PropertyId) -> Result<Vec<Photo>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id as "id: PhotoId", alt, is_cover, state, variants as "variants: Variants"
           from property_photos
           where property_id = $1
           order by position"#,
        property.0
    )
    .fetch_all(db)
    .await?;
    let photos = rows.into_iter().map(|row| Photo {
        id: row.id,
        small: smallest(row.id, &row.variants),
        alt: row.alt,
        is_cover: row.is_cover,
        state: match row.state.as_str() {
            "ready" => PhotoState::Ready,
            "failed" => PhotoState::Failed,
            _ => PhotoState::Waiting,
        },
    });
    Ok(photos.collect())
}

/// Adds a photograph behind the others and asks for its sizes. The same bytes again change nothing, unless their sizes are
/// missing: then they are asked for once more.
///
/// # Errors
/// [`AppError::NotFound`] without the property, or when it is archived, [`AppError::Invalid`] when it has [`MOST`] others already.
pub async fn add(
    tx: &mut TenantTx,
    staff: &Staff,
    property: PropertyId,
    new: &NewPhoto<'_>,
) -> Result<Added, AppError> {
    lock(tx, staff, property).await?;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from property_photos where property_id = $1 and sha256 <> $2"#,
        property.0,
        &new.sha256
    )
    .fetch_one(&mut *tx)
    .await?;
    if count >= i64::from(MOST) {
        return Err(AppError::Invalid(FieldErrors::one("photos", Problem::TooManyPhotos(MOST))));
    }
    let id = PhotoId::generate();
    let (width, height) = (i32::try_from(new.size.0).ok(), i32::try_from(new.size.1).ok());
    let added = sqlx::query_scalar!(
        "insert into property_photos
             (id, property_id, position, is_cover, sha256, original_name, bytes, width, height, created_by)
         select $1, $2, coalesce(max(position), 0) + 1, count(*) = 0, $3, $4, $5, $6, $7, $8
         from property_photos
         where property_id = $2
         on conflict on constraint property_photos_sha256_key do update
             set state = 'waiting'
             where property_photos.state <> 'ready'
         returning id",
        id.0,
        property.0,
        &new.sha256,
        new.name,
        i64::try_from(new.bytes).unwrap_or(i64::MAX),
        width.unwrap_or(i32::MAX),
        height.unwrap_or(i32::MAX),
        staff.id().0
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(photo) = added else { return Ok(Added::Before) };
    enqueue(tx, staff, crate::properties::jobs::MAKE_VARIANTS, json!({ "photo": photo })).await?;
    if photo == id.0 {
        changed(tx, staff, property, json!({ "photos": [null, new.name] })).await?;
    }
    Ok(Added::Waiting)
}

/// Puts a photograph at a place, counted from 1; the others make room. There already is fine.
///
/// # Errors
/// [`AppError::NotFound`], also for an archived property's.
pub async fn move_to(
    tx: &mut TenantTx,
    staff: &Staff,
    (property, photo): (PropertyId, PhotoId),
    place: usize,
) -> Result<(), AppError> {
    find(tx, staff, property, photo).await?;
    let before =
        sqlx::query_scalar!("select id from property_photos where property_id = $1 order by position", property.0)
            .fetch_all(&mut *tx)
            .await?;
    let mut order: Vec<Uuid> = before.iter().copied().filter(|id| *id != photo.0).collect();
    order.insert(place.saturating_sub(1).min(order.len()), photo.0);
    if order == before {
        return Ok(());
    }
    sqlx::query!(
        "update property_photos p
         set position = o.place
         from unnest($1::uuid[]) with ordinality as o (id, place)
         where p.id = o.id and p.position <> o.place",
        &order
    )
    .execute(&mut *tx)
    .await?;
    changed(tx, staff, property, json!({ "photo_order": [before, order] })).await
}

/// Makes a photograph the cover. It already is fine.
///
/// # Errors
/// [`AppError::NotFound`], also for an archived property's.
pub async fn set_cover(
    tx: &mut TenantTx,
    staff: &Staff,
    (property, photo): (PropertyId, PhotoId),
) -> Result<(), AppError> {
    if find(tx, staff, property, photo).await?.is_cover {
        return Ok(());
    }
    let before = sqlx::query_scalar!(
        "update property_photos set is_cover = false where property_id = $1 and is_cover returning id",
        property.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    sqlx::query!("update property_photos set is_cover = true where id = $1", photo.0).execute(&mut *tx).await?;
    changed(tx, staff, property, json!({ "cover": [before, photo] })).await
}

/// Says in words what a photograph shows, for those who do not see it. The same words are fine.
///
/// # Errors
/// [`AppError::NotFound`], also for an archived property's.
pub async fn describe(
    tx: &mut TenantTx,
    staff: &Staff,
    (property, photo): (PropertyId, PhotoId),
    alt: &str,
) -> Result<(), AppError> {
    let before = find(tx, staff, property, photo).await?.alt;
    if before == alt {
        return Ok(());
    }
    sqlx::query!("update property_photos set alt = $2 where id = $1", photo.0, alt).execute(&mut *tx).await?;
    changed(tx, staff, property, json!({ "alt": [before, alt] })).await
}

/// Removes a photograph; the first of the rest becomes the cover. Returns the files that it had, by their SHA-256 in
/// hexadecimal.
///
/// # Errors
/// [`AppError::NotFound`], also for an archived property's.
pub async fn remove(
    tx: &mut TenantTx,
    staff: &Staff,
    (property, photo): (PropertyId, PhotoId),
) -> Result<Vec<String>, AppError> {
    find(tx, staff, property, photo).await?;
    let gone = sqlx::query!(
        r#"delete from property_photos
           where id = $1
           returning sha256, original_name, is_cover, variants as "variants: Variants""#,
        photo.0
    )
    .fetch_one(&mut *tx)
    .await?;
    let mut changes = json!({ "photos": [gone.original_name, null] });
    if gone.is_cover {
        changes["cover"] = json!([photo, cover_first(tx, property).await?]);
    }
    changed(tx, staff, property, changes).await?;
    let original = crate::outside::files::to_hex(&gone.sha256);
    let files: Vec<String> = std::iter::once(original).chain(gone.variants.0.into_iter().map(|v| v.sha256)).collect();
    enqueue(tx, staff, crate::properties::jobs::SWEEP_FILES, json!({ "files": files })).await?;
    Ok(files)
}

/// Makes the first photograph the cover; none, when there is none.
async fn cover_first(tx: &mut TenantTx, property: PropertyId) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "update property_photos
         set is_cover = true
         where id = (select id from property_photos where property_id = $1 order by position limit 1)
         returning id",
        property.0
    )
    .fetch_optional(tx)
    .await
}

/// Holds a property that this member sees and that is not archived: what was put away stays as it is.
async fn lock(tx: &mut TenantTx, staff: &Staff, property: PropertyId) -> Result<(), AppError> {
    let (scope, member) = staff.sees();
    sqlx::query_scalar!(
        "select id from properties p where id = $1 and deleted_at is null and may_see(p, $2, $3) for update",
        property.0,
        scope,
        member
    )
    .fetch_one(tx)
    .await?;
    Ok(())
}

/// What a photograph is before it is changed.
struct Before {
    alt: String,
    is_cover: bool,
}

async fn find(tx: &mut TenantTx, staff: &Staff, property: PropertyId, photo: PhotoId) -> Result<Before, AppError> {
    lock(tx, staff, property).await?;
    let before = sqlx::query_as!(
        Before,
        "select alt, is_cover from property_photos where id = $1 and property_id = $2",
        photo.0,
        property.0
    )
    .fetch_one(tx)
    .await?;
    Ok(before)
}

async fn changed(
    tx: &mut TenantTx,
    staff: &Staff,
    property: PropertyId,
    changes: serde_json::Value,
) -> Result<(), AppError> {
    let event = Event { action: "property.photos", entity_type: "property", entity_id: property.0, changes };
    Ok(record(tx, staff, event).await?)
}

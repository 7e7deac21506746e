//! Drafts lie in the agency's database and belong to one member of staff. Passwords and files are never among them.

use tenancy::TenantDb;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::values::fields::{Fields, Values};
use crate::values::id::StaffId;

/// How long a draft is kept.
const KEPT: Duration = Duration::days(7);

/// Keeps a draft and removes what has expired. Returns its identifier.
///
/// # Errors
/// The database's.
pub async fn create(
    db: &TenantDb,
    user: StaffId,
    path: &str,
    fields: &Fields,
    now: OffsetDateTime,
) -> Result<Uuid, sqlx::Error> {
    let id = Uuid::now_v7();
    let fields = serde_json::to_value(storable(fields)).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    let mut tx = db.begin().await?;
    sqlx::query!("delete from form_drafts where expires_at < $1", now).execute(&mut tx).await?;
    sqlx::query!(
        "insert into form_drafts (id, user_id, path, fields, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        user.0,
        path,
        fields,
        now,
        now + KEPT
    )
    .execute(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Without NUL, which nobody types and no text of PostgreSQL's holds: the rest of the form is not lost for it.
fn storable(fields: &Fields) -> Fields {
    let plain = |text: &String| text.replace('\0', "");
    let all = fields.0.iter().map(|(name, values)| (plain(name), Values(values.0.iter().map(plain).collect())));
    Fields(all.collect())
}

/// What was typed into one's own draft; nothing when there is none, it has expired, or it is another's.
///
/// # Errors
/// The database's.
pub async fn find(
    db: &TenantDb,
    user: StaffId,
    id: Option<Uuid>,
    now: OffsetDateTime,
) -> Result<Option<Fields>, sqlx::Error> {
    let Some(id) = id else { return Ok(None) };
    let fields = sqlx::query_scalar!(
        "select fields from form_drafts where id = $1 and user_id = $2 and expires_at > $3",
        id,
        user.0,
        now
    )
    .fetch_optional(db)
    .await?;
    fields.map(|fields| serde_json::from_value(fields).map_err(|e| sqlx::Error::Decode(Box::new(e)))).transpose()
}

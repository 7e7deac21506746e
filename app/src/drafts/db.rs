//! Drafts lie in the agency's database and belong to one member of staff and one page. Passwords and files are never among
//! them.

use serde_json::Value;
use tenancy::{TenantDb, TenantTx};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::error::AppError;
use crate::values::fields::{Fields, Values};
use crate::values::id::StaffId;

/// How long a draft is kept.
const KEPT: Duration = Duration::days(7);

/// Whose a draft is, and of which page.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Who typed it.
    pub user: StaffId,
    /// The path of the page that the form stands on: a draft of one page is none of another's.
    pub path: &'a str,
}

/// A form as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What was typed; nothing, for a form of one button.
    pub fields: Fields,
    /// Why it was refused; nothing, when it has only waited.
    pub refusal: Option<AppError>,
}

impl Draft {
    /// What was typed; nothing, when the form had no fields.
    pub fn typed(self) -> Option<Fields> {
        Some(self.fields).filter(|fields| !fields.0.is_empty())
    }
}

/// Keeps a draft and removes what has expired. Returns its identifier.
///
/// # Errors
/// The database's.
pub async fn create(db: &TenantDb, place: Place<'_>, draft: Draft, now: OffsetDateTime) -> Result<Uuid, sqlx::Error> {
    let id = Uuid::now_v7();
    let unwritten = |e| sqlx::Error::Encode(Box::new(e));
    let fields = serde_json::to_value(storable(&draft.fields)).map_err(unwritten)?;
    let refusal = draft.refusal.map(serde_json::to_value).transpose().map_err(unwritten)?;
    db.transact(async |tx| write(tx, (id, place), (&fields, refusal.as_ref()), now).await).await?;
    Ok(id)
}

async fn write(
    tx: &mut TenantTx,
    (id, place): (Uuid, Place<'_>),
    (fields, refusal): (&Value, Option<&Value>),
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from form_drafts where expires_at < $1", now).execute(&mut *tx).await?;
    sqlx::query!(
        "insert into form_drafts (id, user_id, path, fields, refusal, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        place.user.0,
        trimmed(place.path),
        fields,
        refusal,
        now,
        now + KEPT
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Without NUL, which nobody types and no text of PostgreSQL's holds: the rest of the form is not lost for it.
fn storable(fields: &Fields) -> Fields {
    let plain = |text: &String| text.replace('\0', "");
    let all = fields.0.iter().map(|(name, values)| (plain(name), Values(values.0.iter().map(plain).collect())));
    Fields(all.collect())
}

/// One's own draft of this page; nothing when there is none, it has expired, or it is another's.
///
/// # Errors
/// The database's.
pub async fn find(
    db: &TenantDb,
    place: Place<'_>,
    id: Option<Uuid>,
    now: OffsetDateTime,
) -> Result<Option<Draft>, sqlx::Error> {
    let Some(id) = id else { return Ok(None) };
    let kept = sqlx::query!(
        "select fields, refusal from form_drafts where id = $1 and user_id = $2 and path = $3 and expires_at > $4",
        id,
        place.user.0,
        trimmed(place.path),
        now
    )
    .fetch_optional(db)
    .await?;
    let Some(kept) = kept else { return Ok(None) };
    let unread = |e| sqlx::Error::Decode(Box::new(e));
    let fields = serde_json::from_value(kept.fields).map_err(unread)?;
    // A newer program beside this one may refuse with words that are not known here: what was typed is there all the same.
    let refusal = kept.refusal.map(|said| serde_json::from_value(said).unwrap_or(AppError::Transport));
    Ok(Some(Draft { fields, refusal }))
}

/// `/a/` and `/a` are one page.
fn trimmed(path: &str) -> &str {
    path.trim_end_matches('/')
}

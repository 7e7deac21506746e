//! The way back: an import's properties leave together, those that people have worked on stay.

use serde_json::json;
use tenancy::TenantTx;

use super::{BatchId, take_time};
use crate::audit::db::{Event, record_by_program};
use crate::error::AppError;

/// What became of an import that was to be taken back.
#[derive(Debug, Clone, PartialEq)]
pub enum Undone {
    /// It is taken back.
    Now {
        /// How many properties are gone.
        removed: u64,
        /// Code and title of those that people have worked on since: they stay.
        kept: Vec<(String, String)>,
    },
    /// It was taken back before; this is when, in UTC.
    Before(String),
}

/// Takes an import back: what nobody has touched since goes and frees its place, everything else stays.
///
/// # Errors
/// [`AppError::NotFound`] when this agency has no such import.
pub async fn undo(tx: &mut TenantTx, id: BatchId) -> Result<Undone, AppError> {
    let batch = sqlx::query!(
        r#"select state = 'undone' as "is_undone!",
                  to_char((report -> 'undone' ->> 'at')::timestamptz at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at
           from import_batches
           where id = $1
           for update"#,
        id.0
    )
    .fetch_one(&mut *tx)
    .await?;
    if batch.is_undone {
        return Ok(Undone::Before(batch.at.unwrap_or_default()));
    }
    take_time(tx).await?;
    // Whoever is saving one of them now finishes first, and theirs is kept.
    sqlx::query_scalar!(
        "select count(*)
         from (select from properties where import_batch_id = $1 order by id for update) held",
        id.0
    )
    .fetch_one(&mut *tx)
    .await?;
    let removed = remove_untouched(tx, id).await?;
    let kept = sqlx::query!("select code, title from properties where import_batch_id = $1 order by code", id.0)
        .fetch_all(&mut *tx)
        .await?;
    let kept: Vec<(String, String)> = kept.into_iter().map(|row| (row.code, row.title)).collect();
    let codes: Vec<&str> = kept.iter().map(|(code, _)| code.as_str()).collect();
    sqlx::query!(
        "update import_batches
         set state = 'undone',
             report = report || jsonb_build_object('undone', $2::jsonb || jsonb_build_object('at', now()))
         where id = $1",
        id.0,
        json!({"removed": removed, "kept": codes})
    )
    .execute(&mut *tx)
    .await?;
    let changes = json!({"removed": [null, removed], "kept": [null, codes]});
    record_by_program(tx, Event { action: "import.undo", entity_type: "import", entity_id: id.0, changes }).await?;
    Ok(Undone::Now { removed, kept })
}

/// The version is the import's own, and nobody has hung a photograph on it. One statement, however many they are: the plan's
/// counter and the settings, which its triggers write at its end, are held from there on and not while rows go.
async fn remove_untouched(tx: &mut TenantTx, id: BatchId) -> Result<u64, sqlx::Error> {
    let gone = sqlx::query!(
        "delete from properties p
         where p.import_batch_id = $1 and p.version = 1
           and not exists (select from property_photos f where f.property_id = p.id)",
        id.0
    );
    Ok(gone.execute(tx).await?.rows_affected())
}

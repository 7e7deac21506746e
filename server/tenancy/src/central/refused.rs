//! Lines of agencies' outboxes that the central database would not take: kept until somebody has looked at them.

use uuid::Uuid;

use super::alerts;
use crate::{CentralDb, TenantId};

/// Keeps a line as it was, with the reason, and raises an alert; the same line a second time is kept already.
///
/// # Errors
/// The database's.
pub(crate) async fn keep(
    db: &CentralDb,
    tenant: TenantId,
    (id, kind, payload): (Uuid, &str, &str),
    error: &str,
) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let done = sqlx::query!(
        "insert into refused_lines (tenant_id, id, kind, payload, error) values ($1, $2, $3, $4::text::jsonb, $5)
         on conflict on constraint refused_lines_pkey do nothing",
        tenant.as_uuid(),
        id,
        kind,
        payload,
        error
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 1 {
        alerts::raise_in(&mut tx, alerts::Kind::LineRefused.as_str(), Some(tenant), &format!("{kind} {id}: {error}"))
            .await?;
    }
    tx.commit().await
}

//! Certificates that the edge has not renewed in time (TLS-13).

use time::OffsetDateTime;
use uuid::Uuid;

use super::alerts;
use super::claims::close_if_none;
use crate::{CentralDb, TenantId};

/// The alert about them.
pub const LATE: &str = alerts::Kind::CertificateExpiring.as_str();

/// A look has found a host's certificate late. The first look tells nobody: an edge that gets certificates on demand renews one
/// when somebody comes, and that look may have been who came. The next one raises the alert.
///
/// # Errors
/// The database's.
pub async fn is_late(
    db: &CentralDb,
    (host, tenant): (Uuid, TenantId),
    detail: &str,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let was_late = sqlx::query_scalar!(
        r#"update domains set certificate_late_since = coalesce(certificate_late_since, $2)
           where id = $1 and state in ('verified', 'suspect')
           returning certificate_late_since < $2 as "was_late!""#,
        host,
        now
    )
    .fetch_optional(&mut *tx)
    .await?;
    if was_late == Some(true) {
        alerts::raise_in(&mut tx, LATE, Some(tenant), detail).await?;
    }
    tx.commit().await
}

/// A look has found a host's certificate as it should be: the alert ends with the agency's last one that was not.
///
/// # Errors
/// The database's.
pub async fn is_in_time(db: &CentralDb, (host, tenant): (Uuid, TenantId)) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let renewed = sqlx::query!(
        "update domains set certificate_late_since = null where id = $1 and certificate_late_since is not null",
        host
    )
    .execute(&mut *tx)
    .await?;
    if renewed.rows_affected() == 1 {
        close_if_none(&mut tx, tenant).await?;
    }
    tx.commit().await
}

/// The platform's own certificate is as it should be.
///
/// # Errors
/// The database's.
pub async fn ours_is_in_time(db: &CentralDb) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    alerts::close_of_platform_in(&mut tx, LATE).await?;
    tx.commit().await
}

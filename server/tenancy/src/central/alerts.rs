//! What somebody should look at. One open row a kind and agency, counted up while it goes on, closed where its cause is seen
//! to have ended.

use time::OffsetDateTime;
use uuid::Uuid;

use super::CentralTx;
use super::audit::{self, Event};
use super::companies::By;
use crate::{CentralDb, TenantId};

/// What alerts are raised about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An agency cannot be made.
    Provisioning,
    /// An agency does not go.
    Deletion,
    /// An agency's database cannot be brought up to date.
    Migration,
    /// A line that the log of the central database lacks.
    LineRefused,
    /// A job that was tried as often as it may be.
    JobGivenUp,
    /// A job that does not carry its agency's mark.
    JobForged,
    /// A mail that was tried as often as it may be.
    MailGivenUp,
    /// Mails are not taken by anybody.
    MailNotCarried,
    /// An agency's own database does not know its limits.
    LimitsUntold,
    /// What is known of an agency's use was not what is so.
    UsageDrift,
    /// A domain that its DNS no longer says is the agency's.
    DomainSuspect,
    /// A domain that went over to another agency.
    DomainMoved,
    /// A certificate that the edge has not renewed in time.
    CertificateExpiring,
    /// A database that carries another agency's stamp, or none.
    DatabaseIdentity,
    /// A database that answers nobody.
    DatabaseAway,
    /// What an operator asked for and did not come about.
    FleetOperation,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Provisioning,
        Self::Deletion,
        Self::Migration,
        Self::LineRefused,
        Self::JobGivenUp,
        Self::JobForged,
        Self::MailGivenUp,
        Self::MailNotCarried,
        Self::LimitsUntold,
        Self::UsageDrift,
        Self::DomainSuspect,
        Self::DomainMoved,
        Self::CertificateExpiring,
        Self::DatabaseIdentity,
        Self::DatabaseAway,
        Self::FleetOperation,
    ];

    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Deletion => "deletion",
            Self::Migration => "migration",
            Self::LineRefused => "line_refused",
            Self::JobGivenUp => "job_given_up",
            Self::JobForged => "job_forged",
            Self::MailGivenUp => "mail_given_up",
            Self::MailNotCarried => "mail_not_carried",
            Self::LimitsUntold => "limits_untold",
            Self::UsageDrift => "usage_drift",
            Self::DomainSuspect => "domain_suspect",
            Self::DomainMoved => "domain_moved",
            Self::CertificateExpiring => "certificate_expiring",
            Self::DatabaseIdentity => "database_identity",
            Self::DatabaseAway => "database_away",
            Self::FleetOperation => "fleet_operation",
        }
    }

    /// Reads the stored value; none: another program's.
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == value)
    }
}

/// Raises an alert, or counts the one that is open.
///
/// # Errors
/// The database's.
pub async fn raise(db: &CentralDb, kind: &str, tenant: Option<TenantId>, detail: &str) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    raise_in(&mut tx, kind, tenant, detail).await?;
    tx.commit().await
}

/// As [`raise`], in the transaction of what gives cause for it.
pub(crate) async fn raise_in(
    tx: &mut CentralTx,
    kind: &str,
    tenant: Option<TenantId>,
    detail: &str,
) -> Result<(), sqlx::Error> {
    tracing::error!(kind, tenant = ?tenant.map(TenantId::as_uuid), detail, "alert");
    sqlx::query!(
        "insert into alerts (id, kind, tenant_id, detail) values ($1, $2, $3, $4)
         on conflict (kind, coalesce(tenant_id, '00000000-0000-0000-0000-000000000000')) where closed_at is null
         do update set count = alerts.count + 1, last_at = now(), detail = excluded.detail",
        Uuid::now_v7(),
        kind,
        tenant.map(TenantId::as_uuid),
        detail
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Closes an agency's alert of a kind, if one is open, in the transaction that ends its cause.
pub(crate) async fn close_in(tx: &mut CentralTx, kind: &str, tenant: TenantId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update alerts set closed_at = now() where kind = $1 and tenant_id = $2 and closed_at is null",
        kind,
        tenant.as_uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Closes the alert of a kind that is of no agency, if one is open, in the transaction that ends its cause.
pub(crate) async fn close_of_platform_in(tx: &mut CentralTx, kind: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update alerts set closed_at = now() where kind = $1 and tenant_id is null and closed_at is null",
        kind
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An open alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Identifier.
    pub id: Uuid,
    /// What happened.
    pub kind: String,
    /// Whom it happened to, by slug; nobody in particular otherwise.
    pub agency: Option<String>,
    /// The last time's circumstances.
    pub detail: String,
    /// How many times it happened.
    pub count: i32,
    /// When it happened first.
    pub since: OffsetDateTime,
    /// When it happened last.
    pub last_at: OffsetDateTime,
}

/// The open alerts, oldest first.
///
/// # Errors
/// The database's.
pub async fn list_open(db: &CentralDb) -> Result<Vec<Alert>, sqlx::Error> {
    sqlx::query_as!(
        Alert,
        r#"select a.id, a.kind, c.slug as "agency?", a.detail, a.count, a.since, a.last_at
           from alerts a
           left join companies c on c.id = a.tenant_id
           where a.closed_at is null
           order by a.id"#
    )
    .fetch_all(db.pool())
    .await
}

/// Closes the alerts that were listed and have not been raised again since: somebody has seen to them.
///
/// # Errors
/// The database's.
pub async fn close_seen(db: &CentralDb, seen: &[Alert]) -> Result<(), sqlx::Error> {
    let (ids, counts): (Vec<Uuid>, Vec<i32>) = seen.iter().map(|alert| (alert.id, alert.count)).unzip();
    db.transact(async |tx| {
        let closed = sqlx::query!(
            "update alerts set closed_at = now()
             from unnest($1::uuid[], $2::int[]) as seen (id, count)
             where alerts.id = seen.id and alerts.count = seen.count and closed_at is null",
            &ids,
            &counts
        )
        .execute(&mut **tx)
        .await?;
        if closed.rows_affected() > 0 {
            let event = Event {
                changes: serde_json::json!({"count": closed.rows_affected()}),
                ..Event::of_platform("alerts.close", "alert", Uuid::nil())
            };
            audit::append(tx, Event { entity_id: None, ..event }).await?;
        }
        Ok(())
    })
    .await
}

/// Closes one alert by hand, and writes down who did. Says whether it was open.
///
/// # Errors
/// The database's.
pub async fn close(db: &CentralDb, id: Uuid, by: By) -> Result<bool, sqlx::Error> {
    db.transact(async |tx| {
        let closed = sqlx::query!(
            r#"update alerts set closed_at = now() where id = $1 and closed_at is null
               returning kind, tenant_id as "tenant: TenantId""#,
            id
        )
        .fetch_optional(&mut **tx)
        .await?;
        let Some(closed) = closed else { return Ok(false) };
        let changes = serde_json::json!({"kind": closed.kind});
        audit::append(tx, by.line(closed.tenant, "alert.close", ("alert", id), changes)).await?;
        Ok(true)
    })
    .await
}

/// How many alerts are open, by kind; a kind that was raised before and is not open now counts none.
///
/// # Errors
/// The database's.
pub async fn count_by_kind(db: &CentralDb) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select kind, count(*) filter (where closed_at is null) as "open!" from alerts group by kind order by kind"#
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows.into_iter().map(|row| (row.kind, row.open)).collect())
}

/// How many alerts of a kind are open.
///
/// # Errors
/// The database's.
pub async fn count_open(db: &CentralDb, kind: &str) -> Result<i64, sqlx::Error> {
    let count = sqlx::query_scalar!("select count(*) from alerts where kind = $1 and closed_at is null", kind)
        .fetch_one(db.pool())
        .await?;
    Ok(count.unwrap_or(0))
}

//! The log of what was done, for good: added to, never changed, each agency's lines chained by their hashes.

use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::CentralTx;
use crate::{CentralDb, TenantId};

/// One line: who did what, to which thing, from where. Its identifier makes delivery repeatable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Identifier of the line; delivered twice, it is kept once.
    pub id: Uuid,
    /// When it was done.
    pub at: OffsetDateTime,
    /// Agency that it concerns; filled in by the relay, whatever an outbox says.
    #[serde(skip)]
    pub tenant: Option<TenantId>,
    /// Account that did it; none: the program.
    pub user: Option<Uuid>,
    /// Operator who acted as that account.
    pub impersonator: Option<Uuid>,
    /// `property.create`.
    pub action: String,
    /// `property`.
    pub entity_type: String,
    /// Which one.
    pub entity_id: Option<Uuid>,
    /// What changed: `{"title": ["old", "new"]}`.
    pub changes: serde_json::Value,
    /// Address of the peer.
    pub ip_address: Option<String>,
    /// What the browser calls itself, at most 300 characters.
    pub user_agent: Option<String>,
    /// The request that did it.
    pub request_id: Option<String>,
}

impl Event {
    /// An act of the platform itself, now.
    pub fn of_platform(action: &str, entity_type: &str, entity_id: Uuid) -> Self {
        Self {
            id: Uuid::now_v7(),
            at: OffsetDateTime::now_utc(),
            tenant: None,
            user: None,
            impersonator: None,
            action: action.to_owned(),
            entity_type: entity_type.to_owned(),
            entity_id: Some(entity_id),
            changes: serde_json::json!({}),
            ip_address: None,
            user_agent: None,
            request_id: None,
        }
    }

    fn hash(&self, previous: Option<&[u8]>) -> [u8; 32] {
        let tenant = self.tenant.map(TenantId::as_uuid);
        let body = serde_json::json!([
            self.id,
            self.at.unix_timestamp_nanos().to_string(),
            tenant,
            self.user,
            self.impersonator,
            self.action,
            self.entity_type,
            self.entity_id,
            self.changes,
            self.ip_address,
            self.user_agent,
            self.request_id,
        ]);
        Sha256::new().chain_update(previous.unwrap_or_default()).chain_update(body.to_string()).finalize().into()
    }
}

/// An agency's chain with its last link, nobody else's until the transaction ends.
pub(crate) struct Chain {
    tenant: Option<Uuid>,
    last: Option<Vec<u8>>,
}

impl Chain {
    /// Takes hold of a chain: once for all lines that are added in this transaction.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn hold(tx: &mut CentralTx, tenant: Option<TenantId>) -> Result<Self, sqlx::Error> {
        let tenant = tenant.map(TenantId::as_uuid);
        let chain = tenant.unwrap_or_default().to_string();
        sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", chain).execute(&mut **tx).await?;
        let last = sqlx::query_scalar!(
            "select hash from tenant_audit_log where tenant_id is not distinct from $1 order by seq desc limit 1",
            tenant
        )
        .fetch_optional(&mut **tx)
        .await?;
        Ok(Self { tenant, last })
    }

    /// Adds a line, whoever it says it is of. Says whether it was new.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn append(&mut self, tx: &mut CentralTx, mut event: Event) -> Result<bool, sqlx::Error> {
        // PostgreSQL keeps microseconds; the hash is over what can be read back.
        event.at = event.at.replace_microsecond(event.at.microsecond()).unwrap_or(event.at);
        let tenant = self.tenant;
        event.tenant = tenant.map(TenantId::from);
        let hash = event.hash(self.last.as_deref());
        let done = sqlx::query!(
            "insert into tenant_audit_log
                 (id, at, tenant_id, user_id, impersonator_id, action, entity_type, entity_id, changes,
                  ip_address, user_agent, request_id, prev_hash, hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::inet, $11, $12, $13, $14)
             on conflict on constraint tenant_audit_log_pkey do nothing",
            event.id,
            event.at,
            tenant,
            event.user,
            event.impersonator,
            event.action,
            event.entity_type,
            event.entity_id,
            event.changes,
            event.ip_address,
            event.user_agent,
            event.request_id,
            self.last,
            hash.to_vec()
        )
        .execute(&mut **tx)
        .await?;
        let is_new = done.rows_affected() == 1;
        if is_new {
            self.last = Some(hash.to_vec());
        }
        Ok(is_new)
    }
}

/// Adds a line to its agency's chain. Says whether it was new.
///
/// # Errors
/// The database's.
pub(crate) async fn append(tx: &mut CentralTx, event: Event) -> Result<bool, sqlx::Error> {
    Chain::hold(tx, event.tenant).await?.append(tx, event).await
}

/// Adds a line about something that happened in the central database, in a transaction of its own.
///
/// # Errors
/// The database's.
pub async fn record(db: &CentralDb, event: Event) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    append(&mut tx, event).await?;
    tx.commit().await
}

/// A line as it is kept.
#[derive(Debug, Clone)]
pub struct Line {
    /// Identifier.
    pub id: Uuid,
    /// When it was done.
    pub at: OffsetDateTime,
    /// Account that did it.
    pub user: Option<Uuid>,
    /// `property.create`.
    pub action: String,
    /// `property`.
    pub entity_type: String,
    /// Which one.
    pub entity_id: Option<Uuid>,
    /// What changed.
    pub changes: serde_json::Value,
    /// Address of the peer.
    pub ip_address: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// The request that did it.
    pub request_id: Option<String>,
}

/// An agency's lines, newest first.
///
/// # Errors
/// The database's.
pub async fn list(db: &CentralDb, tenant: TenantId, limit: i64) -> Result<Vec<Line>, sqlx::Error> {
    sqlx::query_as!(
        Line,
        r#"select id, at, user_id as "user", action, entity_type, entity_id, changes,
                  host(ip_address) as ip_address, user_agent, request_id
           from tenant_audit_log
           where tenant_id = $1
           order by seq desc
           limit $2"#,
        tenant.as_uuid(),
        limit
    )
    .fetch_all(db.pool())
    .await
}

/// Walks an agency's chain from its first line. Gives the identifier of the first line whose hash does not fit.
///
/// # Errors
/// The database's.
pub async fn verify(db: &CentralDb, tenant: TenantId) -> Result<Option<Uuid>, sqlx::Error> {
    // Line by line: a log is longer than a memory.
    let mut rows = sqlx::query!(
        r#"select id, at, user_id, impersonator_id, action, entity_type, entity_id, changes,
                  host(ip_address) as ip_address, user_agent, request_id, prev_hash, hash
           from tenant_audit_log where tenant_id = $1 order by seq"#,
        tenant.as_uuid()
    )
    .fetch(db.pool());
    let mut previous: Option<Vec<u8>> = None;
    while let Some(row) = rows.try_next().await? {
        let event = Event {
            id: row.id,
            at: row.at,
            tenant: Some(tenant),
            user: row.user_id,
            impersonator: row.impersonator_id,
            action: row.action,
            entity_type: row.entity_type,
            entity_id: row.entity_id,
            changes: row.changes,
            ip_address: row.ip_address,
            user_agent: row.user_agent,
            request_id: row.request_id,
        };
        if row.prev_hash != previous || event.hash(previous.as_deref()).as_slice() != row.hash {
            return Ok(Some(event.id));
        }
        previous = Some(row.hash);
    }
    Ok(None)
}

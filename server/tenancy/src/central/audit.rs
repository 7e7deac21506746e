//! The log of what was done, for good: added to, never changed, each agency's lines chained by their hashes, and the platform's
//! own lines in a chain beside them.
//!
//! A line's hash is SHA-256 over the hash of the line before it (32 bytes; none for the first line) and the line's canonical
//! bytes. They are made by the version that the line names (`hash_version`), so that old lines are checked as they were made:
//!
//! - **1**: the JSON of `[id, at, tenant, user, impersonator, action, entity_type, entity_id, changes, ip_address, user_agent,
//!   request_id]` as this program's `serde_json` wrote it, `at` as text in Unix nanoseconds. It was made of what was sent, and
//!   so is not good for numbers and addresses that PostgreSQL keeps in another form: none is added any more.
//! - **2**: PostgreSQL's text of the `jsonb` array of the same things with the number 2 before them, `at` a number of
//!   microseconds, in UTF-8: made of what is kept, by the server, in the statement that keeps it.
//!
//! [`super::audit_chain`] walks the chains, [`super::audit_log`] reads them for people.

use serde::{Deserialize, Serialize};
use std::sync::OnceLock;
use time::OffsetDateTime;
use uuid::Uuid;

use super::CentralTx;
pub use super::audit_chain::verify;
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
    /// An act of the platform itself, now. Where a command does it, the line says whose.
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
            user_agent: HAND.get().cloned(),
            request_id: None,
        }
    }
}

/// Whose hand this process is, when it is a command's.
static HAND: OnceLock<String> = OnceLock::new();

/// Says that this process is a command, and who gave it: `sobrado tenant suspend, by root`. From now on the lines of what it
/// does say so where a browser would call itself something. Said once; a server never says it.
pub fn act_as_command(who: String) {
    HAND.get_or_init(|| who);
}

/// A chain with its last link, nobody else's until the transaction ends.
pub(crate) struct Chain {
    tenant: Option<Uuid>,
    last: Option<Vec<u8>>,
}

impl Chain {
    /// Takes hold of a chain: once for all lines that are added in this transaction. A transaction holds one chain, or two that it
    /// has taken by [`hold_both`]: else it may wait for somebody who holds them the other way round.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn hold(tx: &mut CentralTx, tenant: Option<TenantId>) -> Result<Self, sqlx::Error> {
        let tenant = tenant.map(TenantId::as_uuid);
        let chain = tenant.unwrap_or_default();
        sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", chain.to_string())
            .execute(&mut **tx)
            .await?;
        // A statement of its own: it sees what was committed while the first one waited.
        let last = sqlx::query_scalar!("select hash from audit_heads where chain = $1", chain)
            .fetch_optional(&mut **tx)
            .await?;
        Ok(Self { tenant, last })
    }

    /// Adds a line, whoever it says it is of. Says whether it was new.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn append(&mut self, tx: &mut CentralTx, event: Event) -> Result<bool, sqlx::Error> {
        // The hash of version 2: `audit_chain` asks with the same words.
        let hash = sqlx::query_scalar!(
            "with l as (
                 select $1::uuid as id, $2::timestamptz as at, $3::uuid as tenant_id, $4::uuid as user_id,
                        $5::uuid as impersonator_id, $6::text as action, $7::text as entity_type, $8::uuid as entity_id,
                        $9::jsonb as changes, $10::text::inet as ip_address, $11::text as user_agent,
                        $12::text as request_id, $13::bytea as prev_hash)
             insert into tenant_audit_log
                 (id, at, tenant_id, user_id, impersonator_id, action, entity_type, entity_id, changes,
                  ip_address, user_agent, request_id, prev_hash, hash_version, hash)
             select l.*, 2,
                    sha256(coalesce(l.prev_hash, '') || convert_to(jsonb_build_array(
                        2, l.id, (extract(epoch from l.at) * 1000000)::bigint, l.tenant_id, l.user_id, l.impersonator_id,
                        l.action, l.entity_type, l.entity_id, l.changes, host(l.ip_address), l.user_agent,
                        l.request_id)::text, 'UTF8'))
             from l
             on conflict on constraint tenant_audit_log_pkey do nothing
             returning hash",
            event.id,
            event.at,
            self.tenant,
            event.user,
            event.impersonator,
            event.action,
            event.entity_type,
            event.entity_id,
            event.changes,
            event.ip_address,
            event.user_agent,
            event.request_id,
            self.last
        )
        .fetch_optional(&mut **tx)
        .await?;
        let is_new = hash.is_some();
        self.last = hash.or(self.last.take());
        Ok(is_new)
    }
}

/// Takes hold of two agencies' chains, in the one order in which everybody takes them: for a transaction that adds to both.
///
/// # Errors
/// The database's.
pub(crate) async fn hold_both(tx: &mut CentralTx, one: TenantId, other: TenantId) -> Result<(), sqlx::Error> {
    let mut both = [one, other];
    both.sort_by_key(|tenant| tenant.as_uuid());
    for tenant in both {
        Chain::hold(tx, Some(tenant)).await?;
    }
    Ok(())
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
    db.transact(async |tx| append(tx, event.clone()).await.map(drop)).await
}

/// As [`record`], unless the same account or person has left this line since then, of the same thing and with the same changes: a
/// look that goes on is one look.
///
/// # Errors
/// The database's.
pub async fn record_once(db: &CentralDb, event: Event, since: OffsetDateTime) -> Result<(), sqlx::Error> {
    // Most of the time it is there: nobody waits for the chain to hear that.
    if is_there(db.pool(), &event, since).await? {
        return Ok(());
    }
    db.transact(async |tx| {
        let mut chain = Chain::hold(tx, event.tenant).await?;
        if !is_there(&mut **tx, &event, since).await? {
            chain.append(tx, event.clone()).await?;
        }
        Ok(())
    })
    .await
}

async fn is_there(
    executor: impl sqlx::PgExecutor<'_>,
    event: &Event,
    since: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (
               select from tenant_audit_log
               where user_id = $1 and action = $2 and at > $3 and entity_id is not distinct from $4
                 and tenant_id is not distinct from $5 and changes = $6) as "is!""#,
        event.user,
        event.action,
        since,
        event.entity_id,
        event.tenant.map(TenantId::as_uuid),
        event.changes
    )
    .fetch_one(executor)
    .await
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

//! Whether the log is as it was written: each chain is walked from its first line, and the first line that does not fit is named.
//!
//! What stands in a database can be changed by whoever owns its server, the hashes with it. So the heads of the chains are also
//! written down outside of it, sealed with the program's key ([`Anchor`]); a chain that does not pass through them has been
//! written anew.

use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use time::OffsetDateTime;
use uuid::Uuid;

use super::CentralTx;
use crate::{CentralDb, Key, TenantId};

/// Where a chain was once: written down outside of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// When it was written down, in Unix seconds.
    pub at: i64,
    /// The agency; the nil identifier for the platform.
    pub chain: Uuid,
    /// How many lines it had.
    pub lines: i64,
    /// The hash of the last of them, in hexadecimal figures.
    pub hash: String,
    /// HMAC over all of it: nobody without the program's key writes one.
    pub seal: String,
}

impl Anchor {
    fn seal_of(&self, key: &Key) -> [u8; 32] {
        let (at, lines) = (self.at.to_be_bytes(), self.lines.to_be_bytes());
        key.derive("audit head", &[&at, self.chain.as_bytes(), &lines, self.hash.as_bytes()])
    }

    /// Whether the program wrote it.
    pub fn is_ours(&self, key: &Key) -> bool {
        self.seal == hex(&self.seal_of(key))
    }
}

/// Where every chain is now, sealed, but for those that are where they were written down last.
///
/// # Errors
/// The database's.
pub async fn heads(
    db: &CentralDb,
    key: &Key,
    known: &BTreeMap<Uuid, i64>,
    now: OffsetDateTime,
) -> Result<Vec<Anchor>, sqlx::Error> {
    let rows = sqlx::query!("select chain, lines, hash from audit_heads order by chain").fetch_all(db.pool()).await?;
    let moved = rows.into_iter().filter(|row| known.get(&row.chain) != Some(&row.lines));
    let sealed = moved.map(|row| {
        let (at, seal) = (now.unix_timestamp(), String::new());
        let anchor = Anchor { at, chain: row.chain, lines: row.lines, hash: hex(&row.hash), seal };
        Anchor { seal: hex(&anchor.seal_of(key)), ..anchor }
    });
    Ok(sealed.collect())
}

/// What is wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The line is not what its hash was made of.
    Changed,
    /// The line does not follow from the one before it: one is gone, one was put in, or they have changed places.
    OutOfPlace,
    /// Lines after it are gone: the chain had come further.
    Cut,
    /// The whole chain was written anew: it does not pass through what was written down outside of the database.
    Rewritten,
    /// How far the chain has come is written down nowhere: its head is gone.
    Headless,
}

/// The first thing that is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The line; none when the chain has none left.
    pub line: Option<Uuid>,
    /// Its place in the chain, from 1.
    pub place: i64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What was found on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// Lines that were read.
    pub lines: i64,
    /// The first thing that is wrong; the walk ends there.
    pub broken: Option<Broken>,
}

/// Every chain that there is or was: of agencies, living and gone, and the platform's (the nil identifier).
///
/// # Errors
/// The database's.
pub async fn chains(db: &CentralDb, anchors: &[Anchor]) -> Result<Vec<Uuid>, sqlx::Error> {
    let known = sqlx::query_scalar!(
        r#"select id as "id!" from companies
           union select chain from audit_heads
           union select coalesce(tenant_id, '00000000-0000-0000-0000-000000000000') from tenant_audit_log"#
    )
    .fetch_all(db.pool())
    .await?;
    let all: BTreeSet<Uuid> = known.into_iter().chain(anchors.iter().map(|anchor| anchor.chain)).collect();
    Ok(all.into_iter().collect())
}

/// Walks a chain from its first line to its head, past what was written down of it outside.
///
/// # Errors
/// The database's.
pub async fn walk(db: &CentralDb, chain: Uuid, anchors: &[Anchor]) -> Result<Walked, sqlx::Error> {
    // One picture of lines and head: lines are being added meanwhile.
    let mut tx = db.pool().begin_with("begin isolation level repeatable read read only").await?;
    let head =
        sqlx::query!("select lines, hash from audit_heads where chain = $1", chain).fetch_optional(&mut *tx).await?;
    let mut outside: BTreeMap<i64, &str> = BTreeMap::new();
    for anchor in anchors.iter().filter(|anchor| anchor.chain == chain) {
        outside.insert(anchor.lines, &anchor.hash);
    }
    let (walked, last) = walk_lines(&mut tx, chain, &outside).await?;
    if walked.broken.is_some() {
        return Ok(walked);
    }
    let at_end = |fault| Some(Broken { line: last.as_ref().map(|last| last.0), place: walked.lines, fault });
    let furthest = outside.last_key_value().map_or(0, |(lines, _)| *lines);
    let broken = match &head {
        None if walked.lines > 0 => at_end(Fault::Headless),
        Some(head) if head.lines > walked.lines => at_end(Fault::Cut),
        _ if furthest > walked.lines => at_end(Fault::Cut),
        // A head that is behind, or elsewhere: somebody has laid hands on it.
        Some(head) if last.as_ref().is_none_or(|last| last.1 != head.hash || head.lines != walked.lines) => {
            at_end(Fault::Headless)
        }
        _ => None,
    };
    Ok(Walked { broken, ..walked })
}

type Last = Option<(Uuid, Vec<u8>)>;

async fn walk_lines(
    tx: &mut CentralTx,
    chain: Uuid,
    outside: &BTreeMap<i64, &str>,
) -> Result<(Walked, Last), sqlx::Error> {
    let tenant = (!chain.is_nil()).then_some(chain);
    // Line by line: a log is longer than a memory. The hash of version 2 is made anew by the words that made it.
    let mut rows = sqlx::query!(
        r#"select l.id, l.at, l.user_id, l.impersonator_id, l.action, l.entity_type, l.entity_id, l.changes,
                  host(l.ip_address) as ip_address, l.user_agent, l.request_id, l.prev_hash, l.hash_version, l.hash,
                  sha256(coalesce(l.prev_hash, '') || convert_to(jsonb_build_array(
                      2, l.id, (extract(epoch from l.at) * 1000000)::bigint, l.tenant_id, l.user_id, l.impersonator_id,
                      l.action, l.entity_type, l.entity_id, l.changes, host(l.ip_address), l.user_agent,
                      l.request_id)::text, 'UTF8')) as "made_anew!"
           from tenant_audit_log l
           where l.tenant_id is not distinct from $1
           order by l.seq"#,
        tenant
    )
    .fetch(&mut **tx);
    let (mut last, mut lines): (Last, i64) = (None, 0);
    while let Some(row) = rows.try_next().await? {
        lines += 1;
        let of_version_1 = || {
            let body = serde_json::json!([
                row.id,
                row.at.unix_timestamp_nanos().to_string(),
                tenant,
                row.user_id,
                row.impersonator_id,
                row.action,
                row.entity_type,
                row.entity_id,
                row.changes,
                row.ip_address,
                row.user_agent,
                row.request_id,
            ]);
            let previous = row.prev_hash.as_deref().unwrap_or_default();
            Sha256::new().chain_update(previous).chain_update(body.to_string()).finalize().to_vec()
        };
        let made_anew = if row.hash_version == 1 { of_version_1() } else { row.made_anew };
        let fault = if made_anew != row.hash {
            Some(Fault::Changed)
        } else if row.prev_hash != last.map(|last| last.1) {
            Some(Fault::OutOfPlace)
        } else if outside.get(&lines).is_some_and(|hash| *hash != hex(&row.hash)) {
            Some(Fault::Rewritten)
        } else {
            None
        };
        if let Some(fault) = fault {
            let broken = Some(Broken { line: Some(row.id), place: lines, fault });
            return Ok((Walked { lines, broken }, None));
        }
        last = Some((row.id, row.hash));
    }
    Ok((Walked { lines, broken: None }, last))
}

/// The first line of an agency's chain that does not fit; the nil identifier when there is no such line, but lines are gone.
///
/// # Errors
/// The database's.
pub async fn verify(db: &CentralDb, tenant: TenantId) -> Result<Option<Uuid>, sqlx::Error> {
    let walked = walk(db, tenant.as_uuid(), &[]).await?;
    Ok(walked.broken.map(|broken| broken.line.unwrap_or_default()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

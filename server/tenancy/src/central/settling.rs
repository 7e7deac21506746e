//! What comes of a look at a host's DNS. Many may claim one; whoever shows a proof that is newer than every earlier owner's
//! owns it, and one at a time.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::claims::{SUSPECT, as_seen, close_if_none, end, hold, is_quarantined, note, proof};
use super::companies::By;
use super::domains::event;
use super::news::{self, News, Writer};
use super::{CentralTx, alerts, audit};
use crate::{CentralDb, TenantId};

/// Daily looks in a row that find something wrong before a host is in doubt.
pub const FAILURES: i32 = 3;
/// How long a host may be in doubt before it is let go of.
pub const DOUBT: Duration = Duration::days(14);
/// The alert of a host that went to another agency.
pub const MOVED: &str = alerts::Kind::DomainMoved.as_str();

/// What a look at the DNS has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// Everything is as it should be.
    Fine,
    /// The TXT record is not there, or not for everybody.
    NoProof,
    /// The host leads elsewhere, or nowhere.
    PointsElsewhere,
    /// Nobody knows: the DNS did not answer. Nothing changes by it (FLT-27).
    NoAnswer,
}

impl Finding {
    const fn problem(self) -> Option<&'static str> {
        match self {
            Self::Fine => None,
            Self::NoProof => Some("no_proof"),
            Self::PointsElsewhere => Some("points_elsewhere"),
            Self::NoAnswer => Some("no_answer"),
        }
    }
}

/// A look at the DNS.
#[derive(Debug, Clone)]
pub struct Look {
    /// What was found.
    pub finding: Finding,
    /// What all resolvers saw in the TXT record.
    pub proofs: Vec<String>,
    /// Whether it was the daily look, whose failures count.
    pub is_daily: bool,
}

/// A host as it stands when a look at it is settled.
struct Standing {
    id: Uuid,
    tenant: TenantId,
    host: String,
    state: String,
    failures: i32,
    suspect_since: Option<OffsetDateTime>,
}

/// Draws the conclusion from a look, with its line in the log, its alert and its mails. Gives the state that the host has then.
///
/// # Errors
/// `RowNotFound` when there is no such host; the database's.
pub async fn settle(
    db: &CentralDb,
    id: Uuid,
    look: &Look,
    now: OffsetDateTime,
    (by, writer): (By, &Writer<'_>),
) -> Result<&'static str, sqlx::Error> {
    db.transact(async |tx| {
        let host = sqlx::query_scalar!("select host from domains where id = $1", id).fetch_one(&mut **tx).await?;
        hold(tx, &host).await?;
        let standing = sqlx::query_as!(
            Standing,
            r#"select id, tenant_id as "tenant: TenantId", host, state, failures, suspect_since
               from domains where id = $1 for update"#,
            id
        )
        .fetch_one(&mut **tx)
        .await?;
        let state = match (standing.state.as_str(), look.finding) {
            ("released", _) => "released",
            ("pending", Finding::Fine) => take(tx, &standing, look, now, (&by, writer)).await?,
            ("pending", finding) => {
                note(tx, id, finding.problem(), 0).await?;
                "pending"
            }
            (_, Finding::Fine) => recover(tx, &standing, &by).await?,
            (_, finding) => doubt(tx, &standing, (finding, look.is_daily), now, (&by, writer)).await?,
        };
        Ok(state)
    })
    .await
}

/// The proof of a claim is there: the host is the agency's, unless somebody else's is better.
async fn take(
    tx: &mut CentralTx,
    claim: &Standing,
    look: &Look,
    now: OffsetDateTime,
    (by, writer): (&By, &Writer<'_>),
) -> Result<&'static str, sqlx::Error> {
    if is_quarantined(tx, &claim.host, claim.tenant, now).await? {
        note(tx, claim.id, Some("quarantined"), 0).await?;
        return Ok("pending");
    }
    let owner = sqlx::query!(
        r#"select id, tenant_id as "tenant: TenantId", verify_token, is_vouched from domains
           where host = $1 and state in ('verified', 'suspect')
           for update"#,
        claim.host
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(owner) = owner {
        // Whoever runs the DNS decides: as long as the owner's own proof stands in it, the owner is meant.
        if owner.is_vouched || look.proofs.contains(&proof(&owner.verify_token)) {
            note(tx, claim.id, Some("owned"), 0).await?;
            return Ok("pending");
        }
        audit::hold_both(tx, owner.tenant, claim.tenant).await?;
        let changes = serde_json::json!({"host": claim.host, "reason": "proven by another agency"});
        end(tx, owner.id, now).await?;
        note(tx, owner.id, Some("owned"), 0).await?;
        audit::append(tx, event("domain.release", owner.tenant, (Some(owner.id), changes), &By::default())).await?;
        close_if_none(tx, owner.tenant).await?;
        alerts::raise_in(tx, MOVED, Some(owner.tenant), &claim.host).await?;
        news::tell(tx, writer, owner.tenant, (News::Moved, &claim.host)).await?;
    }
    let taken = sqlx::query!(
        "update domains set state = 'verified', verified_at = $2, failures = 0, problem = null, tls_checked_at = null
         where id = $1 and state = 'pending'",
        claim.id,
        now
    )
    .execute(&mut **tx)
    .await?;
    as_seen(taken)?;
    let changes = serde_json::json!({"host": claim.host});
    audit::append(tx, event("domain.verify", claim.tenant, (Some(claim.id), changes), by)).await?;
    Ok("verified")
}

async fn recover(tx: &mut CentralTx, host: &Standing, by: &By) -> Result<&'static str, sqlx::Error> {
    note(tx, host.id, None, 0).await?;
    if host.state == "suspect" {
        let back = sqlx::query!(
            "update domains set state = 'verified', suspect_since = null where id = $1 and state = 'suspect'",
            host.id
        )
        .execute(&mut **tx)
        .await?;
        as_seen(back)?;
        let changes = serde_json::json!({"host": host.host, "state": ["suspect", "verified"]});
        audit::append(tx, event("domain.recover", host.tenant, (Some(host.id), changes), by)).await?;
        close_if_none(tx, host.tenant).await?;
    }
    Ok("verified")
}

/// Something is wrong with a host that an agency owns. It is served on, until it was wrong for long.
async fn doubt(
    tx: &mut CentralTx,
    host: &Standing,
    (finding, is_daily): (Finding, bool),
    now: OffsetDateTime,
    (by, writer): (&By, &Writer<'_>),
) -> Result<&'static str, sqlx::Error> {
    let counts = is_daily && finding != Finding::NoAnswer;
    let failures = host.failures + i32::from(counts);
    note(tx, host.id, finding.problem(), failures).await?;
    if host.state == "suspect" {
        if !counts || host.suspect_since.is_none_or(|since| now - since < DOUBT) {
            return Ok("suspect");
        }
        end(tx, host.id, now).await?;
        let changes = serde_json::json!({"host": host.host, "reason": finding.problem()});
        audit::append(tx, event("domain.release", host.tenant, (Some(host.id), changes), by)).await?;
        close_if_none(tx, host.tenant).await?;
        news::tell(tx, writer, host.tenant, (News::Released, &host.host)).await?;
        return Ok("released");
    }
    if failures < FAILURES {
        return Ok("verified");
    }
    let doubted = sqlx::query!(
        "update domains set state = 'suspect', suspect_since = $2 where id = $1 and state = 'verified'",
        host.id,
        now
    )
    .execute(&mut **tx)
    .await?;
    as_seen(doubted)?;
    let changes = serde_json::json!({"host": host.host, "state": ["verified", "suspect"], "reason": finding.problem()});
    audit::append(tx, event("domain.suspect", host.tenant, (Some(host.id), changes), by)).await?;
    alerts::raise_in(tx, SUSPECT, Some(host.tenant), &host.host).await?;
    news::tell(tx, writer, host.tenant, (News::Suspect, &host.host)).await?;
    Ok("suspect")
}

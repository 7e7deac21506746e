//! Mails that wait for the worker. What causes one writes it in its own transaction, so neither lasts without the other.
//!
//! A mail is carried once as far as SMTP allows: between the server's "250" and the line that notes it a crash may fall, and
//! then the same mail, under the same identifier, goes a second time. What it says lies here sealed, and only until then.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use std::fmt;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{CentralTx, alerts};
use crate::{CentralDb, Key, TenantId};

/// Attempts before a mail is given up: the last one is eight hours after the first.
const ATTEMPTS: i32 = 10;
/// From this attempt on a failure is more than a hiccup, and somebody should look.
const WORRYING: i32 = 3;
/// How long a worker may take over a mail before another sends it.
const LEASE: Duration = Duration::minutes(5);
/// What was carried is remembered, without what it said.
const KEPT: Duration = Duration::days(90);
/// What is raised while mails wait for a server that does not take them; closed by the next one that goes.
pub const NOT_CARRIED: &str = alerts::Kind::MailNotCarried.as_str();
/// What is raised for a mail that is not tried again.
pub const GIVEN_UP: &str = alerts::Kind::MailGivenUp.as_str();
const NONCE: usize = 24;

/// A mail as it is written: to one person, in their language, as text and as plain HTML.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The agency on whose behalf; none: the platform's.
    pub tenant: Option<TenantId>,
    /// `team.invitation`.
    pub kind: String,
    /// Address, lower case.
    pub to: String,
    /// What it says.
    pub letter: Letter,
}

/// What a mail says. Nothing of it is logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Name of whoever it is to; empty when nobody has said it yet.
    pub name: String,
    /// Subject, one line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Letter(..)")
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("tenant", &self.tenant).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A mail that this worker carries.
#[derive(Debug, Clone)]
pub struct Held {
    /// Identifier: also the mail's own, so that one which went twice can be told.
    pub id: Uuid,
    /// How often it was begun, this time included.
    pub attempt: i32,
    /// The worker that carries it.
    pub worker: String,
    /// What is carried.
    pub mail: Mail,
}

/// Whether a mail that was not taken may be taken later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The server was away, or said 4xx.
    ForNow,
    /// The server said 5xx: there is no such mailbox, or it takes nothing of ours.
    ForGood,
}

/// Writes a mail down for the worker, in the transaction of what causes it. Gives its identifier.
///
/// # Errors
/// The database's.
pub(crate) async fn queue(tx: &mut CentralTx, key: &Key, mail: &Mail) -> Result<Uuid, sqlx::Error> {
    queue_if(tx, key, mail, true).await
}

/// As [`queue`], or not: at the same cost, where nobody is to know from it whether there is somebody to write to.
pub(crate) async fn queue_if(tx: &mut CentralTx, key: &Key, mail: &Mail, is_sent: bool) -> Result<Uuid, sqlx::Error> {
    let id = Uuid::now_v7();
    sqlx::query!(
        "insert into mails (id, tenant_id, kind, recipient, sealed) select $1, $2, $3, $4, $5 where $6",
        id,
        mail.tenant.map(TenantId::as_uuid),
        mail.kind,
        mail.to,
        seal(key, id, mail),
        is_sent
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// Writes a mail down that nothing else has to last with. Gives its identifier.
///
/// # Errors
/// The database's.
pub async fn queue_alone(db: &CentralDb, key: &Key, mail: &Mail) -> Result<Uuid, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let id = queue(&mut tx, key, mail).await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes the mail that is due first. One that was tampered with is given up and not returned, and so is one that has ended each
/// of its workers: with either, the next one is taken.
///
/// # Errors
/// The database's.
pub async fn claim(db: &CentralDb, key: &Key, worker: &str) -> Result<Option<Held>, sqlx::Error> {
    while let Some(row) = take(db, worker).await? {
        let (id, attempt, worker) = (row.id, row.attempt, worker.to_owned());
        let bare = Mail { tenant: row.tenant, kind: row.kind, to: row.recipient, letter: Letter::nothing() };
        let letter = row.sealed.and_then(|sealed| unseal(key, id, &bare, &sealed));
        let is_ours = letter.is_some();
        let held = Held { id, attempt, worker, mail: Mail { letter: letter.unwrap_or_else(Letter::nothing), ..bare } };
        if !is_ours {
            fail(db, &held, Refusal::ForGood, "the mail does not carry this installation's seal").await?;
        } else if attempt > ATTEMPTS {
            fail(db, &held, Refusal::ForGood, "whoever began it ended before it did, each time").await?;
        } else {
            return Ok(Some(held));
        }
    }
    Ok(None)
}

struct Row {
    id: Uuid,
    tenant: Option<TenantId>,
    kind: String,
    recipient: String,
    sealed: Option<Vec<u8>>,
    attempt: i32,
}

async fn take(db: &CentralDb, worker: &str) -> Result<Option<Row>, sqlx::Error> {
    sqlx::query_as!(
        Row,
        r#"update mails
           set state = 'sending', attempt = attempt + 1, lease_owner = $1,
               lease_until = now() + $2::float8 * interval '1 second'
           where id = (
               select id
               from mails
               where (state = 'queued' and run_at <= now()) or (state = 'sending' and lease_until < now())
               order by run_at, id
               limit 1
               for update skip locked)
           returning id, tenant_id as "tenant: TenantId", kind, recipient, sealed, attempt"#,
        worker,
        LEASE.as_seconds_f64()
    )
    .fetch_optional(db.pool())
    .await
}

/// The server has taken the mail: what it said is forgotten. Says whether it was still its worker's.
///
/// # Errors
/// The database's.
pub async fn finish(db: &CentralDb, held: &Held) -> Result<bool, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let done = sqlx::query!(
        "update mails set state = 'sent', sealed = null, finished_at = now(), lease_until = null, last_error = null
         where id = $1 and lease_owner = $2 and attempt = $3 and state = 'sending'",
        held.id,
        held.worker,
        held.attempt
    )
    .execute(&mut *tx)
    .await?;
    alerts::close_of_platform_in(&mut tx, NOT_CARRIED).await?;
    tx.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// The mail was not taken: later again, each time twice as late, or given up with an alert. Says whether it was still its
/// worker's.
///
/// # Errors
/// The database's.
pub async fn fail(db: &CentralDb, held: &Held, refusal: Refusal, error: &str) -> Result<bool, sqlx::Error> {
    let is_given_up = refusal == Refusal::ForGood || held.attempt >= ATTEMPTS;
    let delay = Duration::seconds(30 * 2_i64.pow(held.attempt.clamp(1, ATTEMPTS).unsigned_abs() - 1));
    let error: String = error.chars().filter(|c| !c.is_control()).take(300).collect();
    let mut tx = db.pool().begin().await?;
    let done = sqlx::query!(
        "update mails
         set state = case when $4 then 'failed' else 'queued' end, sealed = case when $4 then null else sealed end,
             finished_at = case when $4 then now() end, run_at = now() + $5::float8 * interval '1 second',
             last_error = $6, lease_until = null
         where id = $1 and lease_owner = $2 and attempt = $3 and state = 'sending'",
        held.id,
        held.worker,
        held.attempt,
        is_given_up,
        delay.as_seconds_f64(),
        error
    )
    .execute(&mut *tx)
    .await?;
    let is_ours = done.rows_affected() == 1;
    let detail = format!("{} {}: {error}", held.mail.kind, held.id);
    if is_ours && is_given_up {
        alerts::raise_in(&mut tx, GIVEN_UP, held.mail.tenant, &detail).await?;
    } else if is_ours && held.attempt >= WORRYING {
        alerts::raise_in(&mut tx, NOT_CARRIED, None, &detail).await?;
    }
    tx.commit().await?;
    Ok(is_ours)
}

/// Takes back mails whose worker is known to be gone: called in the worker's place ([`super::duty::Duty`]) alone.
///
/// # Errors
/// The database's.
pub async fn release_leases(db: &CentralDb) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!("update mails set lease_until = now() - interval '1 second' where state = 'sending'")
        .execute(db.pool())
        .await?;
    Ok(done.rows_affected())
}

/// Deletes what was carried or given up 90 days ago.
///
/// # Errors
/// The database's.
pub async fn sweep(db: &CentralDb, now: OffsetDateTime) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!("delete from mails where finished_at < $1", now - KEPT).execute(db.pool()).await?;
    Ok(done.rows_affected())
}

impl Letter {
    fn nothing() -> Self {
        Self { name: String::new(), subject: String::new(), text: String::new(), html: String::new() }
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.derive("mail", &[]).into())
}

/// What a letter is bound to: in another row, or under another address, it is not opened.
fn bound(id: Uuid, mail: &Mail) -> Vec<u8> {
    let tenant = mail.tenant.map(TenantId::as_uuid);
    serde_json::json!([id, tenant, mail.kind, mail.to]).to_string().into_bytes()
}

fn seal(key: &Key, id: Uuid, mail: &Mail) -> Vec<u8> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).expect("the operating system gives random bytes");
    let plain = serde_json::to_vec(&mail.letter).expect("four texts are JSON");
    let aad = bound(id, mail);
    let closed = cipher(key).encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &aad });
    [nonce.as_slice(), &closed.expect("a letter is shorter than the cipher's limit")].concat()
}

fn unseal(key: &Key, id: Uuid, bare: &Mail, sealed: &[u8]) -> Option<Letter> {
    let (nonce, closed) = sealed.split_at_checked(NONCE)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    let aad = bound(id, bare);
    let plain = cipher(key).decrypt(&XNonce::from(nonce), Payload { msg: closed, aad: &aad }).ok()?;
    serde_json::from_slice(&plain).ok()
}

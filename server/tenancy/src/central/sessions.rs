//! Sessions: opaque to the browser, hashed here, ended by one statement. The store behind tower-sessions.
//!
//! An ended session opens nothing; its row stays a week, so that a form that comes too late finds out whose it is.
//! What was read is remembered for five seconds at most, and forgotten at once when it ends: in the process that ends it
//! before that is answered, in the others by NOTIFY.

use async_trait::async_trait;
use moka::future::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};
use uuid::Uuid;

use super::open_sessions::{self, Whose};
use super::session_lines::{self, Ended};
use crate::{CentralDb, Clock, OperatorId, PersonId, TenantId, UserId};

/// Under this key a session keeps who is signed in.
pub const SIGNED: &str = "signed";
/// A session that is not used ends.
const IDLE: Duration = Duration::hours(12);
/// A session ends, used or not.
const ABSOLUTE: Duration = Duration::hours(24);
/// A session of somebody who asked to stay signed in ends.
const REMEMBERED: Duration = Duration::days(30);
/// A session that has ended is remembered, and opens nothing.
pub(super) const LATE: Duration = Duration::days(7);
/// A session in which a code is awaited ends.
pub const BETWEEN: Duration = Duration::minutes(5);
/// Use is written down this often: a write on every request would be one too many.
const TOUCH: Duration = Duration::minutes(5);
/// A session that was read is not read again for so long: what no notice told is seen after that.
const REREAD: Duration = Duration::seconds(5);

/// The name under which a session lies in its table: the hash of its identifier, which opens nothing.
pub type Stored = Vec<u8>;

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The human being.
    pub person: PersonId,
    /// The agency's account; none while the person still chooses, and for operators.
    pub user: Option<UserId>,
    /// The agency.
    pub tenant: Option<TenantId>,
    /// The platform's account.
    pub operator: Option<OperatorId>,
    /// Whether to stay signed in for 30 days.
    pub remember: bool,
    /// When the password that was given had been set, in Unix microseconds: a session of an older one is none.
    #[serde(default)]
    pub password_set: i64,
    /// Since when the person has their second factor, likewise, or zero: a session from before a change of it is none.
    #[serde(default)]
    pub factor_set: i64,
    /// When the person last proved who they are, in Unix seconds: dangerous acts ask how long ago that was.
    #[serde(default)]
    pub proved: i64,
    /// The role that the session was begun with: another one has another session.
    #[serde(default)]
    pub role: Option<String>,
    /// When the password was given, in Unix seconds: from then on the session's days are counted, whatever was chosen since.
    #[serde(default)]
    pub since: i64,
    /// Address that signed in.
    pub ip_address: Option<String>,
    /// What its browser calls itself.
    pub user_agent: Option<String>,
    /// An operator acts as the account: the person above is the operator's, who has given a password.
    #[serde(default)]
    pub acting: Option<Acting>,
}

/// An operator who acts as a member of an agency's staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acting {
    /// Names the impersonation.
    pub id: Uuid,
    /// The operator.
    pub operator: OperatorId,
    /// Until when, in Unix seconds.
    pub until: i64,
    /// Whether changes are let through.
    pub may_write: bool,
}

/// Keeps sessions in the central database.
#[derive(Clone)]
pub struct Sessions {
    db: CentralDb,
    clock: Clock,
    /// By their stored names.
    known: Cache<Vec<u8>, Known>,
    /// Rises with everything that is forgotten: what was read before that may be what was meant.
    forgotten: Arc<AtomicU64>,
}

/// A session as it was read.
#[derive(Clone)]
struct Known {
    record: Record,
    read_at: OffsetDateTime,
    last_seen_at: OffsetDateTime,
}

impl Known {
    fn is_good(&self, now: OffsetDateTime) -> bool {
        (self.read_at..self.read_at + REREAD).contains(&now)
            && now < self.record.expiry_date
            && now - self.last_seen_at <= TOUCH
    }
}

impl Sessions {
    /// The store on this database.
    pub fn new(db: CentralDb, clock: Clock) -> Self {
        let known = Cache::builder().max_capacity(20_000).time_to_idle(REREAD.unsigned_abs()).build();
        Self { db, clock, known, forgotten: Arc::default() }
    }

    /// Reads a session anew when it is asked for next.
    pub async fn forget(&self, stored: &[u8]) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.known.invalidate(stored).await;
    }

    /// As [`Self::forget`], of all that somebody has just ended.
    pub async fn forget_all(&self, ended: &[Stored]) {
        for stored in ended {
            self.forget(stored).await;
        }
    }

    /// Ends one of a person's own sessions. Says whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub async fn end(&self, person: PersonId, stored: &[u8]) -> std::result::Result<bool, sqlx::Error> {
        let mut tx = self.db.pool().begin().await?;
        let was_there = end_one(&mut tx, stored, Some(person)).await?;
        tx.commit().await?;
        self.forget(stored).await;
        Ok(was_there)
    }

    /// Ends all of a person's sessions but this one. Says how many there were.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_others(&self, person: PersonId, kept: &[u8]) -> std::result::Result<usize, sqlx::Error> {
        let mut tx = self.db.pool().begin().await?;
        let ended = open_sessions::end_of(&mut tx, Whose::Persons { person, but: Some(kept) }).await?;
        tx.commit().await?;
        self.forget_all(&ended).await;
        Ok(ended.len())
    }

    /// Ends the session of somebody who has yet to give their code. Says whether there was one: it is good for one sign-in.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim(&self, stored: &[u8]) -> std::result::Result<bool, sqlx::Error> {
        let done = sqlx::query!(
            "update sessions set ended_at = now() where id = $1 and person_id is null and ended_at is null",
            stored
        )
        .execute(self.db.pool())
        .await?;
        self.forget(stored).await;
        Ok(done.rows_affected() == 1)
    }

    async fn write(&self, record: &Record) -> Result<()> {
        let signed = signed(record)?;
        let data = serde_json::to_value(&record.data).map_err(|e| Error::Encode(e.to_string()))?;
        let now = self.clock.now();
        let created = signed.as_ref().and_then(|s| OffsetDateTime::from_unix_timestamp(s.since).ok()).unwrap_or(now);
        // Nobody is signed in: it is the moment between a password and its code.
        let expires = signed.as_ref().map_or(now + BETWEEN, |s| expiry(s.remember, created, now));
        let part = |f: fn(&Signed) -> Option<Uuid>| signed.as_ref().and_then(f);
        let mut tx = self.db.pool().begin().await.map_err(backend)?;
        let is_new = sqlx::query_scalar!(
            r#"insert into sessions
                 (id, person_id, user_id, tenant_id, operator_id, data, ip_address, user_agent,
                  created_at, last_seen_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7::text::inet, $8, $9, $10, $11)
             on conflict on constraint sessions_pkey do update
             set person_id = excluded.person_id, user_id = excluded.user_id, tenant_id = excluded.tenant_id,
                 operator_id = excluded.operator_id, data = excluded.data
             returning (xmax = 0) as "is_new!""#,
            key(&record.id),
            part(|s| Some(s.person.as_uuid())),
            part(|s| s.user.map(UserId::as_uuid)),
            part(|s| s.tenant.map(TenantId::as_uuid)),
            part(|s| s.operator.map(OperatorId::as_uuid)),
            data,
            signed.as_ref().and_then(|s| s.ip_address.clone()),
            signed.as_ref().and_then(|s| s.user_agent.clone()),
            created,
            now,
            expires
        )
        .fetch_one(&mut *tx)
        .await
        .map_err(backend)?;
        if let (true, Some(signed)) = (is_new, &signed) {
            session_lines::opened(&mut tx, signed).await.map_err(backend)?;
        }
        tx.commit().await.map_err(backend)?;
        self.forget(&key(&record.id)).await;
        Ok(())
    }

    /// Writes use down; whether the session was still there to be used. One that ended meanwhile stays ended.
    async fn touch(&self, id: &Id, remember: bool, created: OffsetDateTime, now: OffsetDateTime) -> Result<bool> {
        let touched = sqlx::query!(
            "update sessions set last_seen_at = $2, expires_at = $3 where id = $1 and ended_at is null",
            key(id),
            now,
            expiry(remember, created, now)
        )
        .execute(self.db.pool())
        .await
        .map_err(backend)?;
        Ok(touched.rows_affected() == 1)
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits do not meet; were they to, the row would be another's, so make sure.
        while self.load(&record.id).await?.is_some() {
            record.id = Id::default();
        }
        self.write(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.write(record).await
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let (stored, now) = (key(id), self.clock.now());
        if let Some(known) = self.known.get(&stored).await
            && known.is_good(now)
        {
            return Ok(Some(known.record));
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let row = sqlx::query!(
            r#"select s.data, s.created_at, s.last_seen_at, s.expires_at, p.password_changed_at as "password_set?",
                      p.totp_set_at as "factor_set?"
               from sessions s
               left join people p on p.id = s.person_id
               where s.id = $1 and s.ended_at is null and s.expires_at > $2"#,
            stored,
            now
        )
        .fetch_optional(self.db.pool())
        .await
        .map_err(backend)?;
        let Some(row) = row else { return Ok(None) };
        let record = Record {
            id: *id,
            data: serde_json::from_value(row.data).map_err(|e| Error::Decode(e.to_string()))?,
            expiry_date: row.expires_at,
        };
        let signed = signed(&record)?;
        // Whoever signed in while the password was being set anew has given the old one; likewise the second factor.
        if let (Some(signed), Some(set)) = (&signed, row.password_set)
            && (signed.password_set != micros(set) || signed.factor_set != row.factor_set.map_or(0, micros))
        {
            return Ok(None);
        }
        let is_touched = now - row.last_seen_at > TOUCH;
        if is_touched && !self.touch(id, signed.is_some_and(|s| s.remember), row.created_at, now).await? {
            return Ok(None);
        }
        let last_seen_at = if is_touched { now } else { row.last_seen_at };
        self.known.insert(stored.clone(), Known { record: record.clone(), read_at: now, last_seen_at }).await;
        if self.forgotten.load(Ordering::SeqCst) != forgotten {
            self.known.invalidate(&stored).await;
        }
        Ok(Some(record))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let stored = key(id);
        let done = async {
            let mut tx = self.db.pool().begin().await?;
            end_one(&mut tx, &stored, None).await?;
            tx.commit().await
        };
        done.await.map_err(backend)?;
        self.forget(&stored).await;
        Ok(())
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

/// When a session ends by itself.
fn expiry(remember: bool, created: OffsetDateTime, now: OffsetDateTime) -> OffsetDateTime {
    if remember { created + REMEMBERED } else { (now + IDLE).min(created + ABSOLUTE) }
}

/// Who a session's record says is signed in.
fn signed(record: &Record) -> Result<Option<Signed>> {
    let value = record.data.get(SIGNED).cloned();
    value.map(serde_json::from_value).transpose().map_err(|e| Error::Decode(e.to_string()))
}

/// An instant as [`Signed::password_set`] names it; the database keeps no more of it.
pub fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or_default()
}

/// Ends a session, of this person where one is named, with its line in the log. Says whether it was going on.
async fn end_one(
    tx: &mut super::CentralTx,
    stored: &[u8],
    person: Option<PersonId>,
) -> std::result::Result<bool, sqlx::Error> {
    let ended = sqlx::query_as!(
        Ended,
        r#"update sessions set ended_at = now()
           where id = $1 and person_id is not distinct from coalesce($2, person_id) and ended_at is null
           returning person_id, user_id, tenant_id,
                     coalesce(data->'signed'->'acting', 'null') <> 'null'::jsonb as "is_acting!""#,
        stored,
        person.map(PersonId::as_uuid)
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(ended) = ended else { return Ok(false) };
    session_lines::ended(tx, ended).await?;
    Ok(true)
}

pub(super) fn key(id: &Id) -> Vec<u8> {
    Sha256::digest(id.0.to_be_bytes()).to_vec()
}

fn backend(error: sqlx::Error) -> Error {
    Error::Backend(error.to_string())
}

/// The stored name of a session, to tell one's own among [`super::open_sessions::list`].
pub fn stored_id(id: &Id) -> Vec<u8> {
    key(id)
}

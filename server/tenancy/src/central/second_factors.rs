//! People's second factor and their recovery codes. Every change of it ends the sessions that were signed in without it.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::audit::{self, Event};
use super::mails::{self, Mail};
use super::open_sessions::{self, Whose};
use super::sessions::Stored;
use super::{CentralTx, sign_ins};
use crate::{CentralDb, Key, PersonId, TenantId, UserId};

/// What there is of a person's second factor.
#[derive(Debug, Clone)]
pub struct Held {
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their language, when they have chosen one.
    pub locale: Option<String>,
    /// Whether an agency employs them; otherwise they are the platform's.
    pub is_employed: bool,
    /// The secret, sealed; none: there is no second factor.
    pub sealed: Option<Vec<u8>>,
    /// Since when.
    pub since: Option<OffsetDateTime>,
    /// A secret that was shown and awaits a code of its.
    pub pending: Option<Vec<u8>>,
    /// When it was shown.
    pub pending_at: Option<OffsetDateTime>,
    /// Recovery codes that were not used yet.
    pub codes_left: i64,
}

/// Who changes somebody's second factor, for the audit log.
#[derive(Debug, Clone, Default)]
pub struct Actor {
    /// The agency in whose log it belongs; none: the platform's.
    pub tenant: Option<TenantId>,
    /// The account; none: a command on the machine.
    pub user: Option<Uuid>,
    /// Address of the peer.
    pub ip_address: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// The request.
    pub request_id: Option<String>,
    /// Why, where a reason was asked for.
    pub reason: Option<String>,
}

impl Actor {
    fn does(&self, action: &str, person: PersonId) -> Event {
        Event {
            tenant: self.tenant,
            user: self.user,
            ip_address: self.ip_address.clone(),
            user_agent: self.user_agent.clone(),
            request_id: self.request_id.clone(),
            changes: self
                .reason
                .as_ref()
                .map_or_else(|| serde_json::json!({}), |why| serde_json::json!({"reason": why})),
            ..Event::of_platform(action, "person", person.as_uuid())
        }
    }
}

/// A change as it is told: in the audit log under the name that the mail has, and to the person.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Who makes it.
    pub actor: &'a Actor,
    /// The installation's key, which seals the mail.
    pub key: &'a Key,
    /// What the person reads.
    pub mail: &'a Mail,
}

impl Told<'_> {
    async fn tell(self, tx: &mut CentralTx, person: PersonId) -> Result<(), sqlx::Error> {
        audit::append(tx, self.actor.does(&self.mail.kind, person)).await?;
        mails::queue(tx, self.key, self.mail).await?;
        Ok(())
    }
}

/// A recovery code as it is kept: the letters that it is found by, and the hash of the rest.
pub type KeptCode = (String, String);

/// A change that was made: since when the second factor is what it is now, and the sessions that it has ended.
#[derive(Debug, Clone)]
pub struct Changed {
    /// None: there is no second factor any more.
    pub since: Option<OffsetDateTime>,
    /// By their stored names; whoever remembers them forgets them.
    pub ended: Vec<Stored>,
}

/// What a person has.
///
/// # Errors
/// The database's; there is such a person.
pub async fn find(db: &CentralDb, person: PersonId) -> Result<Held, sqlx::Error> {
    sqlx::query_as!(
        Held,
        r#"select name, email, locale,
                  exists (select from users where person_id = $1 and active) as "is_employed!", totp as sealed, totp_set_at as since, totp_pending as pending, totp_pending_at as pending_at,
                  (select count(*) from recovery_codes where person_id = $1) as "codes_left!"
           from people
           where id = $1"#,
        person.as_uuid()
    )
    .fetch_one(db.pool())
    .await
}

/// Keeps a secret that is being shown, in the place of an earlier one. Says whether the person has no second factor yet.
///
/// # Errors
/// The database's.
pub async fn propose(
    db: &CentralDb,
    person: PersonId,
    sealed: &[u8],
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update people set totp_pending = $2, totp_pending_at = $3 where id = $1 and totp is null",
        person.as_uuid(),
        sealed,
        now
    )
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A code of the pending secret was given: it is the second factor from now on. None when it is not pending any more.
///
/// # Errors
/// The database's.
pub async fn confirm(
    db: &CentralDb,
    person: PersonId,
    (pending, step): (&[u8], i64),
    codes: &[KeptCode],
    (now, told): (OffsetDateTime, Told<'_>),
) -> Result<Option<Changed>, sqlx::Error> {
    db.transact(async |tx| {
        let since = sqlx::query_scalar!(
            r#"update people
               set totp = totp_pending, totp_set_at = $4, totp_step = $3, totp_pending = null, totp_pending_at = null
               where id = $1 and totp_pending = $2 and totp is null
               returning totp_set_at as "since!""#,
            person.as_uuid(),
            pending,
            step,
            now
        )
        .fetch_optional(&mut **tx)
        .await?;
        let Some(since) = since else { return Ok(None) };
        keep_codes(tx, person, codes).await?;
        let ended = open_sessions::end_of(tx, Whose::Persons { person, but: None }).await?;
        told.tell(tx, person).await?;
        Ok(Some(Changed { since: Some(since), ended }))
    })
    .await
}

/// Tells a person that codes are tried which are none of theirs, once a day at most. Says whether they were told now.
///
/// # Errors
/// The database's.
pub async fn warn(
    db: &CentralDb,
    person: PersonId,
    (now, told): (OffsetDateTime, Told<'_>),
) -> Result<bool, sqlx::Error> {
    db.transact(async |tx| {
        let done = sqlx::query!(
            "update people set codes_warned_at = $2
             where id = $1 and totp is not null and (codes_warned_at is null or codes_warned_at <= $3)",
            person.as_uuid(),
            now,
            now - Duration::DAY
        )
        .execute(&mut **tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        told.tell(tx, person).await?;
        Ok(true)
    })
    .await
}

/// Takes the code of a time step, which must be later than the last that was taken. Says whether it was.
///
/// # Errors
/// The database's.
pub async fn use_step(db: &CentralDb, person: PersonId, step: i64) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update people set totp_step = $2 where id = $1 and totp is not null and totp_step < $2",
        person.as_uuid(),
        step
    )
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The hash of the recovery code that begins with these letters.
///
/// # Errors
/// The database's.
pub async fn find_code(db: &CentralDb, person: PersonId, label: &str) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("select hash from recovery_codes where person_id = $1 and label = $2", person.as_uuid(), label)
        .fetch_optional(db.pool())
        .await
}

/// Uses a recovery code up. Says whether nobody has used it before.
///
/// # Errors
/// The database's.
pub async fn use_code(
    db: &CentralDb,
    person: PersonId,
    (label, hash): (&str, &str),
    told: Told<'_>,
) -> Result<bool, sqlx::Error> {
    db.transact(async |tx| {
        let done = sqlx::query!(
            "delete from recovery_codes where person_id = $1 and label = $2 and hash = $3",
            person.as_uuid(),
            label,
            hash
        )
        .execute(&mut **tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        told.tell(tx, person).await?;
        Ok(true)
    })
    .await
}

/// Puts new recovery codes in the place of all earlier ones. Says whether the person has a second factor at all.
///
/// # Errors
/// The database's.
pub async fn renew_codes(
    db: &CentralDb,
    person: PersonId,
    codes: &[KeptCode],
    told: Told<'_>,
) -> Result<bool, sqlx::Error> {
    db.transact(async |tx| {
        let held = sqlx::query_scalar!(
            "select id from people where id = $1 and totp is not null for update",
            person.as_uuid()
        )
        .fetch_optional(&mut **tx)
        .await?;
        if held.is_none() {
            return Ok(false);
        }
        keep_codes(tx, person, codes).await?;
        told.tell(tx, person).await?;
        Ok(true)
    })
    .await
}

async fn keep_codes(tx: &mut CentralTx, person: PersonId, codes: &[KeptCode]) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from recovery_codes where person_id = $1", person.as_uuid()).execute(&mut **tx).await?;
    let (labels, hashes): (Vec<String>, Vec<String>) = codes.iter().cloned().unzip();
    sqlx::query!(
        "insert into recovery_codes (person_id, label, hash)
         select $1, new.label, new.hash from unnest($2::text[], $3::text[]) as new (label, hash)",
        person.as_uuid(),
        &labels,
        &hashes
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Somebody gives their own second factor up. None when there was none.
///
/// # Errors
/// The database's.
pub async fn remove(db: &CentralDb, person: PersonId, told: Told<'_>) -> Result<Option<Changed>, sqlx::Error> {
    db.transact(async |tx| {
        if !take_away(tx, person).await? {
            return Ok(None);
        }
        let ended = open_sessions::end_of(tx, Whose::Persons { person, but: None }).await?;
        told.tell(tx, person).await?;
        Ok(Some(Changed { since: None, ended }))
    })
    .await
}

/// Whom an owner asks about: an account of the same agency.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// The human being.
    pub person: PersonId,
    /// Whether nobody but the platform may help them: an owner, an operator, or somebody whom another agency employs too.
    pub is_beyond: bool,
    /// Whether they run the platform: nobody helps them but whoever sits at the machine.
    pub is_operator: bool,
    /// Whether they have a second factor.
    pub has_factor: bool,
}

/// An account of an agency, for the reset of its person's second factor.
///
/// # Errors
/// The database's.
pub async fn colleague(db: &CentralDb, tenant: TenantId, user: UserId) -> Result<Option<Colleague>, sqlx::Error> {
    sqlx::query_as!(
        Colleague,
        r#"select u.person_id as "person: PersonId",
                  (u.role = 'owner'
                      or exists (select from users o where o.person_id = u.person_id and o.id <> u.id and o.active)
                      or exists (select from operators o where o.person_id = u.person_id and o.active)) as "is_beyond!",
                  exists (select from operators o where o.person_id = u.person_id and o.active) as "is_operator!",
                  p.totp is not null as "has_factor!"
           from users u
           join people p on p.id = u.person_id
           where u.id = $1 and u.company_id = $2"#,
        user.as_uuid(),
        tenant.as_uuid()
    )
    .fetch_optional(db.pool())
    .await
}

/// Takes a second factor away from somebody who has lost it, and forgets how often wrong codes were tried. None when there is
/// no second factor.
///
/// # Errors
/// The database's.
pub async fn reset(db: &CentralDb, person: PersonId, told: Told<'_>) -> Result<Option<Changed>, sqlx::Error> {
    db.transact(async |tx| {
        if !take_away(tx, person).await? {
            return Ok(None);
        }
        let ended = open_sessions::end_of(tx, Whose::Persons { person, but: None }).await?;
        sign_ins::forgive(tx, told.key, &told.mail.to).await?;
        told.tell(tx, person).await?;
        Ok(Some(Changed { since: None, ended }))
    })
    .await
}

async fn take_away(tx: &mut CentralTx, person: PersonId) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update people
         set totp = null, totp_set_at = null, totp_step = 0, totp_pending = null, totp_pending_at = null
         where id = $1 and totp is not null",
        person.as_uuid()
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("delete from recovery_codes where person_id = $1", person.as_uuid()).execute(&mut **tx).await?;
    Ok(done.rows_affected() == 1)
}

/// Writes down when a person was first told that they have to have a second factor. Gives what stands there.
///
/// # Errors
/// The database's.
pub async fn ask(db: &CentralDb, person: PersonId, now: OffsetDateTime) -> Result<OffsetDateTime, sqlx::Error> {
    sqlx::query_scalar!(
        r#"update people set totp_asked_at = coalesce(totp_asked_at, $2) where id = $1 returning totp_asked_at as "at!""#,
        person.as_uuid(),
        now
    )
    .fetch_one(db.pool())
    .await
}

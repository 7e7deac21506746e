//! Links that a person is sent: to set a password anew, to make another e-mail address theirs, and to take that back.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub use super::asker::Asker;
use super::audit;
use super::mails::{self, Mail};
use super::open_sessions::{self, Whose};
use super::{CentralTx, asked_mails, people, sessions::Stored};
use crate::{CentralDb, Key, PersonId, TenantId, Token, line_of};

/// How long a link for a new password is good (AUTH-21).
pub const PASSWORD_GOOD_FOR: Duration = Duration::minutes(30);
/// How long a link to a new address is good.
pub const EMAIL_GOOD_FOR: Duration = Duration::hours(24);
/// How long a change of address can be taken back at the old one.
pub const UNDO_GOOD_FOR: Duration = Duration::days(7);
/// Mails to one address within [`WINDOW`]; who asks more often is told the same and sent no more.
const TO_ONE_ADDRESS: i64 = 3;
/// After so long without one the next goes out all the same: nobody keeps a person from a link by asking for many.
const PAUSE: Duration = Duration::minutes(20);
/// Questions from one line within [`WINDOW`] before it has to wait.
const FROM_ONE_LINE: i64 = 20;
const WINDOW: Duration = Duration::hours(1);

/// What came of asking for a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Whoever the address belongs to is written to; if it is nobody's, nobody is.
    Heard,
    /// Too often from there; come back after so long.
    Wait(Duration),
}

fn email_key(key: &Key, email: &str) -> Vec<u8> {
    key.derive("link e-mail", &[email.as_bytes()]).to_vec()
}

/// Somebody has forgotten their password. The same statements run whether or not anybody has this address (AUTH-03); links
/// that were sent before are good no more. `mail` is to the address that was typed.
///
/// # Errors
/// The database's.
pub async fn ask_password(
    db: &CentralDb,
    key: &Key,
    asker: &Asker,
    token: &Token,
    mail: &Mail,
) -> Result<Asked, sqlx::Error> {
    db.transact(async |tx| {
        let (line, email_key) = (line_of(asker.ip).to_string(), email_key(key, &mail.to));
        // Two at once count one after the other.
        for counted in [format!("link from {line}"), format!("link to {email_key:02x?}")] {
            sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", counted).execute(&mut **tx).await?;
        }
        let counts = sqlx::query!(
            r#"select (select count(*) from link_requests where email_key = $1 and at > $3 and sent) as "address!",
                      (select count(*) from link_requests where email_key = $1 and at > $4 and sent) as "lately!",
                      (select count(*) from link_requests where ip_address = $2::text::inet and at > $3) as "line!""#,
            email_key,
            line,
            asker.at - WINDOW,
            asker.at - PAUSE
        )
        .fetch_one(&mut **tx)
        .await?;
        if counts.line >= FROM_ONE_LINE {
            return Ok(Asked::Wait(WINDOW));
        }
        let is_sent = counts.address < TO_ONE_ADDRESS || counts.lately == 0;
        sqlx::query!(
            "insert into link_requests (email_key, ip_address, at, sent) values ($1, $2::text::inet, $3, $4)",
            email_key,
            line,
            asker.at,
            is_sent
        )
        .execute(&mut **tx)
        .await?;
        let person =
            sqlx::query_scalar!(r#"select id as "id: PersonId" from people where email = $1 and $2"#, mail.to, is_sent)
                .fetch_optional(&mut **tx)
                .await?;
        void(tx, person, &["password"], asker.at).await?;
        insert(tx, (person, "password", None), token, (asker.at, asker.at + PASSWORD_GOOD_FOR)).await?;
        mails::queue_if(tx, key, mail, person.is_some()).await?;
        Ok(Asked::Heard)
    })
    .await
}

/// Links of these purposes that the person was sent are good no more.
pub(super) async fn void(
    tx: &mut CentralTx,
    person: Option<PersonId>,
    purposes: &[&str],
    at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update person_links set used_at = $3 where person_id = $1 and purpose = any($2::text[]) and used_at is null",
        person.map(PersonId::as_uuid),
        &purposes.iter().map(|purpose| (*purpose).to_owned()).collect::<Vec<_>>(),
        at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A new link; none, where there is no person.
async fn insert(
    tx: &mut CentralTx,
    (person, purpose, email): (Option<PersonId>, &str, Option<&str>),
    token: &Token,
    (at, until): (OffsetDateTime, OffsetDateTime),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into person_links (id, person_id, purpose, token_digest, email, created_at, expires_at)
         select $1, p.id, $3, $4, $5, $6, $7 from people p where p.id = $2",
        Uuid::now_v7(),
        person.map(PersonId::as_uuid),
        purpose,
        token.digest(),
        email,
        at,
        until
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Whose it is.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their address now.
    pub email: String,
    /// Their chosen language.
    pub locale: Option<String>,
    /// `password`, `email`, `email_undo`.
    pub purpose: String,
    /// The address that it makes theirs.
    pub to: Option<String>,
    /// Whether they run the platform and no agency employs them: they come in by another door.
    pub is_operators: bool,
}

/// What a link opens.
///
/// # Errors
/// `RowNotFound` when it opens nothing, or nothing any more.
pub async fn find(db: &CentralDb, token: &Token, at: OffsetDateTime) -> Result<Link, sqlx::Error> {
    sqlx::query_as!(
        Link,
        r#"select p.id as "person: PersonId", p.name, p.email, p.locale, l.purpose, l.email as "to",
                  (exists (select from operators o where o.person_id = p.id and o.active)
                      and not exists (select from users u where u.person_id = p.id and u.active)) as "is_operators!"
           from person_links l
           join people p on p.id = l.person_id
           where l.token_digest = $1 and l.expires_at > $2 and l.used_at is null"#,
        token.digest(),
        at
    )
    .fetch_one(db.pool())
    .await
}

/// Holds the person whose link it is, always before the link: of two who follow theirs at once, the second sees what the first
/// has ended.
async fn hold_owner(tx: &mut CentralTx, token: &Token) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "select from people p join person_links l on l.person_id = p.id where l.token_digest = $1 for update of p",
        token.digest()
    )
    .fetch_optional(&mut **tx)
    .await
    .map(drop)
}

/// Uses a link, once: of fifty at the same time one does. Gives whose it was.
async fn consume(
    tx: &mut CentralTx,
    token: &Token,
    purpose: &str,
    at: OffsetDateTime,
) -> Result<Option<PersonId>, sqlx::Error> {
    hold_owner(tx, token).await?;
    sqlx::query_scalar!(
        r#"update person_links set used_at = $2
           where token_digest = $1 and expires_at > $2 and used_at is null and purpose = $3
           returning person_id as "person: PersonId""#,
        token.digest(),
        at,
        purpose
    )
    .fetch_optional(&mut **tx)
    .await
}

/// Sets a password by a link: every session ends, failures of strangers are forgotten, other links are good no more, and the
/// person is told. Gives the sessions that it has ended, to be forgotten; none: the link was not good any more.
///
/// # Errors
/// The database's.
pub async fn set_password(
    db: &CentralDb,
    key: &Key,
    asker: &Asker,
    (token, hash): (&Token, &str),
    mail: &Mail,
) -> Result<Option<Vec<Stored>>, sqlx::Error> {
    db.transact(async |tx| {
        let Some(person) = consume(tx, token, "password", asker.at).await? else { return Ok(None) };
        let (_, ended) = people::write_password(tx, key, (person, hash), asker.at).await?;
        mails::queue(tx, key, mail).await?;
        audit::append(tx, asker.event("person.reset_password", person, serde_json::json!({}))).await?;
        Ok(Some(ended))
    })
    .await
}

/// Sets another password for somebody who has given the one they had. Every session ends, to be forgotten; gives them, and before
/// them when it was set, for the one that the person goes on in. None: it is not the hash of what was given any more.
///
/// # Errors
/// The database's.
pub async fn change_password(
    db: &CentralDb,
    key: &Key,
    asker: &Asker,
    (person, old, new): (PersonId, &str, &str),
    mail: &Mail,
) -> Result<Option<(OffsetDateTime, Vec<Stored>)>, sqlx::Error> {
    db.transact(async |tx| {
        let same = sqlx::query_scalar!(
            "select id from people where id = $1 and password_hash = $2 for update",
            person.as_uuid(),
            old
        );
        if same.fetch_optional(&mut **tx).await?.is_none() {
            return Ok(None);
        }
        let set = people::write_password(tx, key, (person, new), asker.at).await?;
        mails::queue(tx, key, mail).await?;
        audit::append(tx, asker.act("person.change_password", person)).await?;
        Ok(Some(set))
    })
    .await
}

/// Somebody who has given their password wants another address: the link goes there, counted among their agency's mails or those of
/// operators, and until it is used nothing changes.
///
/// # Errors
/// The database's.
pub async fn ask_email(
    db: &CentralDb,
    key: &Key,
    asker: &Asker,
    (tenant, person, token): (Option<TenantId>, PersonId, &Token),
    mail: &Mail,
) -> Result<Asked, sqlx::Error> {
    db.transact(async |tx| {
        if let Some(wait) = asked_mails::count(tx, key, (tenant, &mail.to), asker.at).await? {
            return Ok(Asked::Wait(wait));
        }
        void(tx, Some(person), &["email"], asker.at).await?;
        insert(tx, (Some(person), "email", Some(&mail.to)), token, (asker.at, asker.at + EMAIL_GOOD_FOR)).await?;
        mails::queue(tx, key, mail).await?;
        audit::append(tx, asker.act("person.ask_email", person)).await?;
        Ok(Asked::Heard)
    })
    .await
}

/// What came of a link to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// The address is theirs, and these sessions have ended, to be forgotten.
    Done(Vec<Stored>),
    /// The link opens nothing any more.
    Gone,
    /// Somebody else has the address.
    Taken,
}

/// Makes the link's address the person's, in every agency. The old address is told, with a link that takes it back for a week;
/// taking it back ends every session, for somebody else may have been in one, and every link that was asked for since: of several
/// who take an address back, the one who had it first has the last word.
///
/// # Errors
/// The database's.
pub async fn move_email(
    db: &CentralDb,
    key: &Key,
    asker: &Asker,
    (token, undo): (&Token, &Token),
    notice: &Mail,
) -> Result<Moved, sqlx::Error> {
    match db.transact(async |tx| try_move(tx, key, asker, (token, undo), notice).await).await {
        Err(sqlx::Error::Database(refusal))
            if matches!(refusal.constraint(), Some("people_email_key" | "users_email_key")) =>
        {
            Ok(Moved::Taken)
        }
        other => other,
    }
}

async fn try_move(
    tx: &mut CentralTx,
    key: &Key,
    asker: &Asker,
    (token, undo): (&Token, &Token),
    notice: &Mail,
) -> Result<Moved, sqlx::Error> {
    hold_owner(tx, token).await?;
    let link = sqlx::query!(
        r#"update person_links l set used_at = $2
           from people p
           where l.token_digest = $1 and l.expires_at > $2 and l.used_at is null and l.purpose <> 'password'
             and p.id = l.person_id
           returning l.id, l.person_id as "person: PersonId", l.email as "to!", l.purpose, l.created_at, p.email as "from!""#,
        token.digest(),
        asker.at
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(link) = link else { return Ok(Moved::Gone) };
    sqlx::query!("update people set email = $2 where id = $1", link.person.as_uuid(), link.to)
        .execute(&mut **tx)
        .await?;
    sqlx::query!("update users set email = $2 where person_id = $1", link.person.as_uuid(), link.to)
        .execute(&mut **tx)
        .await?;
    // A link for a password went to the old address, and may lie there.
    void(tx, Some(link.person), &["password"], asker.at).await?;
    let mut ended = Vec::new();
    if link.purpose == "email_undo" {
        // Whoever had the account after this address was left has been sent ways back of their own.
        sqlx::query!(
            "update person_links set used_at = $4
             where person_id = $1 and used_at is null and (purpose = 'email' or (created_at, id) > ($2, $3))",
            link.person.as_uuid(),
            link.created_at,
            link.id,
            asker.at
        )
        .execute(&mut **tx)
        .await?;
        ended = open_sessions::end_of(tx, Whose::Persons { person: link.person, but: None }).await?;
    } else {
        let until = asker.at + UNDO_GOOD_FOR;
        insert(tx, (Some(link.person), "email_undo", Some(&link.from)), undo, (asker.at, until)).await?;
        mails::queue(tx, key, notice).await?;
    }
    let changes = serde_json::json!({"email": [link.from, link.to]});
    audit::append(tx, asker.event("person.change_email", link.person, changes)).await?;
    Ok(Moved::Done(ended))
}

/// Deletes links that opened nothing for a week, and what was asked before today.
///
/// # Errors
/// The database's.
pub async fn sweep(db: &CentralDb, now: OffsetDateTime) -> Result<u64, sqlx::Error> {
    let links = sqlx::query!("delete from person_links where expires_at < $1", now - Duration::days(7))
        .execute(db.pool())
        .await?;
    let asked =
        sqlx::query!("delete from link_requests where at < $1", now - Duration::days(1)).execute(db.pool()).await?;
    Ok(links.rows_affected() + asked.rows_affected())
}

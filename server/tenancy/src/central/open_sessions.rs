//! Sessions as they lie in their table: a person's own, whose one was, how several end together, and those that nobody needs any
//! more.

use time::OffsetDateTime;
use tower_sessions::session::Id;

use super::CentralTx;
use super::sessions::{LATE, Stored, key};
use crate::{CentralDb, PersonId, TenantId, UserId};

/// One of a person's sessions, for the list that they can end them from.
#[derive(Debug, Clone)]
pub struct OpenSession {
    /// Names the row and opens nothing.
    pub id: Stored,
    /// Address that signed in.
    pub ip_address: Option<String>,
    /// What its browser calls itself.
    pub user_agent: Option<String>,
    /// When it began.
    pub created_at: OffsetDateTime,
    /// When it was last used, to five minutes.
    pub last_seen_at: OffsetDateTime,
}

/// A person's live sessions, last used first.
///
/// # Errors
/// The database's.
pub async fn list(db: &CentralDb, person: PersonId, now: OffsetDateTime) -> Result<Vec<OpenSession>, sqlx::Error> {
    sqlx::query_as!(
        OpenSession,
        r#"select id, host(ip_address) as ip_address, user_agent, created_at, last_seen_at
           from sessions
           where person_id = $1 and ended_at is null and expires_at > $2
           order by last_seen_at desc"#,
        person.as_uuid(),
        now
    )
    .fetch_all(db.pool())
    .await
}

/// Whose session this was, though it may have ended: what they typed meanwhile waits for them and nobody else.
///
/// # Errors
/// The database's.
pub async fn whose(db: &CentralDb, id: &Id) -> Result<Option<(PersonId, UserId, TenantId)>, sqlx::Error> {
    let row = sqlx::query!(
        // Not where an operator acted as somebody: that form waits for nobody.
        r#"select s.person_id as "person_id!", s.user_id as "user_id!", s.tenant_id as "tenant_id!"
           from sessions s
           join users u on u.id = s.user_id and u.person_id = s.person_id
           where s.id = $1 and s.tenant_id is not null"#,
        key(id)
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(row.map(|r| (r.person_id.into(), r.user_id.into(), r.tenant_id.into())))
}

/// Whose sessions end together.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whose<'a> {
    /// A person's, in whatever agency, but for the one that they go on in.
    Persons {
        /// The human being.
        person: PersonId,
        /// Which one stays.
        but: Option<&'a [u8]>,
    },
    /// An account's.
    Account(UserId),
    /// Everybody's in an agency.
    Agency(TenantId),
}

/// Ends sessions, and names them: whoever commits it has them forgotten ([`Sessions::forget_all`]) before that is answered. Where
/// nobody remembers any, in a command, the notice that goes to every process is enough.
///
/// [`Sessions::forget_all`]: super::sessions::Sessions::forget_all
pub(super) async fn end_of(tx: &mut CentralTx, whose: Whose<'_>) -> Result<Vec<Stored>, sqlx::Error> {
    let (person, but, user, tenant) = match whose {
        Whose::Persons { person, but } => (Some(person.as_uuid()), but, None, None),
        Whose::Account(user) => (None, None, Some(user.as_uuid()), None),
        Whose::Agency(tenant) => (None, None, None, Some(tenant.as_uuid())),
    };
    sqlx::query_scalar!(
        "update sessions set ended_at = now()
         where (person_id = $1 or user_id = $2 or tenant_id = $3) and ended_at is null and id is distinct from $4
         returning id",
        person,
        user,
        tenant,
        but
    )
    .fetch_all(&mut **tx)
    .await
}

/// Deletes what ended or expired a week ago: until then a form that comes too late finds out whose it is.
///
/// # Errors
/// The database's.
pub async fn sweep(db: &CentralDb, now: OffsetDateTime) -> Result<u64, sqlx::Error> {
    let gone = sqlx::query!("delete from sessions where expires_at <= $1 or ended_at <= $1", now - LATE)
        .execute(db.pool())
        .await?;
    Ok(gone.rows_affected())
}

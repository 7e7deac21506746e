//! An agency's people: who they are, what they may, and that one who owns it is always left.
//!
//! Every change holds the agency's places first, so that two changes are never made at once, and writes its audit line in the
//! same transaction. The agency's own copy follows: [`behind`] says whose it does not know yet.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::CentralTx;
use super::audit::{self, Event};
use super::open_sessions::{self, Whose};
use super::owner_notices::{self, News};
use super::seats::{self, Seats};
use super::sessions::Stored;
use crate::{CentralDb, TenantId, UserId};

/// Whoever changes something, and from where.
#[derive(Debug, Clone)]
pub struct By {
    /// Their agency.
    pub tenant: TenantId,
    /// Their account.
    pub user: UserId,
    /// Address of the peer.
    pub ip_address: String,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// The request that does it.
    pub request_id: String,
}

impl By {
    /// The audit line of an act on a member or an invitation.
    pub(crate) fn event(&self, action: &str, entity: (&str, Uuid), changes: serde_json::Value) -> Event {
        Event {
            tenant: Some(self.tenant),
            user: Some(self.user.as_uuid()),
            changes,
            ip_address: Some(self.ip_address.clone()),
            user_agent: self.user_agent.clone(),
            request_id: Some(self.request_id.clone()),
            ..Event::of_platform(action, entity.0, entity.1)
        }
    }
}

/// Why an agency's people are not changed.
#[derive(Debug, thiserror::Error)]
pub enum TeamError {
    /// There is no such member, or no longer as they were.
    #[error("there is no such member")]
    NotFound,
    /// Nobody who owns the agency would be left.
    #[error("the agency would have no owner")]
    LastOwner,
    /// Every place is taken.
    #[error("every place is taken")]
    Full(Seats),
    /// They are a member already.
    #[error("a member already")]
    Member,
    /// It concerns somebody whom only an owner manages.
    #[error("only an owner manages them")]
    Beyond,
    /// More open invitations than this.
    #[error("there are {0} open invitations")]
    TooManyOpen(u32),
    /// Too many mails; come back after so long.
    #[error("too many mails")]
    Wait(Duration),
    /// The agency is closed.
    #[error("the agency is closed")]
    Closed,
    /// The central database's.
    #[error("the central database refused")]
    Database(#[from] sqlx::Error),
}

/// A member of an agency's staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub user: UserId,
    /// Name for people.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// The role.
    pub role: String,
    /// Whether they may come in.
    pub active: bool,
    /// When they were last seen, as far as sessions are remembered; not when an operator acted for them.
    pub last_seen_at: Option<OffsetDateTime>,
    /// SHA-256 of their photograph.
    pub photo: Option<Vec<u8>>,
}

/// Everybody who has an account in the agency: who may come in first, then by name.
///
/// # Errors
/// The database's.
pub async fn list(db: &CentralDb, tenant: TenantId) -> Result<Vec<Member>, sqlx::Error> {
    sqlx::query_as!(
        Member,
        r#"select u.id as "user: UserId", u.name, u.email, u.role, u.active,
                  (select max(s.last_seen_at) from sessions s
                   where s.user_id = u.id and s.person_id = u.person_id) as last_seen_at,
                  p.photo_sha256 as photo
           from users u
           join people p on p.id = u.person_id
           where u.company_id = $1
           order by u.active desc, lower(u.name), u.id"#,
        tenant.as_uuid()
    )
    .fetch_all(db.pool())
    .await
}

/// One of them.
///
/// # Errors
/// `RowNotFound`, also for another agency's.
pub async fn find(db: &CentralDb, tenant: TenantId, user: UserId) -> Result<Member, sqlx::Error> {
    let all = list(db, tenant).await?;
    all.into_iter().find(|member| member.user == user).ok_or(sqlx::Error::RowNotFound)
}

/// Gives a member another role, and ends their sessions: who comes back has the new one. `from` is the role that whoever
/// decides has seen. Gives the sessions that it has ended, to be forgotten.
///
/// # Errors
/// [`TeamError`].
pub async fn change_role(
    db: &CentralDb,
    by: &By,
    user: UserId,
    (from, to): (&str, &str),
) -> Result<Vec<Stored>, TeamError> {
    db.transact(async |tx| {
        seats::hold(tx, by.tenant).await?;
        let ended = set_role(tx, by, user, (from, to)).await?;
        keep_an_owner(tx, by.tenant).await?;
        Ok(ended)
    })
    .await
}

/// Makes another member an owner; whoever hands over becomes a manager, unless `stays`. Gives the sessions that it has ended, to
/// be forgotten.
///
/// # Errors
/// [`TeamError`].
pub async fn hand_over(
    db: &CentralDb,
    by: &By,
    (to, role): (UserId, &str),
    stays: Stays,
) -> Result<Vec<Stored>, TeamError> {
    db.transact(async |tx| {
        seats::hold(tx, by.tenant).await?;
        let mut ended = set_role(tx, by, to, (role, "owner")).await?;
        if stays == Stays::AsManager {
            ended.extend(set_role(tx, by, by.user, ("owner", "manager")).await?);
        }
        keep_an_owner(tx, by.tenant).await?;
        Ok(ended)
    })
    .await
}

/// What becomes of an owner who makes another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stays {
    /// There are two from now on.
    AsOwner,
    /// The agency is the other's now.
    AsManager,
}

impl From<bool> for Stays {
    /// What a form's box says: checked, they stay.
    fn from(is_checked: bool) -> Self {
        if is_checked { Self::AsOwner } else { Self::AsManager }
    }
}

async fn set_role(
    tx: &mut CentralTx,
    by: &By,
    user: UserId,
    (from, to): (&str, &str),
) -> Result<Vec<Stored>, TeamError> {
    let done = sqlx::query!(
        "update users set role = $4 where id = $1 and company_id = $2 and role = $3 and active",
        user.as_uuid(),
        by.tenant.as_uuid(),
        from,
        to
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(TeamError::NotFound);
    }
    let ended = open_sessions::end_of(tx, Whose::Account(user)).await?;
    let changes = serde_json::json!({"role": [from, to]});
    audit::append(tx, by.event("member.change_role", ("member", user.as_uuid()), changes)).await?;
    Ok(ended)
}

/// Sends a member away: no way in any more, and their records are `heir`'s. `from` is the role that whoever decides has seen. Gives
/// the sessions that it has ended, to be forgotten.
///
/// # Errors
/// [`TeamError`].
pub async fn deactivate(
    db: &CentralDb,
    by: &By,
    (user, from): (UserId, &str),
    heir: UserId,
) -> Result<Vec<Stored>, TeamError> {
    db.transact(async |tx| {
        seats::hold(tx, by.tenant).await?;
        let ended = send_away(tx, by, ((user, Some(from)), heir), "member.deactivate").await?;
        Ok(ended)
    })
    .await
}

/// A member leaves by themselves: as when they are sent away, and the owners hear of it.
///
/// # Errors
/// [`TeamError`].
pub async fn leave(db: &CentralDb, by: &By, heir: UserId, now: OffsetDateTime) -> Result<Vec<Stored>, TeamError> {
    db.transact(async |tx| {
        seats::hold(tx, by.tenant).await?;
        let ended = send_away(tx, by, ((by.user, None), heir), "member.leave").await?;
        let names = sqlx::query!(
            "select u.name, h.name as heir from users u join users h on h.id = u.heir_id where u.id = $1",
            by.user.as_uuid()
        )
        .fetch_one(&mut **tx)
        .await?;
        let news = News::Left { name: names.name, heir: names.heir };
        let cause = format!("{}:{}:{}", news.kind(), by.user, now.unix_timestamp_nanos());
        owner_notices::leave_word(tx, by.tenant, (&cause, now), &news).await?;
        Ok(ended)
    })
    .await
}

/// Closes the door behind somebody, whose records are `heir`'s from now on.
async fn send_away(
    tx: &mut CentralTx,
    by: &By,
    ((user, from), heir): ((UserId, Option<&str>), UserId),
    action: &str,
) -> Result<Vec<Stored>, TeamError> {
    let done = sqlx::query!(
        "update users u
         set active = false, deactivated_at = now(), heir_id = h.id
         from users h
         where u.id = $1 and u.company_id = $2 and u.active and ($4::text is null or u.role = $4)
           and h.id = $3 and h.company_id = $2 and h.active and h.id <> u.id",
        user.as_uuid(),
        by.tenant.as_uuid(),
        heir.as_uuid(),
        from
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(TeamError::NotFound);
    }
    keep_an_owner(tx, by.tenant).await?;
    let ended = open_sessions::end_of(tx, Whose::Account(user)).await?;
    let changes = serde_json::json!({"active": [true, false], "heir": [null, heir]});
    audit::append(tx, by.event(action, ("member", user.as_uuid()), changes)).await?;
    Ok(ended)
}

/// Lets a member in again, when there is a place; what was handed over stays where it is. `from` is the role that whoever
/// decides has seen.
///
/// # Errors
/// [`TeamError`].
pub async fn reactivate(db: &CentralDb, by: &By, (user, from): (UserId, &str)) -> Result<(), TeamError> {
    db.transact(async |tx| {
        seats::hold(tx, by.tenant).await?;
        seats::is_free(tx, by.tenant).await?.map_err(TeamError::Full)?;
        // An owner of old comes back as what everybody may make them.
        let done = sqlx::query!(
            "update users
             set active = true, deactivated_at = null, heir_id = null, role = case role when 'owner' then 'manager' else role end
             where id = $1 and company_id = $2 and not active and role = $3",
            user.as_uuid(),
            by.tenant.as_uuid(),
            from
        )
        .execute(&mut **tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(TeamError::NotFound);
        }
        let changes = serde_json::json!({"active": [false, true]});
        audit::append(tx, by.event("member.reactivate", ("member", user.as_uuid()), changes)).await?;
        Ok(())
    })
    .await
}

async fn keep_an_owner(tx: &mut CentralTx, tenant: TenantId) -> Result<(), TeamError> {
    let is_left = sqlx::query_scalar!(
        r#"select exists (select from users where company_id = $1 and role = 'owner' and active) as "left!""#,
        tenant.as_uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    if is_left { Ok(()) } else { Err(TeamError::LastOwner) }
}

/// What an agency's own database is to know of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The account.
    pub user: UserId,
    /// Name for people.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone.
    pub phone: Option<String>,
    /// Registration with the council of brokers.
    pub creci: Option<String>,
    /// SHA-256 of their photograph.
    pub photo: Option<Vec<u8>>,
    /// Whether they may come in.
    pub active: bool,
    /// Who is given their records.
    pub heir: Option<UserId>,
    /// Which state of them this is.
    pub version: i32,
}

/// What an agency's own database is to know of a member.
///
/// # Errors
/// `RowNotFound`, also for another agency's.
pub async fn copy(db: &CentralDb, tenant: TenantId, user: UserId) -> Result<Copy, sqlx::Error> {
    sqlx::query_as!(
        Copy,
        r#"select u.id as "user: UserId", u.name, u.email, p.phone, p.creci,
                  p.photo_sha256 as photo, u.active, u.heir_id as "heir: UserId", u.version
           from users u
           join people p on p.id = u.person_id
           where u.id = $1 and u.company_id = $2"#,
        user.as_uuid(),
        tenant.as_uuid()
    )
    .fetch_one(db.pool())
    .await
}

/// Members whom their agency's own database does not know as they are, longest first; not those of these agencies, nor of those
/// that lie on these servers: nobody waits behind a hundred who cannot be told.
///
/// # Errors
/// The database's.
pub async fn behind(db: &CentralDb, away: (&[TenantId], &[i32])) -> Result<Vec<(TenantId, UserId)>, sqlx::Error> {
    let agencies: Vec<Uuid> = away.0.iter().map(|tenant| tenant.as_uuid()).collect();
    let rows = sqlx::query!(
        r#"select u.company_id as "tenant: TenantId", u.id as "user: UserId"
           from users u
           join companies c on c.id = u.company_id
           join tenant_placements t on t.tenant_id = c.id
           where u.staff_version <> u.version and c.status = 'active'
             and c.id <> all($1) and t.server_id <> all($2)
           order by u.updated_at
           limit 100"#,
        &agencies,
        away.1
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant, row.user)).collect())
}

/// Notes which state of a member their agency's own database has been told. An older one than the present is told anew.
///
/// # Errors
/// The database's.
pub async fn told(db: &CentralDb, copy: &Copy) -> Result<(), sqlx::Error> {
    sqlx::query!("update users set staff_version = $2 where id = $1", copy.user.as_uuid(), copy.version)
        .execute(db.pool())
        .await?;
    Ok(())
}

//! Invitations: to one address, into one agency, in one role, for seven days, once. A place is taken when one is accepted.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::CentralTx;
use super::audit::{self, Event};
use super::mails::{self, Mail};
use super::team::{By, TeamError};
use super::{asked_mails, seats};
use crate::{CentralDb, Key, PersonId, TenantId, Token, UserId};

/// How long a link is good.
pub const GOOD_FOR: Duration = Duration::days(7);
/// Open ones of an agency.
const OPEN: u32 = 50;

/// Whom to invite, and as what.
#[derive(Debug, Clone, Copy)]
pub struct NewInvitation<'a> {
    /// E-mail address, lower case.
    pub email: &'a str,
    /// The role; never `owner`.
    pub role: &'a str,
    /// The roles of those whom whoever invites may manage.
    pub manages: &'a [String],
    /// The language of the mail.
    pub locale: &'a str,
    /// What the link carries.
    pub token: &'a Token,
    /// Now.
    pub at: OffsetDateTime,
}

/// Invites somebody. An open invitation to the same address ends: there is one link at a time.
///
/// # Errors
/// [`TeamError::Member`] when they are one already, [`TeamError::Beyond`] when that open invitation, or the account that they
/// were sent away from, is of a role which whoever invites does not manage; [`TeamError::TooManyOpen`], [`TeamError::Wait`].
pub async fn create(
    db: &CentralDb,
    key: &Key,
    by: &By,
    new: &NewInvitation<'_>,
    mail: &Mail,
) -> Result<Uuid, TeamError> {
    db.transact(async |tx| {
        seats::hold(tx, by.tenant).await?;
        may_invite(tx, by.tenant, new).await?;
        if let Some(wait) = asked_mails::count(tx, key, (Some(by.tenant), new.email), new.at).await? {
            return Err(TeamError::Wait(wait));
        }
        sqlx::query!(
            "update invitations set revoked_at = $3
             where tenant_id = $1 and email = $2 and accepted_at is null and revoked_at is null",
            by.tenant.as_uuid(),
            new.email,
            new.at
        )
        .execute(&mut **tx)
        .await?;
        let id = Uuid::now_v7();
        sqlx::query!(
            "insert into invitations
                 (id, tenant_id, email, role, token_digest, locale, invited_by, created_at, sent_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
            id,
            by.tenant.as_uuid(),
            new.email,
            new.role,
            new.token.digest(),
            new.locale,
            by.user.as_uuid(),
            new.at,
            new.at + GOOD_FOR
        )
        .execute(&mut **tx)
        .await?;
        mails::queue(tx, key, mail).await?;
        let changes = serde_json::json!({"email": [null, new.email], "role": [null, new.role]});
        audit::append(tx, by.event("invitation.create", ("invitation", id), changes)).await?;
        Ok(id)
    })
    .await
}

/// Whether an address may be invited anew: nobody's whom only an owner manages, and not one too many.
async fn may_invite(tx: &mut CentralTx, tenant: TenantId, new: &NewInvitation<'_>) -> Result<(), TeamError> {
    let row = sqlx::query!(
        r#"select exists (select from users where company_id = $1 and email = $2 and active) as "member!",
                  (select count(*) from invitations
                   where tenant_id = $1 and email <> $2 and accepted_at is null and revoked_at is null) as "open!",
                  exists (select from invitations
                          where tenant_id = $1 and email = $2 and accepted_at is null and revoked_at is null
                            and role <> all($3)) or
                  exists (select from users u
                          join people p on p.id = u.person_id
                          where u.company_id = $1 and p.email = $2 and not u.active and u.role <> all($3)) as "beyond!""#,
        tenant.as_uuid(),
        new.email,
        new.manages
    )
    .fetch_one(&mut **tx)
    .await?;
    if row.member {
        return Err(TeamError::Member);
    }
    if row.beyond {
        return Err(TeamError::Beyond);
    }
    if row.open >= i64::from(OPEN) { Err(TeamError::TooManyOpen(OPEN)) } else { Ok(()) }
}

/// Sends an open invitation once more, with another link, which is good for seven days from now; the old one is not any more.
///
/// # Errors
/// [`TeamError::NotFound`] when it is not open, [`TeamError::Wait`] when it was sent too often.
pub async fn resend(
    db: &CentralDb,
    key: &Key,
    by: &By,
    (id, token, at): (Uuid, &Token, OffsetDateTime),
    mail: &Mail,
) -> Result<(), TeamError> {
    db.transact(async |tx| {
        let done = sqlx::query!(
            "update invitations set token_digest = $3, sent_at = $4, expires_at = $5
             where id = $1 and tenant_id = $2 and accepted_at is null and revoked_at is null",
            id,
            by.tenant.as_uuid(),
            token.digest(),
            at,
            at + GOOD_FOR
        )
        .execute(&mut **tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(TeamError::NotFound);
        }
        if let Some(wait) = asked_mails::count(tx, key, (Some(by.tenant), &mail.to), at).await? {
            return Err(TeamError::Wait(wait));
        }
        mails::queue(tx, key, mail).await?;
        audit::append(tx, by.event("invitation.resend", ("invitation", id), serde_json::json!({}))).await?;
        Ok(())
    })
    .await
}

/// Takes an open invitation back.
///
/// # Errors
/// [`TeamError::NotFound`] when it is not open.
pub async fn revoke(db: &CentralDb, by: &By, id: Uuid, at: OffsetDateTime) -> Result<(), TeamError> {
    db.transact(async |tx| {
        let done = sqlx::query!(
            "update invitations set revoked_at = $3
             where id = $1 and tenant_id = $2 and accepted_at is null and revoked_at is null",
            id,
            by.tenant.as_uuid(),
            at
        )
        .execute(&mut **tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(TeamError::NotFound);
        }
        audit::append(tx, by.event("invitation.revoke", ("invitation", id), serde_json::json!({}))).await?;
        Ok(())
    })
    .await
}

/// An open invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The invitation.
    pub id: Uuid,
    /// Into which agency.
    pub tenant: TenantId,
    /// The agency's name.
    pub company: String,
    /// To which address.
    pub email: String,
    /// As what.
    pub role: String,
    /// In which language.
    pub locale: String,
    /// Who invites.
    pub invited_by: String,
    /// Until when its link is good.
    pub expires_at: OffsetDateTime,
    /// Whose address it is, when they are known here.
    pub person: Option<PersonId>,
}

/// The agency's open invitations, newest first; those among them whose link is too old can be sent again.
///
/// # Errors
/// The database's.
pub async fn list(db: &CentralDb, tenant: TenantId) -> Result<Vec<Invitation>, sqlx::Error> {
    sqlx::query_as!(
        Invitation,
        r#"select i.id, i.tenant_id as "tenant: TenantId", c.name as company, i.email, i.role, i.locale,
                  u.name as invited_by, i.expires_at, p.id as "person?: PersonId"
           from invitations i
           join companies c on c.id = i.tenant_id
           join users u on u.id = i.invited_by
           left join people p on p.email = i.email
           where i.tenant_id = $1 and i.accepted_at is null and i.revoked_at is null
           order by i.created_at desc, i.id desc"#,
        tenant.as_uuid()
    )
    .fetch_all(db.pool())
    .await
}

/// The invitation that a link opens.
///
/// # Errors
/// `RowNotFound` when it opens none, or none any more.
pub async fn find(db: &CentralDb, token: &Token, at: OffsetDateTime) -> Result<Invitation, sqlx::Error> {
    sqlx::query_as!(
        Invitation,
        r#"select i.id, i.tenant_id as "tenant: TenantId", c.name as company, i.email, i.role, i.locale,
                  u.name as invited_by, i.expires_at, p.id as "person?: PersonId"
           from invitations i
           join companies c on c.id = i.tenant_id and c.status = 'active'
           join users u on u.id = i.invited_by
           left join people p on p.email = i.email
           where i.token_digest = $1 and i.expires_at > $2 and i.accepted_at is null and i.revoked_at is null"#,
        token.digest(),
        at
    )
    .fetch_one(db.pool())
    .await
}

/// Who accepts.
#[derive(Debug, Clone, Copy)]
pub enum Accepts<'a> {
    /// Somebody who has proved to be this person.
    Known(PersonId),
    /// Somebody new, with a name and a password's hash.
    New {
        /// Name for people.
        name: &'a str,
        /// argon2id in PHC form.
        password_hash: &'a str,
    },
}

/// Where an invitation was accepted from.
#[derive(Debug, Clone)]
pub struct From<'a> {
    /// Address of the peer.
    pub ip_address: String,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// The request.
    pub request_id: &'a str,
}

/// Accepts an invitation: an account in the agency, in the role that was offered, and one place less. All or nothing.
///
/// # Errors
/// [`TeamError::NotFound`] when the link opens nothing any more, or is not theirs; [`TeamError::Full`] when every place is
/// taken, and then the link stays good.
pub async fn accept(
    db: &CentralDb,
    (token, at): (&Token, OffsetDateTime),
    who: Accepts<'_>,
    from: &From<'_>,
) -> Result<UserId, TeamError> {
    db.transact(async |tx| {
        let tenant = sqlx::query_scalar!(
            r#"select tenant_id as "tenant: TenantId" from invitations where token_digest = $1"#,
            token.digest()
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(TeamError::NotFound)?;
        // The places first, as in every change of a team: fifty who use one link at once come one after the other, and the
        // second finds it used.
        seats::hold(tx, tenant).await?;
        let open = sqlx::query!(
            r#"select i.id, i.tenant_id as "tenant: TenantId", i.email, i.role, c.status
               from invitations i
               join companies c on c.id = i.tenant_id
               where i.token_digest = $1 and i.expires_at > $2 and i.accepted_at is null and i.revoked_at is null
               for update of i"#,
            token.digest(),
            at
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(TeamError::NotFound)?;
        if open.status != "active" {
            return Err(TeamError::Closed);
        }
        let person = person(tx, &open.email, who).await?.ok_or(TeamError::NotFound)?;
        let user = join(tx, (open.tenant, person), &open.email, &open.role).await?;
        sqlx::query!(
            "update invitations set accepted_at = $2, accepted_by = $3 where id = $1",
            open.id,
            at,
            user.as_uuid()
        )
        .execute(&mut **tx)
        .await?;
        let event = Event {
            tenant: Some(open.tenant),
            user: Some(user.as_uuid()),
            changes: serde_json::json!({"role": [null, open.role], "invitation": [null, open.id]}),
            ip_address: Some(from.ip_address.clone()),
            user_agent: from.user_agent.clone(),
            request_id: Some(from.request_id.to_owned()),
            ..Event::of_platform("member.join", "member", user.as_uuid())
        };
        audit::append(tx, event).await?;
        Ok(user)
    })
    .await
}

/// Whoever the address belongs to; none, when that is not who accepts.
async fn person(tx: &mut CentralTx, email: &str, who: Accepts<'_>) -> Result<Option<PersonId>, sqlx::Error> {
    match who {
        Accepts::Known(person) => {
            sqlx::query_scalar!(
                r#"select id as "id: PersonId" from people where id = $1 and email = $2"#,
                person.as_uuid(),
                email
            )
            .fetch_optional(&mut **tx)
            .await
        }
        // Somebody who has become known meanwhile keeps their password, and is asked for it.
        Accepts::New { name, password_hash } => {
            sqlx::query_scalar!(
                r#"insert into people (id, email, name, password_hash) values ($1, $2, $3, $4)
                   on conflict on constraint people_email_key do nothing
                   returning id as "id: PersonId""#,
                Uuid::now_v7(),
                email,
                name,
                password_hash
            )
            .fetch_optional(&mut **tx)
            .await
        }
    }
}

/// The person's account in the agency: a new one, or the one that they had.
async fn join(
    tx: &mut CentralTx,
    (tenant, person): (TenantId, PersonId),
    email: &str,
    role: &str,
) -> Result<UserId, TeamError> {
    let known = sqlx::query!(
        r#"select id as "id: UserId", active from users where company_id = $1 and person_id = $2"#,
        tenant.as_uuid(),
        person.as_uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(known) = &known
        && known.active
    {
        return Err(TeamError::Member);
    }
    seats::is_free(tx, tenant).await?.map_err(TeamError::Full)?;
    if let Some(known) = known {
        sqlx::query!(
            "update users set active = true, role = $2, deactivated_at = null, heir_id = null where id = $1",
            known.id.as_uuid(),
            role
        )
        .execute(&mut **tx)
        .await?;
        return Ok(known.id);
    }
    let id = UserId::generate();
    // The agency's own database has yet to hear of them.
    sqlx::query!(
        "insert into users (id, company_id, person_id, email, name, role, staff_version)
         select $1, $2, p.id, $4, p.name, $5, 0 from people p where p.id = $3",
        id.as_uuid(),
        tenant.as_uuid(),
        person.as_uuid(),
        email,
        role
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

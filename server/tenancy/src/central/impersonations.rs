//! Operators who act as members of agencies: asked for with a reason, begun with a ticket that is good once, ended, and each
//! step a line in the agency's own log.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::companies::By;
use super::owner_notices::{self, News};
use super::{CentralTx, audit};
use crate::{CentralDb, OperatorId, TenantId, UserId};

/// A ticket is good for so long.
const TICKET: Duration = Duration::seconds(60);
/// Nobody acts as somebody else for longer.
pub const LONGEST: Duration = Duration::minutes(30);

/// Who wants to act as whom, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The operator.
    pub operator: OperatorId,
    /// The stored name of the session in which the operator asked.
    pub session: Vec<u8>,
    /// The agency.
    pub tenant: TenantId,
    /// The member.
    pub user: UserId,
    /// Why, at least ten characters.
    pub reason: String,
    /// Whether changes are wanted.
    pub may_write: bool,
    /// When the ticket is worth nothing any more.
    pub expires_at: OffsetDateTime,
}

/// Keeps a ticket under the hash of its token. What has run out before is removed.
///
/// # Errors
/// The database's.
pub async fn issue(db: &CentralDb, token_hash: &[u8], ticket: &Ticket, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with gone as (delete from impersonation_tickets where expires_at <= $9)
         insert into impersonation_tickets
             (token_hash, operator_id, session_id, tenant_id, user_id, reason, may_write, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        token_hash,
        ticket.operator.as_uuid(),
        ticket.session,
        ticket.tenant.as_uuid(),
        ticket.user.as_uuid(),
        ticket.reason,
        ticket.may_write,
        now + TICKET,
        now
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// A ticket as it lies there, for the page that asks once more.
///
/// # Errors
/// The database's.
pub async fn look(db: &CentralDb, token_hash: &[u8]) -> Result<Option<Ticket>, sqlx::Error> {
    sqlx::query_as!(
        Ticket,
        r#"select operator_id as "operator: OperatorId", session_id as session, tenant_id as "tenant: TenantId",
                  user_id as "user: UserId", reason, may_write, expires_at
           from impersonation_tickets
           where token_hash = $1"#,
        token_hash
    )
    .fetch_optional(db.pool())
    .await
}

/// Takes a ticket away, whatever comes of it: it was good once.
///
/// # Errors
/// The database's.
pub async fn redeem(db: &CentralDb, token_hash: &[u8]) -> Result<Option<Ticket>, sqlx::Error> {
    sqlx::query_as!(
        Ticket,
        r#"delete from impersonation_tickets
           where token_hash = $1
           returning operator_id as "operator: OperatorId", session_id as session, tenant_id as "tenant: TenantId",
                     user_id as "user: UserId", reason, may_write, expires_at"#,
        token_hash
    )
    .fetch_optional(db.pool())
    .await
}

/// Writes down that it begins, for the agency to see. Gives its identifier and when it ends by itself.
///
/// # Errors
/// The database's.
pub async fn begin(
    db: &CentralDb,
    ticket: &Ticket,
    by: By,
    now: OffsetDateTime,
) -> Result<(Uuid, OffsetDateTime), sqlx::Error> {
    let (id, until) = (Uuid::now_v7(), now + LONGEST);
    db.transact(async |tx| {
        sqlx::query!(
            "insert into impersonations (id, operator_id, tenant_id, user_id, reason, may_write, started_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            id,
            ticket.operator.as_uuid(),
            ticket.tenant.as_uuid(),
            ticket.user.as_uuid(),
            ticket.reason,
            ticket.may_write,
            now,
            until
        )
        .execute(&mut **tx)
        .await?;
        let changes = serde_json::json!({"reason": ticket.reason, "may_write": ticket.may_write});
        let behind = by.person;
        let entity = ("user", ticket.user.as_uuid());
        let event = audit::Event {
            user: Some(ticket.user.as_uuid()),
            impersonator: behind,
            ..by.line(Some(ticket.tenant), "impersonation.start", entity, changes)
        };
        audit::append(tx, event).await?;
        tell(tx, ticket, (id, now)).await?;
        Ok((id, until))
    })
    .await
}

/// Leaves word for the agency's owners, who see the rest in their log.
async fn tell(tx: &mut CentralTx, ticket: &Ticket, (id, now): (Uuid, OffsetDateTime)) -> Result<(), sqlx::Error> {
    let names = sqlx::query!(
        "select p.name as operator, u.name as member
         from operators o
         join people p on p.id = o.person_id
         join users u on u.id = $2
         where o.id = $1",
        ticket.operator.as_uuid(),
        ticket.user.as_uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    let news = News::Acted {
        operator: names.operator,
        member: names.member,
        reason: ticket.reason.clone(),
        may_write: ticket.may_write,
    };
    owner_notices::leave_word(tx, ticket.tenant, (&format!("{}:{id}", news.kind()), now), &news).await
}

/// Writes down that it has ended: now, or when its time was over, if that was earlier. Says whether it was going on.
///
/// # Errors
/// The database's.
pub async fn end(db: &CentralDb, id: Uuid, by: By, now: OffsetDateTime) -> Result<bool, sqlx::Error> {
    db.transact(async |tx| {
        let ended = sqlx::query!(
            r#"update impersonations i set ended_at = least($2, i.expires_at)
               from operators o
               where i.id = $1 and i.ended_at is null and o.id = i.operator_id
               returning i.tenant_id as "tenant: TenantId", i.user_id, o.person_id"#,
            id,
            now
        )
        .fetch_optional(&mut **tx)
        .await?;
        let Some(ended) = ended else { return Ok(false) };
        let event = audit::Event {
            user: Some(ended.user_id),
            impersonator: Some(ended.person_id),
            ..by.line(Some(ended.tenant), "impersonation.end", ("user", ended.user_id), serde_json::json!({}))
        };
        audit::append(tx, event).await?;
        Ok(true)
    })
    .await
}

/// Writes down the end of those whose time is over, though nobody came back to end them. Gives how many.
///
/// # Errors
/// The database's.
pub async fn end_expired(db: &CentralDb, now: OffsetDateTime) -> Result<u64, sqlx::Error> {
    let over: Vec<Uuid> =
        sqlx::query_scalar!("select id from impersonations where ended_at is null and expires_at <= $1 limit 500", now)
            .fetch_all(db.pool())
            .await?;
    let mut ended = 0;
    for id in over {
        ended += u64::from(end(db, id, By::default(), now).await?);
    }
    Ok(ended)
}

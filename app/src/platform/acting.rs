//! An operator acts as a member of an agency: asked for with a reason and the password, begun with a ticket that is good once
//! and for a minute, in a session of its own kind. The operator's own session waits within it and comes back.

use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tenancy::PersonId;
use tenancy::central::companies;
use tenancy::central::directory::{self, Target};
use tenancy::central::impersonations::{self, Ticket};
use tenancy::central::sessions::{self, SIGNED, Signed};
use tower_sessions::Session;
use uuid::Uuid;

use super::tenants::by;
use super::types::TicketSheet;
use crate::access::Role;
use crate::auth::confirm::confirm;
use crate::auth::sign_in;
use crate::caller::{self, Acting, Operator, Request, Who};
use crate::error::AppError;
use crate::outside::files::to_hex;
use crate::state::House;
use crate::values::fields::{FieldErrors, Problem};
use crate::values::text;
use crate::words::lang;

/// Under this key a session keeps the operator's own sign-in, while they act as somebody.
const WAITING: &str = "waiting";
/// A reason has at least so many characters.
const REASON: u32 = 10;

/// What was typed: as whom, and why.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// The agency.
    pub slug: &'a str,
    /// The member's account.
    pub user: &'a str,
    /// The reason.
    pub why: &'a str,
    /// Whether changes are wanted.
    pub may_write: bool,
}

/// Gives a ticket, when there is a reason, the member may be acted as, and the password is right.
///
/// # Errors
/// [`AppError::Invalid`] with what is wrong, [`AppError::NotFound`] for an agency that is none, [`AppError::TooMany`].
pub async fn ask(
    house: &Arc<House>,
    operator: &Operator,
    wanted: Wanted<'_>,
    password: String,
) -> Result<String, AppError> {
    let company = companies::find_by_slug(&house.central, wanted.slug).await?;
    let mut errors = FieldErrors::default();
    let reason = reason(wanted.why).map_err(|problem| errors.add("why", problem)).unwrap_or_default();
    let user = wanted.user.parse::<Uuid>().unwrap_or_default();
    let target = directory::target(&house.central, company.id, user).await?;
    let account = house.accounts.staff(user.into()).await.map_err(|_| AppError::Unavailable)?;
    if !target.is_some_and(|target| may_be(&target)) || account.is_none_or(|a| a.person == operator.account.person) {
        errors.add("user", Problem::NotAChoice);
    }
    errors.or(())?;
    let who = (operator.account.person, operator.account.email.as_str());
    confirm(house, who, password, &operator.request).await?;
    let ticket = Ticket {
        operator: operator.account.operator,
        session: own_session().await?.1,
        tenant: company.id,
        user: user.into(),
        reason,
        may_write: wanted.may_write,
        expires_at: house.clock.now(),
    };
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| AppError::Internal(caller::request_id()))?;
    let token = to_hex(&bytes);
    impersonations::issue(&house.central, &hash(&token), &ticket, house.clock.now()).await?;
    Ok(token)
}

/// Why somebody does what an agency is to be told of.
pub(super) fn reason(raw: &str) -> Result<String, Problem> {
    let reason = text::parse_line(raw, 500)?;
    if reason.chars().count() < REASON as usize { Err(Problem::TooShort(REASON)) } else { Ok(reason) }
}

/// Nobody acts as somebody who runs the platform, wherever else that person works.
fn may_be(target: &Target) -> bool {
    !target.is_operator
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// The session of the request, and what it is stored under.
async fn own_session() -> Result<(Session, Vec<u8>), AppError> {
    let session = sign_in::session().await?;
    let stored = session.id().map(|id| sessions::stored_id(&id)).ok_or(AppError::Unauthenticated)?;
    Ok((session, stored))
}

/// What a ticket is good for. It stays as it is.
///
/// # Errors
/// [`AppError::NotFound`] when it is none of this operator's, or no good any more.
pub async fn look(house: &House, operator: &Operator, slug: &str, token: &str) -> Result<TicketSheet, AppError> {
    let ticket = impersonations::look(&house.central, &hash(token)).await?.ok_or(AppError::NotFound)?;
    let company = companies::find_by_slug(&house.central, slug).await?;
    let is_good = ticket.operator == operator.account.operator
        && ticket.session == own_session().await?.1
        && ticket.tenant == company.id
        && house.clock.now() < ticket.expires_at;
    let target = directory::target(&house.central, ticket.tenant, ticket.user.as_uuid()).await?;
    let target = target.filter(|target| is_good && may_be(target)).ok_or(AppError::NotFound)?;
    let role = Role::parse(&target.role).map(|role| crate::auth::words::role(role, lang()).to_owned());
    Ok(TicketSheet {
        company: target.company,
        user: ticket.user.as_uuid(),
        member: target.name,
        role: role.unwrap_or(target.role),
        reason: ticket.reason,
        may_write: ticket.may_write,
    })
}

/// Uses a ticket up, and opens the session. A ticket that is shown at the wrong door is gone all the same.
///
/// # Errors
/// [`AppError::Forbidden`] when it is not good for this, [`AppError::Unauthenticated`] when the session has been ended meanwhile.
pub async fn begin(
    house: &House,
    operator: &Operator,
    (slug, user): (&str, Uuid),
    token: &str,
) -> Result<(), AppError> {
    let ticket = impersonations::redeem(&house.central, &hash(token)).await?.ok_or(AppError::Forbidden)?;
    let (session, own) = own_session().await?;
    let is_good = ticket.operator == operator.account.operator
        && ticket.session == own
        && ticket.user.as_uuid() == user
        && house.clock.now() < ticket.expires_at;
    let target = directory::target(&house.central, ticket.tenant, user).await?;
    let target = target.filter(|target| is_good && target.slug == slug && may_be(target)).ok_or(AppError::Forbidden)?;
    let waiting = sign_in::signed_in().await?.filter(|signed| signed.operator == Some(ticket.operator));
    let waiting = waiting.ok_or(AppError::Unauthenticated)?;
    give_up(house, waiting.person, &own).await?;
    let (id, until) = impersonations::begin(&house.central, &ticket, by(operator), house.clock.now()).await?;
    let signed = Signed {
        user: Some(ticket.user),
        tenant: Some(ticket.tenant),
        operator: None,
        // What the operator has proved is theirs, and none of the member's.
        proved: 0,
        // Were the member to get another one, this would be over.
        role: Some(target.role),
        acting: Some(sessions::Acting {
            id,
            operator: ticket.operator,
            until: until.unix_timestamp(),
            may_write: ticket.may_write,
        }),
        ..waiting.clone()
    };
    session.insert(WAITING, waiting).await.map_err(|_| AppError::Unavailable)?;
    sign_in::open_session(&session, signed).await
}

/// One session makes one: what was ended since this request began opens no door any more.
async fn give_up(house: &House, person: PersonId, stored: &[u8]) -> Result<(), AppError> {
    if house.sessions.end(person, stored).await? { Ok(()) } else { Err(AppError::Unauthenticated) }
}

/// Ends it, and gives the agency's name in addresses.
///
/// # Errors
/// [`AppError::NotFound`] for whoever acts as nobody.
pub async fn end(house: &House, who: Who, request: &Request) -> Result<String, AppError> {
    match who {
        Who::Staff { account, acting: Some(acting), .. } => {
            note_end(house, &acting, request).await?;
            come_back(house, &sign_in::session().await?).await?;
            let route = house.routes.by_tenant(account.tenant);
            Ok(route.map(|route| route.slug.clone()).unwrap_or_default())
        }
        Who::Nobody | Who::Choosing(_) => Err(AppError::Unauthenticated),
        _ => Err(AppError::NotFound),
    }
}

/// Writes down that it has ended, once.
///
/// # Errors
/// The database's.
pub async fn note_end(house: &House, acting: &Acting, request: &Request) -> Result<(), AppError> {
    let by = request.by(acting.operator.person.as_uuid());
    impersonations::end(&house.central, acting.id, by, house.clock.now()).await?;
    Ok(())
}

/// The operator's own sign-in, under a new identifier.
///
/// # Errors
/// [`AppError::Unauthenticated`] when it is not there, or another request was first.
pub async fn come_back(house: &House, session: &Session) -> Result<(), AppError> {
    let stored = session.id().map(|id| sessions::stored_id(&id)).ok_or(AppError::Unauthenticated)?;
    let waiting: Option<Signed> = session.remove(WAITING).await.map_err(|_| AppError::Unavailable)?;
    let waiting = waiting.ok_or(AppError::Unauthenticated)?;
    give_up(house, waiting.person, &stored).await?;
    session.remove::<Signed>(SIGNED).await.map_err(|_| AppError::Unavailable)?;
    sign_in::open_session(session, waiting).await
}

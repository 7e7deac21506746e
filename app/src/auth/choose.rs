//! After the password: the agency, the open sessions, what the demo shows.

use std::sync::Arc;
use tenancy::central::accounts;
use tenancy::central::open_sessions;
use tenancy::central::sessions::{self, Signed};
use tenancy::{PersonId, UserId};
use uuid::Uuid;

use super::device::device;
use super::sign_in::{Door, Typed};
use super::types::{Demo, DemoAccount, SessionLine};
use crate::caller::{self, Request, Who};
use crate::error::AppError;
use crate::outside::files::{from_hex, to_hex};
use crate::state::{DemoPerson, House};
use crate::values::day::format_instant;

/// Enters an agency in which the person has an account. Who asked to stay signed in stays so.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs, [`AppError::Unauthenticated`] when the session has been ended meanwhile.
pub async fn enter(house: &House, person: PersonId, user: Uuid, request: &Request) -> Result<(), AppError> {
    let all = accounts::memberships(&house.central, person).await?;
    let chosen = all.into_iter().find(|m| m.user == UserId::from(user)).ok_or(AppError::NotFound)?;
    let (session, before) = (super::sign_in::session().await?, super::sign_in::signed_in().await?);
    let before = before.filter(|before| before.person == person).ok_or(AppError::Unauthenticated)?;
    // One session makes one: what was ended since this request began opens no door any more.
    let old = session.id().map(|id| sessions::stored_id(&id)).ok_or(AppError::Unauthenticated)?;
    if !house.sessions.end(person, &old).await? {
        return Err(AppError::Unauthenticated);
    }
    // The door is a new one, the sign-in is not: its days go on.
    let signed = Signed {
        user: Some(chosen.user),
        tenant: Some(chosen.tenant),
        operator: None,
        role: Some(chosen.role),
        ip_address: Some(request.ip.to_string()),
        user_agent: request.user_agent.clone(),
        ..before
    };
    super::sign_in::open_session(&session, signed).await
}

/// Signs somebody in again, into the account that they were in, for as long as they had asked for.
///
/// # Errors
/// As [`super::sign_in::sign_in`]; an account that nobody has is a wrong password.
pub async fn renew(
    house: &Arc<House>,
    user: Uuid,
    (password, code, remember): (String, String, bool),
    request: &Request,
) -> Result<(), AppError> {
    let account = house.accounts.staff(UserId::from(user)).await.map_err(|_| AppError::Unavailable)?;
    let email = account.as_ref().map_or_else(|| format!("{user}@nobody.invalid"), |account| account.email.clone());
    let typed = Typed { email, password, remember };
    let has_factor = account.as_ref().is_some_and(|account| account.second_factor);
    let passed = super::second_step::prove(house, (Door::Staff, typed), (has_factor, &code), request).await?;
    passed.enter(house, request).await?;
    let account = account.ok_or(AppError::NotFound)?;
    enter(house, account.person, user, request).await
}

/// The person's open sessions, the one that asks marked.
///
/// # Errors
/// The database's.
pub async fn sessions(house: &House, person: PersonId) -> Result<Vec<SessionLine>, AppError> {
    let own = super::sign_in::session().await?.id().map(|id| sessions::stored_id(&id));
    let all = open_sessions::list(&house.central, person, house.clock.now()).await?;
    let lang = crate::words::lang();
    let unknown = crate::words::words_in(lang).auth.unknown_browser;
    let line = |s: open_sessions::OpenSession| SessionLine {
        is_this: own.as_ref() == Some(&s.id),
        id: to_hex(&s.id),
        ip_address: s.ip_address.unwrap_or_default(),
        device: s.user_agent.as_deref().and_then(device).unwrap_or_else(|| unknown.to_owned()),
        since: format_instant(s.created_at, lang),
        last_used: format_instant(s.last_seen_at, lang),
    };
    Ok(all.into_iter().map(line).collect())
}

/// Ends a session of the person's own.
///
/// # Errors
/// [`AppError::NotFound`] when there is none of this name.
pub async fn end(house: &House, person: PersonId, id: &str) -> Result<(), AppError> {
    let id = from_hex(id).ok_or(AppError::NotFound)?;
    if house.sessions.end(person, &id).await? { Ok(()) } else { Err(AppError::NotFound) }
}

/// Forgets the account of whoever asks, so that its next request sees what has changed.
///
/// # Errors
/// [`AppError::Internal`] outside a request.
pub async fn forget(house: &House) -> Result<(), AppError> {
    match caller::anybody()?.0 {
        Who::Staff { account, .. } => house.accounts.forget(account.user.as_uuid()).await,
        Who::Operator(account) => house.accounts.forget(account.operator.as_uuid()).await,
        Who::Nobody | Who::Choosing(_) => {}
    }
    Ok(())
}

/// Ends all sessions of a person but the one that asks.
///
/// # Errors
/// The database's.
pub async fn end_others(house: &House, person: PersonId) -> Result<(), AppError> {
    let own = super::sign_in::session().await?.id().map(|id| sessions::stored_id(&id)).unwrap_or_default();
    house.sessions.end_others(person, &own).await?;
    Ok(())
}

/// What a newcomer to the demo may try.
pub fn demo(house: &House) -> Option<Demo> {
    let settings = &house.settings;
    let people = settings.demo.as_ref().filter(|_| !settings.production)?;
    let mut storefronts: Vec<(String, String)> = house
        .routes
        .all()
        .iter()
        .map(|route| (route.name.clone(), settings.storefront_url(&route.slug, None)))
        .collect();
    storefronts.sort();
    let lang = crate::words::lang();
    let told = |person: &DemoPerson| {
        let operator = crate::words::words_in(lang).marketing.demo_operator;
        let role = person.role.map_or(operator, |role| super::words::role(role, lang));
        DemoAccount {
            email: person.email.to_owned(),
            role: format!("{role}, {}", person.at),
            is_operator: person.role.is_none(),
        }
    };
    let people = people.iter().map(told).collect();
    Some(Demo { storefronts, people, password: super::sign_in::DEMO_PASSWORD.to_owned() })
}

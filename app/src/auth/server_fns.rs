//! Signing in, choosing an agency, one's own sessions and language.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;
use uuid::Uuid;

use super::types::{AgencyChoice, Demo, Entrance, SessionLine};
use crate::error::AppError;

/// Signs a member of staff in.
#[server(prefix = "/fn", endpoint = "auth/sign_in")]
pub async fn sign_in(
    email: String,
    password: String,
    #[server(default)] remember: bool,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let (_, request) = crate::caller::anybody()?;
    let house = crate::caller::house()?;
    let typed = super::sign_in::Typed { email, password, remember };
    let door = super::sign_in::Door::Staff;
    let inside = super::sign_in::sign_in(&house, door, typed, &request).await?;
    let choosing = inside == super::sign_in::Inside::Choosing;
    leptos_axum::redirect(if choosing { "/entrar/agencia" } else { super::sign_in::way_in(door, &next) });
    Ok(())
}

/// Signs a member of staff in again where they are: their session has ended, and the page they work on stays.
#[server(prefix = "/fn", endpoint = "auth/renew")]
pub async fn renew(user: Uuid, password: String, #[server(default)] remember: bool) -> Result<(), AppError> {
    let (_, request) = crate::caller::anybody()?;
    let house = crate::caller::house()?;
    super::choose::renew(&house, user, (password, remember), &request).await
}

/// What a refused form on the sign-in page held, and the form of whoever is asked to sign in again.
#[server(prefix = "/fn", endpoint = "auth/entrance")]
pub async fn load_entrance() -> Result<Entrance, AppError> {
    let (typed, late) = crate::caller::entrance()?;
    Ok(Entrance { typed, waiting: late.map(|late| late.0.into()) })
}

/// Signs an operator in.
#[server(prefix = "/fn", endpoint = "auth/sign_in_operator")]
pub async fn sign_in_operator(
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let (_, request) = crate::caller::anybody()?;
    let house = crate::caller::house()?;
    let typed = super::sign_in::Typed { email, password, remember: false };
    let door = super::sign_in::Door::Operators;
    super::sign_in::sign_in(&house, door, typed, &request).await?;
    leptos_axum::redirect(super::sign_in::way_in(door, &next));
    Ok(())
}

/// The agencies that the person may choose.
#[server(prefix = "/fn", endpoint = "auth/agencies")]
pub async fn list_agencies() -> Result<Vec<AgencyChoice>, AppError> {
    let person = crate::caller::person()?;
    let house = crate::caller::house()?;
    let all = tenancy::central::accounts::memberships(&house.central, person).await?;
    let choice = |m: tenancy::central::accounts::Membership| {
        Some(AgencyChoice { user: m.user.as_uuid(), name: m.company, role: crate::access::Role::parse(&m.role)? })
    };
    Ok(all.into_iter().filter_map(choice).collect())
}

/// Enters one of the person's agencies, under a new session identifier.
#[server(prefix = "/fn", endpoint = "auth/choose_agency")]
pub async fn choose_agency(user: Uuid) -> Result<(), AppError> {
    let person = crate::caller::person()?;
    let (house, (_, request)) = (crate::caller::house()?, crate::caller::anybody()?);
    super::choose::enter(&house, person, user, &request).await?;
    leptos_axum::redirect("/app");
    Ok(())
}

/// The person's own open sessions.
#[server(prefix = "/fn", endpoint = "auth/sessions")]
pub async fn list_sessions() -> Result<Vec<SessionLine>, AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeAgency)?;
    let house = crate::caller::house()?;
    super::choose::sessions(&house, staff.account.person).await
}

/// Ends one of the person's own sessions.
#[server(prefix = "/fn", endpoint = "auth/end_session")]
pub async fn end_session(id: String) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeAgency)?;
    let house = crate::caller::house()?;
    super::choose::end(&house, staff.account.person, &id).await?;
    leptos_axum::redirect("/app/profile");
    Ok(())
}

/// Remembers the language of whoever is signed in.
#[server(prefix = "/fn", endpoint = "auth/set_language")]
pub async fn set_language(lang: crate::words::Lang) -> Result<(), AppError> {
    let person = crate::caller::person()?;
    let house = crate::caller::house()?;
    tenancy::central::people::set_locale(&house.central, person, lang.tag()).await?;
    super::choose::forget(&house).await?;
    Ok(())
}

/// What the start page shows of the demo; nothing where there is none.
#[server(prefix = "/fn", endpoint = "auth/demo")]
pub async fn load_demo() -> Result<Option<Demo>, AppError> {
    let house = crate::caller::house()?;
    Ok(super::choose::demo(&house))
}

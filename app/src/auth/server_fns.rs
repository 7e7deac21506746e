//! Signing in, choosing an agency, one's own sessions and language.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;
use uuid::Uuid;

use super::types::{AgencyChoice, Demo, Entrance, Security, SessionLine};
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
    leptos_axum::redirect(&super::sign_in::way_on(&inside, door, &next));
    Ok(())
}

/// The second half of a sign-in: the code of the person's second factor.
#[server(prefix = "/fn", endpoint = "auth/sign_in_code")]
pub async fn sign_in_code(second_factor: String, #[server(default)] next: String) -> Result<(), AppError> {
    let (_, request) = crate::caller::anybody()?;
    let house = crate::caller::house()?;
    let (inside, door) = super::second_step::finish(&house, &second_factor, &request).await?;
    leptos_axum::redirect(&super::sign_in::way_on(&inside, door, &next));
    Ok(())
}

/// Signs a member of staff in again where they are: their session has ended, and the page they work on stays.
#[server(prefix = "/fn", endpoint = "auth/renew")]
pub async fn renew(
    user: Uuid,
    password: String,
    #[server(default)] second_factor: String,
    #[server(default)] remember: bool,
) -> Result<(), AppError> {
    let (_, request) = crate::caller::anybody()?;
    let house = crate::caller::house()?;
    super::choose::renew(&house, user, (password, second_factor, remember), &request).await
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
    let inside = super::sign_in::sign_in(&house, door, typed, &request).await?;
    leptos_axum::redirect(&super::sign_in::way_on(&inside, door, &next));
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
    let who = crate::caller::insider()?;
    let house = crate::caller::house()?;
    super::choose::sessions(&house, who.person).await
}

/// Ends one of the person's own sessions.
#[server(prefix = "/fn", endpoint = "auth/end_session")]
pub async fn end_session(id: String) -> Result<(), AppError> {
    let who = crate::caller::insider()?;
    let house = crate::caller::house()?;
    super::choose::end(&house, who.person, &id).await?;
    leptos_axum::redirect(super::sign_in::profile_of(&who));
    Ok(())
}

/// Ends all of the person's sessions but the one that asks.
#[server(prefix = "/fn", endpoint = "auth/end_other_sessions")]
pub async fn end_other_sessions() -> Result<(), AppError> {
    let who = crate::caller::insider()?;
    let house = crate::caller::house()?;
    super::choose::end_others(&house, who.person).await?;
    leptos_axum::redirect(super::sign_in::profile_of(&who));
    Ok(())
}

/// Takes the password once more, and the code of who has a second factor: what is dangerous asks how long ago that was.
#[server(prefix = "/fn", endpoint = "auth/prove")]
pub async fn prove(
    password: String,
    #[server(default)] second_factor: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let who = crate::caller::insider()?;
    let house = crate::caller::house()?;
    super::second_factor::prove(&house, &who, (password, &second_factor)).await?;
    leptos_axum::redirect(super::sign_in::way_in(super::sign_in::door_of(&who), &next));
    Ok(())
}

/// What the page about one's second factor shows.
#[server(prefix = "/fn", endpoint = "auth/security")]
pub async fn load_security() -> Result<Security, AppError> {
    let who = crate::caller::insider()?;
    let house = crate::caller::house()?;
    super::second_factor::load(&house, &who).await
}

/// Makes a secret for an authenticator app and shows it.
#[server(prefix = "/fn", endpoint = "auth/propose_second_factor")]
pub async fn propose_second_factor() -> Result<(), AppError> {
    let who = crate::caller::insider()?;
    let house = crate::caller::house()?;
    super::second_factor::propose(&house, &who).await?;
    leptos_axum::redirect(super::sign_in::security_of(&who));
    Ok(())
}

/// A code of the secret that is shown makes it the second factor.
#[server(prefix = "/fn", endpoint = "auth/confirm_second_factor")]
pub async fn confirm_second_factor(second_factor: String) -> Result<(), AppError> {
    let who = crate::caller::insider()?;
    let house = crate::caller::house()?;
    super::second_factor::confirm(&house, &who, &second_factor).await?;
    leptos_axum::redirect(super::sign_in::security_of(&who));
    Ok(())
}

/// Gives the second factor up.
#[server(prefix = "/fn", endpoint = "auth/remove_second_factor")]
pub async fn remove_second_factor(password: String, second_factor: String) -> Result<(), AppError> {
    let who = crate::caller::insider()?;
    let house = crate::caller::house()?;
    super::second_factor::remove(&house, &who, (password, &second_factor)).await?;
    leptos_axum::redirect(super::sign_in::security_of(&who));
    Ok(())
}

/// Makes new recovery codes in the place of all earlier ones.
#[server(prefix = "/fn", endpoint = "auth/renew_recovery_codes")]
pub async fn renew_recovery_codes() -> Result<(), AppError> {
    let who = crate::caller::insider()?;
    let house = crate::caller::house()?;
    super::second_factor::renew_codes(&house, &who).await?;
    leptos_axum::redirect(super::sign_in::security_of(&who));
    Ok(())
}

/// Takes a colleague's second factor away, who has lost it.
#[server(prefix = "/fn", endpoint = "auth/reset_second_factor")]
pub async fn reset_second_factor(user: Uuid) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::ResetSecondFactors)?;
    let house = crate::caller::house()?;
    super::second_factor::reset(&house, &staff, user.into()).await
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

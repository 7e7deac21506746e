//! What somebody may ask of their own account, signed in or with a link.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;
use uuid::Uuid;

use super::types::{LinkCard, ProfilePage};
use crate::error::AppError;
use crate::values::fields::Fields;

/// Sends whoever has this address a link to choose a password anew.
#[server(prefix = "/fn", endpoint = "account/ask_password")]
pub async fn ask_password(#[server(default)] email: String) -> Result<(), AppError> {
    let (_, request) = crate::caller::anybody()?;
    super::links::ask_password(&*crate::caller::house()?, &email, &request, crate::words::lang()).await?;
    leptos_axum::redirect("/senha?sent=1");
    Ok(())
}

/// What a link opens.
#[server(prefix = "/fn", endpoint = "account/link")]
pub async fn load_link(#[server(default)] token: String) -> Result<LinkCard, AppError> {
    let house = crate::caller::house()?;
    super::links::link(&house, &token).await
}

/// Removes one's own photograph.
#[server(prefix = "/fn", endpoint = "account/remove_photo")]
pub async fn remove_photo() -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeAgency)?;
    super::portrait::remove(&*crate::caller::house()?, &staff).await
}

/// Sets the password by a link, once.
#[server(prefix = "/fn", endpoint = "account/set_password")]
pub async fn set_password(
    #[server(default)] token: String,
    #[server(default)] new_password: String,
) -> Result<(), AppError> {
    let (_, request) = crate::caller::anybody()?;
    let door = super::links::set_password(&*crate::caller::house()?, &token, &new_password, &request).await?;
    leptos_axum::redirect(&format!("{door}?changed=1"));
    Ok(())
}

/// Makes a link's address its owner's, once.
#[server(prefix = "/fn", endpoint = "account/confirm_email")]
pub async fn confirm_email(#[server(default)] token: String) -> Result<(), AppError> {
    let (_, request) = crate::caller::anybody()?;
    let door = super::links::confirm_email(&*crate::caller::house()?, &token, &request).await?;
    leptos_axum::redirect(&format!("{door}?moved=1"));
    Ok(())
}

/// What stands in the forms of one's own account.
#[server(prefix = "/fn", endpoint = "account/profile")]
pub async fn load_profile(#[server(default)] draft: Option<Uuid>) -> Result<ProfilePage, AppError> {
    let who = crate::caller::insider()?;
    let house = crate::caller::house()?;
    super::own::profile(&house, &who, (draft, house.clock.now())).await
}

/// Saves name, telephone and registration; of operators the name.
#[server(prefix = "/fn", endpoint = "account/update_profile")]
pub async fn update_profile(#[server(flatten)] form: Fields) -> Result<(), AppError> {
    let who = crate::caller::insider()?;
    super::own::update_profile(&*crate::caller::house()?, &who, &form).await?;
    super::own::go_back(&who, super::types::Done::Details);
    Ok(())
}

/// Sets another password.
#[server(prefix = "/fn", endpoint = "account/change_password")]
pub async fn change_password(#[server(flatten)] form: Fields) -> Result<(), AppError> {
    let who = crate::caller::insider()?;
    super::own::change_password(&crate::caller::house()?, &who, &form).await?;
    super::own::go_back(&who, super::types::Done::Password);
    Ok(())
}

/// Sends a link to another address.
#[server(prefix = "/fn", endpoint = "account/ask_email")]
pub async fn ask_email(#[server(flatten)] form: Fields) -> Result<(), AppError> {
    let who = crate::caller::insider()?;
    super::own::ask_email(&crate::caller::house()?, &who, &form, crate::words::lang()).await?;
    super::own::go_back(&who, super::types::Done::Email);
    Ok(())
}

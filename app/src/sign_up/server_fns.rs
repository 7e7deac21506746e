//! Asking for an agency, answering the mail, watching it being made.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;
use uuid::Uuid;

use super::types::{Progress, Question, SignUpPage, SlugVerdict};
use crate::error::AppError;

/// What the sign-up page begins with.
#[server(prefix = "/fn", endpoint = "sign_up/page")]
pub async fn load_sign_up() -> Result<SignUpPage, AppError> {
    let (typed, _) = crate::caller::entrance()?;
    let house = crate::caller::house()?;
    super::register::page(&house, typed).await
}

/// Whether a name in addresses may be had; made of the agency's name when none was chosen.
#[server(prefix = "/fn", endpoint = "sign_up/check_slug")]
pub async fn check_slug(
    #[server(default)] slug: String,
    #[server(default)] company_name: String,
) -> Result<SlugVerdict, AppError> {
    let (_, request) = crate::caller::anybody()?;
    let house = crate::caller::house()?;
    super::register::check_slug(&house, (&slug, &company_name), &request).await
}

/// Writes down what somebody asks for, and sends the mail that asks whether it is wanted.
#[server(prefix = "/fn", endpoint = "sign_up/request")]
pub async fn request_sign_up(
    company_name: String,
    #[server(default)] slug: String,
    email: String,
    #[server(default)] plan: String,
    #[server(default)] billing_period: String,
    #[server(default)] terms: String,
) -> Result<(), AppError> {
    let (_, request) = crate::caller::anybody()?;
    let pairs = [
        ("company_name", company_name),
        ("slug", slug),
        ("email", email),
        ("plan", plan),
        ("billing_period", billing_period),
        ("terms", terms),
    ];
    let form = crate::values::fields::Fields::of(pairs.map(|(name, value)| (name.to_owned(), value)));
    let house = crate::caller::house()?;
    let mail = super::register::request(&house, &form, &request).await?;
    leptos_axum::redirect(&format!("/cadastro/enviado?mail={mail}"));
    Ok(())
}

/// Where the mail lies that was written for a sign-up, for whoever tries the program on a machine of their own.
#[server(prefix = "/fn", endpoint = "sign_up/mail_file")]
pub async fn find_mail_file(mail: Option<Uuid>) -> Result<Option<String>, AppError> {
    let house = crate::caller::house()?;
    Ok(mail.and_then(|mail| super::register::mail_file(&house, mail)))
}

/// What the page behind a mail's link asks.
#[server(prefix = "/fn", endpoint = "sign_up/question")]
pub async fn load_question(token: String) -> Result<Question, AppError> {
    let (who, _) = crate::caller::anybody()?;
    let (typed, _) = crate::caller::entrance()?;
    let house = crate::caller::house()?;
    super::register::question(&house, &token, &who, typed).await
}

/// Answers the mail: the agency is made.
#[server(prefix = "/fn", endpoint = "sign_up/confirm")]
pub async fn confirm_sign_up(
    token: String,
    #[server(default)] name: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let (who, request) = crate::caller::anybody()?;
    let house = crate::caller::house()?;
    super::register::confirm(&house, &token, (&name, password), (&who, &request)).await?;
    leptos_axum::redirect("/cadastro/andamento");
    Ok(())
}

/// How far the agency is that the person has signed up for last.
#[server(prefix = "/fn", endpoint = "sign_up/progress")]
pub async fn load_progress() -> Result<Progress, AppError> {
    let person = crate::caller::person()?;
    let house = crate::caller::house()?;
    super::register::progress(&house, person).await
}

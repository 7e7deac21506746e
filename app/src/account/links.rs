//! Links that people are sent, and what following one does.

use tenancy::Token;
use tenancy::central::mails::Mail;
use tenancy::central::person_links::{self, Asked, Asker, Link, Moved};

use super::letters;
use super::types::{LinkCard, Purpose};
use crate::auth::rules::check_new_password;
use crate::caller::Request;
use crate::error::AppError;
use crate::outside::mail::Writing;
use crate::state::House;
use crate::values::email;
use crate::values::fields::Problem;
use crate::words::Lang;

pub(super) fn asker(house: &House, request: &Request) -> Asker {
    Asker {
        ip: request.ip,
        user_agent: request.user_agent.clone(),
        request_id: request.id.clone(),
        at: house.clock.now(),
    }
}

pub(super) fn mail(kind: &str, to: &str, writing: &Writing) -> Mail {
    Mail { tenant: None, kind: kind.to_owned(), to: to.to_owned(), letter: writing.write() }
}

fn lang_of(locale: Option<&str>) -> Lang {
    locale.and_then(Lang::parse).unwrap_or_else(crate::words::lang)
}

/// A new password that may be one: long enough, and not soon guessed by who knows whose it is.
///
/// # Errors
/// [`Problem`] of the field.
pub fn choose(raw: &str, known: &[&str]) -> Result<String, Problem> {
    if raw.contains('\0') {
        return Err(Problem::ControlCharacter);
    }
    check_new_password(raw, known).map(|()| raw.to_owned())
}

/// The hash of a password that [`choose`] has let through.
///
/// # Errors
/// [`AppError::Unavailable`].
pub async fn hash(house: &House, password: String) -> Result<String, AppError> {
    house.passwords.place().await.hash(password).await.ok_or(AppError::Unavailable)
}

/// Sends whoever has this address a link, if anybody has it: the answer is the same, and so is what it costs.
///
/// # Errors
/// [`AppError::Invalid`] for what is no address, [`AppError::TooMany`].
pub async fn ask_password(house: &House, raw: &str, request: &Request, lang: Lang) -> Result<(), AppError> {
    let email = email::parse(raw).map_err(|problem| AppError::invalid("email", problem))?;
    let token = Token::generate();
    let letter = letters::reset(lang, house.settings.address(&format!("/senha/{}", token.reveal())));
    let mail = mail("account.reset", &email, &letter);
    match person_links::ask_password(&house.central, &house.key, &asker(house, request), &token, &mail).await? {
        Asked::Wait(wait) if !house.settings.only_counts => {
            Err(AppError::TooMany(u32::try_from(wait.whole_seconds()).unwrap_or(u32::MAX)))
        }
        Asked::Wait(_) | Asked::Heard => Ok(()),
    }
}

/// What a link opens.
///
/// # Errors
/// [`AppError::NotFound`] when it opens nothing any more.
pub async fn link(house: &House, token: &str) -> Result<LinkCard, AppError> {
    let token = Token::parse(token).ok_or(AppError::NotFound)?;
    let link = person_links::find(&house.central, &token, house.clock.now()).await?;
    let purpose = match link.purpose.as_str() {
        "password" => Purpose::Password,
        "email" => Purpose::Email,
        _ => Purpose::EmailUndo,
    };
    Ok(LinkCard { purpose, email: link.to.unwrap_or(link.email) })
}

/// The page where whoever had this link signs in.
const fn door_of(link: &Link) -> &'static str {
    if link.is_operators { "/platform/entrar" } else { "/entrar" }
}

/// Sets the password by a link, once. Every session ends; nobody is signed in by it. Gives the page where they sign in.
///
/// # Errors
/// [`AppError::NotFound`] when the link opens nothing any more, [`AppError::Invalid`] for a password that is none.
pub async fn set_password(house: &House, token: &str, raw: &str, request: &Request) -> Result<&'static str, AppError> {
    let token = Token::parse(token).ok_or(AppError::NotFound)?;
    let link = person_links::find(&house.central, &token, house.clock.now()).await?;
    if link.purpose != "password" {
        return Err(AppError::NotFound);
    }
    let chosen = choose(raw, &[&link.email, &link.name]);
    let password = chosen.map_err(|problem| AppError::invalid("new_password", problem))?;
    let hash = hash(house, password).await?;
    let letter = letters::changed(lang_of(link.locale.as_deref()), house.settings.address("/senha"));
    let mail = mail("account.changed", &link.email, &letter);
    let new = (&token, hash.as_str());
    let ended = person_links::set_password(&house.central, &house.key, &asker(house, request), new, &mail).await?;
    house.sessions.forget_all(&ended.ok_or(AppError::NotFound)?).await;
    Ok(door_of(&link))
}

/// Makes a link's address its owner's, once. Gives the page where they sign in.
///
/// # Errors
/// [`AppError::NotFound`] when the link opens nothing any more, [`AppError::Invalid`] when somebody else has the address.
pub async fn confirm_email(house: &House, token: &str, request: &Request) -> Result<&'static str, AppError> {
    let token = Token::parse(token).ok_or(AppError::NotFound)?;
    let link = person_links::find(&house.central, &token, house.clock.now()).await?;
    let undo = Token::generate();
    let address = house.settings.address(&format!("/confirmar/email/{}", undo.reveal()));
    let notice = mail("account.moved", &link.email, &letters::moved(lang_of(link.locale.as_deref()), address));
    let tokens = (&token, &undo);
    match person_links::move_email(&house.central, &house.key, &asker(house, request), tokens, &notice).await? {
        Moved::Done(ended) => {
            house.sessions.forget_all(&ended).await;
            Ok(door_of(&link))
        }
        Moved::Gone => Err(AppError::NotFound),
        Moved::Taken => Err(AppError::invalid("email", Problem::Taken)),
    }
}

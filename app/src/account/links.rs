//! Links that people are sent, and the password that is asked for once more where something weighty is changed.

use std::sync::Arc;
use tenancy::central::mails::Mail;
use tenancy::central::people;
use tenancy::central::person_links::{self, Asked, Asker, Moved};
use tenancy::central::sessions::{Signed, micros};
use tenancy::{PersonId, Token};
use time::OffsetDateTime;
use uuid::Uuid;

use super::letters;
use super::portrait::face;
use super::rules::parse_profile;
use super::types::{LinkCard, ProfilePage, Purpose};
use crate::auth::confirm::prove;
use crate::auth::rules::check_new_password;
use crate::auth::sign_in;
use crate::caller::{Request, Staff};
use crate::drafts::db::{self as drafts, Draft, Place};
use crate::error::AppError;
use crate::outside::mail::Writing;
use crate::state::House;
use crate::values::email;
use crate::values::fields::{Fields, Problem};
use crate::words::Lang;

fn asker(house: &House, request: &Request) -> Asker {
    Asker {
        ip: request.ip,
        user_agent: request.user_agent.clone(),
        request_id: request.id.clone(),
        at: house.clock.now(),
    }
}

fn mail(kind: &str, to: &str, writing: &Writing) -> Mail {
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

/// The same problem, at the field that the form has for it.
fn at(field: &str) -> impl FnOnce(AppError) -> AppError {
    move |error| match error {
        AppError::Invalid(_) => AppError::invalid(field, Problem::WrongCredentials),
        other => other,
    }
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

/// Sets the password by a link, once. Every session ends; nobody is signed in by it.
///
/// # Errors
/// [`AppError::NotFound`] when the link opens nothing any more, [`AppError::Invalid`] for a password that is none.
pub async fn set_password(house: &House, token: &str, raw: &str, request: &Request) -> Result<(), AppError> {
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
    let link = (&token, hash.as_str());
    let ended = person_links::set_password(&house.central, &house.key, &asker(house, request), link, &mail).await?;
    house.sessions.forget_all(&ended.ok_or(AppError::NotFound)?).await;
    Ok(())
}

/// Makes a link's address its owner's, once.
///
/// # Errors
/// [`AppError::NotFound`] when the link opens nothing any more, [`AppError::Invalid`] when somebody else has the address.
pub async fn confirm_email(house: &House, token: &str, request: &Request) -> Result<(), AppError> {
    let token = Token::parse(token).ok_or(AppError::NotFound)?;
    let link = person_links::find(&house.central, &token, house.clock.now()).await?;
    let undo = Token::generate();
    let address = house.settings.address(&format!("/confirmar/email/{}", undo.reveal()));
    let notice = mail("account.moved", &link.email, &letters::moved(lang_of(link.locale.as_deref()), address));
    let tokens = (&token, &undo);
    match person_links::move_email(&house.central, &house.key, &asker(house, request), tokens, &notice).await? {
        Moved::Done(ended) => {
            house.sessions.forget_all(&ended).await;
            Ok(())
        }
        Moved::Gone => Err(AppError::NotFound),
        Moved::Taken => Err(AppError::invalid("email", Problem::Taken)),
    }
}

/// What stands in the forms of one's own account.
///
/// # Errors
/// The databases'.
pub async fn profile(
    house: &House,
    staff: &Staff,
    (draft, now): (Option<Uuid>, OffsetDateTime),
) -> Result<ProfilePage, AppError> {
    let found = people::profile(&house.central, staff.account.person).await?;
    let place = Place { user: staff.id(), path: "/app/profile" };
    let typed = drafts::find(&staff.db, place, draft, now).await?.and_then(Draft::typed);
    let saved = Fields::default()
        .with("name", &found.name)
        .with("phone", found.phone.as_deref().unwrap_or_default())
        .with("creci", found.creci.as_deref().unwrap_or_default());
    let photo = staff.account.photo.as_deref();
    Ok(ProfilePage { saved, face: face(staff.account.user.as_uuid(), &found.name, photo), typed })
}

/// Saves name, telephone and registration, in every agency of the person.
///
/// # Errors
/// [`AppError::Invalid`].
pub async fn update_profile(house: &House, staff: &Staff, form: &Fields) -> Result<(), AppError> {
    let input = parse_profile(form)?;
    let values = (input.name.as_str(), input.phone.as_deref(), input.creci.as_deref());
    people::update_profile(&house.central, &staff.by(), staff.account.person, values).await?;
    house.accounts.forget(staff.account.user.as_uuid()).await;
    // The agency that they are in hears of it at once, the others by the worker.
    if let Err(error) = crate::team::jobs::catch_up(house, &staff.db, staff.account.user).await {
        tracing::warn!(%error, "an agency's copy of a member is behind; the worker brings it up");
    }
    Ok(())
}

/// Sends a link to another address, after the password was given once more.
///
/// # Errors
/// [`AppError::Invalid`], also when that address was sent enough.
pub async fn ask_email(house: &Arc<House>, staff: &Staff, form: &Fields, lang: Lang) -> Result<(), AppError> {
    let email = email::parse(form.get("email")).map_err(|problem| AppError::invalid("email", problem))?;
    let password = form.get("email_password").to_owned();
    let known = prove(house, &staff.account.email, password, &staff.request).await.map_err(at("email_password"))?;
    same_person(staff, known.person)?;
    let token = Token::generate();
    let letter = letters::confirm(lang, house.settings.address(&format!("/confirmar/email/{}", token.reveal())));
    let mail = mail("account.confirm", &email, &letter);
    let link = (staff.account.tenant, staff.account.person, &token);
    match person_links::ask_email(&house.central, &house.key, &asker(house, &staff.request), link, &mail).await? {
        Asked::Wait(_) => Err(AppError::invalid("email", Problem::EnoughMails)),
        Asked::Heard => Ok(()),
    }
}

/// The address in the session's account is believed for five seconds, in which it may have become another's.
fn same_person(staff: &Staff, person: PersonId) -> Result<(), AppError> {
    if person == staff.account.person { Ok(()) } else { Err(AppError::Unauthenticated) }
}

/// Sets another password, after the one that there is was given. Every other session ends; this one goes on under a new name.
///
/// # Errors
/// [`AppError::Invalid`].
pub async fn change_password(house: &Arc<House>, staff: &Staff, form: &Fields) -> Result<(), AppError> {
    let known = [staff.account.email.as_str(), staff.account.name.as_str(), staff.db.route().name.as_str()];
    let chosen = choose(form.get("new_password"), &known);
    let password = chosen.map_err(|problem| AppError::invalid("new_password", problem))?;
    let old = prove(house, &staff.account.email, form.get("current_password").to_owned(), &staff.request);
    let old = old.await.map_err(at("current_password"))?;
    same_person(staff, old.person)?;
    let hash = hash(house, password).await?;
    let before = sign_in::signed_in().await?;
    let lang = lang_of(staff.account.locale.as_deref());
    let mail = mail("account.changed", &staff.account.email, &letters::changed(lang, house.settings.address("/senha")));
    let change = (staff.account.person, old.password_hash.as_str(), hash.as_str());
    let asker = asker(house, &staff.request);
    let set = person_links::change_password(&house.central, &house.key, &asker, change, &mail).await?;
    let (set, ended) = set.ok_or_else(|| AppError::invalid("current_password", Problem::WrongCredentials))?;
    house.sessions.forget_all(&ended).await;
    if let Some(signed) = before {
        let signed = Signed { password_set: micros(set), ..signed };
        sign_in::open_session(&sign_in::session().await?, signed).await?;
    }
    Ok(())
}

//! One's own second factor: proposed, confirmed by a code, given up, and taken away from whoever has lost it.

use std::sync::Arc;
use tenancy::central::mails::Mail;
use tenancy::central::second_factors::{self, Actor, Changed, Held, Told};
use tenancy::central::sessions::{self, SIGNED, Signed};
use tenancy::{PersonId, TenantId, UserId};
use time::Duration;
use uuid::Uuid;

use super::letters::{Reader, about_second_factor};
use super::rules::second_factor::demand;
use super::second_step::{self, FIELD};
use super::sign_in::{self, Typed};
use super::types::{Demand, News, Offer, Security};
use crate::caller::{self, Insider, Staff};
use crate::error::AppError;
use crate::outside::one_time::{self, Secret};
use crate::outside::to_its_end;
use crate::state::House;
use crate::values::day::format_day;
use crate::values::fields::Problem;
use crate::words::Lang;

/// A secret that was shown may be confirmed for this long.
const SHOWN: Duration = Duration::minutes(30);
/// Under this key a session keeps recovery codes, sealed, until the page that shows them has been made.
const CODES: &str = "codes";
/// Dangerous acts ask for a proof that is no older (AUTH-30).
const PROOF: Duration = Duration::minutes(10);

/// Whether it is lately enough that whoever asks has given them, for a page that says so.
///
/// # Errors
/// [`AppError::Unauthenticated`].
pub async fn is_proved(house: &House) -> Result<bool, AppError> {
    let signed = sign_in::signed_in().await?.ok_or(AppError::Unauthenticated)?;
    Ok(is_fresh(house, &signed))
}

/// Whether whoever is signed in has given their password, and their code where they have one, within ten minutes.
pub fn is_fresh(house: &House, signed: &Signed) -> bool {
    (0..=PROOF.whole_seconds()).contains(&(house.clock.now().unix_timestamp() - signed.proved))
}

/// Password and code once more, from somebody who is signed in; their session gets another identifier.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::TooMany`].
pub async fn prove(house: &Arc<House>, who: &Insider, (password, code): (String, &str)) -> Result<(), AppError> {
    give(house, who, (password, code)).await?;
    cycle(house, who, None).await
}

async fn give(house: &Arc<House>, who: &Insider, (password, code): (String, &str)) -> Result<(), AppError> {
    let typed = Typed { email: who.email.clone(), password, remember: false };
    second_step::prove(house, (sign_in::door_of(who), typed), (who.second_factor, code), &who.request).await?;
    Ok(())
}

/// Puts the session under another identifier, its person having just proved who they are. One session makes one.
async fn cycle(house: &House, who: &Insider, changed: Option<&Changed>) -> Result<(), AppError> {
    let (session, signed) = (sign_in::session().await?, sign_in::signed_in().await?);
    let signed = signed.filter(|signed| signed.person == who.person).ok_or(AppError::Unauthenticated)?;
    let old = session.id().map(|id| sessions::stored_id(&id)).ok_or(AppError::Unauthenticated)?;
    let was_ended_here = changed.is_some_and(|changed| changed.ended.contains(&old));
    if !was_ended_here && !house.sessions.end(who.person, &old).await? {
        return Err(AppError::Unauthenticated);
    }
    let factor_set = changed.map_or(signed.factor_set, |changed| changed.since.map_or(0, sessions::micros));
    let proved = house.clock.now().unix_timestamp();
    sign_in::open_session(&session, Signed { factor_set, proved, ..signed }).await
}

/// After a change: every session of the person's has ended, and whoever made it goes on in a new one.
async fn go_on(house: &House, who: &Insider, changed: &Changed) -> Result<(), AppError> {
    house.sessions.forget_all(&changed.ended).await;
    house.accounts.forget(who.account).await;
    cycle(house, who, Some(changed)).await
}

/// What somebody reads of their own second factor.
pub fn letter(held: &Held, tenant: Option<TenantId>, news: News, address: impl Fn(&str) -> String) -> Mail {
    let lang = held.locale.as_deref().and_then(Lang::parse).unwrap_or_default();
    let reader = Reader { tenant, name: held.name.clone(), email: held.email.clone(), lang };
    let page = if held.is_employed { "/app/profile/security" } else { "/platform/profile" };
    about_second_factor(news, &reader, address(page))
}

/// The same of what they do themselves, in the language that they do it in.
fn own_letter(house: &House, who: &Insider, news: News) -> Mail {
    let lang = crate::words::lang();
    let reader = Reader { tenant: who.tenant, name: who.name.clone(), email: who.email.clone(), lang };
    about_second_factor(news, &reader, house.settings.address(sign_in::security_of(who)))
}

fn actor(who: &Insider) -> Actor {
    who.request.actor(who.tenant, Some(who.account))
}

/// What the page about one's second factor shows. Recovery codes that were just made are on it this once.
///
/// # Errors
/// The database's.
pub async fn load(house: &House, who: &Insider) -> Result<Security, AppError> {
    let (held, lang) = (second_factors::find(&house.central, who.person).await?, crate::words::lang());
    let signed = sign_in::signed_in().await?.ok_or(AppError::Unauthenticated)?;
    let offer = pending(house, who, &held).and_then(|secret| {
        let squares = secret.squares(&who.email)?;
        Some(Offer { path: squares.path, side: squares.side, letters: one_time::grouped(&secret.letters()) })
    });
    let is_due = demand(house.settings.production, who.rank, who.second_factor, who.asked_at, house.clock.now());
    Ok(Security {
        name: who.name.clone(),
        email: who.email.clone(),
        is_on: held.sealed.is_some(),
        since: held.since.map(|at| format_day(at, lang)).unwrap_or_default(),
        codes_left: held.codes_left,
        offer: offer.filter(|_| is_fresh(house, &signed)),
        codes: shown_once(house, who).await?,
        is_proved: is_fresh(house, &signed),
        reminder: super::words::reminder(is_due, lang),
        is_due: is_due == Demand::Must,
    })
}

/// The secret that awaits its code, while it does.
fn pending(house: &House, who: &Insider, held: &Held) -> Option<Secret> {
    let (sealed, at) = held.pending.as_ref().zip(held.pending_at)?;
    let is_shown = house.clock.now() - at < SHOWN;
    if is_shown { Secret::open(&house.key, who.person, sealed) } else { None }
}

/// Makes a secret and shows it; nothing has changed until a code of its is given.
///
/// # Errors
/// [`AppError::NotFound`] when there is a second factor already.
pub async fn propose(house: &House, who: &Insider) -> Result<(), AppError> {
    let sealed = Secret::new().and_then(|secret| secret.seal(&house.key, who.person));
    let sealed = sealed.ok_or_else(|| AppError::Internal(caller::request_id()))?;
    let done = second_factors::propose(&house.central, who.person, &sealed, house.clock.now()).await?;
    if done { Ok(()) } else { Err(AppError::NotFound) }
}

/// A code of the secret that is shown: from now on it is the second factor, and there are recovery codes.
///
/// # Errors
/// [`AppError::Invalid`] for a wrong code, [`AppError::NotFound`] when nothing is shown any more.
pub async fn confirm(house: &Arc<House>, who: &Insider, typed: &str) -> Result<(), AppError> {
    let now = house.clock.now();
    let held = second_factors::find(&house.central, who.person).await?;
    let secret = pending(house, who, &held).ok_or(AppError::NotFound)?;
    let step = match one_time::Typed::read(typed) {
        one_time::Typed::Digits(code) => secret.step_of(&code, now),
        _ => None,
    };
    let step = step.ok_or_else(|| AppError::invalid(FIELD, Problem::WrongCode))?;
    let (house, who) = (house.clone(), who.clone());
    let sealed = held.pending.unwrap_or_default();
    let confirming = {
        let (house, who) = (house.clone(), who.clone());
        let (actor, mail) = (actor(&who), own_letter(&house, &who, News::Set));
        async move {
            let (shown, kept) = new_codes(&house).await?;
            let told = (now, Told { actor: &actor, key: &house.key, mail: &mail });
            let changed = second_factors::confirm(&house.central, who.person, (&sealed, step), &kept, told).await?;
            changed.map(|changed| (shown, changed)).ok_or(AppError::NotFound)
        }
    };
    let (shown, changed) = to_its_end(confirming).await?;
    go_on(&house, &who, &changed).await?;
    show_once(&house, &who, &shown).await
}

/// Gives one's own second factor up: password and code are asked for, however lately they were given.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::TooMany`], [`AppError::NotFound`] when there is none.
pub async fn remove(house: &Arc<House>, who: &Insider, (password, code): (String, &str)) -> Result<(), AppError> {
    give(house, who, (password, code)).await?;
    let (actor, mail) = (actor(who), own_letter(house, who, News::Removed));
    let told = Told { actor: &actor, key: &house.key, mail: &mail };
    let changed = second_factors::remove(&house.central, who.person, told).await?.ok_or(AppError::NotFound)?;
    go_on(house, who, &changed).await
}

/// New recovery codes in the place of all earlier ones. One proof makes them once: each set costs ten hashes.
///
/// # Errors
/// [`AppError::NotFound`] when there is no second factor.
pub async fn renew_codes(house: &Arc<House>, who: &Insider) -> Result<(), AppError> {
    if !who.second_factor {
        return Err(AppError::NotFound);
    }
    spend_proof().await?;
    let (shown, kept) = new_codes(house).await?;
    let (actor, mail) = (actor(who), own_letter(house, who, News::Codes));
    let told = Told { actor: &actor, key: &house.key, mail: &mail };
    if !second_factors::renew_codes(&house.central, who.person, &kept, told).await? {
        return Err(AppError::NotFound);
    }
    show_once(house, who, &shown).await
}

/// An owner helps a member of their agency who has lost the second factor. Whom more depends on, only the platform helps.
///
/// # Errors
/// [`AppError::NotFound`] when they are not of this agency or have none, [`AppError::Invalid`].
pub async fn reset(house: &House, staff: &Staff, user: UserId) -> Result<(), AppError> {
    let colleague = second_factors::colleague(&house.central, staff.account.tenant, user).await?;
    let colleague = colleague.ok_or(AppError::NotFound)?;
    if colleague.is_beyond {
        return Err(AppError::invalid("user", Problem::AskThePlatform));
    }
    let actor = staff.request.actor(Some(staff.account.tenant), Some(staff.account.user.as_uuid()));
    take_away(house, (colleague.person, user.as_uuid()), &actor).await
}

/// Takes a second factor away, for whoever may: its person is told, and signed out everywhere.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn take_away(house: &House, (person, user): (PersonId, Uuid), actor: &Actor) -> Result<(), AppError> {
    let held = second_factors::find(&house.central, person).await?;
    let mail = letter(&held, actor.tenant, News::Reset, |page| house.settings.address(page));
    let told = Told { actor, key: &house.key, mail: &mail };
    let changed = second_factors::reset(&house.central, person, told).await?;
    house.sessions.forget_all(&changed.ok_or(AppError::NotFound)?.ended).await;
    house.accounts.forget(user).await;
    Ok(())
}

/// The next dangerous act of this session asks for a proof of its own.
async fn spend_proof() -> Result<(), AppError> {
    let (session, signed) = (sign_in::session().await?, sign_in::signed_in().await?);
    let signed = Signed { proved: 0, ..signed.ok_or(AppError::Unauthenticated)? };
    session.insert(SIGNED, signed).await.map_err(|_| AppError::Unavailable)?;
    session.save().await.map_err(|_| AppError::Unavailable)
}

/// Recovery codes as they are shown, and as they are kept.
type NewCodes = (Vec<String>, Vec<second_factors::KeptCode>);

async fn new_codes(house: &House) -> Result<NewCodes, AppError> {
    let codes = one_time::recovery_codes(&house.passwords.place().await).await;
    Ok(codes.ok_or_else(|| AppError::Internal(String::new()))?.into_iter().unzip())
}

/// Puts recovery codes into the session for the next page; sealed, for they would open the door of whoever reads the table.
async fn show_once(house: &House, who: &Insider, codes: &[String]) -> Result<(), AppError> {
    let sealed = one_time::seal(&house.key, who.person, codes.join(" ").as_bytes());
    let sealed = sealed.ok_or_else(|| AppError::Internal(caller::request_id()))?;
    let session = sign_in::session().await?;
    session.insert(CODES, sealed).await.map_err(|_| AppError::Unavailable)?;
    session.save().await.map_err(|_| AppError::Unavailable)
}

/// Takes them out of it.
async fn shown_once(house: &House, who: &Insider) -> Result<Vec<String>, AppError> {
    let session = sign_in::session().await?;
    let sealed: Option<Vec<u8>> = session.remove(CODES).await.map_err(|_| AppError::Unavailable)?;
    let Some(sealed) = sealed else { return Ok(Vec::new()) };
    session.save().await.map_err(|_| AppError::Unavailable)?;
    let codes = one_time::open(&house.key, who.person, &sealed).and_then(|codes| String::from_utf8(codes).ok());
    Ok(codes.unwrap_or_default().split_whitespace().map(str::to_owned).collect())
}

//! One's own account, for whoever is signed in: how one is called and reached, another password, another e-mail address. What is
//! weighty asks for the password once more.

use std::sync::Arc;
use tenancy::central::person_links::{self, Asked};
use tenancy::central::sessions::{Signed, micros};
use tenancy::central::{operators, people};
use tenancy::{PersonId, TenantDb, TenantId, Token, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::letters;
use super::links::{asker, choose, hash, mail};
use super::portrait::face;
use super::rules::{parse_own_name, parse_profile};
use super::types::{Done, ProfilePage};
use crate::auth::confirm::prove;
use crate::auth::sign_in;
use crate::caller::{self, Insider};
use crate::drafts::db::{self as drafts, Draft, Place};
use crate::error::AppError;
use crate::state::House;
use crate::values::email;
use crate::values::fields::{Fields, Problem};
use crate::values::id::StaffId;
use crate::words::Lang;

/// The same problem, at the field that the form has for it.
fn at(field: &str) -> impl FnOnce(AppError) -> AppError {
    move |error| match error {
        AppError::Invalid(_) => AppError::invalid(field, Problem::WrongPassword),
        other => other,
    }
}

/// What stands in the forms of one's own account.
///
/// # Errors
/// The databases'.
pub async fn profile(
    house: &House,
    who: &Insider,
    (draft, now): (Option<Uuid>, OffsetDateTime),
) -> Result<ProfilePage, AppError> {
    let found = people::profile(&house.central, who.person).await?;
    let typed = match (&who.db, who.tenant) {
        (Some(db), _) => {
            let place = Place { user: StaffId(who.account), path: "/app/profile" };
            drafts::find(db, place, draft, now).await?.and_then(Draft::typed)
        }
        // No agency's database keeps a draft of theirs: what was typed comes with the answer.
        (None, None) => Some(caller::entrance()?.0).filter(|typed| !typed.0.is_empty()),
        (None, Some(_)) => None,
    };
    let saved = Fields::default()
        .with("name", &found.name)
        .with("phone", found.phone.as_deref().unwrap_or_default())
        .with("creci", found.creci.as_deref().unwrap_or_default());
    Ok(ProfilePage { saved, face: face(who.account, &found.name, who.photo.as_deref()), typed })
}

/// Saves name, telephone and registration, in every agency of the person; of an operator the name.
///
/// # Errors
/// [`AppError::Invalid`].
pub async fn update_profile(house: &House, who: &Insider, form: &Fields) -> Result<(), AppError> {
    match who.tenant {
        Some(tenant) => update_members(house, who, tenant, form).await,
        None => rename_operator(house, who, form).await,
    }
}

/// What only a member's form has.
const OF_MEMBERS: [&str; 2] = ["phone", "creci"];

async fn update_members(house: &House, who: &Insider, tenant: TenantId, form: &Fields) -> Result<(), AppError> {
    // An operator's page that is still open in the browser of a member asks for a name alone: the rest stays.
    let now = people::profile(&house.central, who.person).await?;
    let mut form = form.clone();
    for (field, kept) in OF_MEMBERS.into_iter().zip([now.phone, now.creci]) {
        if !form.0.contains_key(field) {
            form = form.with(field, kept.as_deref().unwrap_or_default());
        }
    }
    let input = parse_profile(&form)?;
    let (values, user) =
        ((input.name.as_str(), input.phone.as_deref(), input.creci.as_deref()), UserId::from(who.account));
    let by = who.request.by_member(tenant, user);
    people::update_profile(&house.central, &by, who.person, values).await?;
    house.accounts.forget(who.account).await;
    if let Some(db) = &who.db {
        tell(house, db, user).await;
    }
    Ok(())
}

/// The agency that they are in hears of it at once, the others by the worker.
async fn tell(house: &House, db: &TenantDb, user: UserId) {
    if let Err(error) = crate::team::jobs::catch_up(house, db, user).await {
        tracing::warn!(%error, "an agency's copy of a member is behind; the worker brings it up");
    }
}

async fn rename_operator(house: &House, who: &Insider, form: &Fields) -> Result<(), AppError> {
    // And a member's page in an operator's browser says more than would be saved.
    if OF_MEMBERS.iter().any(|field| form.0.contains_key(*field)) {
        return Err(AppError::Unauthenticated);
    }
    let name = parse_own_name(form)?;
    let by = who.request.by(who.person.as_uuid());
    operators::set_name(&house.central, (who.account.into(), who.person), &name, by).await?;
    house.accounts.forget(who.account).await;
    Ok(())
}

/// Sends a link to another address, after the password was given once more.
///
/// # Errors
/// [`AppError::Invalid`], also when that address was sent enough.
pub async fn ask_email(house: &Arc<House>, who: &Insider, form: &Fields, lang: Lang) -> Result<(), AppError> {
    let email = email::parse(form.get("email")).map_err(|problem| AppError::invalid("email", problem))?;
    let password = form.get("email_password").to_owned();
    let known = prove(house, &who.email, password, &who.request).await.map_err(at("email_password"))?;
    same_person(who, known.person)?;
    let token = Token::generate();
    let letter = letters::confirm(lang, house.settings.address(&format!("/confirmar/email/{}", token.reveal())));
    let mail = mail("account.confirm", &email, &letter);
    let link = (who.tenant, who.person, &token);
    match person_links::ask_email(&house.central, &house.key, &asker(house, &who.request), link, &mail).await? {
        Asked::Wait(_) => Err(AppError::invalid("email", Problem::EnoughMails)),
        Asked::Heard => Ok(()),
    }
}

/// The address in the session's account is believed for five seconds, in which it may have become another's.
fn same_person(who: &Insider, person: PersonId) -> Result<(), AppError> {
    if person == who.person { Ok(()) } else { Err(AppError::Unauthenticated) }
}

/// Sets another password, after the one that there is was given. Every other session ends; this one goes on under a new name.
///
/// # Errors
/// [`AppError::Invalid`].
pub async fn change_password(house: &Arc<House>, who: &Insider, form: &Fields) -> Result<(), AppError> {
    let agency = who.tenant.and_then(|tenant| house.routes.by_tenant(tenant)).map(|route| route.name.clone());
    let known = [who.email.as_str(), who.name.as_str(), agency.as_deref().unwrap_or("Sobrado")];
    let chosen = choose(form.get("new_password"), &known);
    let password = chosen.map_err(|problem| AppError::invalid("new_password", problem))?;
    let old = prove(house, &who.email, form.get("current_password").to_owned(), &who.request);
    let old = old.await.map_err(at("current_password"))?;
    same_person(who, old.person)?;
    let hash = hash(house, password).await?;
    let before = sign_in::signed_in().await?;
    let letter = letters::changed(crate::words::lang(), house.settings.address("/senha"));
    let mail = mail("account.changed", &who.email, &letter);
    let change = (who.person, old.password_hash.as_str(), hash.as_str());
    let asker = asker(house, &who.request);
    let set = person_links::change_password(&house.central, &house.key, &asker, change, &mail).await?;
    let (set, ended) = set.ok_or_else(|| AppError::invalid("current_password", Problem::WrongPassword))?;
    house.sessions.forget_all(&ended).await;
    if let Some(signed) = before {
        let signed = Signed { password_set: micros(set), ..signed };
        sign_in::open_session(&sign_in::session().await?, signed).await?;
    }
    Ok(())
}

/// Leads an operator back to their page, which has no script and says what was done. A member's page says so by itself.
pub fn go_back(who: &Insider, done: Done) {
    if who.tenant.is_none() {
        leptos_axum::redirect(&format!("{}?done={}", sign_in::profile_of(who), done.as_str()));
    }
}

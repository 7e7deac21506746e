//! What is changed of a team: in the central database first, then in the agency's own, which catches up by itself if it must.

use std::sync::Arc;
use tenancy::central::invitations::{self, Accepts, Invitation, NewInvitation};
use tenancy::central::mails::Mail;
use tenancy::central::seats::{self, Seats};
use tenancy::central::second_factors;
use tenancy::central::team::{self, Member, Stays, TeamError};
use tenancy::{Token, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::letters;
use super::rules::{InviteInput, parse_name, parse_role};
use super::types::{Asks, Choice, Help, InvitationCard, InvitationRow, MemberPage, MemberRow, TeamPage};
use super::words;
use crate::access::{Can, Role};
use crate::account::links;
use crate::account::portrait::face;
use crate::auth::confirm;
use crate::auth::words::role as role_name;
use crate::caller::{self, Request, Staff, Who};
use crate::drafts::db::{self as drafts, Draft, Place};
use crate::error::{AppError, Limit};
use crate::state::House;
use crate::values::day::{format_day, format_instant};
use crate::values::fields::{FieldErrors, Fields, Problem};
use crate::words::Lang;

impl From<TeamError> for AppError {
    fn from(error: TeamError) -> Self {
        match error {
            TeamError::NotFound | TeamError::Closed => Self::NotFound,
            TeamError::LastOwner => Self::invalid("role", Problem::LastOwner),
            TeamError::Member => Self::invalid("email", Problem::AlreadyMember),
            TeamError::Beyond => Self::Forbidden,
            TeamError::TooManyOpen(most) => Self::invalid("email", Problem::TooManyInvitations(most)),
            TeamError::Wait(wait) => Self::TooMany(u32::try_from(wait.whole_seconds().max(1)).unwrap_or(u32::MAX)),
            TeamError::Full(seats) => Self::PlanLimit(limit(&seats)),
            TeamError::Database(error) => error.into(),
        }
    }
}

fn limit(seats: &Seats) -> Limit {
    Limit {
        resource: "users".into(),
        current: seats.current,
        max: seats.max,
        upgrade: "/app/settings/plan".into(),
        price: Some(format!("{:.2}", seats.price)),
    }
}

pub(super) fn named(role: &str, lang: Lang) -> String {
    Role::parse(role).map_or_else(String::new, |role| role_name(role, lang).to_owned())
}

fn granted(by: Role, lang: Lang) -> Vec<Choice> {
    let roles = Role::ALL.into_iter().filter(|role| by.grants(*role));
    roles.map(|role| (role.as_str().to_owned(), role_name(role, lang).to_owned())).collect()
}

/// What the list shows.
///
/// # Errors
/// The databases'.
pub async fn page(
    house: &House,
    staff: &Staff,
    draft: Option<Uuid>,
    (now, lang): (OffsetDateTime, Lang),
) -> Result<TeamPage, AppError> {
    let tenant = staff.account.tenant;
    let members = team::list(&house.central, tenant).await?;
    let invitations = invitations::list(&house.central, tenant).await?;
    let seats = seats::find(&house.central, tenant).await?;
    let place = Place { user: staff.id(), path: "/app/settings/team" };
    let typed = drafts::find(&staff.db, place, draft, now).await?.and_then(Draft::typed);
    let member = |m: Member| MemberRow {
        id: m.user.as_uuid(),
        face: face(m.user.as_uuid(), &m.name, m.photo.as_deref()),
        role: named(&m.role, lang),
        last_seen: last_seen(&m, lang),
        name: m.name,
        email: m.email,
        is_active: m.active,
    };
    let invitation = |i: Invitation| InvitationRow {
        id: i.id,
        role: named(&i.role, lang),
        until: words::until((i.expires_at > now).then(|| format_instant(i.expires_at, lang)).as_deref(), lang),
        email: i.email,
    };
    Ok(TeamPage {
        members: members.into_iter().map(member).collect(),
        invitations: invitations.into_iter().map(invitation).collect(),
        is_full: seats.current >= seats.max,
        seats: words::seats(seats.current, seats.max, &format!("{:.2}", seats.price), lang),
        roles: granted(staff.role, lang),
        typed,
    })
}

fn last_seen(member: &Member, lang: Lang) -> String {
    words::last_seen(member.last_seen_at.map(|at| format_day(at, lang)).as_deref(), lang)
}

/// What the page of one member shows.
///
/// # Errors
/// [`AppError::NotFound`], also for another agency's.
pub async fn member(
    house: &House,
    staff: &Staff,
    (id, draft): (Uuid, Option<Uuid>),
    (now, lang): (OffsetDateTime, Lang),
) -> Result<MemberPage, AppError> {
    let all = team::list(&house.central, staff.account.tenant).await?;
    let found = all.iter().find(|m| m.user.as_uuid() == id).ok_or(AppError::NotFound)?;
    let role = Role::parse(&found.role).ok_or(AppError::NotFound)?;
    let path = format!("/app/settings/team/{id}");
    let place = Place { user: staff.id(), path: &path };
    let typed = drafts::find(&staff.db, place, draft, now).await?.and_then(Draft::typed);
    let (may, is_self) = (staff.role.manages(role), found.user == staff.account.user);
    let heirs = all.iter().filter(|m| m.active && m.user != found.user);
    let heirs = heirs.map(|m| (m.user.to_string(), m.name.clone())).collect();
    Ok(MemberPage {
        id,
        face: face(id, &found.name, found.photo.as_deref()),
        name: found.name.clone(),
        email: found.email.clone(),
        role: found.role.clone(),
        role_name: role_name(role, lang).to_owned(),
        last_seen: last_seen(found, lang),
        is_active: found.active,
        records: words::records(super::db::count(&staff.db, id).await?, lang),
        roles: if may && found.active { granted(staff.role, lang) } else { Vec::new() },
        heirs: if may && found.active { heirs } else { Vec::new() },
        may_reactivate: may && !found.active,
        help: help(house, staff, found.user).await?,
        may_hand_over: found.active && role != Role::Owner && !is_self && staff.role.may(Can::HandOver),
        typed,
    })
}

/// What whoever looks may do about a member's second factor.
async fn help(house: &House, staff: &Staff, user: UserId) -> Result<Help, AppError> {
    if !staff.role.may(Can::ResetSecondFactors) {
        return Ok(Help::None);
    }
    let colleague = second_factors::colleague(&house.central, staff.account.tenant, user).await?;
    Ok(match colleague.filter(|colleague| colleague.has_factor && user != staff.account.user) {
        None => Help::None,
        Some(colleague) if colleague.is_beyond => Help::OfThePlatform,
        Some(_) => Help::Here,
    })
}

/// Invites somebody; the mail goes with it.
///
/// # Errors
/// [`AppError::Invalid`] when they are in the team, there are too many open invitations or the address was sent enough;
/// [`AppError::Forbidden`] when they are somebody whom only an owner lets in.
pub async fn invite(house: &House, staff: &Staff, input: &InviteInput, lang: Lang) -> Result<(), AppError> {
    let token = Token::generate();
    let (company, name) = (&staff.db.route().name, &staff.account.name);
    let letter = letters::invitation(lang, (company, name, input.role), &address(house, &token));
    let mail = mail(staff, "team.invitation", &input.email, letter.write());
    let manages = Role::ALL.into_iter().filter(|role| staff.role.manages(*role));
    let manages: Vec<String> = manages.map(|role| role.as_str().to_owned()).collect();
    let new = NewInvitation {
        email: &input.email,
        role: input.role.as_str(),
        manages: &manages,
        locale: lang.tag(),
        token: &token,
        at: house.clock.now(),
    };
    match invitations::create(&house.central, &house.key, &staff.by(), &new, &mail).await {
        Err(TeamError::Wait(_)) => Err(AppError::invalid("email", Problem::EnoughMails)),
        other => Ok(other.map(drop)?),
    }
}

fn address(house: &House, token: &Token) -> String {
    house.settings.address(&format!("/convite/{}", token.reveal()))
}

fn mail(staff: &Staff, kind: &str, to: &str, letter: tenancy::central::mails::Letter) -> Mail {
    Mail { tenant: Some(staff.account.tenant), kind: kind.to_owned(), to: to.to_owned(), letter }
}

/// An open invitation of one's own agency, into a role that one may give.
async fn open(house: &House, staff: &Staff, id: Uuid) -> Result<(Invitation, Role), AppError> {
    let all = invitations::list(&house.central, staff.account.tenant).await?;
    let found = all.into_iter().find(|invitation| invitation.id == id).ok_or(AppError::NotFound)?;
    let role = Role::parse(&found.role).ok_or(AppError::NotFound)?;
    if staff.role.grants(role) { Ok((found, role)) } else { Err(AppError::Forbidden) }
}

/// Sends an invitation again, with a link of its own.
///
/// # Errors
/// [`AppError::NotFound`] when it is not open, [`AppError::TooMany`] when it was sent too often.
pub async fn resend(house: &House, staff: &Staff, id: Uuid) -> Result<(), AppError> {
    let (invitation, role) = open(house, staff, id).await?;
    let (token, lang) = (Token::generate(), Lang::parse(&invitation.locale).unwrap_or_default());
    let by = (staff.db.route().name.as_str(), staff.account.name.as_str(), role);
    let letter = letters::invitation(lang, by, &address(house, &token)).write();
    let mail = mail(staff, "team.invitation", &invitation.email, letter);
    let link = (id, &token, house.clock.now());
    Ok(invitations::resend(&house.central, &house.key, &staff.by(), link, &mail).await?)
}

/// Takes an invitation back.
///
/// # Errors
/// [`AppError::NotFound`] when it is not open.
pub async fn revoke(house: &House, staff: &Staff, id: Uuid) -> Result<(), AppError> {
    open(house, staff, id).await?;
    Ok(invitations::revoke(&house.central, &staff.by(), id, house.clock.now()).await?)
}

/// A member whom one may manage.
async fn managed(house: &House, staff: &Staff, id: Uuid) -> Result<Member, AppError> {
    let member = team::find(&house.central, staff.account.tenant, UserId::from(id)).await?;
    let role = Role::parse(&member.role).ok_or(AppError::NotFound)?;
    if staff.role.manages(role) { Ok(member) } else { Err(AppError::Forbidden) }
}

/// Gives a member another role. Their sessions end.
///
/// # Errors
/// [`AppError::Invalid`] for a role that one may not give, and when nobody who owns the agency would be left.
pub async fn change_role(house: &House, staff: &Staff, id: Uuid, role: &str) -> Result<(), AppError> {
    let member = managed(house, staff, id).await?;
    let to = parse_role(role, staff.role).map_err(|problem| AppError::invalid("role", problem))?;
    if member.role != to.as_str() {
        let ended = team::change_role(&house.central, &staff.by(), member.user, (&member.role, to.as_str())).await?;
        house.sessions.forget_all(&ended).await;
    }
    house.accounts.forget(id).await;
    Ok(())
}

/// Sends a member away, and gives their records to another.
///
/// # Errors
/// [`AppError::Invalid`] without an heir who is there, and when nobody who owns the agency would be left.
pub async fn deactivate(house: &House, staff: &Staff, id: Uuid, heir: &str) -> Result<(), AppError> {
    let member = managed(house, staff, id).await?;
    let problem = if heir.is_empty() { Problem::Required } else { Problem::NotAChoice };
    let heir = heir.parse::<Uuid>().map_err(|_| AppError::invalid("heir", problem))?;
    let all = team::list(&house.central, staff.account.tenant).await?;
    if !all.iter().any(|m| m.active && m.user.as_uuid() == heir && m.user != member.user) {
        return Err(AppError::invalid("heir", Problem::NotAChoice));
    }
    let from = (member.user, member.role.as_str());
    let done = team::deactivate(&house.central, &staff.by(), from, UserId::from(heir)).await;
    let ended = done.map_err(|error| match error {
        TeamError::LastOwner => AppError::invalid("heir", Problem::LastOwner),
        other => other.into(),
    })?;
    house.sessions.forget_all(&ended).await;
    told(house, staff, id).await;
    Ok(())
}

/// Lets a member in again, when there is a place.
///
/// # Errors
/// [`AppError::PlanLimit`].
pub async fn reactivate(house: &House, staff: &Staff, id: Uuid) -> Result<(), AppError> {
    let member = managed(house, staff, id).await?;
    team::reactivate(&house.central, &staff.by(), (member.user, &member.role)).await?;
    told(house, staff, id).await;
    Ok(())
}

/// The agency's own database hears of it at once; if it cannot, the worker tells it later.
pub(super) async fn told(house: &House, staff: &Staff, id: Uuid) {
    house.accounts.forget(id).await;
    if let Err(error) = super::jobs::catch_up(house, &staff.db, UserId::from(id)).await {
        tracing::warn!(%error, "an agency's copy of a member is behind; the worker brings it up");
    }
}

/// Makes a member an owner, after the password was given once more. Whoever hands over goes on under a new session.
///
/// # Errors
/// [`AppError::Invalid`] for a wrong password.
pub async fn hand_over(
    house: &Arc<House>,
    staff: &Staff,
    (id, password): (Uuid, String),
    stays: Stays,
) -> Result<(), AppError> {
    let member = team::find(&house.central, staff.account.tenant, UserId::from(id)).await?;
    if member.role == Role::Owner.as_str() || !member.active {
        return Err(AppError::NotFound);
    }
    confirm::confirm(house, (staff.account.person, &staff.account.email), password, &staff.request).await?;
    let before = crate::auth::sign_in::signed_in().await?;
    let ended = team::hand_over(&house.central, &staff.by(), (member.user, &member.role), stays).await?;
    house.sessions.forget_all(&ended).await;
    for changed in [id, staff.account.user.as_uuid()] {
        house.accounts.forget(changed).await;
    }
    if let (Stays::AsManager, Some(signed)) = (stays, before) {
        crate::auth::sign_in::open_session(&crate::auth::sign_in::session().await?, signed).await?;
    }
    Ok(())
}

/// What somebody who has an invitation's link is shown.
///
/// # Errors
/// [`AppError::NotFound`] when it opens nothing any more.
pub async fn card(house: &House, token: &str, typed: Fields, lang: Lang) -> Result<InvitationCard, AppError> {
    let token = Token::parse(token).ok_or(AppError::NotFound)?;
    let found = invitations::find(&house.central, &token, house.clock.now()).await?;
    let seats = seats::find(&house.central, found.tenant).await?;
    let is_full = seats.current >= seats.max;
    let lead = words::card((&found.invited_by, &found.company, &named(&found.role, lang)), lang);
    let full = is_full.then(|| words::full(seats.current, seats.max, &format!("{:.2}", seats.price), lang));
    let asks = match (found.person, caller::person().ok()) {
        (None, _) => Asks::NameAndPassword,
        (Some(person), Some(signed_in)) if person == signed_in => Asks::Nothing,
        (Some(_), _) => Asks::Password,
    };
    Ok(InvitationCard { lead, email: found.email, asks, full, typed })
}

/// Accepts an invitation. Says whether whoever did is signed in already.
///
/// # Errors
/// [`AppError::NotFound`] when the link opens nothing any more, [`AppError::PlanLimit`], [`AppError::Invalid`].
pub async fn accept(
    house: &Arc<House>,
    (who, request): (Who, Request),
    (token, form): (&str, &Fields),
) -> Result<bool, AppError> {
    let (token, at) = (Token::parse(token).ok_or(AppError::NotFound)?, house.clock.now());
    let found = invitations::find(&house.central, &token, at).await?;
    let from = invitations::From {
        ip_address: request.ip.to_string(),
        user_agent: request.user_agent.clone(),
        request_id: &request.id,
    };
    let signed_in = match who {
        Who::Choosing(person) => Some(person),
        Who::Staff { account, .. } => Some(account.person),
        _ => None,
    };
    let Some(person) = found.person else {
        let mut errors = FieldErrors::default();
        let name = parse_name(form.get("name")).map_err(|p| errors.add("name", p)).unwrap_or_default();
        let known = [found.email.as_str(), found.company.as_str(), name.as_str()];
        let password = links::choose(form.get("new_password"), &known);
        let password = password.map_err(|p| errors.add("new_password", p)).unwrap_or_default();
        let (name, password) = errors.or((name, password))?;
        // Nothing is hashed for whom there is no place.
        let seats = seats::find(&house.central, found.tenant).await?;
        if seats.current >= seats.max {
            return Err(AppError::PlanLimit(limit(&seats)));
        }
        let hash = links::hash(house, password).await?;
        let new = Accepts::New { name: &name, password_hash: &hash };
        invitations::accept(&house.central, (&token, at), new, &from).await?;
        return Ok(false);
    };
    let is_signed_in = signed_in == Some(person);
    if !is_signed_in {
        confirm::prove(house, &found.email, form.get("password").to_owned(), &request).await?;
    }
    invitations::accept(&house.central, (&token, at), Accepts::Known(person), &from).await?;
    Ok(is_signed_in)
}

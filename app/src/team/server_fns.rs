//! What owners and managers may ask of their team, and what somebody with an invitation may.
#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::prelude::*;
use uuid::Uuid;

use super::types::{InvitationCard, LeavePage, MemberPage, TeamPage};
use crate::error::AppError;
use crate::values::fields::Fields;

/// The team, and who is invited.
#[server(prefix = "/fn", endpoint = "team/load")]
pub async fn load_team(#[server(default)] draft: Option<Uuid>) -> Result<TeamPage, AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteTeam)?;
    let house = crate::caller::house()?;
    super::changes::page(&house, &staff, draft, (house.clock.now(), crate::words::lang())).await
}

/// Invites somebody by e-mail.
#[server(prefix = "/fn", endpoint = "team/invite")]
pub async fn invite(#[server(flatten)] form: Fields) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteTeam)?;
    let input = super::rules::parse_invite(&form, staff.role)?;
    super::changes::invite(&*crate::caller::house()?, &staff, &input, crate::words::lang()).await
}

/// Sends an invitation again; the link that was sent before is good no more.
#[server(prefix = "/fn", endpoint = "team/resend")]
pub async fn resend_invitation(id: Uuid) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteTeam)?;
    super::changes::resend(&*crate::caller::house()?, &staff, id).await
}

/// Takes an invitation back.
#[server(prefix = "/fn", endpoint = "team/revoke")]
pub async fn revoke_invitation(id: Uuid) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteTeam)?;
    super::changes::revoke(&*crate::caller::house()?, &staff, id).await
}

/// One member, and what may be done.
#[server(prefix = "/fn", endpoint = "team/member")]
pub async fn load_member(id: Uuid, #[server(default)] draft: Option<Uuid>) -> Result<MemberPage, AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteTeam)?;
    let house = crate::caller::house()?;
    super::changes::member(&house, &staff, (id, draft), (house.clock.now(), crate::words::lang())).await
}

/// Gives a member another role.
#[server(prefix = "/fn", endpoint = "team/change_role")]
pub async fn change_role(id: Uuid, #[server(default)] role: String) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteTeam)?;
    super::changes::change_role(&*crate::caller::house()?, &staff, id, &role).await
}

/// Sends a member away, and gives their records to another.
#[server(prefix = "/fn", endpoint = "team/deactivate")]
pub async fn deactivate_member(id: Uuid, #[server(default)] heir: String) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteTeam)?;
    super::changes::deactivate(&*crate::caller::house()?, &staff, id, &heir).await
}

/// Lets a member in again.
#[server(prefix = "/fn", endpoint = "team/reactivate")]
pub async fn reactivate_member(id: Uuid) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::WriteTeam)?;
    super::changes::reactivate(&*crate::caller::house()?, &staff, id).await
}

/// Makes a member an owner; who hands over stays one only if they say so.
#[server(prefix = "/fn", endpoint = "team/hand_over")]
pub async fn hand_over(
    id: Uuid,
    #[server(default)] password: String,
    #[server(default)] stays: bool,
) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::HandOver)?;
    super::changes::hand_over(&crate::caller::house()?, &staff, (id, password), stays.into()).await?;
    leptos_axum::redirect("/app/settings/team");
    Ok(())
}

/// What leaving takes.
#[server(prefix = "/fn", endpoint = "team/leaving")]
pub async fn load_leaving(#[server(default)] draft: Option<Uuid>) -> Result<LeavePage, AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeAgency)?;
    let house = crate::caller::house()?;
    super::leave::page(&house, &staff, draft, (house.clock.now(), crate::words::lang())).await
}

/// Leaves the agency; whoever did is signed out of it.
#[server(prefix = "/fn", endpoint = "team/leave")]
pub async fn leave_agency(#[server(default)] heir: String) -> Result<(), AppError> {
    let staff = crate::caller::staff(crate::access::Can::SeeAgency)?;
    super::leave::leave(&*crate::caller::house()?, &staff, &heir).await?;
    leptos_axum::redirect("/entrar?left=1");
    Ok(())
}

/// What an invitation's link opens.
#[server(prefix = "/fn", endpoint = "team/invitation")]
pub async fn load_invitation(#[server(default)] token: String) -> Result<InvitationCard, AppError> {
    let house = crate::caller::house()?;
    let (typed, _) = crate::caller::entrance()?;
    super::changes::card(&house, &token, typed, crate::words::lang()).await
}

/// Accepts an invitation, and shows the way in.
#[server(prefix = "/fn", endpoint = "team/accept")]
pub async fn accept_invitation(
    #[server(default)] token: String,
    #[server(flatten)] form: Fields,
) -> Result<(), AppError> {
    let caller = crate::caller::anybody()?;
    let is_signed_in = super::changes::accept(&crate::caller::house()?, caller, (&token, &form)).await?;
    leptos_axum::redirect(if is_signed_in { "/entrar/agencia" } else { "/entrar?joined=1" });
    Ok(())
}

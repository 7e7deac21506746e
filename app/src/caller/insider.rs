//! Whoever is inside, at work for an agency or for the platform: what concerns the person and not their work.

use tenancy::{PersonId, TenantDb, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Request, Who, declared, house, parts, request_of};
use crate::access::{Audience, Role};
use crate::auth::rules::second_factor::{Rank, demand};
use crate::auth::types::Demand;
use crate::error::AppError;

/// Somebody who is signed in and stands somewhere.
#[derive(Debug, Clone)]
pub struct Insider {
    /// The human being.
    pub person: PersonId,
    /// The account that they are in, of an agency's staff or of the platform's.
    pub account: Uuid,
    /// The agency; none for operators.
    pub tenant: Option<TenantId>,
    /// The agency's database; none for operators, and while it is closed.
    pub db: Option<TenantDb>,
    /// Name for people.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// SHA-256 of the photograph that their agency has of them.
    pub photo: Option<Vec<u8>>,
    /// Whether they have a second factor.
    pub second_factor: bool,
    /// When they were first told that they have to have one.
    pub asked_at: Option<OffsetDateTime>,
    /// What they are, as far as that goes.
    pub rank: Rank,
    /// The request that they are making.
    pub request: Request,
}

/// Whoever is inside.
///
/// # Errors
/// [`AppError::Unauthenticated`], for somebody who has yet to choose an agency too; [`AppError::NotWhileActing`] for an
/// operator who acts as a member: what is the person's own is not the operator's.
pub fn insider() -> Result<Insider, AppError> {
    let parts = parts()?;
    declared(&parts, Audience::SignedIn)?;
    match parts.extensions.get::<Who>() {
        Some(Who::Staff { acting: Some(_), .. }) => Err(AppError::NotWhileActing),
        Some(Who::Staff { account, role, db, .. }) => Ok(Insider {
            person: account.person,
            account: account.user.as_uuid(),
            tenant: Some(account.tenant),
            db: db.clone().ok(),
            name: account.name.clone(),
            email: account.email.clone(),
            photo: account.photo.clone(),
            second_factor: account.second_factor,
            asked_at: account.asked_at,
            rank: rank(*role),
            request: request_of(&parts),
        }),
        Some(Who::Operator(account)) => Ok(Insider {
            person: account.person,
            account: account.operator.as_uuid(),
            tenant: None,
            db: None,
            name: account.name.clone(),
            email: account.email.clone(),
            photo: None,
            second_factor: account.second_factor,
            asked_at: None,
            rank: Rank::Operator,
            request: request_of(&parts),
        }),
        _ => Err(AppError::Unauthenticated),
    }
}

fn rank(role: Role) -> Rank {
    if role == Role::Owner { Rank::Owner } else { Rank::Other }
}

/// What is asked of whoever this is, for the page that is being made.
///
/// # Errors
/// As [`insider`].
pub fn insiders_demand() -> Result<Demand, AppError> {
    let (who, house) = (insider()?, house()?);
    Ok(demand(house.settings.production, who.rank, who.second_factor, who.asked_at, house.clock.now()))
}

/// What is asked of whoever this is, for the layers.
pub fn demand_of(who: &Who, production: bool, now: OffsetDateTime) -> Demand {
    match who {
        Who::Staff { account, role, .. } => {
            demand(production, rank(*role), account.second_factor, account.asked_at, now)
        }
        Who::Operator(account) => demand(production, Rank::Operator, account.second_factor, None, now),
        Who::Nobody | Who::Choosing(_) => Demand::Nothing,
    }
}

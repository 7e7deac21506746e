//! An operator helps somebody of an agency who has lost their second factor, and on whom more depends than an owner may decide.

use tenancy::central::companies;
use tenancy::central::second_factors::{self, Actor};
use uuid::Uuid;

use super::acting::reason;
use crate::auth::second_factor::take_away;
use crate::caller::Operator;
use crate::error::AppError;
use crate::state::House;
use crate::values::fields::{FieldErrors, Problem};

/// Takes the second factor of a member away. Their agency's log says who did it and why, and they are told by mail.
///
/// # Errors
/// [`AppError::NotFound`] for an agency that is none, [`AppError::Invalid`] without a reason, and for whom there is nothing to take
/// from or who runs the platform themselves, [`AppError::ProofNeeded`].
pub async fn reset_second_factor(
    house: &House,
    operator: &Operator,
    (slug, user, why): (&str, &str, &str),
) -> Result<(), AppError> {
    let company = companies::find_by_slug(&house.central, slug).await?;
    let mut errors = FieldErrors::default();
    let user = user.parse::<Uuid>().unwrap_or_default();
    let member = second_factors::colleague(&house.central, company.id, user.into()).await?;
    let member = member.filter(|member| member.has_factor && !member.is_operator);
    if member.is_none() {
        errors.add("helped", Problem::NotAChoice);
    }
    let why = reason(why).map_err(|problem| errors.add("help_reason", problem)).unwrap_or_default();
    errors.or(())?;
    let known = operator.request.actor(Some(company.id), Some(operator.account.person.as_uuid()));
    let actor = Actor { reason: Some(why), ..known };
    let person = member.ok_or(AppError::NotFound)?.person;
    take_away(house, (person, user), &actor).await
}

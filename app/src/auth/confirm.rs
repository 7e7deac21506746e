//! The password, asked for once more of somebody who is signed in: before what must not be done with a screen left open.

use std::sync::Arc;
use tenancy::PersonId;
use tenancy::central::people;
use tenancy::central::sign_ins::{self, Verdict};

use super::sign_in::DEMO_PASSWORD;
use crate::caller::Request;
use crate::error::AppError;
use crate::outside::password::Checked;
use crate::outside::to_its_end;
use crate::state::House;
use crate::values::fields::Problem;

/// Whether it is their password. Tries count as those at the door do, and are counted though nobody waits for the answer.
///
/// # Errors
/// [`AppError::Invalid`] for a wrong one, [`AppError::TooMany`] from the throttle.
pub async fn confirm(
    house: &Arc<House>,
    (person, email): (PersonId, &str),
    password: String,
    request: &Request,
) -> Result<(), AppError> {
    let (house, email, request) = (house.clone(), email.to_owned(), request.clone());
    let place = house.passwords.place().await;
    let trial = async move {
        let attempt = super::sign_in::attempt_of(&email, None, house.clock.now(), &request);
        let verdict = sign_ins::judge(&house.central, &house.key, attempt).await?;
        if let (Verdict::Wait(wait), false) = (verdict, house.settings.only_counts) {
            return Err(AppError::TooMany(u32::try_from(wait.whole_seconds().max(1)).unwrap_or(u32::MAX)));
        }
        let is_anybodys = house.settings.production && password == DEMO_PASSWORD;
        let stored = people::find_password_hash(&house.central, person).await?.filter(|_| !is_anybodys);
        let is_right = matches!(place.verify(password, stored.as_deref()).await, Checked::Right(_));
        sign_ins::record(&house.central, &house.key, attempt, is_right).await?;
        if is_right { Ok(()) } else { Err(AppError::invalid("password", Problem::WrongCredentials)) }
    };
    to_its_end(trial).await
}

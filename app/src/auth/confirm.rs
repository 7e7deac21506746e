//! The password, asked for once more of somebody who is signed in: before what must not be done with a screen left open.

use std::sync::Arc;
use tenancy::PersonId;
use tenancy::central::people::{self, Credentials};
use tenancy::central::sign_ins::{self, Factor, Verdict};

use super::sign_in::{self, DEMO_PASSWORD};
use crate::caller::Request;
use crate::error::AppError;
use crate::outside::password::Checked;
use crate::outside::to_its_end;
use crate::state::House;
use crate::values::fields::Problem;

/// Whether it is their password. Tries count as those at the door do.
///
/// # Errors
/// As [`prove`].
pub async fn confirm(
    house: &Arc<House>,
    (person, email): (PersonId, &str),
    password: String,
    request: &Request,
) -> Result<(), AppError> {
    let known = prove(house, email, password, request).await?;
    if known.person == person { Ok(()) } else { Err(wrong()) }
}

/// Whoever has this password with this address, asked as at the door: the throttle, and exactly one hash, counted though nobody
/// waits for the answer. The demo's password is nobody's in production.
///
/// # Errors
/// [`AppError::Invalid`] of the field `password`, [`AppError::TooMany`] from the throttle.
pub async fn prove(
    house: &Arc<House>,
    email: &str,
    password: String,
    request: &Request,
) -> Result<Credentials, AppError> {
    let (house, email, request, at) = (house.clone(), email.to_owned(), request.clone(), house.clock.now());
    let device = sign_in::device_key();
    to_its_end(async move {
        let place = house.passwords.place().await;
        let attempt = sign_in::attempt_of(&email, device.as_deref(), at, &request);
        let verdict = sign_ins::judge(&house.central, &house.key, attempt).await?;
        if let (Verdict::Wait(wait), false) = (verdict, house.settings.only_counts) {
            return Err(AppError::TooMany(u32::try_from(wait.whole_seconds().max(1)).unwrap_or(u32::MAX)));
        }
        let is_anybodys = house.settings.production && password == DEMO_PASSWORD;
        let known = people::find_credentials(&house.central, &email).await?.filter(|_| !is_anybodys);
        let checked = place.verify(password, known.as_ref().map(|k| k.password_hash.as_str())).await;
        let is_right = matches!(checked, Checked::Right(_));
        // Of whoever has a second factor the password alone is no success: it would make wrong codes forgotten, and a device known.
        let is_half = known.as_ref().is_some_and(|known| known.factor_set.is_some());
        if !is_right || !is_half {
            sign_ins::record(&house.central, &house.key, attempt, Factor::Password, is_right.into()).await?;
        }
        known.filter(|_| is_right).ok_or_else(wrong)
    })
    .await
}

fn wrong() -> AppError {
    AppError::invalid("password", Problem::WrongPassword)
}

//! Between the password and the session: the code of a second factor, once, within five minutes, under a throttle of its own.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenancy::PersonId;
use tenancy::central::people;
use tenancy::central::second_factors::{self, Actor, Told};
use tenancy::central::sessions::{self, BETWEEN};
use tenancy::central::sign_ins::{self, Factor, Verdict};
use time::{Duration, OffsetDateTime};

use super::second_factor::letter;
use super::sign_in::{self, Door, Inside, Passed, Typed};
use super::types::News;
use crate::caller::Request;
use crate::error::AppError;
use crate::outside::one_time::{self, Secret};
use crate::outside::password::Place;
use crate::outside::to_its_end;
use crate::state::House;
use crate::values::fields::Problem;

/// Name of the field that codes are typed into; what was typed is never kept.
pub const FIELD: &str = "second_factor";
/// Under this key a session that opens nothing keeps whose code is awaited.
const STEP: &str = "step";
/// From so many wrong codes within a day on, their person is told of them.
const TOLD_FROM: i64 = 5;

/// Somebody who has given their password. It is kept on the server: what the browser has of it is a session's identifier.
#[derive(Debug, Serialize, Deserialize)]
struct Step {
    person: PersonId,
    email: String,
    is_operator: bool,
    remember: bool,
    /// When the password was given, in Unix seconds.
    at: i64,
    /// Which password and which second factor it was, as [`sessions::Signed`] names them.
    password_set: i64,
    factor_set: i64,
}

fn wrong(problem: Problem) -> AppError {
    AppError::invalid(FIELD, problem)
}

/// Remembers who has given their password, in a session of nobody: the one before it is over.
///
/// # Errors
/// [`AppError::Unavailable`] when it cannot be kept.
pub async fn begin(passed: &Passed) -> Result<(), AppError> {
    let session = sign_in::session().await?;
    let step = Step {
        person: passed.known.person,
        email: passed.email.clone(),
        is_operator: passed.door == Door::Operators,
        remember: passed.remember,
        at: passed.at.unix_timestamp(),
        password_set: sessions::micros(passed.known.password_set),
        factor_set: passed.known.factor_set.map_or(0, sessions::micros),
    };
    let kept = async {
        session.clear().await;
        session.cycle_id().await?;
        session.insert(STEP, step).await?;
        session.save().await
    };
    kept.await.map_err(|error| {
        tracing::warn!(%error, "the step between password and code was not kept");
        AppError::Unavailable
    })
}

/// The second half of a sign-in. Says where they stand now, and behind which door.
///
/// # Errors
/// [`AppError::Invalid`] for a wrong code and one that comes too late, [`AppError::TooMany`] from the throttle.
pub async fn finish(house: &Arc<House>, typed: &str, request: &Request) -> Result<(Inside, Door), AppError> {
    let (session, now) = (sign_in::session().await?, house.clock.now());
    let step: Option<Step> = session.get(STEP).await.map_err(|_| AppError::Unavailable)?;
    let over = || wrong(Problem::StepOver);
    let step = step.filter(|step| (0..BETWEEN.whole_seconds()).contains(&(now.unix_timestamp() - step.at)));
    let (step, stored) = step.zip(session.id().map(|id| sessions::stored_id(&id))).ok_or_else(over)?;
    let known = people::find_credentials(&house.central, &step.email).await?.filter(|known| {
        known.person == step.person
            && sessions::micros(known.password_set) == step.password_set
            && known.factor_set.map_or(0, sessions::micros) == step.factor_set
    });
    let known = known.ok_or_else(over)?;
    if !check(house, (step.person, &step.email), typed, request).await? {
        return Err(wrong(Problem::WrongCode));
    }
    // One password makes one session, however many codes come at once.
    if !house.sessions.claim(&stored).await? {
        return Err(over());
    }
    let door = if step.is_operator { Door::Operators } else { Door::Staff };
    let at = OffsetDateTime::from_unix_timestamp(step.at).unwrap_or(now);
    let passed = Passed::again(house, known, (door, step.email), (step.remember, at)).await?.ok_or_else(over)?;
    session.remove::<Step>(STEP).await.map_err(|_| AppError::Unavailable)?;
    Ok((passed.enter(house, request).await?, door))
}

/// Password and code at once, from somebody who is known. Whichever of the two is wrong, the answer is the same. No e-mail address
/// is asked for, and so none is called wrong.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::TooMany`].
pub async fn prove(
    house: &Arc<House>,
    (door, typed): (Door, Typed),
    (has_factor, code): (bool, &str),
    request: &Request,
) -> Result<Passed, AppError> {
    let either = |error| match error {
        AppError::Invalid(_) if has_factor => wrong(Problem::WrongTogether),
        AppError::Invalid(_) => AppError::invalid("password", Problem::WrongPassword),
        other => other,
    };
    let passed = sign_in::try_password(house, door, typed, request).await.map_err(either)?;
    let is_asked = passed.known.factor_set.is_some();
    if is_asked && !check(house, (passed.known.person, &passed.email), code, request).await? {
        return Err(wrong(Problem::WrongTogether));
    }
    Ok(passed)
}

/// Whether it is a code that is good now. It is good no second time.
///
/// # Errors
/// [`AppError::TooMany`] from the throttle.
pub async fn check(
    house: &Arc<House>,
    (person, email): (PersonId, &str),
    typed: &str,
    request: &Request,
) -> Result<bool, AppError> {
    let place = house.passwords.place().await;
    let trial = Trial {
        house: house.clone(),
        place,
        person,
        email: email.to_owned(),
        typed: one_time::Typed::read(typed),
        device: sign_in::device_key(),
        request: request.clone(),
        at: house.clock.now(),
    };
    // Who hangs up meanwhile has tried all the same.
    to_its_end(trial.hold()).await
}

/// One try, from the throttle's question to the line that counts it.
struct Trial {
    house: Arc<House>,
    /// Held until the try is written down: a flood cannot run past the throttle.
    place: Place,
    person: PersonId,
    email: String,
    typed: one_time::Typed,
    device: Option<Vec<u8>>,
    request: Request,
    at: OffsetDateTime,
}

impl Trial {
    async fn hold(self) -> Result<bool, AppError> {
        let house = &*self.house;
        let attempt = sign_in::attempt_of(&self.email, self.device.as_deref(), self.at, &self.request);
        let verdict = sign_ins::judge_code(&house.central, &house.key, attempt).await?;
        if let (Verdict::Wait(wait), false) = (verdict, house.settings.only_counts) {
            return Err(AppError::TooMany(u32::try_from(wait.whole_seconds().max(1)).unwrap_or(u32::MAX)));
        }
        let is_good = match &self.typed {
            one_time::Typed::Digits(code) => self.is_next(code).await?,
            one_time::Typed::Recovery(label, rest) => self.is_kept(label, rest).await?,
            one_time::Typed::Neither => false,
        };
        sign_ins::record(&house.central, &house.key, attempt, Factor::Code, is_good.into()).await?;
        if !is_good {
            self.warn().await?;
        }
        Ok(is_good)
    }

    /// Whoever gets as far as wrong codes has the password: its person is told, once a day.
    async fn warn(&self) -> Result<(), AppError> {
        let house = &*self.house;
        let since = self.at - Duration::DAY;
        if sign_ins::wrong_codes(&house.central, &house.key, &self.email, since).await? < TOLD_FROM {
            return Ok(());
        }
        let held = second_factors::find(&house.central, self.person).await?;
        let (actor, mail) = (self.actor(None), letter(&held, None, News::Tried, |page| house.settings.address(page)));
        let told = Told { actor: &actor, key: &house.key, mail: &mail };
        second_factors::warn(&house.central, self.person, (self.at, told)).await?;
        Ok(())
    }

    /// Who tries, as far as anybody knows, and from where.
    fn actor(&self, user: Option<PersonId>) -> Actor {
        self.request.actor(None, user.map(PersonId::as_uuid))
    }

    async fn is_next(&self, code: &str) -> Result<bool, AppError> {
        let house = &*self.house;
        let held = second_factors::find(&house.central, self.person).await?;
        let secret = held.sealed.and_then(|sealed| Secret::open(&house.key, self.person, &sealed));
        let Some(step) = secret.and_then(|secret| secret.step_of(code, self.at)) else { return Ok(false) };
        Ok(second_factors::use_step(&house.central, self.person, step).await?)
    }

    async fn is_kept(&self, label: &str, rest: &str) -> Result<bool, AppError> {
        let house = &*self.house;
        let kept = second_factors::find_code(&house.central, self.person, label).await?;
        if !one_time::is_kept(&self.place, rest.to_owned(), kept.as_deref()).await {
            return Ok(false);
        }
        let actor = self.actor(Some(self.person));
        let held = second_factors::find(&house.central, self.person).await?;
        let mail = letter(&held, None, News::Recovery, |page| house.settings.address(page));
        let told = Told { actor: &actor, key: &house.key, mail: &mail };
        let code = (label, kept.as_deref().unwrap_or_default());
        Ok(second_factors::use_code(&house.central, self.person, code, told).await?)
    }
}

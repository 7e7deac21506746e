//! The one way in: the throttle, exactly one hash, and a session that is new.

use http::HeaderValue;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tenancy::OperatorId;
use tenancy::central::accounts::{self, Membership};
use tenancy::central::people::{self, Credentials};
use tenancy::central::sessions::{self, SIGNED, Signed};
use tenancy::central::sign_ins::{self, Attempt, Factor, Outcome, Verdict};
use time::{Duration, OffsetDateTime};
use tower_sessions::{Expiry, Session};

use crate::caller::{self, Insider, Request};
use crate::error::AppError;
use crate::outside::files::to_hex;
use crate::outside::password::{Checked, Place};
use crate::outside::to_its_end;
use crate::state::House;
use crate::values::fields::Problem;

/// Name of the cookie that vouches for a device on which somebody has signed in before (AUTH-04).
const DEVICE: &str = "__Host-device";

/// Password of everybody in the demo. Everybody knows it, so in production nobody gets in with it.
pub const DEMO_PASSWORD: &str = "sobrado-demo-2026";

/// Which door somebody stands at: nobody is in both kinds of session at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Agencies' staff.
    Staff,
    /// Operators of the platform.
    Operators,
}

/// What was typed at the door.
#[derive(Debug)]
pub struct Typed {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Whether to stay signed in for 30 days.
    pub remember: bool,
}

/// Where somebody stands after signing in.
#[derive(Debug, PartialEq, Eq)]
pub enum Inside {
    /// In the CRM of their one agency, or in the console.
    Home,
    /// Before the choice of an agency; of none, for whoever works nowhere now.
    Choosing,
    /// Before the page that asks for the code of their second factor: nothing is open yet.
    Code,
}

fn wrong() -> AppError {
    AppError::invalid("password", Problem::WrongCredentials)
}

/// Signs somebody in, or gives the one answer that there is for everything that does not fit.
///
/// # Errors
/// [`AppError::Invalid`] for wrong credentials of whatever kind, [`AppError::TooMany`] from the throttle.
pub async fn sign_in(house: &Arc<House>, door: Door, typed: Typed, request: &Request) -> Result<Inside, AppError> {
    let passed = try_password(house, door, typed, request).await?;
    if passed.known.factor_set.is_some() {
        super::second_step::begin(&passed).await?;
        return Ok(Inside::Code);
    }
    passed.enter(house, request).await
}

/// Somebody who has given the right password at the right door.
pub struct Passed {
    /// Who it is.
    pub known: Credentials,
    /// Where they stand.
    pub door: Door,
    /// Their e-mail address, as it is kept.
    pub email: String,
    /// Whether to stay signed in for 30 days.
    pub remember: bool,
    /// When it was given.
    pub at: OffsetDateTime,
    admitted: Admitted,
}

impl Passed {
    /// Opens the session: nothing more is asked for.
    ///
    /// # Errors
    /// As [`open_session`].
    pub async fn enter(self, house: &House, request: &Request) -> Result<Inside, AppError> {
        if device_key().is_none() {
            remember_device(house, &self.email, request).await?;
        }
        let inside = if matches!(self.admitted, Admitted::Choosing) { Inside::Choosing } else { Inside::Home };
        open_session(&session().await?, signed(&self, house.clock.now(), request)).await?;
        Ok(inside)
    }

    /// Somebody whose password was right a moment ago, and whose code is right now. None when they are not let in any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn again(
        house: &House,
        known: Credentials,
        (door, email): (Door, String),
        (remember, at): (bool, OffsetDateTime),
    ) -> Result<Option<Self>, AppError> {
        let admitted = admit(house, door, &known).await?;
        Ok(admitted.map(|admitted| Self { known, door, email, remember, at, admitted }))
    }
}

/// Tries a password under the throttle.
///
/// # Errors
/// As [`sign_in`].
pub async fn try_password(house: &Arc<House>, door: Door, typed: Typed, request: &Request) -> Result<Passed, AppError> {
    let email = typed.email.trim().to_lowercase();
    if email.is_empty() || email.len() > 254 {
        return Err(wrong());
    }
    let (device, at) = (device_key(), house.clock.now());
    let place = house.passwords.place().await;
    // Who hangs up while the hash is computed has tried all the same.
    let trial = Trial {
        house: house.clone(),
        door,
        place,
        email: email.clone(),
        password: typed.password,
        device,
        at,
        request: request.clone(),
    };
    let (known, admitted) = to_its_end(trial.hold()).await?;
    Ok(Passed { known, door, email, remember: typed.remember, at, admitted })
}

/// One try, from the throttle's question to the line that counts it.
struct Trial {
    house: Arc<House>,
    door: Door,
    /// Held until the try is written down: a flood cannot run past the throttle.
    place: Place,
    email: String,
    password: String,
    device: Option<Vec<u8>>,
    at: OffsetDateTime,
    request: Request,
}

impl Trial {
    async fn hold(self) -> Result<(Credentials, Admitted), AppError> {
        let Self { house, door, place, email, password, device, at, request } = self;
        let attempt = attempt_of(&email, device.as_deref(), at, &request);
        let verdict = sign_ins::judge(&house.central, &house.key, attempt).await?;
        if let (Verdict::Wait(wait), false) = (verdict, house.settings.only_counts) {
            return Err(AppError::TooMany(u32::try_from(wait.whole_seconds().max(1)).unwrap_or(u32::MAX)));
        }
        let is_anybodys = house.settings.production && password == DEMO_PASSWORD;
        let known = people::find_credentials(&house.central, &email).await?.filter(|_| !is_anybodys);
        let stored = known.as_ref().map(|k| k.password_hash.as_str());
        let checked = place.verify(password, stored).await;
        let admitted = match (&checked, &known) {
            (Checked::Right(_), Some(known)) => admit(&house, door, known).await?,
            _ => None,
        };
        // Where a code is to come, the password alone is no success: it would make wrong codes forgotten.
        let is_half = known.as_ref().is_some_and(|known| known.factor_set.is_some());
        if admitted.is_none() || !is_half {
            let outcome = admitted.is_some().into();
            sign_ins::record(&house.central, &house.key, attempt, Factor::Password, outcome).await?;
        }
        drop(place);
        let (Some(admitted), Some(known)) = (admitted, known) else { return Err(wrong()) };
        if let Checked::Right(Some(stronger)) = checked {
            people::rehash(&house.central, known.person, &known.password_hash, &stronger).await?;
        }
        Ok((known, admitted))
    }
}

/// A try at the door, or at one inside, as the throttle counts it and the log tells it.
pub fn attempt_of<'a>(
    email: &'a str,
    device: Option<&'a [u8]>,
    at: OffsetDateTime,
    request: &'a Request,
) -> Attempt<'a> {
    let (user_agent, request_id) = (request.user_agent.as_deref(), Some(request.id.as_str()));
    Attempt { email, ip: request.ip, device, at, user_agent, request_id }
}

enum Admitted {
    One(Membership),
    /// As many as there are, none too: which one is asked next.
    Choosing,
    Operator(OperatorId),
}

/// Whom this door lets in: a right password at the wrong door is a wrong password.
async fn admit(house: &House, door: Door, known: &Credentials) -> Result<Option<Admitted>, AppError> {
    if door == Door::Operators {
        return Ok(known.operator.map(Admitted::Operator));
    }
    let mut agencies = accounts::memberships(&house.central, known.person).await?;
    Ok(match agencies.len() {
        // Operators have a door of their own. Whoever works nowhere now may still join an agency, or begin one.
        0 if known.operator.is_some() => None,
        1 => agencies.pop().map(Admitted::One),
        _ => Some(Admitted::Choosing),
    })
}

fn signed(passed: &Passed, now: OffsetDateTime, request: &Request) -> Signed {
    let (membership, operator) = match &passed.admitted {
        Admitted::One(membership) => (Some(membership), None),
        Admitted::Choosing => (None, None),
        Admitted::Operator(id) => (None, Some(*id)),
    };
    Signed {
        person: passed.known.person,
        user: membership.map(|m| m.user),
        tenant: membership.map(|m| m.tenant),
        operator,
        remember: passed.remember,
        password_set: sessions::micros(passed.known.password_set),
        factor_set: passed.known.factor_set.map_or(0, sessions::micros),
        proved: now.unix_timestamp(),
        role: membership.map(|m| m.role.clone()),
        since: passed.at.unix_timestamp(),
        ip_address: Some(request.ip.to_string()),
        user_agent: request.user_agent.clone(),
        acting: None,
    }
}

/// Starts a session under a new identifier; whatever the browser brought along is worth nothing now.
///
/// # Errors
/// [`AppError::Unavailable`] when it cannot be kept.
pub async fn open_session(session: &Session, signed: Signed) -> Result<(), AppError> {
    let expiry = if signed.remember { Expiry::OnInactivity(Duration::days(30)) } else { Expiry::OnSessionEnd };
    let kept = async {
        session.cycle_id().await?;
        session.set_expiry(Some(expiry));
        session.insert(SIGNED, signed).await?;
        session.save().await
    };
    kept.await.map_err(|error| {
        tracing::warn!(%error, "a session was not kept");
        AppError::Unavailable
    })
}

/// The session of the request.
///
/// # Errors
/// [`AppError::Internal`] outside the platform's host.
pub async fn session() -> Result<Session, AppError> {
    leptos_axum::extract().await.map_err(|_| AppError::Internal(caller::request_id()))
}

/// Who is signed in, as the session keeps it.
///
/// # Errors
/// [`AppError::Unavailable`] when it cannot be read.
pub async fn signed_in() -> Result<Option<Signed>, AppError> {
    session().await?.get(SIGNED).await.map_err(|_| AppError::Unavailable)
}

/// What the device cookie holds, hashed.
pub fn device_key() -> Option<Vec<u8>> {
    let parts = use_context::<http::request::Parts>()?;
    let value = caller::cookie(&parts.headers, DEVICE)?;
    (value.len() >= 32).then(|| Sha256::digest(value.as_bytes()).to_vec())
}

/// Gives the browser a cookie that vouches for it, and writes down that it does.
async fn remember_device(house: &House, email: &str, request: &Request) -> Result<(), AppError> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(|_| AppError::Internal(caller::request_id()))?;
    let value = to_hex(&bytes);
    let device = Sha256::digest(value.as_bytes());
    let attempt = attempt_of(email, Some(&device), house.clock.now(), request);
    sign_ins::record(&house.central, &house.key, attempt, Factor::Password, Outcome::Passed).await?;
    let cookie = format!("{DEVICE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000");
    if let (Some(response), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        response.append_header(http::header::SET_COOKIE, cookie);
    }
    Ok(())
}

/// Where to go from where somebody stands now.
pub fn way_on(inside: &Inside, door: Door, next: &str) -> String {
    match inside {
        Inside::Choosing if is_of_sign_up(next) => next.to_owned(),
        Inside::Choosing => "/entrar/agencia".to_owned(),
        Inside::Home => way_in(door, next).to_owned(),
        // On which way it is is said once more when the code is given.
        Inside::Code => {
            let next: String = form_urlencoded::byte_serialize(way_in(door, next).as_bytes()).collect();
            format!("/entrar/codigo?next={next}")
        }
    }
}

/// The door that somebody came in by.
pub fn door_of(who: &Insider) -> Door {
    if who.tenant.is_some() { Door::Staff } else { Door::Operators }
}

/// Where one's own sessions are.
pub fn profile_of(who: &Insider) -> &'static str {
    if who.tenant.is_some() { "/app/profile" } else { "/platform/profile" }
}

/// Where one's own second factor is.
pub fn security_of(who: &Insider) -> &'static str {
    if who.tenant.is_some() { "/app/profile/security" } else { "/platform/profile" }
}

/// Where to go after signing in: one of our own pages behind this door or on the way to it, or its first.
pub fn way_in(door: Door, next: &str) -> &str {
    let (home, realm) = match door {
        Door::Staff => ("/app", "/app"),
        Door::Operators => ("/platform/tenants", "/platform"),
    };
    let inside = next == realm || next.strip_prefix(realm).is_some_and(|rest| rest.starts_with(['/', '?']));
    let harmless =
        !next.contains("//") && !next.contains('\\') && !next.contains("..") && !next.chars().any(char::is_control);
    let is_known = inside || (door == Door::Staff && is_of_sign_up(next));
    if is_known && harmless { next } else { home }
}

/// Pages of signing up that send somebody known to sign in, and go on with them then: the answer to a mail, and the making.
fn is_of_sign_up(next: &str) -> bool {
    let token = next.strip_prefix("/confirmar/").unwrap_or_default();
    let is_token = token.len() == 96 && token.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    is_token || next == "/cadastro/andamento"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_in_stays_on_our_side_of_the_door() {
        assert_eq!(way_in(Door::Staff, "/app/properties?q=casa"), "/app/properties?q=casa");
        assert_eq!(way_in(Door::Staff, "/app"), "/app");
        let answer = format!("/confirmar/{}", "0f".repeat(48));
        assert_eq!(way_in(Door::Staff, &answer), answer);
        assert_eq!(way_in(Door::Staff, "/cadastro/andamento"), "/cadastro/andamento");
        assert_eq!(way_in(Door::Operators, &answer), "/platform/tenants");
        assert_eq!(way_on(&Inside::Choosing, Door::Staff, &answer), answer);
        assert_eq!(way_on(&Inside::Choosing, Door::Staff, "/app/properties"), "/entrar/agencia");
        for elsewhere in [
            "",
            "https://evil.example/app",
            "//evil.example",
            "/app//evil",
            "/app\\evil",
            "/application",
            "/platform",
            "/app/../x",
            "/app/\r\nx",
            "/confirmar/",
            "/confirmar/0f",
            "/confirmar/email/0f",
            "/cadastro/andamento/../../platform",
            "/cadastro",
        ] {
            assert_eq!(way_in(Door::Staff, elsewhere), "/app", "{elsewhere:?}");
        }
        assert_eq!(way_in(Door::Operators, "/platform/tenants?q=a"), "/platform/tenants?q=a");
        assert_eq!(way_in(Door::Operators, "/app"), "/platform/tenants");
    }
}

//! The one way in: the throttle, exactly one hash, and a session that is new.

use http::HeaderValue;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;
use std::sync::Arc;
use tenancy::central::accounts::{self, Membership};
use tenancy::central::people::{self, Credentials};
use tenancy::central::sessions::{self, SIGNED, Signed};
use tenancy::central::sign_ins::{self, Attempt, Verdict};
use tenancy::{OperatorId, PersonId};
use time::{Duration, OffsetDateTime};
use tower_sessions::{Expiry, Session};

use crate::caller::{self, Request};
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
    /// Before the choice of an agency.
    Choosing,
}

fn wrong() -> AppError {
    AppError::invalid("password", Problem::WrongCredentials)
}

/// Signs somebody in, or gives the one answer that there is for everything that does not fit.
///
/// # Errors
/// [`AppError::Invalid`] for wrong credentials of whatever kind, [`AppError::TooMany`] from the throttle.
pub async fn sign_in(house: &Arc<House>, door: Door, typed: Typed, request: &Request) -> Result<Inside, AppError> {
    let email = typed.email.trim().to_lowercase();
    if email.is_empty() || email.len() > 254 {
        return Err(wrong());
    }
    let (device, ip, at) = (device_key(), request.ip, house.clock.now());
    let is_known = device.is_some();
    let place = house.passwords.place().await;
    // Who hangs up while the hash is computed has tried all the same.
    let trial =
        Trial { house: house.clone(), door, place, email: email.clone(), password: typed.password, device, ip, at };
    let (known, admitted) = to_its_end(trial.hold()).await?;
    if !is_known {
        remember_device(house, &email, ip).await?;
    }
    let inside = if matches!(admitted, Admitted::Several) { Inside::Choosing } else { Inside::Home };
    let since = (at.unix_timestamp(), sessions::micros(known.password_set));
    open_session(&session().await?, signed(known.person, &admitted, typed.remember, since, request)).await?;
    Ok(inside)
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
    ip: IpAddr,
    at: OffsetDateTime,
}

impl Trial {
    async fn hold(self) -> Result<(Credentials, Admitted), AppError> {
        let Self { house, door, place, email, password, device, ip, at } = self;
        let attempt = Attempt { email: &email, ip, device: device.as_deref(), at };
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
        sign_ins::record(&house.central, &house.key, attempt, admitted.is_some()).await?;
        drop(place);
        let (Some(admitted), Some(known)) = (admitted, known) else { return Err(wrong()) };
        if let Checked::Right(Some(stronger)) = checked {
            people::rehash(&house.central, known.person, &known.password_hash, &stronger).await?;
        }
        Ok((known, admitted))
    }
}

enum Admitted {
    One(Membership),
    Several,
    Operator(OperatorId),
}

/// Whom this door lets in: a right password at the wrong door is a wrong password.
async fn admit(house: &House, door: Door, known: &Credentials) -> Result<Option<Admitted>, AppError> {
    if door == Door::Operators {
        return Ok(known.operator.map(Admitted::Operator));
    }
    let mut agencies = accounts::memberships(&house.central, known.person).await?;
    Ok(match agencies.len() {
        0 => None,
        1 => agencies.pop().map(Admitted::One),
        _ => Some(Admitted::Several),
    })
}

fn signed(
    person: PersonId,
    admitted: &Admitted,
    remember: bool,
    (since, password_set): (i64, i64),
    request: &Request,
) -> Signed {
    let (membership, operator) = match admitted {
        Admitted::One(membership) => (Some(membership), None),
        Admitted::Several => (None, None),
        Admitted::Operator(id) => (None, Some(*id)),
    };
    Signed {
        person,
        user: membership.map(|m| m.user),
        tenant: membership.map(|m| m.tenant),
        operator,
        remember,
        password_set,
        since,
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
fn device_key() -> Option<Vec<u8>> {
    let parts = use_context::<http::request::Parts>()?;
    let value = caller::cookie(&parts.headers, DEVICE)?;
    (value.len() >= 32).then(|| Sha256::digest(value.as_bytes()).to_vec())
}

/// Gives the browser a cookie that vouches for it, and writes down that it does.
async fn remember_device(house: &House, email: &str, ip: IpAddr) -> Result<(), AppError> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(|_| AppError::Internal(caller::request_id()))?;
    let value = to_hex(&bytes);
    let device = Sha256::digest(value.as_bytes());
    let attempt = Attempt { email, ip, device: Some(&device), at: house.clock.now() };
    sign_ins::record(&house.central, &house.key, attempt, true).await?;
    let cookie = format!("{DEVICE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000");
    if let (Some(response), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        response.append_header(http::header::SET_COOKIE, cookie);
    }
    Ok(())
}

/// Where to go after signing in: one of our own pages behind this door, or its first.
pub fn way_in(door: Door, next: &str) -> &str {
    let (home, realm) = match door {
        Door::Staff => ("/app", "/app"),
        Door::Operators => ("/platform/tenants", "/platform"),
    };
    let inside = next == realm || next.strip_prefix(realm).is_some_and(|rest| rest.starts_with(['/', '?']));
    let harmless =
        !next.contains("//") && !next.contains('\\') && !next.contains("..") && !next.chars().any(char::is_control);
    if inside && harmless { next } else { home }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_in_stays_on_our_side_of_the_door() {
        assert_eq!(way_in(Door::Staff, "/app/properties?q=casa"), "/app/properties?q=casa");
        assert_eq!(way_in(Door::Staff, "/app"), "/app");
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
        ] {
            assert_eq!(way_in(Door::Staff, elsewhere), "/app", "{elsewhere:?}");
        }
        assert_eq!(way_in(Door::Operators, "/platform/tenants?q=a"), "/platform/tenants?q=a");
        assert_eq!(way_in(Door::Operators, "/app"), "/platform/tenants");
    }
}

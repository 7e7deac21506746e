//! The one error that crosses the wire, and its status table.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

use crate::billing::features::Feature;
use crate::values::fields::FieldErrors;

/// What can go wrong, in the terms of the person who asked. The words are chosen by the page, in their language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum AppError {
    /// Nobody is signed in, or the session has ended.
    #[error("not signed in")]
    Unauthenticated,
    /// The role may not do this.
    #[error("not permitted")]
    Forbidden,
    /// Nothing else is to be had before the person has a second factor.
    #[error("a second factor is due")]
    SecondFactorDue,
    /// It is too long ago that the person proved who they are.
    #[error("the password is to be given again")]
    ProofNeeded,
    /// Somebody acts as a member of an agency, and this is not open to them.
    #[error("not while acting as somebody else")]
    NotWhileActing,
    /// It does not exist, or is another agency's: the two are not told apart.
    #[error("not found")]
    NotFound,
    /// It clashes with what is there.
    #[error("clash: {0:?}")]
    Conflict(Clash),
    /// Fields that do not keep to their rules, each with its problem.
    #[error("invalid: {0:?}")]
    Invalid(FieldErrors),
    /// The plan holds no more of this.
    #[error("plan limit: {0:?}")]
    PlanLimit(Limit),
    /// The plan does not include it.
    #[error("plan feature: {0:?}")]
    PlanFeature(Gate),
    /// Too often; come back after so many seconds.
    #[error("too many; retry after {0} s")]
    TooMany(u32),
    /// More was sent at once than is taken.
    #[error("too large")]
    TooLarge,
    /// The agency is suspended.
    #[error("the agency is suspended")]
    Suspended,
    /// The agency's database cannot be reached now.
    #[error("unavailable")]
    Unavailable,
    /// Our fault. The request's id is what support needs.
    #[error("internal error, request {0}")]
    Internal(String),
    /// The call did not arrive, or what arrived was not a call of ours.
    #[error("transport")]
    Transport,
}

/// What it clashed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clash {
    /// Somebody saved a newer version meanwhile: this is its number.
    Stale(i32),
    /// The code belongs to another property.
    CodeTaken,
}

/// A limit of the plan that has been reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// `properties`, `users`.
    pub resource: String,
    /// How many there are.
    pub current: i64,
    /// How many the plan holds.
    pub max: i64,
    /// Where the plan can be changed.
    pub upgrade: String,
    /// What one more costs a month, in reais, where one more can be bought.
    #[serde(default)]
    pub price: Option<String>,
}

/// Something that the plan does not include.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// What.
    pub feature: Feature,
    /// The cheapest plan that is sold with it, as people call it; empty: none.
    pub plan: String,
    /// Where the plan can be changed.
    pub upgrade: String,
}

impl AppError {
    /// The HTTP status of each error. Pinned by a test: clients count on it.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden
            | Self::PlanLimit(_)
            | Self::PlanFeature(_)
            | Self::SecondFactorDue
            | Self::ProofNeeded
            | Self::NotWhileActing => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Suspended | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Transport => StatusCode::BAD_REQUEST,
        }
    }

    /// After how many seconds to come back: what answers of this error say in `Retry-After` (RFC 9110, 10.2.3).
    pub const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::TooMany(seconds) => Some(*seconds),
            Self::Suspended => Some(3600),
            Self::Unavailable => Some(5),
            _ => None,
        }
    }

    /// One field with one problem.
    pub fn invalid(field: &str, problem: crate::values::fields::Problem) -> Self {
        Self::Invalid(FieldErrors::one(field, problem))
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::ServerError(_) | ServerFnErrorErr::MiddlewareError(_) => Self::Internal(String::new()),
            _ => Self::Transport,
        }
    }

    // The one hook that is called exactly where an error leaves the server as bytes.
    #[cfg(feature = "ssr")]
    fn ser(&self) -> bytes::Bytes {
        crate::caller::answer_with(self);
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// Gives the page that is being rendered the status of an error. In the browser there is no status to give.
pub fn set_page_status(error: &AppError) {
    #[cfg(feature = "ssr")]
    crate::caller::set_status(error);
    #[cfg(not(feature = "ssr"))]
    let _ = error;
}

#[cfg(feature = "ssr")]
mod database;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_status() {
        let limit = Limit {
            resource: "properties".into(),
            current: 100,
            max: 100,
            upgrade: "/app/settings/plan".into(),
            price: None,
        };
        let gate = Gate { feature: Feature::Blog, plan: "K".into(), upgrade: "/app/settings/plan?plan=k".into() };
        for (error, status) in [
            (AppError::Unauthenticated, 401),
            (AppError::Forbidden, 403),
            (AppError::SecondFactorDue, 403),
            (AppError::ProofNeeded, 403),
            (AppError::NotWhileActing, 403),
            (AppError::NotFound, 404),
            (AppError::Conflict(Clash::Stale(2)), 409),
            (AppError::Invalid(FieldErrors::default()), 422),
            (AppError::PlanLimit(limit), 403),
            (AppError::PlanFeature(gate), 403),
            (AppError::TooMany(60), 429),
            (AppError::TooLarge, 413),
            (AppError::Suspended, 503),
            (AppError::Unavailable, 503),
            (AppError::Internal("id".into()), 500),
            (AppError::Transport, 400),
        ] {
            assert_eq!(error.status().as_u16(), status, "{error:?}");
        }
    }
}

//! Who is calling, and what that gives them. The first line of every server function.
//!
//! The layers have settled all of it before a page or server function runs; here it is only read, so nothing waits.

mod insider;
mod request;

use http::HeaderMap;
use http::request::Parts;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::net::IpAddr;
use std::sync::Arc;
use tenancy::central::accounts::{Account, OperatorAccount};
use tenancy::central::team;
use tenancy::{OpenError, PersonId, Route, TenantDb};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::access::{self, Access, Audience, Can, Role};
use crate::error::{AppError, Gate};
use crate::state::House;
use crate::values::fields::Fields;
use crate::values::id::StaffId;

pub use insider::{Insider, demand_of, insider, insiders_demand};
pub use request::Request;

/// Where the plan can be changed.
pub const PLAN: &str = "/app/settings/plan";

/// Name of the session's cookie.
pub const SESSION: &str = "__Host-sobrado";

/// Somebody at an agency's storefront.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The agency's database.
    pub db: TenantDb,
    /// Version of what its pages show, when the layers have asked for it: what is remembered is remembered under it.
    pub content: Option<i64>,
}

/// Somebody who works for an agency.
#[derive(Debug, Clone)]
pub struct Staff {
    /// The agency's database.
    pub db: TenantDb,
    /// Their account.
    pub account: Account,
    /// Their role.
    pub role: Role,
    /// Whether they asked to stay signed in.
    pub remember: bool,
    /// The operator who acts as them, if it is one.
    pub acting: Option<Box<Acting>>,
    /// The request that they are making.
    pub request: Request,
}

impl Staff {
    /// Their identifier in the agency's own database.
    pub fn id(&self) -> StaffId {
        StaffId(self.account.user.as_uuid())
    }

    /// Whose records they see, and who they are: what `may_see` asks for.
    pub const fn sees(&self) -> (&'static str, Uuid) {
        (self.role.sees().as_str(), self.account.user.as_uuid())
    }

    /// Who changes something in the central database, and from where.
    pub fn by(&self) -> team::By {
        self.request.by_member(self.account.tenant, self.account.user)
    }
}

/// An operator who acts as a member of an agency's staff.
#[derive(Debug, Clone)]
pub struct Acting {
    /// Names the impersonation.
    pub id: Uuid,
    /// Who it is.
    pub operator: OperatorAccount,
    /// Until when.
    pub until: OffsetDateTime,
    /// Whether changes are let through.
    pub may_write: bool,
}

/// Somebody who runs the platform.
#[derive(Debug, Clone)]
pub struct Operator {
    /// Their account.
    pub account: OperatorAccount,
    /// The request that they are making.
    pub request: Request,
}

/// Put into the request by the layers: who it comes from.
#[derive(Debug, Clone)]
pub enum Who {
    /// Nobody is signed in.
    Nobody,
    /// A person has given their password and has yet to choose an agency.
    Choosing(PersonId),
    /// A member of staff, and the agency's database or why it was not opened.
    Staff {
        /// Their account.
        account: Account,
        /// Their role.
        role: Role,
        /// Whether they asked to stay signed in.
        remember: bool,
        /// The operator who acts as them, if it is one.
        acting: Option<Box<Acting>>,
        /// The agency's database.
        db: Result<TenantDb, OpenError>,
    },
    /// An operator.
    Operator(OperatorAccount),
}

/// Put into the request by the layers: a form that came after its session had ended, sealed until its sender is back;
/// nothing, when it is too large to wait on a page.
#[derive(Debug, Clone)]
pub struct Late(pub Option<String>);

/// Put into the request by the layers: what was typed into the form of a sign-in page when it was refused; no password.
#[derive(Debug, Clone)]
pub struct Typed(pub Fields);

/// Put into the request by the layers: the draft that the page's address names, and why its form was refused.
#[derive(Debug, Clone)]
pub struct RefusedDraft(pub Uuid, pub AppError);

/// Put into the request by the layers on a storefront host: whose it is.
#[derive(Debug, Clone)]
pub struct Storefront(pub Result<TenantDb, OpenError>);

/// Put into the request by the page cache: the content version that the page is made for.
#[derive(Debug, Clone, Copy)]
pub struct ContentVersion(pub i64);

fn parts() -> Result<Parts, AppError> {
    use_context::<Parts>().ok_or_else(|| AppError::Internal("no request".into()))
}

/// The visitor of a storefront.
///
/// # Errors
/// [`AppError::NotFound`] on the platform's host, [`AppError::Suspended`] and [`AppError::Unavailable`] as they say.
pub fn visitor() -> Result<Visitor, AppError> {
    let parts = parts()?;
    let content = parts.extensions.get::<ContentVersion>().map(|version| version.0);
    match parts.extensions.get::<Storefront>() {
        Some(Storefront(db)) => Ok(Visitor { db: db.clone()?, content }),
        None => Err(AppError::NotFound),
    }
}

/// The member of staff, when their role permits this.
///
/// # Errors
/// [`AppError::Unauthenticated`], [`AppError::Forbidden`], [`AppError::Suspended`], [`AppError::Unavailable`], and
/// [`AppError::PlanFeature`] where the row of the server function asks for more than the agency's plan includes.
pub fn staff(can: Can) -> Result<Staff, AppError> {
    let parts = parts()?;
    declared(&parts, Audience::Staff(can))?;
    match parts.extensions.get::<Who>() {
        Some(Who::Staff { account, role, remember, acting, db }) => {
            if !role.may(can) {
                return Err(AppError::Forbidden);
            }
            let (role, remember, acting, db) = (*role, *remember, acting.clone(), db.clone()?);
            if let Some(row) = access::of_server_fn(parts.uri.path()) {
                included(row, db.route())?;
            }
            Ok(Staff { db, account: account.clone(), role, remember, acting, request: request_of(&parts) })
        }
        Some(Who::Operator(_)) => Err(AppError::Forbidden),
        _ => Err(AppError::Unauthenticated),
    }
}

/// Somebody who works for an agency that may be closed, on the plan's page.
#[derive(Debug, Clone)]
pub struct PlanStaff {
    /// The agency.
    pub route: Arc<Route>,
    /// Its database, when it may be entered.
    pub db: Option<TenantDb>,
    /// Their account.
    pub account: Account,
    /// Their role.
    pub role: Role,
    /// The request that they are making.
    pub request: Request,
}

/// For the plan's page alone: as [`staff`], but of a closed agency too, without its database.
///
/// # Errors
/// As [`staff`].
pub fn staff_of_plan(can: Can) -> Result<PlanStaff, AppError> {
    let parts = parts()?;
    declared(&parts, Audience::Staff(can))?;
    let (account, role, db) = match parts.extensions.get::<Who>() {
        Some(Who::Staff { account, role, db: Err(OpenError::NotActive(_)), .. }) if role.may(can) => {
            (account.clone(), *role, None)
        }
        _ => staff(can).map(|staff| (staff.account, staff.role, Some(staff.db)))?,
    };
    let route = house()?.routes.by_tenant(account.tenant).ok_or(AppError::NotFound)?;
    Ok(PlanStaff { route, db, account, role, request: request_of(&parts) })
}

/// Whether an agency's plan includes what a row of the access table needs.
///
/// # Errors
/// [`AppError::PlanFeature`] with the plan that has it.
pub fn included(row: &Access, route: &Route) -> Result<(), AppError> {
    let Some(feature) = row.feature.filter(|feature| !route.has(feature.as_str())) else { return Ok(()) };
    let (plan, upgrade) = match route.offer(feature.as_str()) {
        Some(offer) => (offer.display_name.clone(), format!("{PLAN}?plan={}", offer.plan)),
        None => (String::new(), PLAN.to_owned()),
    };
    Err(AppError::PlanFeature(Gate { feature, plan, upgrade }))
}

/// The operator.
///
/// # Errors
/// [`AppError::Unauthenticated`], [`AppError::Forbidden`] for an agency's staff.
pub fn operator() -> Result<Operator, AppError> {
    let parts = parts()?;
    declared(&parts, Audience::Operator)?;
    match parts.extensions.get::<Who>() {
        Some(Who::Operator(account)) => Ok(Operator { account: account.clone(), request: request_of(&parts) }),
        Some(Who::Staff { .. }) => Err(AppError::Forbidden),
        _ => Err(AppError::Unauthenticated),
    }
}

/// Whoever it is: for signing in and out, and for the language.
///
/// # Errors
/// [`AppError::Internal`] outside a request.
pub fn anybody() -> Result<(Who, Request), AppError> {
    let parts = parts()?;
    let who = parts.extensions.get::<Who>().cloned().unwrap_or(Who::Nobody);
    Ok((who, request_of(&parts)))
}

/// What a refused form on the sign-in page held, and the form of whoever is asked to sign in again.
///
/// # Errors
/// [`AppError::Internal`] outside a request.
pub fn entrance() -> Result<(Fields, Option<Late>), AppError> {
    let extensions = parts()?.extensions;
    let typed = extensions.get::<Typed>().map(|typed| typed.0.clone()).unwrap_or_default();
    Ok((typed, extensions.get::<Late>().cloned()))
}

/// The draft that the page's address names, and why its form was refused.
///
/// # Errors
/// Those of every caller.
pub fn refused_draft() -> Result<Option<(Uuid, AppError)>, AppError> {
    Ok(parts()?.extensions.get::<RefusedDraft>().map(|RefusedDraft(id, why)| (*id, why.clone())))
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(http::header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(n, _)| *n == name).map(|(_, value)| value)
}

/// The person who has given a password, whether or not they have chosen an agency.
///
/// # Errors
/// [`AppError::Unauthenticated`].
pub fn person() -> Result<PersonId, AppError> {
    match anybody()?.0 {
        Who::Choosing(person) => Ok(person),
        Who::Staff { account, .. } => Ok(account.person),
        Who::Operator(account) => Ok(account.person),
        Who::Nobody => Err(AppError::Unauthenticated),
    }
}

/// A server function that asks for something else than its row in [`access::ROWS`] says is a defect: refuse.
fn declared(parts: &Parts, asked: Audience) -> Result<(), AppError> {
    let path = parts.uri.path();
    match access::of_server_fn(path) {
        Some(row) if row.audience != asked => {
            tracing::error!(path, "the server function asks for another audience than its row declares");
            Err(AppError::Internal(request_of(parts).id))
        }
        None if path.starts_with("/fn/") => Err(AppError::NotFound),
        _ => Ok(()),
    }
}

/// What the process has opened.
///
/// # Errors
/// [`AppError::Internal`] outside a request.
pub fn house() -> Result<Arc<House>, AppError> {
    use_context::<Arc<House>>().ok_or_else(|| AppError::Internal("no house".into()))
}

/// The current year, for rules that ask for it.
///
/// # Errors
/// [`AppError::Internal`] outside a request.
pub fn year() -> Result<i16, AppError> {
    Ok(crate::values::day::year(house()?.clock.now()))
}

/// The request's id; empty outside a request.
pub fn request_id() -> String {
    use_context::<Parts>().map(|parts| request_of(&parts).id).unwrap_or_default()
}

fn request_of(parts: &Parts) -> Request {
    parts.extensions.get::<Request>().cloned().unwrap_or_else(|| Request {
        id: String::new(),
        ip: IpAddr::from([0, 0, 0, 0]),
        user_agent: None,
    })
}

/// Gives the answer its status when an error leaves the server as bytes, unless a browser posted a form:
/// leptos_axum applies a status after its redirect, and a form without WASM would end on a blank page.
pub fn answer_with(error: &AppError) {
    let is_form = use_context::<Parts>().is_some_and(|parts| accepts_html(&parts.headers));
    if !is_form {
        set_status(error);
    }
}

/// Gives the page that is being rendered the status of an error.
pub fn set_status(error: &AppError) {
    let Some(options) = use_context::<ResponseOptions>() else { return };
    options.set_status(error.status());
    if let Some(seconds) = error.retry_after() {
        options.insert_header(http::header::RETRY_AFTER, http::HeaderValue::from(seconds));
    }
}

/// Says that the page has moved for good to a path of ours.
pub fn moved_to(path: &str) {
    let (Some(options), Ok(path)) = (use_context::<ResponseOptions>(), http::HeaderValue::from_str(path)) else {
        return;
    };
    options.set_status(http::StatusCode::MOVED_PERMANENTLY);
    options.insert_header(http::header::LOCATION, path);
}

/// Whether the caller wants a page: a browser that posts a form, as against a call.
pub fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get(http::header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/html"))
}

//! A form without WASM keeps what was typed: refused fields become a draft, and the page renders from it. One whose
//! session has ended meanwhile waits, sealed, on the sign-in page ([`super::late`]).

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use std::sync::Arc;
use tenancy::Host;
use tenancy::central::sessions::{self, SIGNED, Signed};
use tower::ServiceExt as _;
use tower_sessions::Session;
use tower_sessions::session::Id;

use app::access::{self, Audience};
use app::caller::{self, Late, Who};
use app::drafts;
use app::error::AppError;
use app::state::House;
use app::values::fields::Fields;
use app::values::id::StaffId;

use super::late::LateForm;
use super::session::COOKIE;

/// Where a form waits for its sender to come back.
const SIGN_IN: &str = "/fn/auth/sign_in";
/// The largest form that is kept.
const LARGEST: usize = 64 * 1024;

/// What the layer works with.
#[derive(Clone)]
pub struct Forms {
    /// Drafts, sessions, the key.
    pub house: Arc<House>,
    /// The platform's front pages: the sign-in page is among them.
    pub front: Router,
}

/// The layer. What is too large is refused here, whether or not it said so beforehand.
pub async fn layer(State(forms): State<Forms>, request: Request, next: Next) -> Response {
    let house = &*forms.house;
    if *request.method() != Method::POST || !request.uri().path().starts_with("/fn/") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = match axum::body::to_bytes(body, LARGEST).await {
        Ok(body) => body,
        Err(error) => return super::limits::unread(&error),
    };
    let is_form = caller::accepts_html(&parts.headers);
    let request = Request::from_parts(parts, Body::from(body.clone()));
    if !is_form {
        return next.run(request).await;
    }
    let left = left_behind(&request);
    if let Some(late) = too_late(house, left, &body).await {
        let way: String = form_urlencoded::byte_serialize(late.path.as_bytes()).collect();
        let page = asking(&request, &format!("/entrar?next={way}"), &late, house);
        let mut response = show(&forms, page).await;
        if response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::UNAUTHORIZED;
        }
        return response;
    }
    if request.uri().path() == SIGN_IN
        && let Some(late) = LateForm::open(&house.key, fields(&body).get("late"), house.clock.now())
    {
        return signed_in_again(&forms, request, late, next).await;
    }
    posted(house, request, &body, next).await
}

/// The session that nobody is in any more, and the page, when a form is one of the CRM's.
fn left_behind(request: &Request) -> Option<(Id, String)> {
    let row = access::of_server_fn(request.uri().path())?;
    if !matches!((row.audience, request.extensions().get::<Who>()), (Audience::Staff(_), Some(Who::Nobody))) {
        return None;
    }
    let cookies = request.headers().get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut cookies = cookies.flat_map(|v| v.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let id = cookies.find(|(name, _)| *name == COOKIE)?.1.parse().ok()?;
    Some((id, page_of(request)?))
}

/// The form, when its session has ended.
async fn too_late(house: &House, left: Option<(Id, String)>, body: &[u8]) -> Option<LateForm> {
    let (id, path) = left?;
    let (person, user, tenant) = sessions::whose(&house.central, &id).await.ok()??;
    Some(LateForm { person, user, tenant, path, fields: fields(body), at: house.clock.now().unix_timestamp() })
}

/// The page of ours that a form was sent from, without what earlier refusals have left in its address.
fn page_of(request: &Request) -> Option<String> {
    let own = request.extensions().get::<Host>()?;
    let referer = request.headers().get(header::REFERER).filter(|referer| is_ours(Some(referer), own))?;
    let path = referer.to_str().ok()?.split_once("://")?.1.split_once('/')?.1;
    let path = format!("/{}", path.split(['?', '#']).next().unwrap_or_default());
    path.starts_with("/app/").then_some(path)
}

async fn show(forms: &Forms, page: Request) -> Response {
    forms.front.clone().oneshot(page).await.unwrap_or_else(|never| match never {})
}

/// The same caller asks for a page instead, and the form goes along.
fn asking(request: &Request, page: &str, late: &LateForm, house: &House) -> Request {
    let mut get = Request::new(Body::empty());
    *get.uri_mut() = page.parse().unwrap_or_default();
    *get.headers_mut() = request.headers().clone();
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
        get.headers_mut().remove(name);
    }
    *get.extensions_mut() = request.extensions().clone();
    if let Some(sealed) = late.seal(&house.key) {
        get.extensions_mut().insert(Late(sealed));
    }
    get
}

/// Somebody signs in and has a form waiting: theirs comes back filled, and nobody else's does.
async fn signed_in_again(forms: &Forms, request: Request, late: LateForm, next: Next) -> Response {
    let house = &*forms.house;
    let session = request.extensions().get::<Session>().cloned();
    let refused = |response: &Response| {
        let location = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok());
        location.filter(|l| l.contains("__err=")).map(str::to_owned)
    };
    let again = asking(&request, "/entrar", &late, house);
    let mut response = next.run(request).await;
    if let Some(location) = refused(&response) {
        // Their own page would lose the form: it is shown here, with what was wrong.
        let query = location.split_once('?').map_or("", |(_, query)| query);
        let page = asking(&again, &format!("/entrar?{query}"), &late, house);
        return show(forms, page).await;
    }
    match resume(house, session, &late).await {
        Ok(Some(location)) => {
            if let Ok(location) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
        }
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "a late form was not kept"),
    }
    response
}

/// Makes a draft of the form for the account that it is of; none when somebody else has signed in.
async fn resume(house: &House, session: Option<Session>, late: &LateForm) -> Result<Option<String>, AppError> {
    let Some(session) = session else { return Ok(None) };
    let signed: Option<Signed> = session.get(SIGNED).await.map_err(|_| AppError::Unavailable)?;
    let Some(signed) = signed.filter(|signed| signed.person == late.person) else { return Ok(None) };
    let account = house.accounts.staff(late.user).await.map_err(|_| AppError::Unavailable)?;
    let (Some(_), Some(route)) = (account, house.routes.by_tenant(late.tenant)) else { return Ok(None) };
    let db = house.registry.open(&route).await?;
    if signed.user != Some(late.user) {
        let back = Signed { user: Some(late.user), tenant: Some(late.tenant), ..signed };
        app::auth::sign_in::open_session(&session, back).await?;
    }
    let user = StaffId(late.user.as_uuid());
    let id = drafts::db::create(&db, user, &late.path, &late.fields, house.clock.now()).await?;
    Ok(Some(format!("{}?draft={id}", late.path)))
}

/// A browser's own post: what is refused becomes a draft.
async fn posted(house: &House, mut request: Request, body: &[u8], next: Next) -> Response {
    let who = request.extensions().get::<Who>().cloned();
    let own = request.extensions().get::<Host>().cloned();
    // Where an answer may send the browser back to is one of our own pages, or nowhere.
    if !own.is_some_and(|own| is_ours(request.headers().get(header::REFERER), &own)) {
        request.headers_mut().insert(header::REFERER, HeaderValue::from_static("/"));
    }
    let mut response = next.run(request).await;
    let refused =
        response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok()).filter(|l| l.contains("__err="));
    let (Some(location), Some(Who::Staff { account, db: Ok(db), .. })) = (refused.map(str::to_owned), who) else {
        return response;
    };
    let path = location.split('?').next().unwrap_or_default().to_owned();
    let user = StaffId(account.user.as_uuid());
    match drafts::db::create(&db, user, &path, &fields(body), house.clock.now()).await {
        Ok(id) => {
            let location = format!("{}&draft={id}", without_draft(&location));
            if let Ok(location) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
        }
        Err(error) => tracing::error!(%error, "a draft was not kept"),
    }
    response
}

fn is_ours(referer: Option<&HeaderValue>, own: &Host) -> bool {
    let authority = referer
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split_once("://"))
        .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    authority.and_then(Host::parse).is_some_and(|host| host == *own)
}

/// What was typed; never a password.
fn fields(body: &[u8]) -> Fields {
    let pairs = form_urlencoded::parse(body).into_owned();
    Fields::of(pairs.filter(|(name, _)| !name.contains("password") && !name.starts_with("__")))
}

/// The address without the draft of an earlier refusal.
fn without_draft(location: &str) -> String {
    let Some((path, query)) = location.split_once('?') else { return location.to_owned() };
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("draft=")).collect();
    format!("{path}?{}", kept.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_kept() {
        let fields = fields(b"title=Casa&password=secret&new_password=x&purposes%5B%5D=sale&purposes%5B%5D=rent");
        assert_eq!(fields.get("title"), "Casa");
        assert_eq!(fields.all("purposes"), ["sale", "rent"]);
        assert_eq!(fields.get("password"), "");
        assert_eq!(fields.get("new_password"), "");
    }

    #[test]
    fn the_way_back_is_one_of_our_pages() {
        let own = Host::parse("localhost:3000").expect("a host");
        let check = |referer: &'static str| is_ours(Some(&HeaderValue::from_static(referer)), &own);
        assert!(check("http://localhost:3000/app/properties/new?x=1"));
        assert!(!check("https://evil.example/"));
        assert!(!check("http://localhost.evil.example/"));
        assert!(!check("http://casa-azul.localhost:3000/"));
    }

    #[test]
    fn a_second_refusal_has_one_draft() {
        assert_eq!(without_draft("/a?draft=1&__err=2"), "/a?__err=2");
    }
}

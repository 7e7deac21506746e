//! A form without WASM keeps what was typed: refused fields become a draft, and the page renders from it. One whose
//! session has ended meanwhile waits, sealed, on the sign-in page ([`super::late`]).

mod console;
mod stray;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderValue, Method, StatusCode, header};
use server_fn::error::ServerFnUrlError;
use std::sync::Arc;
use tenancy::central::open_sessions;
use tenancy::central::sessions::{SIGNED, Signed};
use tenancy::{Host, TenantDb};
use tower::ServiceExt as _;
use tower_sessions::Session;
use tower_sessions::session::Id;
use uuid::Uuid;

use app::access::{self, Audience};
use app::caller::{self, Late, RefusedDraft, Typed, Who};
use app::drafts::db::{self as drafts, Draft, Place};
use app::error::AppError;
use app::state::House;
use app::values::fields::Fields;
use app::values::id::StaffId;
use app::words::Lang;

use super::address::{self, DONE, DRAFT, REFUSAL};
use super::late::LateForm;
use super::{plain, proof};

/// Where the forms of pages are sent that are no pages of the CRM, and the pages; `{token}` is the form's own. A form of the CRM
/// waits on the first for its sender.
const ENTRANCES: [(&str, &str); 10] = [
    ("/fn/auth/sign_in", "/entrar"),
    ("/fn/auth/sign_in_operator", "/platform/entrar"),
    ("/fn/auth/sign_in_code", "/entrar/codigo"),
    ("/fn/auth/prove", "/entrar/confirmar"),
    ("/fn/sign_up/request", "/cadastro"),
    ("/fn/sign_up/confirm", "/confirmar/{token}"),
    ("/fn/account/ask_password", "/senha"),
    ("/fn/account/set_password", "/senha/{token}"),
    ("/fn/account/confirm_email", "/confirmar/email/{token}"),
    ("/fn/team/accept", "/convite/{token}"),
];
/// Under this key the session of somebody whose code is awaited keeps the form that waits for them.
const LATE: &str = "late";
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
pub async fn layer(State(forms): State<Forms>, mut request: Request, next: Next) -> Response {
    let house = &*forms.house;
    if let (&Method::GET, Some(draft)) = (request.method(), named_draft(&request)) {
        let (member, path) = (member(request.extensions().get::<Who>()), request.uri().path().to_owned());
        return match refused(house, member, &path, draft).await {
            Ok(why) => {
                let is_asked = matches!(why, Some(RefusedDraft(_, AppError::ProofNeeded)));
                let is_settled = is_asked && proof::is_given(house, request.extensions()).await;
                if let Some(why) = why.filter(|_| !is_settled) {
                    request.extensions_mut().insert(why);
                }
                next.run(request).await
            }
            Err(error) => {
                tracing::error!(%error, "a draft was not found out about");
                unavailable(asker(&request))
            }
        };
    }
    if !request.uri().path().starts_with("/fn/") {
        return next.run(request).await;
    }
    if *request.method() == Method::GET
        && caller::accepts_html(request.headers())
        && let Some(page) = stray::page_of(&request)
    {
        return Redirect::to(page).into_response();
    }
    if *request.method() != Method::POST {
        return next.run(request).await;
    }
    let (is_form, (lang, _)) = (caller::accepts_html(request.headers()), asker(&request));
    let (parts, body) = request.into_parts();
    let body = match axum::body::to_bytes(body, LARGEST).await {
        Ok(body) => body,
        Err(error) => return super::limits::unread(&error, is_form, lang),
    };
    let mut request = Request::from_parts(parts, Body::from(body.clone()));
    if !is_form {
        return next.run(request).await;
    }
    let left = left_behind(&request);
    match too_late(house, left, &body).await {
        Ok(None) => {}
        Ok(Some(late)) => {
            let mut page = asking(&request, &at_entrance(ENTRANCES[0].1, &late.path));
            page.extensions_mut().insert(Late(late.seal(&house.key)));
            return shown(&forms, page, &AppError::Unauthenticated).await;
        }
        Err(error) => {
            // The browser still has the form: what is answered now decides whether anybody goes back to it.
            tracing::error!(%error, "nobody can say whose a late form is");
            return unavailable(asker(&request));
        }
    }
    let back = way_back(&request);
    if let Ok(back) = HeaderValue::from_str(&back) {
        request.headers_mut().insert(header::REFERER, back);
    }
    if let Some((_, page)) = ENTRANCES.iter().find(|(to, _)| *to == request.uri().path()) {
        let typed = fields(&body);
        return entered(&forms, (request, &back), (&with_token(page, typed.get("token")), typed), next).await;
    }
    if let Some((back, page)) = console::page(&request, &back, &body) {
        if let Ok(back) = HeaderValue::from_str(&back) {
            request.headers_mut().insert(header::REFERER, back);
        }
        return console::posted(&forms, (request, &back), (&page, fields(&body)), next).await;
    }
    posted(house, (request, &back), &body, next).await
}

/// The draft that the page's address names.
fn named_draft(request: &Request) -> Option<Uuid> {
    let mut pairs = form_urlencoded::parse(request.uri().query()?.as_bytes());
    pairs.find(|(name, _)| name == DRAFT).and_then(|(_, id)| id.parse().ok())
}

/// Why the form of a draft was refused, for whoever typed it and on its own page.
async fn refused(
    house: &House,
    member: Option<(StaffId, TenantDb)>,
    path: &str,
    id: Uuid,
) -> Result<Option<RefusedDraft>, AppError> {
    let Some((user, db)) = member else { return Ok(None) };
    let draft = drafts::find(&db, Place { user, path }, Some(id), house.clock.now()).await?;
    Ok(draft.and_then(|draft| draft.refusal).map(|why| RefusedDraft(id, why)))
}

/// A sign-in page and where the way leads from it.
fn at_entrance(page: &str, next: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{page}?next={next}")
}

/// The page with the token that its form carries; what is no token of ours leads to a page that says so.
fn with_token(page: &str, token: &str) -> String {
    let is_one = !token.is_empty()
        && token.len() <= 100
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    page.replace("{token}", if is_one { token } else { "-" })
}

/// A sign-in page that is the answer to a form, and why that was refused.
async fn shown(forms: &Forms, page: Request, why: &AppError) -> Response {
    let mut response = forms.front.clone().oneshot(page).await.unwrap_or_else(|never| match never {});
    if response.status() == StatusCode::OK {
        *response.status_mut() = why.status();
        if let Some(seconds) = why.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
    }
    response
}

/// Their language, and the request's identifier.
fn asker(request: &Request) -> (Lang, String) {
    let id = request.extensions().get::<caller::Request>().map(|r| r.id.clone()).unwrap_or_default();
    (request.extensions().get::<Lang>().copied().unwrap_or_default(), id)
}

/// A page that says to come back: nothing was done with the form.
fn unavailable((lang, id): (Lang, String)) -> Response {
    plain::error(&AppError::Unavailable, true, lang, &id)
}

/// The session that nobody is in any more, and the page, when a form is one of the CRM's.
fn left_behind(request: &Request) -> Option<(Id, String)> {
    let row = access::of_server_fn(request.uri().path())?;
    let is_behind_a_door = matches!(row.audience, Audience::Staff(_) | Audience::SignedIn);
    if !is_behind_a_door || !matches!(request.extensions().get::<Who>(), Some(Who::Nobody)) {
        return None;
    }
    let id = caller::cookie(request.headers(), caller::SESSION)?.parse().ok()?;
    Some((id, page_at(&way_back(request))?))
}

/// The form, when its session has ended.
async fn too_late(house: &House, left: Option<(Id, String)>, body: &[u8]) -> Result<Option<LateForm>, AppError> {
    let Some((id, path)) = left else { return Ok(None) };
    let whose = open_sessions::whose(&house.central, &id).await?;
    let at = house.clock.now().unix_timestamp();
    Ok(whose.map(|(person, user, tenant)| LateForm { person, user, tenant, path, fields: fields(body), at }))
}

/// The page that a form was sent from, when it is one of our own, without what earlier refusals have left in its address;
/// the first page otherwise. Nothing else is where an answer may send the browser back to.
fn way_back(request: &Request) -> String {
    let own = request.extensions().get::<Host>();
    let referer = request.headers().get(header::REFERER);
    match (own, referer.and_then(|v| v.to_str().ok())) {
        (Some(own), Some(address)) if is_ours(referer, own) => {
            address::without(&address::without(address, &REFUSAL), &[DRAFT, DONE])
        }
        _ => "/".to_owned(),
    }
}

/// The path of a page of the CRM.
fn page_at(back: &str) -> Option<String> {
    let path = back.split_once("://")?.1.split_once('/')?.1;
    let path = format!("/{}", address::path(path));
    path.starts_with("/app/").then_some(path)
}

/// Where the answer sends the browser, when that is back to the form.
fn sent_back<'a>(response: &'a Response, back: &str) -> Option<&'a str> {
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    (address::path(location) == address::path(back)).then_some(location)
}

/// Why the form was refused. What the form's own page had in its address is gone by then: this is the answer's.
fn refusal(location: &str) -> Option<AppError> {
    let query = location.split_once('?')?.1;
    let (_, said) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "__err")?;
    Some(ServerFnUrlError::decode_err(&said))
}

fn send_to(response: &mut Response, address: &str) {
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
}

/// The same caller asks for a page instead.
fn asking(request: &Request, page: &str) -> Request {
    let mut get = Request::new(Body::empty());
    *get.uri_mut() = page.parse().unwrap_or_default();
    *get.headers_mut() = request.headers().clone();
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
        get.headers_mut().remove(name);
    }
    *get.extensions_mut() = request.extensions().clone();
    get
}

/// Somebody signs in. Refused, they get the page as they left it: there is no session yet to keep a draft in. A form that
/// has waited comes back filled if it is theirs, and nobody else's does.
async fn entered(
    forms: &Forms,
    (request, back): (Request, &str),
    (page, typed): (&str, Fields),
    next: Next,
) -> Response {
    let house = &*forms.house;
    let late = LateForm::open(&house.key, typed.get("late"), house.clock.now());
    let session = request.extensions().get::<Session>().cloned();
    let mut again = asking(&request, &at_entrance(page, typed.get("next")));
    let mut response = next.run(request).await;
    let said = sent_back(&response, back).and_then(|location| Some((refusal(location)?, location.split_once('?')?.1)));
    if let Some((why, said)) = said {
        let said = format!("{}&{}", again.uri(), address::only(said, &REFUSAL));
        *again.uri_mut() = said.parse().unwrap_or_default();
        if let Some(late) = late {
            again.extensions_mut().insert(Late(late.seal(&house.key)));
        }
        again.extensions_mut().insert(Typed(typed));
        return shown(forms, again, &why).await;
    }
    match carry_on(house, session, late).await {
        Ok(Some(location)) => send_to(&mut response, &location),
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "a late form was not kept"),
    }
    response
}

/// The way to the form that has waited. While a code is awaited it waits on, sealed, in the session that opens nothing yet.
async fn carry_on(house: &House, session: Option<Session>, late: Option<LateForm>) -> Result<Option<String>, AppError> {
    let Some(session) = session else { return Ok(None) };
    let lost = |_| AppError::Unavailable;
    let is_signed_in = session.get::<Signed>(SIGNED).await.map_err(lost)?.is_some();
    match late {
        Some(late) if !is_signed_in => {
            session.insert(LATE, late.seal(&house.key)).await.map_err(lost)?;
            session.save().await.map_err(lost)?;
            Ok(None)
        }
        Some(late) => resume(house, session, &late).await,
        None if is_signed_in => {
            let Some(sealed) = session.remove::<Option<String>>(LATE).await.map_err(lost)?.flatten() else {
                return Ok(None);
            };
            session.save().await.map_err(lost)?;
            match LateForm::open(&house.key, &sealed, house.clock.now()) {
                Some(late) => resume(house, session, &late).await,
                None => Ok(None),
            }
        }
        None => Ok(None),
    }
}

/// Makes a draft of the form for the account that it is of; none when somebody else has signed in.
async fn resume(house: &House, session: Session, late: &LateForm) -> Result<Option<String>, AppError> {
    let signed: Option<Signed> = session.get(SIGNED).await.map_err(|_| AppError::Unavailable)?;
    let Some(signed) = signed.filter(|signed| signed.person == late.person) else { return Ok(None) };
    let account = house.accounts.staff(late.user).await.map_err(|_| AppError::Unavailable)?;
    let (Some(account), Some(route)) = (account, house.routes.by_tenant(late.tenant)) else { return Ok(None) };
    let db = house.registry.open(&route).await?;
    if signed.user != Some(late.user) {
        let role = Some(account.role);
        let back = Signed { user: Some(late.user), tenant: Some(late.tenant), role, ..signed };
        app::auth::sign_in::open_session(&session, back).await?;
    }
    let place = Place { user: StaffId(late.user.as_uuid()), path: &late.path };
    let draft = Draft { fields: late.fields.clone(), refusal: None };
    let id = drafts::create(&db, place, draft, house.clock.now()).await?;
    Ok(Some(address::with(&late.path, DRAFT, &id.to_string())))
}

/// A browser's own post: what is refused becomes a draft, and so does why. Without a session there is no draft, and the
/// address says why; whoever reads it there trusts none of its words.
async fn posted(house: &House, (request, back): (Request, &str), body: &[u8], next: Next) -> Response {
    let member = member(request.extensions().get::<Who>());
    let asker = asker(&request);
    // Those of the door say for themselves what came of them: another language, a second factor.
    let path = request.uri().path().to_owned();
    let done = path.rsplit('/').next().filter(|_| page_at(back).is_some() && !path.starts_with("/fn/auth/"));
    let mut response = next.run(request).await;
    let Some(location) = sent_back(&response, back) else { return response };
    let Some(refusal) = refusal(location) else {
        send_to(&mut response, &done.map_or_else(|| back.to_owned(), |name| address::with(back, DONE, name)));
        return response;
    };
    let (Some((user, db)), Some(path)) = (member, page_at(back)) else { return response };
    let draft = Draft { fields: fields(body), refusal: Some(refusal) };
    match drafts::create(&db, Place { user, path: &path }, draft, house.clock.now()).await {
        Ok(id) => {
            send_to(&mut response, &address::with(back, DRAFT, &id.to_string()));
            response
        }
        Err(error) => {
            tracing::error!(%error, "a draft was not kept");
            unavailable(asker)
        }
    }
}

fn member(who: Option<&Who>) -> Option<(StaffId, TenantDb)> {
    match who {
        Some(Who::Staff { account, db: Ok(db), .. }) => Some((StaffId(account.user.as_uuid()), db.clone())),
        _ => None,
    }
}

fn is_ours(referer: Option<&HeaderValue>, own: &Host) -> bool {
    let authority = referer
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split_once("://"))
        .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    authority.and_then(Host::parse).is_some_and(|host| host == *own)
}

/// What was typed; never a password, nor a code that stands beside one.
fn fields(body: &[u8]) -> Fields {
    let is_secret = |name: &str| name.contains("password") || name == app::auth::second_step::FIELD;
    let pairs = form_urlencoded::parse(body).into_owned();
    Fields::of(pairs.filter(|(name, _)| !is_secret(name) && !name.starts_with("__")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_kept() {
        let fields = fields(
            b"title=Casa&password=secret&new_password=x&purposes%5B%5D=sale&purposes%5B%5D=rent&second_factor=123456",
        );
        assert_eq!(fields.get("title"), "Casa");
        assert_eq!(fields.get("second_factor"), "");
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
}

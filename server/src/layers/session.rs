//! Who is calling on the platform's host: the session names the account, the account names the agency.

use axum::Extension;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::SET_COOKIE;
use http::{HeaderName, HeaderValue};
use std::sync::Arc;
use tenancy::DatabaseError;
use tenancy::central::second_factors;
use tenancy::central::sessions::{Acting, SIGNED, Signed, stored_id};
use time::OffsetDateTime;
use tower_sessions::Session;

use app::access::Role;
use app::caller::{self, Who};
use app::error::AppError;
use app::state::House;
use app::words::Lang;

use super::request::Said;

/// What a browser is to forget (W3C, Clear Site Data).
const CLEAR: HeaderName = HeaderName::from_static("clear-site-data");

/// Gives the line that takes the session's cookie back the attributes without which a browser ignores one of this name
/// (RFC 6265bis, `__Host-`): tower-sessions sends only its path.
pub async fn secure_removal(mut response: Response) -> Response {
    let is_bare = |line: &HeaderValue| {
        line.to_str()
            .is_ok_and(|line| line.starts_with(caller::SESSION) && !line.split(';').any(|part| part.trim() == "Secure"))
    };
    let headers = response.headers_mut();
    if headers.get_all(SET_COOKIE).iter().any(is_bare) {
        let lines: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().cloned().collect();
        headers.remove(SET_COOKIE);
        for line in lines {
            let whole = [line.as_bytes(), b"; Secure; HttpOnly; SameSite=Lax"].concat();
            let line = if is_bare(&line) { HeaderValue::from_bytes(&whole).unwrap_or(line) } else { line };
            headers.append(SET_COOKIE, line);
        }
    }
    response
}

/// The layer. Inside tower-sessions' own.
pub async fn layer(State(house): State<Arc<House>>, mut request: Request, next: Next) -> Response {
    let has_cookie = caller::cookie(request.headers(), caller::SESSION).is_some();
    // A request without a session costs no query.
    let who = if has_cookie {
        let session = request.extensions().get::<Session>().cloned();
        let asked = request.extensions().get::<caller::Request>().cloned();
        match identify(&house, session, asked.as_ref()).await {
            Ok(who) => who,
            Err(error) => {
                let id = request.extensions().get::<caller::Request>().map(|r| r.id.clone()).unwrap_or_default();
                return super::plain::error(&error, caller::accepts_html(request.headers()), Lang::default(), &id);
            }
        }
    } else {
        Who::Nobody
    };
    let said = match &who {
        Who::Staff { account, .. } => {
            Said { tenant: Some(account.tenant.to_string()), user: Some(account.user.to_string()) }
        }
        Who::Operator(account) => Said { tenant: None, user: Some(account.operator.to_string()) },
        _ => Said::default(),
    };
    request.extensions_mut().insert(who);
    let mut response = next.run(request).await;
    response.extensions_mut().insert(said);
    response
}

/// `POST /sair`: ends the session, here and in the browser.
pub async fn sign_out(
    State(house): State<Arc<House>>,
    session: Session,
    Extension(who): Extension<Who>,
    request: Request,
) -> Response {
    let of_operators = matches!(who, Who::Operator(_) | Who::Staff { acting: Some(_), .. });
    let door = if of_operators { "/platform/entrar" } else { "/entrar" };
    let asked = request.extensions().get::<caller::Request>().cloned();
    match flush(&house, &session, &who, asked.as_ref()).await {
        // What the browser has kept of pages behind the door goes too; its cookies stay, one of them vouches for it.
        Ok(()) => ([(CLEAR, "\"cache\", \"storage\"")], Redirect::to(door)).into_response(),
        Err(error) => {
            let id = asked.map(|asked| asked.id).unwrap_or_default();
            super::plain::error(&error, caller::accepts_html(request.headers()), Lang::default(), &id)
        }
    }
}

/// Ends the session, and with it whatever an operator did as somebody else.
async fn flush(house: &House, session: &Session, who: &Who, request: Option<&caller::Request>) -> Result<(), AppError> {
    if let (Who::Staff { acting: Some(acting), .. }, Some(request)) = (who, request) {
        end(house, acting, request).await?;
    }
    session.flush().await.map_err(|error| {
        tracing::warn!(%error, "a session could not be ended");
        AppError::Unavailable
    })
}

/// Nobody can say whose account it is: the page says to come back, and the log why.
fn unknown(error: Arc<DatabaseError>) -> AppError {
    tracing::warn!(%error, "an account could not be read");
    AppError::Unavailable
}

async fn identify(house: &House, session: Option<Session>, request: Option<&caller::Request>) -> Result<Who, AppError> {
    let Some(session) = session else { return Ok(Who::Nobody) };
    let signed: Option<Signed> = session.get(SIGNED).await.map_err(|error| {
        tracing::warn!(%error, "the session could not be read");
        AppError::Unavailable
    })?;
    let Some(signed) = signed else { return Ok(Who::Nobody) };
    let now = house.clock.now();
    let acting = match &signed.acting {
        None => None,
        Some(acting) => match still_acting(house, (&session, acting), request).await? {
            Still::Acting(acting) => Some(acting),
            Still::Not(who) => return Ok(*who),
        },
    };
    if let Some(operator) = signed.operator {
        let account = house.accounts.operator(operator).await.map_err(unknown)?;
        return Ok(account.map_or(Who::Nobody, Who::Operator));
    }
    let Some(user) = signed.user else { return Ok(Who::Choosing(signed.person)) };
    // Asked on every request (remembered five seconds): the person must still belong there.
    let Some(mut account) = house.accounts.staff(user).await.map_err(unknown)? else {
        return Ok(Who::Nobody);
    };
    // Another role is another session: what the old identifier opened was the old role's.
    if signed.role.as_ref() != Some(&account.role) && !change_role(house, &session, &signed, &account.role).await? {
        return Ok(Who::Nobody);
    }
    let (Some(role), Some(route)) = (Role::parse(&account.role), house.routes.by_tenant(account.tenant)) else {
        return Ok(Who::Nobody);
    };
    let is_told = account.asked_at.is_some() || account.second_factor;
    if house.settings.production && role == Role::Owner && !is_told {
        account.asked_at = Some(second_factors::ask(&house.central, account.person, now).await?);
    }
    let db = house.registry.open(&route).await;
    if let (true, Ok(db)) = (account.is_behind, &db) {
        // Who has just joined acts in a database that has yet to hear of them: their rows would name nobody.
        app::team::jobs::catch_up(house, db, user).await?;
    }
    Ok(Who::Staff { account, role, remember: signed.remember, acting, db })
}

/// What has become of an operator who acts as a member.
enum Still {
    /// Nothing.
    Acting(Box<caller::Acting>),
    /// It is over, and this is who they are now.
    Not(Box<Who>),
}

/// Asked on every request: the operator must still be one, and the time not over. Then their own session comes back.
async fn still_acting(
    house: &House,
    (session, acting): (&Session, &Acting),
    request: Option<&caller::Request>,
) -> Result<Still, AppError> {
    let account = house.accounts.operator(acting.operator).await.map_err(unknown)?;
    let until = OffsetDateTime::from_unix_timestamp(acting.until).ok();
    let (Some(operator), Some(until)) = (account, until) else { return Ok(Still::Not(Box::new(Who::Nobody))) };
    let acting = caller::Acting { id: acting.id, operator, until, may_write: acting.may_write };
    if house.clock.now() < until {
        return Ok(Still::Acting(Box::new(acting)));
    }
    if let Some(request) = request {
        end(house, &acting, request).await?;
    }
    match app::platform::acting::come_back(house, session).await {
        Ok(()) => Ok(Still::Not(Box::new(Who::Operator(acting.operator)))),
        // Another request of the same browser was first: what this one's cookie names is over.
        Err(AppError::Unauthenticated) => Ok(Still::Not(Box::new(Who::Nobody))),
        Err(error) => Err(error),
    }
}

async fn end(house: &House, acting: &caller::Acting, request: &caller::Request) -> Result<(), AppError> {
    app::platform::acting::note_end(house, acting, request).await
}

/// Puts a session under another identifier, for another role. One session makes one: who comes second finds it ended.
async fn change_role(house: &House, session: &Session, signed: &Signed, role: &str) -> Result<bool, AppError> {
    let Some(id) = session.id() else { return Ok(false) };
    if !house.sessions.end(signed.person, &stored_id(&id)).await? {
        return Ok(false);
    }
    let signed = Signed { role: Some(role.to_owned()), ..signed.clone() };
    app::auth::sign_in::open_session(session, signed).await?;
    Ok(true)
}

//! The address of a form, asked for as if it were a page: it stands in the browser after a refusal.

use axum::extract::Request;

use app::access;
use app::caller::Who;

use super::ENTRANCES;

/// The page to go to from the address that the answer of a refused form leaves in the browser. Its own token is not in that
/// address, so it is the page where another link is asked for, where there is one.
pub(super) fn page_of(request: &Request) -> Option<&'static str> {
    let (path, who) = (request.uri().path(), request.extensions().get::<Who>());
    access::of_server_fn(path)?;
    Some(match (ENTRANCES.iter().find(|(to, _)| *to == path), who) {
        (Some((_, page)), _) if !page.contains('{') => page,
        (Some(("/fn/account/set_password", _)), _) => "/senha",
        (Some(("/fn/sign_up/confirm", _)), _) => "/cadastro",
        (Some(_), _) => "/entrar",
        (None, Some(Who::Operator(_))) => "/platform",
        (None, _) => "/app",
    })
}

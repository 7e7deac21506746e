//! The HTTP surface on one screen: two faces, picked by the host before anything else.

use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::{HeaderName, StatusCode, header};
use leptos::prelude::provide_context;
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use tower::{ServiceBuilder, ServiceExt as _};
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, SessionManagerLayer};

use app::caller;
use app::error::AppError;
use app::state::{AppState, House};
use app::words::Lang;

use crate::audit_export;
use crate::console_events;
use crate::layers::forms::Forms;
use crate::layers::headers::Secure;
use crate::layers::host::{Door, Face};
use crate::layers::limits::FORM;
use crate::layers::request::Proxies;
use crate::layers::{
    central, forms, guard, headers, host, language, limits, panic, plain, request, same_origin, session, still,
    storefront,
};
use crate::page_cache::{self, PageCache};
use crate::tls_allowed::{self, Asked};
use crate::{media, progress};

/// Whether the process takes new work; `/readyz` says so.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Says that the process is stopping.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_stopping(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

#[derive(Clone)]
struct Faces {
    app: Router,
    site: Router,
    house: Arc<House>,
    readiness: Readiness,
}

/// Everything that listens on the public address.
pub fn router(state: &AppState, trusted_proxies: &[IpAddr], readiness: Readiness) -> Router {
    let house = state.house.clone();
    let proxies = Proxies(trusted_proxies.into());
    let door = Door { house: house.clone(), proxies: proxies.clone() };
    let secure = Secure { https: house.settings.https };
    let faces = Faces { app: app_face(state), site: site_face(state), house: house.clone(), readiness };
    let inside = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .fallback(dispatch)
        .with_state(faces);
    // Around the router and not, as its own `layer`, around each of its routes: there each layer copies all those within it.
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(proxies, request::layer))
        .layer(from_fn_with_state(secure, headers::layer))
        .layer(from_fn(panic::layer))
        .layer(from_fn(limits::layer))
        .layer(from_fn_with_state(door, host::layer))
        .layer(from_fn_with_state(house, same_origin::layer));
    Router::new().fallback_service(layers.service(inside))
}

/// What the internal listener answers.
pub fn internal(asked: Asked) -> Router {
    Router::new()
        .route("/internal/tls-allowed", get(tls_allowed::answer))
        .with_state(asked)
        .route("/metrics", get(|| async { crate::telemetry::metrics().render() }))
        .route("/healthz", get(|| async { "ok\n" }))
}

async fn readyz(State(faces): State<Faces>) -> Response {
    if !faces.readiness.is_stopping() && faces.house.central.is_ready().await {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
    }
}

/// Each face owns `/` and its own server functions; a path of one on the other's host is a 404.
async fn dispatch(State(faces): State<Faces>, request: Request) -> Response {
    let path = request.uri().path();
    let of_the_storefront = path.starts_with("/fn/storefront/");
    let answer = match request.extensions().get::<Face>() {
        Some(Face::Platform) if !of_the_storefront => faces.app.oneshot(request).await,
        Some(Face::Storefront(_)) if of_the_storefront || !path.starts_with("/fn/") => {
            faces.site.oneshot(request).await
        }
        _ => return plain::error(&AppError::NotFound, true, Lang::default(), ""),
    };
    answer.unwrap_or_else(|never| match never {})
}

fn app_face(state: &AppState) -> Router {
    static CRM: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    static FRONT: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    let crm = CRM.get_or_init(|| generate_route_list(app::App)).clone();
    let front = FRONT.get_or_init(|| generate_route_list(app::Front)).clone();
    let house = state.house.clone();
    let sessions = SessionManagerLayer::new(house.sessions.clone())
        .with_name(caller::SESSION)
        .with_secure(true)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnSessionEnd);
    let (options, quiet) = (state.leptos_options.clone(), state.leptos_options.clone());
    let still = Router::new()
        .leptos_routes_with_context(state, front, context(&house), move || app::shell::front_shell(quiet.clone()))
        .route("/sair", post(session::sign_out))
        .route("/cadastro/andamento/eventos", get(progress::events).layer(Extension(progress::Streams::default())))
        .route("/platform/operations/events", get(console_events::of_all))
        .route("/platform/operations/{id}/events", get(console_events::of_one))
        .layer(from_fn(still::layer))
        .with_state(state.clone());
    let front = still.clone();
    // Every builder mounts every server function; the first one's answer, and what it has no page for falls through.
    let inside = Router::new()
        .leptos_routes_with_context(state, crm, context(&house), move || app::shell::shell(options.clone()))
        .layer(from_fn(still::preloads))
        .fallback_service(still.clone())
        .layer(DefaultBodyLimit::max(FORM))
        .route(limits::UPLOADS, post(media::upload).layer(DefaultBodyLimit::max(media::UPLOAD)))
        .route(limits::LOGO, post(media::upload_logo).layer(DefaultBodyLimit::max(media::UPLOAD)))
        .route(limits::PORTRAIT, post(media::upload_portrait).layer(DefaultBodyLimit::max(media::UPLOAD)))
        // Among the addresses of the CRM, and pages without a script all the same.
        .route_service("/app/settings/domains", still.clone())
        .route_service("/app/settings/team", still.clone())
        .route_service("/app/settings/team/{id}", still.clone())
        .route_service("/app/settings/plan", still.clone())
        .route_service("/app/settings/audit", still.clone())
        .route_service("/app/profile/security", still.clone())
        .route_service("/app/profile/leave", still.clone())
        .route_service("/app/profile/photo", still)
        .route("/media/{photo}/{file}", get(media::of_staff))
        .route("/logo/{file}", get(media::logo_of_staff))
        .route("/portrait/{user}/{file}", get(media::portrait))
        .route("/app/settings/audit/export", get(audit_export::export))
        .route("/platform/audit/export", get(audit_export::export))
        .with_state(state.clone());
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(house.clone(), central::layer))
        .layer(map_response(session::secure_removal))
        .layer(sessions)
        .layer(from_fn_with_state(house.clone(), session::layer))
        .layer(from_fn(language::platform))
        .layer(from_fn_with_state(Forms { house: house.clone(), front }, forms::layer))
        .layer(from_fn_with_state(house, guard::layer));
    files(state).fallback_service(layers.service(inside)).layer(CompressionLayer::new())
}

fn site_face(state: &AppState) -> Router {
    static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    let routes = ROUTES.get_or_init(|| generate_route_list(app::Site)).clone();
    let house = state.house.clone();
    let options = state.leptos_options.clone();
    let inside = Router::new()
        .leptos_routes_with_context(state, routes, context(&house), move || app::shell::site_shell(options.clone()))
        .layer(DefaultBodyLimit::max(FORM))
        .route("/media/{photo}/{file}", get(media::of_storefront))
        .route("/logo/{file}", get(media::logo_of_storefront))
        .with_state(state.clone());
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(house, storefront::layer))
        .layer(from_fn(language::storefront))
        .layer(from_fn_with_state(Arc::<PageCache>::default(), page_cache::layer))
        .layer(from_fn(still::layer));
    files(state).fallback_service(layers.service(inside))
}

/// What pages and server functions find around them.
fn context(house: &Arc<House>) -> impl Fn() + Clone + Send + Sync + 'static + use<> {
    let house = house.clone();
    move || provide_context(house.clone())
}

/// The bundle and the files of `public/`: no agency's, the same on every host.
fn files(state: &AppState) -> Router {
    let root = std::path::PathBuf::from(state.leptos_options.site_root.as_ref());
    // Not a constant header: it would keep a 404 of a rolling deployment for a year.
    let immutable = SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, |response: &Response<_>| {
        let found = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
        Some(http::HeaderValue::from_static(if found { "public, max-age=31536000, immutable" } else { "no-store" }))
    });
    let folder = |name: &str| ServeDir::new(root.join(name)).precompressed_br().precompressed_gzip();
    let cross = SetResponseHeaderLayer::overriding(
        HeaderName::from_static("x-robots-tag"),
        http::HeaderValue::from_static("noindex"),
    );
    Router::new()
        .nest_service("/pkg", folder("pkg"))
        .nest_service("/fonts", folder("fonts"))
        .nest_service("/assets", folder("assets"))
        .route("/theme/{colors}", get(theme))
        .route_service("/favicon.svg", tower_http::services::ServeFile::new(root.join("favicon.svg")))
        .layer(immutable)
        .layer(cross)
}

/// A style sheet of two colours, which its address names: no agency's, the same on every host.
async fn theme(Path(file): Path<String>) -> Response {
    match app::storefront::theme::sheet(&file) {
        Some(css) => ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], css).into_response(),
        None => plain::error(&AppError::NotFound, true, Lang::Pt, ""),
    }
}

//! A house with agencies in it, and callers who knock at its doors.

pub mod chance;
pub mod process;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};
use sqlx::ConnectOptions as _;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tenancy::testing::{Agency, bed};
use tenancy::{Clock, RegistryOptions};
use time::{Duration, OffsetDateTime};
use tokio::sync::OnceCell;
use tower::ServiceExt as _;

use app::properties::types::PhotoId;
use app::state::{AppState, Settings};
use server::router::{Readiness, router};

/// The proxy that the house believes.
pub const PROXY: &str = "10.9.8.7";

/// Everything behind the doors.
pub struct House {
    pub state: AppState,
    pub router: Router,
    clock: Arc<Mutex<Duration>>,
    is_clock_broken: Arc<AtomicBool>,
}

static HOUSE: OnceCell<House> = OnceCell::const_new();

/// The process's one house: route lists are made once in a process.
pub async fn house() -> &'static House {
    HOUSE.get_or_init(|| open(RegistryOptions { max_pools: 80, ..RegistryOptions::default() })).await
}

/// A house of its own, for tests that turn its clock or count its pools.
pub async fn open(registry: RegistryOptions) -> House {
    open_as(registry, settings()).await
}

/// A house of its own as the benchmark starts it: its limits count and do not refuse.
pub async fn open_for_bench() -> House {
    open_as(RegistryOptions::default(), Settings { only_counts: true, ..settings() }).await
}

/// The settings of a house on somebody's own machine.
pub fn settings() -> Settings {
    Settings {
        base_url: "http://localhost:3000".into(),
        base_host: "localhost".into(),
        base_port: ":3000".into(),
        https: false,
        demo: false,
        production: false,
        only_counts: false,
    }
}

/// A house of its own with these settings.
pub async fn open_as(registry: RegistryOptions, settings: Settings) -> House {
    let bed = bed().await;
    let ahead = Arc::new(Mutex::new(Duration::ZERO));
    let turned = ahead.clone();
    let is_clock_broken = Arc::new(AtomicBool::new(false));
    let is_broken = is_clock_broken.clone();
    let clock = Clock::of(move || {
        assert!(!is_broken.load(Ordering::Acquire), "the clock is broken");
        OffsetDateTime::now_utc() + *turned.lock().expect("not poisoned")
    });
    let files = bed.data_dir.join("files");
    let (state, _committed) =
        server::boot::open_state(&bed.deployment, files, settings, clock, registry).await.expect("it opens");
    let proxy: IpAddr = PROXY.parse().expect("an address");
    let router = router(&state, &[proxy], Readiness::default());
    House { state, router, clock: ahead, is_clock_broken }
}

impl House {
    /// Turns the house's clock forward.
    pub fn wait(&self, time: Duration) {
        *self.clock.lock().expect("not poisoned") += time;
    }

    /// From now on whoever asks this house for the time panics.
    pub fn break_clock(&self) {
        self.is_clock_broken.store(true, Ordering::Release);
    }

    /// A stranger at the same house, whose bundle lies in this folder.
    pub fn stranger_at_bundle(&self, folder: &Path) -> Caller {
        let mut state = self.state.clone();
        state.leptos_options.site_root = folder.to_string_lossy().into();
        Caller { router: router(&state, &[], Readiness::default()), ..self.stranger() }
    }

    /// An agency that this house knows.
    pub async fn agency(&self) -> Agency {
        let agency = tenancy::testing::agency().await;
        self.state.house.routes.reload().await.expect("read");
        agency
    }

    /// An agency as described.
    pub async fn agency_of(&self, new: tenancy::central::operations::NewTenant) -> Agency {
        let agency = tenancy::testing::agency_of(new).await;
        self.state.house.routes.reload().await.expect("read");
        agency
    }

    /// Somebody without a session, at the platform's host.
    pub fn stranger(&self) -> Caller {
        Caller {
            router: self.router.clone(),
            host: "localhost:3000".into(),
            cookies: Vec::new(),
            headers: HeaderMap::new(),
            peer: None,
        }
    }

    /// Makes the sizes of an agency's photographs, as the worker does.
    pub async fn make_photos(&self, agency: &Agency) {
        let route = self.state.house.routes.by_tenant(agency.route.tenant).expect("known");
        let db = self.state.house.registry.open(&route).await.expect("opened");
        let waiting = sqlx::query_scalar("select id from property_photos where state = 'waiting'");
        let waiting: Vec<uuid::Uuid> = waiting.fetch_all(&db).await.expect("listed");
        for id in waiting {
            app::properties::jobs::make_variants(&self.state.house, &db, PhotoId(id)).await.expect("made");
        }
    }

    /// A visitor of an agency's storefront.
    pub fn visitor(&self, agency: &Agency) -> Caller {
        Caller { host: format!("{}.localhost:3000", agency.route.slug), ..self.stranger() }
    }

    /// The agency's owner, signed in.
    pub async fn owner(&self, agency: &Agency) -> Caller {
        self.signed_in(&agency.email).await
    }

    /// A member of an agency's staff in this role, signed in.
    pub async fn member(&self, agency: &Agency, role: &str) -> Caller {
        let email = format!("{role}@{}.example", agency.route.slug);
        let new = tenancy::central::people::NewPerson {
            name: role,
            email: &email,
            password_hash: tenancy::testing::PASSWORD_HASH,
        };
        let bed = bed().await;
        bed.deployment.provisioner().add_user(agency.route.tenant, &new, role).await.expect("added");
        self.signed_in(&email).await
    }

    /// An operator, signed in.
    pub async fn operator(&self) -> Caller {
        let email = format!("op-{}@sobrado.example", uuid::Uuid::now_v7().simple());
        let new = tenancy::central::people::NewPerson {
            name: "Operator",
            email: &email,
            password_hash: tenancy::testing::PASSWORD_HASH,
        };
        tenancy::central::operators::ensure(&self.state.house.central, &new).await.expect("added");
        let mut caller = self.stranger();
        let answer =
            caller.call("auth/sign_in_operator", &[("email", &email), ("password", tenancy::testing::PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        caller
    }

    async fn signed_in(&self, email: &str) -> Caller {
        let mut caller = self.stranger();
        let answer = caller.call("auth/sign_in", &[("email", email), ("password", tenancy::testing::PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        caller
    }
}

/// Somebody with a browser's memory for cookies.
#[derive(Clone)]
pub struct Caller {
    router: Router,
    pub host: String,
    pub cookies: Vec<(String, String)>,
    pub headers: HeaderMap,
    /// Where the requests come from; none: this machine.
    pub peer: Option<SocketAddr>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The whole answer without what is new in every one: the request's identifier and the nonce.
    pub fn bare(&self) -> (StatusCode, Vec<String>, String) {
        let nonce = self.header("content-security-policy").split("'nonce-").nth(1);
        let nonce = nonce.and_then(|rest| rest.split('\'').next()).unwrap_or_default();
        let bare = |text: &str| {
            let new = [nonce, self.header("x-request-id")];
            new.iter().filter(|new| !new.is_empty()).fold(text.to_owned(), |text, new| text.replace(new, ""))
        };
        let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            format!("{name}: {}", bare(&String::from_utf8_lossy(value.as_bytes())))
        };
        let mut headers: Vec<String> = self.headers.iter().map(line).collect();
        headers.sort();
        (self.status, headers, bare(&self.text()))
    }

    /// The answer without what differs between any two: the request's identifier and the date.
    pub fn comparable(&self) -> (StatusCode, Vec<String>, Vec<u8>) {
        let mut names: Vec<String> = self.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (self.status, names, self.body.clone())
    }
}

impl Caller {
    /// Opens a page as a browser does.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, "text/html", None).await
    }

    /// Calls a server function as the browser's program does.
    pub async fn call(&mut self, endpoint: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, &format!("/fn/{endpoint}"), "application/json", Some(encode(fields))).await
    }

    /// Posts a form as a browser without WASM does, from the page at `from`.
    pub async fn post(&mut self, endpoint: &str, from: &str, fields: &[(&str, &str)]) -> Answer {
        let referer = format!("http://{}{from}", self.host).parse().expect("a header");
        self.headers.insert(header::REFERER, referer);
        let answer = self.send(Method::POST, &format!("/fn/{endpoint}"), "text/html", Some(encode(fields))).await;
        self.headers.remove(header::REFERER);
        answer
    }

    pub async fn send(&mut self, method: Method, path: &str, accept: &str, form: Option<String>) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path).header(header::ACCEPT, accept);
        request = request.header(header::HOST, &self.host);
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if method != Method::GET
            && !self.headers.contains_key(header::ORIGIN)
            && !self.headers.contains_key("sec-fetch-site")
        {
            request =
                request.header(header::ORIGIN, format!("http://{}", self.host)).header("sec-fetch-site", "same-origin");
        }
        if form.is_some() && !self.headers.contains_key(header::CONTENT_TYPE) {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(form.map_or_else(Body::empty, Body::from)).expect("a request");
        self.knock(request).await
    }

    /// Sends files to a property as the form of its photographs does.
    pub async fn upload(&mut self, property: &str, accept: &str, files: &[(&str, &str, Vec<u8>)]) -> Answer {
        self.send_files(&format!("/app/properties/{property}/photos"), accept, "photos", files).await
    }

    /// Sends files as a form does, in the field of this name.
    pub async fn send_files(
        &mut self,
        path: &str,
        accept: &str,
        field: &str,
        files: &[(&str, &str, Vec<u8>)],
    ) -> Answer {
        let mut body = Vec::new();
        for (name, kind, bytes) in files {
            let head = format!(
                "--edge\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\ncontent-type: {kind}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--edge--\r\n");
        self.post_body(path, accept, "multipart/form-data; boundary=edge", body).await
    }

    /// Posts a body of any type.
    pub async fn post_body(&mut self, path: &str, accept: &str, kind: &str, body: impl Into<Body>) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let request = Request::post(path)
            .header(header::ACCEPT, accept)
            .header(header::HOST, &self.host)
            .header(header::ORIGIN, format!("http://{}", self.host))
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, kind)
            .body(body.into())
            .expect("a request");
        self.knock(request).await
    }

    pub async fn knock(&mut self, mut request: Request<Body>) -> Answer {
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
        }
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("text");
            let (name, value) = text.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            self.cookies.retain(|(n, _)| n != name);
            if !value.is_empty() && !text.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let body = axum::body::to_bytes(body, 16 * 1024 * 1024).await.expect("a body").to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone())
    }
}

fn encode(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

/// The fields of a property that may be registered.
pub fn a_property<'a>(id: &'a str, title: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("id", id),
        ("type", "apartment"),
        ("usage", "residential"),
        ("purposes[]", "sale"),
        ("status", "active"),
        ("title", title),
        ("description", "Sala ampla, varanda e duas vagas; perto do metrô e do parque do bairro."),
        ("sale_price", "450.000"),
        ("bedrooms", "2"),
        ("city", "São Paulo"),
        ("uf", "SP"),
        ("neighborhood", "Vila Mariana"),
    ]
}

/// Registers a property and gives its identifier.
pub async fn register(caller: &mut Caller, title: &str) -> String {
    let id = uuid::Uuid::now_v7().to_string();
    let answer = caller.call("properties/create", &a_property(&id, title)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    id
}

/// A photograph of one colour.
pub fn a_photo(shade: u8) -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(480, 320, image::Rgb([shade, 120, 200]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("written");
    bytes.into_inner()
}

/// A logo of one colour on nothing.
pub fn a_logo(shade: u8) -> Vec<u8> {
    let logo = image::RgbaImage::from_fn(300, 100, |x, _| image::Rgba([shade, 74, 173, if x < 150 { 0 } else { 255 }]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    logo.write_to(&mut bytes, image::ImageFormat::Png).expect("written");
    bytes.into_inner()
}

/// Sends a logo and gives its address.
pub async fn send_logo(caller: &mut Caller) -> String {
    let files = [("logo.png", "image/png", a_logo(9))];
    let answer = caller.send_files("/app/settings/brand/logo", "application/json", "logo", &files).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    let settings = caller.call("store_settings/load", &[]).await.json();
    settings["logo"][0].as_str().expect("a logo").to_owned()
}

/// Gives the agency its registration, without which nothing is published.
pub async fn with_creci(agency: &Agency) {
    let set = sqlx::query("update store_settings set creci = 'J-12345'");
    set.execute(&mut root(agency).await).await.expect("set");
}

/// Above every rule of an agency's database.
pub async fn root(agency: &Agency) -> sqlx::PgConnection {
    let db = &agency.route.placement.db_name;
    tenancy::testing::superuser().await.database(db).connect().await.expect("superuser")
}

/// Registers a property with one photograph, puts it on the storefront and gives both identifiers and the photograph's
/// address.
pub async fn on_the_storefront(house: &House, agency: &Agency, caller: &mut Caller, title: &str) -> (String, Photo) {
    with_creci(agency).await;
    let id = register(caller, title).await;
    let answer = caller.upload(&id, "application/json", &[("sala.jpg", "image/jpeg", a_photo(200))]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    house.make_photos(agency).await;
    let answer = caller.call("properties/publish", &[("id", &id)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let page = caller.call("properties/photos", &[("id", &id)]).await.json();
    let text = |name: &str| page["photos"][0][name].as_str().expect("there").to_owned();
    (id, Photo { id: text("id"), address: text("small") })
}

/// A photograph of a property.
#[derive(Debug, Clone)]
pub struct Photo {
    pub id: String,
    pub address: String,
}

//! A house with agencies in it, and callers who knock at its doors.

mod caller;
pub mod chance;
pub mod cut;
pub mod dns;
pub mod edge;
pub mod process;
pub mod second_factor;
pub mod smtp;
mod statements;

use axum::Router;
use http::{HeaderMap, StatusCode};
use sqlx::ConnectOptions as _;
use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use tenancy::testing::{Agency, bed};
use tenancy::{Clock, Deployment, RegistryOptions};
use time::{Duration, OffsetDateTime};
use tokio::sync::OnceCell;

pub use caller::{Answer, Caller, encode};
pub use statements::{asks_indexes, statements};

use app::outside::mail::Post;
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

/// How many lines callers have come from so far (RFC 3849: addresses of nobody).
static LINES: AtomicU32 = AtomicU32::new(0);

static HOUSE: OnceCell<House> = OnceCell::const_new();

/// The process's one house: route lists are made once in a process.
pub async fn house() -> &'static House {
    HOUSE.get_or_init(|| open(RegistryOptions::default())).await
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
        demo: None,
        production: false,
        mail: Post::Folder("outbox".into()),
        only_counts: false,
        dns_servers: Vec::new(),
        edge: Default::default(),
        payment: None,
    }
}

/// A house of its own with these settings.
pub async fn open_as(registry: RegistryOptions, settings: Settings) -> House {
    open_on(&bed().await.deployment, registry, settings).await
}

/// A house of its own on these databases, which are the bed's by whatever way.
pub async fn open_on(deployment: &Deployment, registry: RegistryOptions, settings: Settings) -> House {
    let bed = bed().await;
    let settings = Settings { dns_servers: dns::addresses().await, ..settings };
    let ahead = Arc::new(Mutex::new(Duration::ZERO));
    let turned = ahead.clone();
    let is_clock_broken = Arc::new(AtomicBool::new(false));
    let is_broken = is_clock_broken.clone();
    let clock = Clock::of(move || {
        assert!(!is_broken.load(Ordering::Acquire), "the clock is broken");
        OffsetDateTime::now_utc() + *turned.lock().expect("not poisoned")
    });
    let files = bed.data_dir.join("files");
    // Of all houses of the process: their worker may carry each other's mails, for they have one central database.
    let settings = Settings { mail: Post::Folder(bed.data_dir.join("outbox")), ..settings };
    let (state, _committed) =
        server::boot::open_state(deployment, files, settings, clock, registry).await.expect("it opens");
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

    /// What a mail says, after a worker has carried it to its file.
    pub async fn mail(&self, id: &str) -> String {
        let house = &self.state.house;
        let file = house.mailer.file_of(id.parse().expect("a mail's identifier")).expect("a file each");
        for _ in 0..200 {
            server::worker::post::carry_due(house).await.expect("carried");
            if let Ok(data) = std::fs::read_to_string(&file) {
                return smtp::readable(&data);
            }
            // Another house's worker has taken it.
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("the mail {id} was not carried");
    }

    /// Somebody without a session, at the platform's host, on a line that nobody else is on: what a line is limited by, all
    /// tests of the process together would reach.
    pub fn stranger(&self) -> Caller {
        let line = LINES.fetch_add(1, Ordering::Relaxed);
        let [a, b] = [(line >> 16) as u16, line as u16];
        let address = Ipv6Addr::new(0x2001, 0xdb8, a, b, 0, 0, 0, 1);
        Caller {
            router: self.router.clone(),
            host: "localhost:3000".into(),
            cookies: Vec::new(),
            headers: HeaderMap::new(),
            peer: Some((address, 4000).into()),
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
        self.add_member(agency, role).await;
        self.signed_in(&format!("{role}@{}.example", agency.route.slug)).await
    }

    /// A member of an agency's staff in this role: their account.
    pub async fn add_member(&self, agency: &Agency, role: &str) -> tenancy::UserId {
        let email = format!("{role}@{}.example", agency.route.slug);
        let new = tenancy::central::people::NewPerson {
            name: role,
            email: &email,
            password_hash: tenancy::testing::PASSWORD_HASH,
        };
        let bed = bed().await;
        bed.deployment.provisioner().add_user(agency.route.tenant, &new, role).await.expect("added")
    }

    /// The mails of this kind that have gone to an address, oldest first, readable.
    pub async fn mails(&self, kind: &str, to: &str) -> Vec<String> {
        let house = &self.state.house;
        let mut central = tenancy::testing::superuser().await.database("central").connect().await.expect("superuser");
        for _ in 0..600 {
            server::worker::post::carry_due(house).await.expect("carried");
            let waiting = "select count(*) from mails where kind = $1 and recipient = $2 and state <> 'sent'";
            let waiting = sqlx::query_scalar::<_, i64>(waiting).bind(kind).bind(to).fetch_one(&mut central);
            // Another test may be carrying it.
            if waiting.await.expect("counted") == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let ids = sqlx::query_scalar("select id from mails where kind = $1 and recipient = $2 order by id");
        let ids: Vec<uuid::Uuid> = ids.bind(kind).bind(to).fetch_all(&mut central).await.expect("listed");
        let read = |id| std::fs::read_to_string(house.mailer.file_of(id).expect("a file")).expect("readable");
        ids.into_iter().map(|id| smtp::readable(&read(id))).collect()
    }

    /// What the last mail of this kind to an address links to: the path on the platform's host.
    pub async fn link(&self, kind: &str, to: &str) -> String {
        let mails = self.mails(kind, to).await;
        let text = mails.last().unwrap_or_else(|| panic!("no {kind} to {to}"));
        let rest = text.split("http://localhost:3000/").nth(1).unwrap_or_else(|| panic!("no link in {text}"));
        let path = rest.split(|c: char| c.is_whitespace() || c == '"').next().unwrap_or_default();
        format!("/{path}")
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

    pub async fn signed_in(&self, email: &str) -> Caller {
        let mut caller = self.stranger();
        let answer = caller.call("auth/sign_in", &[("email", email), ("password", tenancy::testing::PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        caller
    }
}

/// Whose turn it is to be measured is one list for everybody: who changes it, or works it off, has it for itself.
pub static TURNS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// What agencies' own databases know of their people: who looks at what is behind has it for themselves.
static COPIES: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Keeps copies of members as they are, until it is dropped.
pub async fn hold_copies() -> tokio::sync::MutexGuard<'static, ()> {
    COPIES.lock().await
}

/// Brings every copy of a member up to date, as the worker does.
pub async fn bring_up(house: &House) {
    let _turn = hold_copies().await;
    server::worker::team::bring_up(&house.state.house, &mut server::worker::away::Away::default())
        .await
        .expect("brought up");
}

/// Waits until a session opens nothing any more: other processes hear it too, so it is heard and not known.
pub async fn ends(caller: &mut Caller) {
    for _ in 0..1_000 {
        if caller.call("auth/sessions", &[]).await.status == StatusCode::UNAUTHORIZED {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the session goes on");
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
    register_as(caller, &[("title", title)]).await
}

/// Registers a property that differs in these fields from the usual one, and gives its identifier.
pub async fn register_as(caller: &mut Caller, fields: &[(&str, &str)]) -> String {
    let id = uuid::Uuid::now_v7().to_string();
    let mut all = a_property(&id, "Apartamento no parque");
    all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
    all.extend(fields.iter().copied());
    let answer = caller.call("properties/create", &all).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    id
}

/// A house for sale and for rent, far apart: which price counts says the purpose.
pub const OF_TWO_PURPOSES: [(&str, &str); 5] = [
    ("title", "Casa de dois fins"),
    ("purposes[]", "sale"),
    ("purposes[]", "rent"),
    ("sale_price", "900.000"),
    ("rent", "4.000"),
];

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

/// Sends a photograph of the caller and gives its address.
pub async fn send_portrait(caller: &mut Caller, shade: u8) -> String {
    let files = [("eu.jpg", "image/jpeg", a_photo(shade))];
    let answer = caller.send_files("/app/profile/photo/file", "application/json", "photo", &files).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    let profile = caller.call("account/profile", &[]).await.json();
    profile["face"]["src"].as_str().expect("a photograph").to_owned()
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

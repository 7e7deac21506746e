//! The lines of the table: what is asked of the product, and what it is held against.

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use uuid::Uuid;

use super::installation::Installation;
use super::load::{self, Target};
use super::seed::{LARGE, PASSWORD, SMALL, WRITTEN};
use super::{Failure, Wanted};

/// What a line must reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// At most so many times the bare limit.
    Bare(f64),
    /// At most so many times the floor.
    Floor(f64),
    /// At most so many times another line.
    Line(&'static str, f64),
}

/// Which process answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    /// The product.
    Product,
    /// The captured bytes.
    Bare,
    /// The same rows by hand.
    Floor,
}

/// One line.
pub(crate) struct Line {
    pub(crate) workload: &'static str,
    pub(crate) name: &'static str,
    pub(crate) product: Request,
    /// Name of the captured answer.
    pub(crate) bare: &'static str,
    pub(crate) floor: Option<Floor>,
    pub(crate) goal: Goal,
}

/// The floor's side of a line, and the cost that it must stay near to (performance.md), in microseconds.
pub(crate) struct Floor {
    pub(crate) request: Request,
    pub(crate) row: Option<f64>,
}

/// The bytes of the n-th request, and how small an answer may be.
#[derive(Clone)]
pub(crate) struct Request {
    make: Arc<dyn Fn(u64) -> String + Send + Sync>,
    least: usize,
}

impl Request {
    pub(crate) fn to(&self, address: SocketAddr) -> Target {
        Target { address, request: self.make.clone(), least: self.least }
    }
}

pub(crate) fn request(least: usize, make: impl Fn(u64) -> String + Send + Sync + 'static) -> Request {
    Request { make: Arc::new(make), least }
}

pub(crate) fn get(host: &str, path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: text/html\r\n{more}\r\n")
}

pub(crate) fn post(host: &str, path: &str, more: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nsec-fetch-site: same-origin\r\naccept: application/json\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n{more}\r\n{body}"
    )
}

/// The small agency's first page.
pub(crate) fn first_page(house: &Installation) -> String {
    get(&storefront(house, SMALL), "/", "")
}

pub(crate) fn storefront(house: &Installation, slug: &str) -> String {
    format!("{slug}.localhost:{}", house.address().port())
}

/// Signs the owner of an agency in: the request of a browser that has not been here before.
pub(crate) fn sign_in(house: &Installation, slug: &str) -> Request {
    let host = format!("localhost:{}", house.address().port());
    let mut form = form_urlencoded::Serializer::new(String::new());
    let form = form.append_pair("email", &format!("dona@{slug}.example")).append_pair("password", PASSWORD).finish();
    let bytes = post(&host, "/fn/auth/sign_in", "", &form);
    request(0, move |_| bytes.clone())
}

/// The cookie line of a new session.
pub(crate) async fn session(house: &Installation, slug: &str) -> Result<String, Failure> {
    let answer = load::once(house.address(), &(sign_in(house, slug).make)(0)).await?;
    let cookies = answer.head.lines().filter_map(|line| line.split_once(": "));
    let cookies = cookies.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    let pairs: Vec<&str> = cookies.filter_map(|(_, cookie)| cookie.split(';').next()).collect();
    if !pairs.iter().any(|pair| pair.starts_with("__Host-sobrado=")) {
        return Err(format!("nobody was signed in: {} {}", answer.status, String::from_utf8_lossy(&answer.body)).into());
    }
    Ok(format!("cookie: {}\r\n", pairs.join("; ")))
}

/// The property list of an agency, for whoever has a session there.
pub(crate) fn list(house: &Installation, cookie: &str) -> String {
    get(&format!("localhost:{}", house.address().port()), "/app/properties", cookie)
}

/// The fields of a new property.
fn property() -> String {
    let id = Uuid::now_v7().to_string();
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([
        ("id", id.as_str()),
        ("type", "apartment"),
        ("usage", "residential"),
        ("purposes[]", "sale"),
        ("status", "active"),
        ("title", "Apartamento com varanda em Vila Mariana"),
        ("description", "Sala ampla, varanda e duas vagas; perto do metrô e do parque do bairro."),
        ("sale_price", "450.000"),
        ("bedrooms", "2"),
        ("city", "São Paulo"),
        ("uf", "SP"),
        ("neighborhood", "Vila Mariana"),
    ]);
    form.finish()
}

/// Answers of the running product by name, each with the request that it is the answer to.
struct Captured(HashMap<&'static str, (String, usize)>);

impl Captured {
    async fn take(house: &Installation, (mine, theirs): (&str, &str)) -> Result<Self, Failure> {
        let (small, large) = (storefront(house, SMALL), storefront(house, LARGE));
        let mut all = HashMap::new();
        for (name, asked) in [
            ("landing", get(&small, "/", "")),
            ("landing-large", get(&large, "/", "")),
            ("search", get(&small, &price(0), "")),
            ("search-large", get(&large, &rent(0), "")),
            ("list", list(house, mine)),
            ("list-large", list(house, theirs)),
        ] {
            let answer = load::once(house.address(), &asked).await?;
            if answer.status != 200 {
                let text = String::from_utf8_lossy(&answer.body);
                return Err(format!("{name} answered {}: {text}", answer.status).into());
            }
            fs::write(house.answers().join(name), &answer.body)?;
            // A page that lacks a tenth of itself is another page.
            all.insert(name, (asked, answer.body.len() * 9 / 10));
        }
        fs::write(house.answers().join("empty"), b"")?;
        Ok(Self(all))
    }

    /// The same request again and again.
    fn again(&self, name: &str) -> Request {
        let (asked, least) = self.0.get(name).cloned().unwrap_or_default();
        request(least, move |_| asked.clone())
    }

    /// Requests for the same page at ever new addresses.
    fn anew(&self, name: &str, host: &str, address: fn(u64) -> String) -> Request {
        let (least, host) = (self.0.get(name).map_or(0, |(_, least)| *least), host.to_owned());
        request(least, move |n| get(&host, &address(n), ""))
    }
}

/// What is not kept must be made: each request names an address that nobody has asked for. On `/` that is a word of the
/// search, which its form would carry.
pub(crate) fn word(n: u64) -> String {
    format!("/?q={n}")
}

/// In a search it is the lowest price: 50,000 and something, below everything there is.
fn price(n: u64) -> String {
    format!("/imoveis?type=apartment&bedrooms=1&min_price={}.{:02}", 50_000 + n / 100 % 100_000, n % 100)
}

/// Among the listings, which are for rent.
fn rent(n: u64) -> String {
    format!("/imoveis?type=apartment&bedrooms=2&min_price={}.{:02}", 1 + n / 100 % 400, n % 100)
}

fn floor(row: Option<f64>, path: &'static str) -> Option<Floor> {
    Some(Floor { request: request(1_000, move |_| get("floor", path, "")), row })
}

/// All lines that are wanted, with the bare limit's answers captured from the running product.
pub(crate) async fn lines(house: &Installation, wanted: &Wanted) -> Result<Vec<Line>, Failure> {
    let (small, large) = (storefront(house, SMALL), storefront(house, LARGE));
    let (mine, theirs) = (session(house, SMALL).await?, session(house, LARGE).await?);
    let captured = Captured::take(house, (&mine, &theirs)).await?;
    let host = format!("localhost:{}", house.address().port());
    let writer = session(house, WRITTEN).await?;
    let create = request(0, move |_| post(&host, "/fn/properties/create", &writer, &property()));
    let by_hand = request(0, |_| post("floor", "/copy/create", "", &property()));
    let hash = request(0, |_| post("floor", "/sign-in", "", "password=a+password+of+the+bench"));
    let search = "/small/search?type=apartment&bedrooms=1&min_price=50000";
    let search_large = "/large/search?type=apartment&bedrooms=2&min_price=1";
    let line = |name, bare, goal, product, floor| {
        let (workload, name) = name;
        Line { workload, name, product, bare, floor, goal }
    };
    let twice = Goal::Floor(2.0);
    let all = vec![
        line(("W1", "landing page, kept"), "landing", Goal::Bare(2.0), captured.again("landing"), None),
        line(
            ("W1", "landing page, made"),
            "landing",
            twice,
            captured.anew("landing", &small, word),
            floor(Some(356.0), "/small/landing"),
        ),
        line(
            ("W1", "landing page, made, listings"),
            "landing-large",
            twice,
            captured.anew("landing-large", &large, word),
            floor(None, "/large/landing"),
        ),
        line(("W2", "search, kept"), "search", Goal::Bare(2.0), captured.again("search"), None),
        line(
            ("W2", "search, made"),
            "search",
            twice,
            captured.anew("search", &small, price),
            floor(Some(914.0), search),
        ),
        line(
            ("W2", "search, made, listings"),
            "search-large",
            twice,
            captured.anew("search-large", &large, rent),
            floor(None, search_large),
        ),
        line(("W3", "CRM list"), "list", Goal::Floor(3.0), captured.again("list"), floor(Some(469.0), "/small/list")),
        line(
            ("W3", "CRM list, listings"),
            "list-large",
            Goal::Line("CRM list", 1.5),
            captured.again("list-large"),
            floor(None, "/large/list"),
        ),
        line(("W4", "create a property"), "empty", twice, create, Some(Floor { request: by_hand, row: Some(576.0) })),
        line(
            ("W5", "sign in"),
            "empty",
            Goal::Floor(1.2),
            sign_in(house, SMALL),
            Some(Floor { request: hash, row: Some(30_878.0) }),
        ),
    ];
    Ok(all.into_iter().filter(|line| wanted.has(line.workload)).collect())
}

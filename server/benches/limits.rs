//! The two limits that `workloads` holds the product against. **Bare** sends the very bytes of a page and does nothing else;
//! **floor** makes the page by hand from the same rows: axum, one pool, prepared statements and strings, no sessions, no
//! permissions, no Leptos. `limits SOCKET SMALL LARGE COPY ANSWERS` prints its port and serves until it is told to stop.
#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "the floor knows none of the house's rooms")]

#[path = "limits/act.rs"]
mod act;
#[path = "limits/crm.rs"]
mod crm;
#[path = "limits/site.rs"]
mod site;

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get, post};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::path::Path;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As many connections as the product gives an agency.
const CONNECTIONS: u32 = 5;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let [socket, small, large, copy, answers] = arguments.as_slice() else {
        return Err("limits SOCKET SMALL LARGE COPY ANSWERS; `make bench` starts it".into());
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let pool = |database: &str| {
            let options = PgConnectOptions::new_without_pgpass().socket(socket).username("postgres").database(database);
            PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false).connect_lazy_with(options)
        };
        let router = bare(Path::new(answers))?
            .nest("/small", floor(pool(small)))
            .nest("/large", floor(pool(large)))
            .nest("/copy", floor(pool(copy)))
            .route("/sign-in", post(act::sign_in).with_state(act::Hashes::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        axum::serve(listener, router).await?;
        Ok(())
    })
}

/// A route for each captured answer, under the file's name.
fn bare(folder: &Path) -> Result<Router, Failure> {
    let mut router = Router::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        let answer = Bytes::from(std::fs::read(&path)?);
        let send = move || async move { ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], answer) };
        router = router.route(&format!("/bare/{name}"), any(send));
    }
    Ok(router)
}

fn floor(pool: PgPool) -> Router {
    Router::new()
        .route("/landing", get(site::landing))
        .route("/search", get(site::search))
        .with_state((pool.clone(), site::Forms::default()))
        .route("/list", get(crm::list))
        .route("/create", post(act::create))
        .with_state(pool)
}

/// What a handler of the floor gives: a page, or the database's complaint.
type Answer = Result<Html<String>, Broken>;

/// The database's complaint; the run it happens in is thrown away.
struct Broken(Failure);

impl<E: Into<Failure>> From<E> for Broken {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Broken {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0.to_string()).into_response()
    }
}

/// Text as HTML shows it, appended.
fn text(page: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            c => page.push(c),
        }
    }
}

/// `R$ 1.234`, appended.
fn money(page: &mut String, amount: rust_decimal::Decimal) {
    let digits = amount.trunc().to_string();
    page.push_str("R$\u{a0}");
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            page.push('.');
        }
        page.push(digit);
    }
}

//! How many of PostgreSQL's processes work for agencies, looked at fifty times a second by somebody who is none of them.

use sqlx::{Connection as _, PgConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

use super::installation::Installation;
use super::{Failure, lines, load};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);
/// The product's own word for how many connections to agencies' databases it allows itself.
const BUDGET: &str = "tenant_connection_budget";
/// Those of them that an agency's role has: it has the name of its database.
const COUNT: &str = "select count(*) from pg_stat_activity where usename ~ '^t_[0-9a-f]{32}$'";

/// What was seen.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Backends {
    /// The most at once.
    pub(crate) most: usize,
    pub(crate) looks: usize,
}

/// Somebody who looks.
pub(crate) struct Watcher {
    stop: Arc<AtomicBool>,
    looking: JoinHandle<Result<Backends, sqlx::Error>>,
}

impl Watcher {
    /// Begins to look.
    pub(crate) async fn begin(house: &Installation) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        let looking = tokio::spawn(look(house.root("postgres").await?, stop.clone()));
        Ok(Self { stop, looking })
    }

    /// Says what there was to see.
    pub(crate) async fn end(self) -> Result<Backends, Failure> {
        self.stop.store(true, Ordering::Relaxed);
        Ok(self.looking.await??)
    }
}

async fn look(mut root: PgConnection, stop: Arc<AtomicBool>) -> Result<Backends, sqlx::Error> {
    let mut seen = Backends::default();
    let mut ticks = tokio::time::interval(PAUSE);
    while !stop.load(Ordering::Relaxed) {
        ticks.tick().await;
        let count: i64 = sqlx::query_scalar(COUNT).fetch_one(&mut root).await?;
        seen.most = seen.most.max(usize::try_from(count).unwrap_or_default());
        seen.looks += 1;
    }
    Ok(seen)
}

/// How many there are now.
pub(crate) async fn connections(house: &Installation) -> Result<usize, Failure> {
    let mut root = house.root("postgres").await?;
    let count: i64 = sqlx::query_scalar(COUNT).fetch_one(&mut root).await?;
    root.close().await?;
    Ok(usize::try_from(count)?)
}

/// How many connections the running server allows itself, by its metrics; none, when it does not say.
pub(crate) async fn budget(house: &Installation) -> Result<Option<usize>, Failure> {
    let answer = load::once(house.internal(), &lines::get("localhost", "/metrics", "")).await?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let values: Vec<f64> = text
        .lines()
        .filter(|line| line.strip_prefix(BUDGET).is_some_and(|rest| rest.starts_with([' ', '{'])))
        .filter_map(|line| line.rsplit(' ').next()?.parse().ok())
        .collect();
    // A line a server.
    Ok((!values.is_empty()).then(|| values.iter().sum::<f64>() as usize))
}

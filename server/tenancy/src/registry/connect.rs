//! A new connection: opened, looked at, and what comes of it written into the breakers.

use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions as _, Error, Row as _};
use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

use super::OpenError;
use super::agency::Agency;
use super::server::Conn;
use crate::{TenantId, migrate};

/// Between two attempts at a server that has no place now, or is not up yet.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(400));

/// Whose failure it is.
#[derive(Debug, PartialEq, Eq)]
enum Blame {
    /// The server has answered: the agency's.
    Agency,
    /// Nobody's database there can be reached.
    Server,
    /// It may be either.
    Unclear,
}

/// Opens a connection of the agency's and looks whether it is the right one.
pub(super) async fn open(agency: &Agency, until: Instant) -> Result<Conn, OpenError> {
    let server = agency.server();
    let now = Instant::now();
    if !agency.breaker().admits(now) || !server.breaker().admits(now) {
        return Err(OpenError::Resting);
    }
    let Ok(permit) = timeout_at(until, server.connects.acquire()).await else { return Err(OpenError::Busy) };
    let outcome = persist(agency, until).await;
    drop(permit);
    note(agency, &outcome);
    outcome
}

/// Tries until then, as long as what is wrong is of the kind that passes.
async fn persist(agency: &Agency, until: Instant) -> Result<Conn, OpenError> {
    let (mut pause, mut last) = (PAUSE.0, None);
    loop {
        let error = match timeout_at(until, attempt(agency)).await {
            Err(_) => return Err(last.unwrap_or_else(|| Error::Io(io::ErrorKind::TimedOut.into()).into())),
            Ok(Err(error)) if is_passing(&error) => error,
            Ok(other) => return other,
        };
        if Instant::now() + pause >= until {
            return Err(error);
        }
        sleep(pause).await;
        (last, pause) = (Some(error), (pause * 2).min(PAUSE.1));
    }
}

async fn attempt(agency: &Agency) -> Result<Conn, OpenError> {
    let mut raw = agency.options().clone().connect().await?;
    check(&mut raw, agency).await?;
    let now = Instant::now();
    Ok(Conn { raw, ends: now + jittered(agency.lifetime()), used: now })
}

/// Whether the database is this agency's, and of a schema that this program understands.
async fn check(conn: &mut PgConnection, agency: &Agency) -> Result<(), OpenError> {
    let row = sqlx::query(
        "select (select tenant_id from _tenant_identity) as tenant_id,
                (select max(version) from _sqlx_migrations where success) as version",
    )
    .persistent(false)
    .fetch_one(conn)
    .await?;
    let stamp: Option<TenantId> = row.try_get("tenant_id").map_err(OpenError::from)?;
    if stamp != Some(agency.tenant()) {
        tracing::error!(tenant = %agency.tenant(), "the database carries another agency's stamp");
        agency.is_anothers(stamp);
        return Err(OpenError::WrongIdentity);
    }
    let found: Option<i64> = row.try_get("version").map_err(OpenError::from)?;
    let (found, range) = (found.unwrap_or(0), migrate::accepted());
    if !range.contains(&found) {
        return Err(OpenError::SchemaOutOfRange { found, min: *range.start(), max: *range.end() });
    }
    Ok(())
}

fn note(agency: &Agency, outcome: &Result<Conn, OpenError>) {
    let (now, server) = (Instant::now(), agency.server());
    let Err(error) = outcome else {
        server.connected.fetch_add(1, Ordering::Relaxed);
        agency.breaker().succeeded();
        server.breaker().succeeded();
        return;
    };
    match blame(error) {
        Blame::Agency => {
            agency.breaker().failed(now);
            server.breaker().succeeded();
        }
        Blame::Server => server.breaker().failed(now),
        Blame::Unclear => {
            agency.breaker().failed(now);
            server.breaker().failed_for(agency.tenant(), now);
        }
    }
}

fn code(error: &OpenError) -> Option<String> {
    let OpenError::Unavailable(error) = error else { return None };
    error.as_database_error().and_then(|error| error.code()).map(Into::into)
}

/// PostgreSQL is coming up or going down, or has no place (for anybody, or for this agency's role).
fn is_passing(error: &OpenError) -> bool {
    matches!(code(error).as_deref(), Some("57P03" | "53300"))
}

fn blame(error: &OpenError) -> Blame {
    let OpenError::Unavailable(cause) = error else { return Blame::Agency };
    match (cause.as_ref(), code(error).as_deref()) {
        (_, Some("53300")) => Blame::Unclear,
        (_, Some(code)) if code.starts_with("57P") || code.starts_with("53") => Blame::Server,
        (_, Some(_)) => Blame::Agency,
        (Error::Io(error), None) if error.kind() == io::ErrorKind::TimedOut => Blame::Unclear,
        (Error::Io(_) | Error::Tls(_), None) => Blame::Server,
        _ => Blame::Unclear,
    }
}

/// A fifth more or less: what was opened in one moment does not end in one.
fn jittered(time: Duration) -> Duration {
    let (_, low) = uuid::Uuid::new_v4().as_u64_pair();
    time.mul_f64(0.8 + 0.4 * (low % 1024) as f64 / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_failure_it_is_is_told_by_its_kind() {
        let io = |kind: io::ErrorKind| OpenError::from(Error::Io(kind.into()));
        assert_eq!(blame(&io(io::ErrorKind::ConnectionRefused)), Blame::Server);
        assert_eq!(blame(&io(io::ErrorKind::TimedOut)), Blame::Unclear);
        assert_eq!(blame(&OpenError::WrongIdentity), Blame::Agency);
    }

    #[test]
    fn lives_end_at_different_times() {
        let time = Duration::from_secs(1200);
        let lives: std::collections::BTreeSet<_> = (0..100).map(|_| jittered(time)).collect();
        assert!(lives.len() > 20);
        assert!(lives.iter().all(|life| *life >= time.mul_f64(0.8) && *life <= time.mul_f64(1.2)));
    }
}

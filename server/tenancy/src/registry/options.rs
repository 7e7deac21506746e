//! What a registry is given, what it says, and why an agency is not opened.

use sqlx::Error;
use std::sync::Arc;
use std::time::Duration;

use crate::Status;

/// How many connections, and for how long.
#[derive(Debug, Clone)]
pub struct RegistryOptions {
    /// Connections that this process would like to have to each server. It gets its share of what the server has.
    pub max_connections: u32,
    /// Connections that one agency may have.
    pub max_connections_per_tenant: u32,
    /// What background work may have of the share, in hundredths.
    pub jobs_percent: u32,
    /// The process is soon gone: its share is small, and comes out of what is kept aside for such.
    pub is_command: bool,
    /// How long a request waits for a connection before it answers 503; opening one is part of it.
    pub acquire_timeout: Duration,
    /// When an unused connection is closed.
    pub idle_timeout: Duration,
    /// When a connection is replaced however much it is used; each a fifth earlier or later.
    pub max_lifetime: Duration,
    /// When an agency that nobody has come for is looked at anew before it is opened.
    pub forgotten_after: Duration,
    /// Connections to one server that may be opened at once, so that a cold start is no stampede.
    pub concurrent_connects: usize,
}

impl RegistryOptions {
    /// For a process that goes from agency to agency instead of serving all of them: a worker beside the web part, a
    /// command. It may have to wait until others have let go of what is its part.
    pub fn one_by_one() -> Self {
        Self {
            max_connections: 8,
            jobs_percent: 100,
            is_command: true,
            acquire_timeout: Duration::from_secs(10),
            ..Self::default()
        }
    }
}

/// For a process that serves all agencies.
impl Default for RegistryOptions {
    fn default() -> Self {
        Self {
            max_connections: 160,
            max_connections_per_tenant: 5,
            jobs_percent: 30,
            is_command: false,
            acquire_timeout: Duration::from_secs(3),
            idle_timeout: Duration::from_secs(60),
            max_lifetime: Duration::from_secs(20 * 60),
            forgotten_after: Duration::from_secs(300),
            concurrent_connects: 8,
        }
    }
}

/// Why an agency's database was not opened.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OpenError {
    /// The agency exists and may not be entered now.
    #[error("the agency is {0:?}")]
    NotActive(Status),
    /// The database carries another agency's stamp, or none.
    #[error("the database does not carry this agency's stamp")]
    WrongIdentity,
    /// The database's schema is not one that this program understands.
    #[error("the schema is at {found}, this program understands {min} to {max}")]
    SchemaOutOfRange {
        /// Version that the database is at.
        found: i64,
        /// Oldest that this program understands.
        min: i64,
        /// Newest that this program understands.
        max: i64,
    },
    /// What is kept of its server was sealed with another key.
    #[error("the address of the agency's server does not open: is SECRET_KEY another?")]
    Sealed,
    /// All connections that there may be were in use for as long as one waits.
    #[error("no connection has become free in time")]
    Busy,
    /// Other processes have all that the server gives.
    #[error(
        "every connection that the database server has for agencies is another process's: end one, or raise \
         max_connections there"
    )]
    NoShare,
    /// It failed several times in a row, and is not tried again yet.
    #[error("the agency's database did not answer, and is not asked again yet")]
    Resting,
    /// The server does not answer, or refuses.
    #[error("the agency's database cannot be reached")]
    Unavailable(#[source] Arc<Error>),
}

impl OpenError {
    pub(crate) fn into_sqlx(self) -> Error {
        Error::Configuration(Box::new(self))
    }
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self::Unavailable(Arc::new(error))
    }
}

/// Figures for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistrySnapshot {
    /// Agencies that somebody has come for lately.
    pub agencies: usize,
    /// Connections that are open, or are about to be.
    pub connections: usize,
    /// Those of them that somebody works with.
    pub in_use: usize,
    /// Connections that there may be.
    pub budget: usize,
    /// Who waits for one, beside those who wait for their own agency's.
    pub waiting: usize,
    /// How often an agency's database was looked into before anybody worked with it.
    pub opened: u64,
    /// Connections that were ever opened.
    pub connected: u64,
}

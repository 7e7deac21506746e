//! Makes an agency: ten steps, each written down, each safe to repeat, the last one the only one that visitors notice.
//!
//! | step | does | safe to repeat because |
//! |---|---|---|
//! | reserve | slug, place and operation in one transaction | unique keys |
//! | role | the agency's login role | made when absent, then always set |
//! | database | a copy of the template that nobody can enter yet | its comment says whose it is |
//! | lock_down | rights, limits, then the door is opened for this one role | sets, does not add |
//! | identity | the stamp that every connection looks at | compared, never replaced |
//! | migrate | what the template lacked | the history says what is there |
//! | seed | store settings, the first owner | natural keys |
//! | subscription | the plan, its first invoice, its limits | unique keys, and an older word never replaces a newer one |
//! | verify | signs in as the agency, and fails to sign in elsewhere | reads only |
//! | activate | what the schema lacks since; status, domain, audit line and notice in one transaction | the last one |

pub mod compare;
mod errands;
pub mod fleet;
pub mod leave;
mod ready;
pub(crate) mod schema;
mod steps;
pub(crate) mod template;

use sqlx::postgres::PgConnectOptions;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

use crate::central::hold::Hold;
use crate::central::operations::{self, NewTenant, Operation, ReserveError};
use crate::central::{companies, leases, servers, worker_name};
use crate::deployment::as_owner;
use crate::migrate::{History, MigrationFailed};
use crate::prepare::quote;
use crate::routing::Placement;
use crate::servers::{Hands, ServerError, Servers};
use crate::{CentralDb, OperationId, TenantId};

/// The steps in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Slug, place and operation.
    Reserve,
    /// The login role.
    Role,
    /// The database.
    Database,
    /// Its rights.
    LockDown,
    /// Its stamp.
    Identity,
    /// Its schema.
    Migrate,
    /// Its first rows.
    Seed,
    /// Its plan.
    Subscription,
    /// The proof.
    Verify,
    /// The door.
    Activate,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 10] = [
        Self::Reserve,
        Self::Role,
        Self::Database,
        Self::LockDown,
        Self::Identity,
        Self::Migrate,
        Self::Seed,
        Self::Subscription,
        Self::Verify,
        Self::Activate,
    ];

    /// The name under which it is recorded.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::Role => "role",
            Self::Database => "database",
            Self::LockDown => "lock_down",
            Self::Identity => "identity",
            Self::Migrate => "migrate",
            Self::Seed => "seed",
            Self::Subscription => "subscription",
            Self::Verify => "verify",
            Self::Activate => "activate",
        }
    }

    fn after(recorded: &str) -> Option<Self> {
        let done = Self::ALL.iter().position(|s| s.name() == recorded)?;
        Self::ALL.get(done + 1).copied()
    }
}

/// Why an agency could not be made. The operation waits, with this as its reason.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// It cannot be reserved.
    #[error("the agency cannot be reserved")]
    Reserve(#[from] ReserveError),
    /// A database of that name is there already and is not this agency's. Nothing was touched.
    #[error("a database of this name exists and is not this agency's")]
    NotOurs,
    /// The stamp says another agency.
    #[error("the database carries another agency's stamp")]
    WrongIdentity,
    /// The new role can enter databases that are not its own.
    #[error(
        "the agency's role can enter {}: let the server's administrator run: {}",
        named(databases),
        closing(role, databases)
    )]
    NotIsolated {
        /// The agency's role.
        role: String,
        /// What it can enter.
        databases: Vec<String>,
    },
    /// The schema could not be brought up to date.
    #[error("the schema could not be brought up to date")]
    Migration(#[from] MigrationFailed),
    /// Somebody else is migrating the same database, for longer than we wait.
    #[error("the database is being migrated by another process")]
    Busy,
    /// Somebody of the agency's is still in its database.
    #[error("somebody is still in its database")]
    Inside,
    /// The server refused or did not answer.
    #[error("the database server refused: {0}")]
    Database(#[from] sqlx::Error),
    /// Its server cannot be worked with.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The operation's record is not one that this program can read.
    #[error("the operation's record cannot be read")]
    Record,
    /// Another worker holds the operation.
    #[error("another worker holds the operation")]
    Held,
}

fn named(databases: &[String]) -> String {
    databases.iter().map(|database| quote(database)).collect::<Vec<_>>().join(", ")
}

/// What keeps the role out of them; `public` is how most doors are open.
fn closing(role: &str, databases: &[String]) -> String {
    let close = |database: &String| format!("revoke connect on database {} from public, {role};", quote(database));
    databases.iter().map(close).collect::<Vec<_>>().join(" ")
}

/// How often is asked after an operation that another worker holds.
const LOOK: Duration = Duration::from_millis(200);

/// Called when a step has been recorded: where tests stop the world.
pub type Observer = Arc<dyn Fn(Step) + Send + Sync>;

/// The hand that makes databases. Holds the one credential that can; the web part has none.
#[derive(Clone)]
pub struct Provisioner {
    central: CentralDb,
    servers: Servers,
    history: History,
    /// Databases that each server is to have ready.
    prepared: u16,
    /// Servers on which none could be made, and until when they are left alone.
    away: Arc<Mutex<HashMap<i32, Instant>>>,
    observer: Option<Observer>,
}

impl Provisioner {
    pub(crate) fn new(central: CentralDb, servers: Servers) -> Self {
        Self { central, servers, history: History::OURS, prepared: 0, away: Arc::default(), observer: None }
    }

    /// The same hand, which keeps so many databases ready on each server.
    #[must_use]
    pub fn keeping(self, prepared: u16) -> Self {
        Self { prepared, ..self }
    }

    /// The same hand with another history of agencies' databases: as if the program had more migrations, or others.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn of_history(self, migrator: &'static sqlx::migrate::Migrator) -> Self {
        Self { history: History::of(migrator), ..self }
    }

    /// The same hand, watched after each step. For tests that crash it.
    #[must_use]
    pub fn observed(self, observer: Observer) -> Self {
        Self { observer: Some(observer), ..self }
    }

    /// Reserves an agency. The same `idempotency_key` a second time gives the same operation.
    ///
    /// # Errors
    /// [`ReserveError`].
    pub async fn reserve(&self, new: &NewTenant, idempotency_key: Option<&str>) -> Result<OperationId, ReserveError> {
        let id = operations::reserve(&self.central, self.servers.key(), new, idempotency_key).await?;
        self.observe(Step::Reserve);
        Ok(id)
    }

    /// Reserves an agency and makes it.
    ///
    /// # Errors
    /// [`ProvisionError`]; what was reserved is resumed later.
    pub async fn create(&self, new: &NewTenant) -> Result<TenantId, ProvisionError> {
        let id = self.reserve(new, None).await?;
        self.run_to_end(id).await
    }

    /// Takes an operation from where it stands to its end; while another worker has it, waits for what comes of that.
    ///
    /// # Errors
    /// [`ProvisionError`], never [`ProvisionError::Held`]; the operation waits and is tried again.
    pub async fn run_to_end(&self, id: OperationId) -> Result<TenantId, ProvisionError> {
        loop {
            match self.run(id).await {
                Err(ProvisionError::Held) => tokio::time::sleep(LOOK).await,
                outcome => return outcome,
            }
        }
    }

    /// Takes an operation from where it stands to its end.
    ///
    /// # Errors
    /// [`ProvisionError`]; the operation waits and is tried again, unless another worker holds it.
    pub async fn run(&self, id: OperationId) -> Result<TenantId, ProvisionError> {
        if let Some((operation, hold)) = leases::claim(&self.central, &worker_name(), Some(id)).await? {
            return self.carry_out(operation, hold).await;
        }
        let operation = operations::find(&self.central, id).await?;
        match operation.state.as_str() {
            "done" => Ok(operation.tenant),
            "queued" | "running" | "waiting" => Err(ProvisionError::Held),
            _ => Err(ProvisionError::Record),
        }
    }

    /// Takes up whatever operation is due. Says whether there was one.
    ///
    /// # Errors
    /// The central database's; a failed operation is no error here, it waits.
    pub async fn resume_next(&self) -> Result<bool, sqlx::Error> {
        let claimed = leases::claim(&self.central, &worker_name(), None).await?;
        let Some((operation, hold)) = claimed else { return Ok(false) };
        let tenant = operation.tenant;
        if let Err(error) = self.carry_out(operation, hold).await {
            tracing::error!(%tenant, %error, "an agency is not made, or not gone yet");
        }
        Ok(true)
    }

    /// Takes all steps that are left, as long as the operation is ours.
    async fn carry_out(&self, mut op: Operation, mut hold: Hold) -> Result<TenantId, ProvisionError> {
        let carried = tokio::select! {
            carried = self.take_steps(&mut op) => carried,
            error = hold.lost() => Err(error.into()),
        };
        if let Err(error) = &carried
            && !matches!(error, ProvisionError::Held)
        {
            let after = || Step::after(&op.step).unwrap_or(Step::Activate).name();
            let step = if op.kind == leave::KIND { op.step.as_str() } else { after() };
            // Whoever waits for the agency is told why it is not made, not why that could not be written down.
            if let Err(second) = leases::wait(&self.central, &op, step, &error.to_string()).await {
                tracing::error!(tenant = %op.tenant, %error, %second, "why an operation waits was not written down");
            }
        }
        if let Err(error) = hold.lay_down().await {
            tracing::warn!(%error, "an operation is free as soon as its session is seen to have gone");
        }
        carried.map(|()| op.tenant)
    }

    async fn take_steps(&self, op: &mut Operation) -> Result<(), ProvisionError> {
        if op.kind == leave::KIND {
            return self.leave(op).await;
        }
        if op.step == Step::Activate.name() {
            return self.finish(op).await;
        }
        let new: NewTenant = serde_json::from_value(op.data.clone()).map_err(|_| ProvisionError::Record)?;
        let mut next = Some(Step::after(&op.step).ok_or(ProvisionError::Record)?);
        while let Some(step) = next {
            self.take(step, op, &new).await?;
            self.observe(step);
            op.step = step.name().to_owned();
            next = Step::after(&op.step);
        }
        Ok(())
    }

    fn observe(&self, step: Step) {
        if let Some(observer) = &self.observer {
            observer(step);
        }
    }

    /// Builds the template of this program's schema on every server, where it is not there yet, and notes how many connections
    /// each has.
    ///
    /// # Errors
    /// [`ProvisionError`].
    pub async fn build_template(&self) -> Result<String, ProvisionError> {
        for server in self.servers_in_use().await? {
            template::ensure(&self.servers.hands(server).await?.maker, self.history).await?;
            self.servers.count_places(server).await?;
        }
        Ok(template::name(self.history))
    }

    async fn servers_in_use(&self) -> Result<Vec<i32>, sqlx::Error> {
        let all = servers::list(&self.central).await?;
        Ok(all.into_iter().filter(|server| server.state != "retired").map(|server| server.id).collect())
    }

    /// Every agency, for commands that walk the fleet.
    ///
    /// # Errors
    /// The database's.
    pub async fn companies(&self) -> Result<Vec<companies::Company>, sqlx::Error> {
        companies::list(&self.central).await
    }

    /// The ways into the server that an agency lies on.
    async fn hands(&self, place: &Placement) -> Result<Hands, ServerError> {
        self.servers.hands(place.server_id).await
    }

    /// Into an agency's database as the owner of its tables.
    async fn owner_of(&self, place: &Placement) -> Result<PgConnectOptions, ServerError> {
        Ok(as_owner(self.hands(place).await?.maker.database(&place.db_name)))
    }
}

/// Builds the template on a server, where it is not there yet.
pub(crate) async fn build_template_at(server: &PgConnectOptions) -> Result<String, ProvisionError> {
    template::ensure(server, History::OURS).await
}

impl fmt::Debug for Provisioner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provisioner")
    }
}

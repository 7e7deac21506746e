//! Where the databases are: a private cluster under `DATA_DIR`, or a server given by URL. From here on one code path.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;

use crate::cluster::{Cluster, ClusterError, ClusterOptions};
use crate::connect::connect;
use crate::doctor::{self, Finding};
use crate::key::{random_salt, scram_verifier};
use crate::migrate::{self, MigrationFailed};
use crate::prepare::{self, Cast, PrepareError};
use crate::provision::Provisioner;
use crate::registry::Keeping;
use crate::servers::{Hands, Servers};
use crate::{CentralDb, Key, Registry, RegistryOptions, Routes, TenantId};

/// How long a connection in use may keep the central pool from closing.
const CLOSING: Duration = Duration::from_secs(1);
/// Name of the central database on the private cluster.
const CENTRAL: &str = "central";

/// How to find the databases.
#[derive(Debug, Clone)]
pub struct DeploymentOptions {
    /// Folder of the private cluster, its lock and its log.
    pub data_dir: PathBuf,
    /// `CENTRAL_DATABASE_URL`; none: the private cluster.
    pub central_url: Option<String>,
    /// `PROVISIONER_DATABASE_URL`, a role with CREATEDB and CREATEROLE; none: as the central URL.
    pub provisioner_url: Option<String>,
    /// The program's secret.
    pub key: Key,
    /// Settings of the private cluster beside ours.
    pub cluster_settings: Vec<(String, String)>,
}

impl DeploymentOptions {
    /// Why the central database of a given server is not there now: nobody answers, or who answers is starting, stopping or
    /// full. `None` when it lets us in, or refuses us in a way that waiting does not mend; and for the private cluster, which is
    /// started and waited for.
    pub async fn away(&self) -> Option<sqlx::Error> {
        let options = self.central_url.as_deref()?.parse().ok()?;
        match connect(&options).await {
            Ok(conn) => conn.close().await.err(),
            Err(error) => Some(error),
        }
        .filter(is_passing)
    }
}

/// PostgreSQL 15 manual, appendix A: 57P01 to 57P03 are a server that comes or goes, 53300 one without a free place.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        error => error
            .as_database_error()
            .and_then(|error| error.code())
            .is_some_and(|code| code.starts_with("57P") || code == "53300"),
    }
}

/// Why the databases could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenDeploymentError {
    /// The private cluster does not run.
    #[error("the private PostgreSQL does not run")]
    Cluster(#[from] ClusterError),
    /// A URL is not one of PostgreSQL.
    #[error("{0} is not a PostgreSQL URL")]
    Url(&'static str),
    /// A URL's role does not get in.
    #[error("the server does not let in who {variable} names")]
    Unreachable {
        /// The URL.
        variable: &'static str,
        /// What it says.
        source: sqlx::Error,
    },
    /// The server lacks something, and this role may not make it.
    #[error(transparent)]
    Unprepared(#[from] PrepareError),
    /// The server refuses or does not answer.
    #[error("the database server refuses or does not answer")]
    Database(#[from] sqlx::Error),
    /// A central migration failed.
    #[error("the central database cannot be brought up to date")]
    Migration(#[from] MigrationFailed),
    /// The central database is older than the program.
    #[error("the central database is at {found}, this program needs {needed}: run `sobrado migrate`")]
    Behind {
        /// Where it is.
        found: i64,
        /// Where it must be.
        needed: i64,
    },
}

/// The databases of one installation.
#[derive(Debug)]
pub struct Deployment {
    central: CentralDb,
    central_owner: PgConnectOptions,
    provisioner: PgConnectOptions,
    tenants: PgConnectOptions,
    cast: Cast,
    key: Key,
    cluster: Option<Cluster>,
    /// Of every registry that was made.
    keeping: Mutex<Vec<Keeping>>,
}

impl Deployment {
    /// Starts or joins the private cluster, or takes the given server, and makes what the program needs there: roles, the
    /// central database, closed doors.
    ///
    /// # Errors
    /// [`OpenDeploymentError`], each with what to do.
    pub async fn open(options: DeploymentOptions) -> Result<Self, OpenDeploymentError> {
        let deployment = Self::open_unprepared(&options).await?;
        deployment.prepare().await?;
        Ok(deployment)
    }

    /// As [`Deployment::open`], for a process that makes and migrates nothing: on a given server it takes the web part's role
    /// alone, and holds no other.
    ///
    /// # Errors
    /// [`OpenDeploymentError`], each with what to do.
    pub async fn open_serving(options: DeploymentOptions) -> Result<Self, OpenDeploymentError> {
        match &options.central_url {
            Some(url) => {
                let central = parse("CENTRAL_DATABASE_URL", url)?;
                Ok(Self::given(central.clone(), central.clone(), central, &options))
            }
            None => Self::open(options).await,
        }
    }

    /// The databases as they are, for somebody who wants to look; a private cluster is started if it does not run.
    ///
    /// # Errors
    /// [`OpenDeploymentError::Cluster`] and [`OpenDeploymentError::Url`].
    pub async fn open_unprepared(options: &DeploymentOptions) -> Result<Self, OpenDeploymentError> {
        let Some(url) = &options.central_url else { return Self::private(options).await };
        let central = parse("CENTRAL_DATABASE_URL", url)?;
        let provisioner = match &options.provisioner_url {
            Some(url) => parse("PROVISIONER_DATABASE_URL", url)?,
            None => central.clone(),
        };
        let owner = as_owner(provisioner.clone().database(&database_of(&central)));
        Ok(Self::given(central, owner, provisioner, options))
    }

    async fn private(options: &DeploymentOptions) -> Result<Self, OpenDeploymentError> {
        let cluster_options =
            ClusterOptions { data_dir: options.data_dir.clone(), settings: options.cluster_settings.clone() };
        let cluster = Cluster::open(cluster_options).await?;
        let base = cluster.base_options();
        let login = |role: &str| base.clone().username(role).password(&options.key.house_password(role));
        let central = login("central_app").database(CENTRAL);
        let provisioner = login("provisioner").database("postgres");
        Ok(Self {
            central_owner: as_owner(provisioner.clone().database(CENTRAL)),
            cast: cast(&central, &provisioner),
            central: CentralDb::connect_lazy(central),
            provisioner,
            tenants: base,
            key: options.key.clone(),
            cluster: Some(cluster),
            keeping: Mutex::default(),
        })
    }

    fn given(
        central: PgConnectOptions,
        central_owner: PgConnectOptions,
        provisioner: PgConnectOptions,
        options: &DeploymentOptions,
    ) -> Self {
        Self {
            cast: cast(&central, &provisioner),
            tenants: central.clone(),
            central: CentralDb::connect_lazy(central),
            central_owner,
            provisioner,
            key: options.key.clone(),
            cluster: None,
            keeping: Mutex::default(),
        }
    }

    /// Makes what is missing. The private cluster's superuser may all of it; on a given server the provisioner what it may.
    async fn prepare(&self) -> Result<(), OpenDeploymentError> {
        let mut conn = match &self.cluster {
            Some(cluster) => connect(&cluster.superuser()).await?,
            None => self.look().await?,
        };
        one_at_a_time(&mut conn).await?;
        if self.cluster.is_some() {
            make_logins(&mut conn, &self.key).await?;
        }
        prepare::prepare(&mut conn, &self.cast).await?;
        conn.close().await?;
        Ok(())
    }

    /// The provisioner's connection, to a database that exists: one role for everything names the central one, which may
    /// still have to be made.
    async fn look(&self) -> Result<PgConnection, OpenDeploymentError> {
        let variable = if self.cast.is_apart() { "PROVISIONER_DATABASE_URL" } else { "CENTRAL_DATABASE_URL" };
        let conn = match connect(&self.provisioner).await {
            Err(error) if is_missing_database(&error) && self.cast.maintenance == self.cast.central => {
                connect(&self.provisioner.clone().database("postgres")).await
            }
            other => other,
        };
        conn.map_err(|source| OpenDeploymentError::Unreachable { variable, source })
    }

    /// Looks at everything the program needs of its server, and changes nothing.
    pub async fn examine(&self) -> Vec<Finding> {
        let conn = match &self.cluster {
            Some(cluster) => connect(&cluster.superuser()).await.map_err(OpenDeploymentError::from),
            None => self.look().await,
        };
        match conn {
            Ok(conn) => doctor::examine(self, conn).await,
            Err(error) => vec![Finding::fault("server", doctor::sentence(&error))],
        }
    }

    /// Who plays what.
    pub(crate) fn cast(&self) -> &Cast {
        &self.cast
    }

    /// The way into the central database as the owner of its tables.
    pub(crate) fn central_owner(&self) -> &PgConnectOptions {
        &self.central_owner
    }

    /// Brings the central database up to date.
    ///
    /// # Errors
    /// [`OpenDeploymentError::Migration`].
    pub async fn migrate_central(&self) -> Result<migrate::Outcome, OpenDeploymentError> {
        Ok(migrate::central(&self.central_owner).await?)
    }

    /// Refuses a central database that is older than the program.
    ///
    /// # Errors
    /// [`OpenDeploymentError::Behind`].
    pub async fn require_current(&self) -> Result<(), OpenDeploymentError> {
        let mut conn = connect(&self.central_owner).await?;
        let found = migrate::version(&mut conn).await?;
        conn.close().await?;
        let needed = migrate::latest_central();
        if found < needed { Err(OpenDeploymentError::Behind { found, needed }) } else { Ok(()) }
    }

    /// The central database as the web part's role.
    pub fn central(&self) -> &CentralDb {
        &self.central
    }

    /// The program's secret.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The private cluster, when there is one.
    pub fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    /// A registry of tenant connections, and the channel that says whose outbox may hold something. The routes say who may still
    /// write.
    pub fn registry(&self, routes: &Routes, options: RegistryOptions) -> (Registry, mpsc::UnboundedReceiver<TenantId>) {
        let way = (self.tenants.clone(), self.key.clone());
        let (registry, committed, keeping) = Registry::new(way, routes.clone(), options);
        self.keeping.lock().unwrap_or_else(PoisonError::into_inner).push(keeping);
        (registry, committed)
    }

    /// The hand that makes, migrates and removes databases. Only the worker and the commands take it.
    pub fn provisioner(&self) -> Provisioner {
        Provisioner::new(self.central.clone(), self.servers())
    }

    /// Every server, for who makes databases there.
    pub(crate) fn servers(&self) -> Servers {
        let home = Hands { maker: self.provisioner.clone(), tenants: self.tenants.clone() };
        Servers::new(self.central_owner.clone(), home, self.key.clone())
    }

    /// Gives back shares of connections, closes the central pool, waiting no longer than a second for connections in use, and stops the private cluster as
    /// its last user.
    ///
    /// # Errors
    /// [`ClusterError`] when it does not stop.
    pub async fn close(self) -> Result<(), ClusterError> {
        let keeping = self.keeping.into_inner().unwrap_or_else(PoisonError::into_inner);
        let given_back = futures::future::join_all(keeping.into_iter().map(Keeping::end));
        // Who comes too late is taken for dead, a little later.
        drop(tokio::time::timeout(CLOSING, given_back).await);
        if tokio::time::timeout(CLOSING, self.central.close()).await.is_err() {
            tracing::warn!("some connections of the central database were still in use, and are cut off");
        }
        if let Some(cluster) = self.cluster {
            cluster.close().await?;
        }
        Ok(())
    }
}

fn parse(variable: &'static str, url: &str) -> Result<PgConnectOptions, OpenDeploymentError> {
    url.parse().map_err(|_| OpenDeploymentError::Url(variable))
}

/// The database that these options enter: the one of the role's name unless they say another (libpq's rule).
fn database_of(options: &PgConnectOptions) -> String {
    options.get_database().unwrap_or(options.get_username()).to_owned()
}

fn cast(central: &PgConnectOptions, provisioner: &PgConnectOptions) -> Cast {
    Cast {
        provisioner: provisioner.get_username().to_owned(),
        maintenance: database_of(provisioner),
        web: central.get_username().to_owned(),
        central: database_of(central),
    }
}

fn is_missing_database(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "3D000")
}

/// Objects belong to `migrator`, whoever makes them.
pub(crate) fn as_owner(options: PgConnectOptions) -> PgConnectOptions {
    options.options([("role", "migrator")])
}

/// Two commands at once would change the same roles at once, and PostgreSQL refuses one of them. Held until the connection
/// is closed.
async fn one_at_a_time(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    conn.execute("select pg_advisory_lock(hashtext('sobrado prepares the server'))").await?;
    Ok(())
}

/// What only the private cluster gets from us: login roles, with passwords that nobody has to know.
async fn make_logins(conn: &mut PgConnection, key: &Key) -> Result<(), sqlx::Error> {
    for (role, rights) in [("provisioner", "login createdb createrole"), ("central_app", "login connection limit 60")] {
        let exists: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
            .bind(role)
            .fetch_one(&mut *conn)
            .await?;
        if !exists {
            conn.execute(AssertSqlSafe(format!("create role {role} login"))).await?;
        }
        let verifier = scram_verifier(&key.house_password(role), &random_salt());
        conn.execute(AssertSqlSafe(format!("alter role {role} {rights} password '{verifier}'"))).await?;
    }
    conn.execute("grant pg_read_all_stats to provisioner").await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};

    /// A server that refuses whoever comes, with this code (PostgreSQL 15 manual, 55.7, ErrorResponse).
    fn a_server_that_says(code: &str) -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let fields = format!("SFATAL\0C{code}\0Mno\0\0");
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody comes");
            stream.read_exact(&mut [0; 8]).expect("a greeting");
            let length = u32::try_from(fields.len() + 4).expect("short");
            stream.write_all(&[b"E", &length.to_be_bytes()[..], fields.as_bytes()].concat()).expect("said");
            // Read to the end, so that nothing is lost with a connection that is closed too soon.
            std::io::copy(&mut stream, &mut std::io::sink()).expect("until they go");
        });
        format!("postgres://a:b@{address}/central?sslmode=disable")
    }

    async fn is_away(url: Option<String>) -> bool {
        let key = Key::parse(&"x".repeat(32)).expect("long enough");
        let options = DeploymentOptions {
            data_dir: PathBuf::new(),
            central_url: url,
            provisioner_url: None,
            key,
            cluster_settings: Vec::new(),
        };
        options.away().await.is_some()
    }

    #[tokio::test]
    async fn a_server_is_away_when_waiting_mends_it() {
        assert!(is_away(Some("postgres://a:b@localhost/central?host=/nobody/is/there".to_owned())).await);
        // Starting, stopping, full; a wrong password, no database of that name, no line for us in its pg_hba.conf.
        let codes = ["57P03", "57P01", "53300", "28P01", "3D000", "28000"];
        let expected = [true, true, true, false, false, false];
        for (code, expected) in codes.into_iter().zip(expected) {
            assert_eq!(is_away(Some(a_server_that_says(code))).await, expected, "{code}");
        }
        assert!(!is_away(Some("nowhere".to_owned())).await && !is_away(None).await);
    }
}

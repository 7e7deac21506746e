//! Where the databases are: a private cluster under `DATA_DIR`, or a server given by URL. From here on one code path.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

use crate::cluster::{Cluster, ClusterError, ClusterOptions};
use crate::key::{random_salt, scram_verifier};
use crate::migrate::{self, MigrationFailed};
use crate::provision::Provisioner;
use crate::{CentralDb, Key, Registry, RegistryOptions, TenantId};

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

/// Why the databases could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenDeploymentError {
    /// The private cluster does not run.
    #[error("the private PostgreSQL does not run")]
    Cluster(#[from] ClusterError),
    /// A URL is not one of PostgreSQL.
    #[error("{0} is not a PostgreSQL URL")]
    Url(&'static str),
    /// The server refuses or does not answer.
    #[error("the database server cannot be prepared")]
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
    key: Key,
    cluster: Option<Cluster>,
}

impl Deployment {
    /// Starts or joins the private cluster, or takes the given server, and sees to the roles that the program needs.
    ///
    /// # Errors
    /// [`OpenDeploymentError`], each with what to do.
    pub async fn open(options: DeploymentOptions) -> Result<Self, OpenDeploymentError> {
        match &options.central_url {
            Some(url) => Self::given(url, &options).await,
            None => Self::private(&options).await,
        }
    }

    async fn private(options: &DeploymentOptions) -> Result<Self, OpenDeploymentError> {
        let cluster_options =
            ClusterOptions { data_dir: options.data_dir.clone(), settings: options.cluster_settings.clone() };
        let cluster = Cluster::open(cluster_options).await?;
        let mut conn = cluster.superuser().connect().await?;
        one_at_a_time(&mut conn).await?;
        prepare_server(&mut conn, None).await?;
        prepare_private(&mut conn, &options.key).await?;
        conn.close().await?;
        let base = cluster.base_options();
        let login = |role: &str| base.clone().username(role).password(&options.key.house_password(role));
        Ok(Self {
            central: CentralDb::connect_lazy(login("central_app").database(CENTRAL)),
            central_owner: as_owner(login("provisioner").database(CENTRAL)),
            provisioner: login("provisioner").database("postgres"),
            tenants: base,
            key: options.key.clone(),
            cluster: Some(cluster),
        })
    }

    async fn given(url: &str, options: &DeploymentOptions) -> Result<Self, OpenDeploymentError> {
        let central: PgConnectOptions = url.parse().map_err(|_| OpenDeploymentError::Url("CENTRAL_DATABASE_URL"))?;
        let provisioner: PgConnectOptions = match &options.provisioner_url {
            Some(url) => url.parse().map_err(|_| OpenDeploymentError::Url("PROVISIONER_DATABASE_URL"))?,
            None => central.clone(),
        };
        let mut conn = provisioner.clone().connect().await?;
        one_at_a_time(&mut conn).await?;
        prepare_server(&mut conn, Some(provisioner.get_username())).await?;
        conn.close().await?;
        let database = central.get_database().unwrap_or(central.get_username()).to_owned();
        Ok(Self {
            tenants: central.clone(),
            central: CentralDb::connect_lazy(central),
            central_owner: as_owner(provisioner.clone().database(&database)),
            provisioner,
            key: options.key.clone(),
            cluster: None,
        })
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
        let mut conn = self.central_owner.connect().await?;
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

    /// A registry of tenant pools, and the channel that says whose outbox may hold something.
    pub fn registry(&self, options: RegistryOptions) -> (Registry, mpsc::UnboundedReceiver<TenantId>) {
        Registry::new(self.tenants.clone(), self.key.clone(), options)
    }

    /// The hand that makes, migrates and removes databases. Only the worker and the commands take it.
    pub fn provisioner(&self) -> Provisioner {
        Provisioner::new(self.central.clone(), self.provisioner.clone(), self.tenants.clone(), self.key.clone())
    }

    /// Closes the central pool, waiting no longer than a second for connections in use, and stops the private cluster as
    /// its last user.
    ///
    /// # Errors
    /// [`ClusterError`] when it does not stop.
    pub async fn close(self) -> Result<(), ClusterError> {
        if tokio::time::timeout(CLOSING, self.central.close()).await.is_err() {
            tracing::warn!("some connections of the central database were still in use, and are cut off");
        }
        if let Some(cluster) = self.cluster {
            cluster.close().await?;
        }
        Ok(())
    }
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

/// Roles that every server needs, and doors that PostgreSQL leaves open.
async fn prepare_server(conn: &mut PgConnection, provisioner: Option<&str>) -> Result<(), sqlx::Error> {
    for role in ["tenant_roles", "tenant_app", "migrator"] {
        create_role(conn, role, "nologin").await?;
    }
    if let Some(role) = provisioner {
        let sql = format!("grant migrator, tenant_roles, tenant_app to {}", quote(role));
        // A superuser needs no membership, and PostgreSQL refuses a circle.
        if let Err(error) = conn.execute(AssertSqlSafe(sql)).await {
            tracing::debug!(%error, "the provisioner was not granted the house's roles");
        }
    }
    Ok(())
}

/// What only the private cluster has: the program's own login roles and the central database.
async fn prepare_private(conn: &mut PgConnection, key: &Key) -> Result<(), sqlx::Error> {
    for (role, rights) in [("provisioner", "login createdb createrole"), ("central_app", "login connection limit 60")] {
        create_role(conn, role, "login").await?;
        let verifier = scram_verifier(&key.house_password(role), &random_salt());
        conn.execute(AssertSqlSafe(format!("alter role {role} {rights} password '{verifier}'"))).await?;
    }
    conn.execute("grant migrator, pg_signal_backend, pg_read_all_stats to provisioner").await?;
    conn.execute("grant tenant_app, tenant_roles to provisioner with admin option").await?;
    conn.execute("revoke all on database postgres, template1 from public").await?;
    conn.execute("grant connect on database postgres to provisioner").await?;
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(CENTRAL)
        .fetch_one(&mut *conn)
        .await?;
    if !exists {
        conn.execute("create database central owner migrator").await?;
    }
    conn.execute("revoke all on database central from public").await?;
    conn.execute("grant connect on database central to central_app").await?;
    Ok(())
}

async fn create_role(conn: &mut PgConnection, role: &'static str, rights: &str) -> Result<(), sqlx::Error> {
    let exists: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
        .bind(role)
        .fetch_one(&mut *conn)
        .await?;
    if !exists {
        conn.execute(AssertSqlSafe(format!("create role {role} {rights}"))).await?;
    }
    Ok(())
}

/// An identifier as SQL reads it.
pub(crate) fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

//! The servers that agencies' databases lie on: added, reached, filled and emptied. One of them holds the central database too.
//!
//! What opens a server is sealed with the program's key before it is written. Where it is, every process may read, for an
//! agency's role has a password of its own; as whom databases are made there, the owner of the central tables alone.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::central::CentralTx;
use crate::central::companies::By;
use crate::central::fleet_operations::{self, Held};
use crate::central::servers::{self, NewServer, Sealed};
use crate::central::shares;
use crate::connect::connect;
use crate::doctor::{self, Finding};
use crate::prepare::{self, Maker, PrepareError};
use crate::{Deployment, Key};

/// The two ways into one server.
#[derive(Debug, Clone)]
pub(crate) struct Hands {
    /// As the role that makes databases.
    pub(crate) maker: PgConnectOptions,
    /// For agencies' roles, which give their name, password and database.
    pub(crate) tenants: PgConnectOptions,
}

/// Why a server cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is none of PostgreSQL's.
    #[error("this is not a PostgreSQL URL with a role and a password")]
    Url,
    /// There is no server of this name.
    #[error("there is no server `{0}`")]
    Unknown(String),
    /// A name or a capacity does not keep to its rule.
    #[error("{0}")]
    Invalid(&'static str),
    /// Another server has the name, or it is the same cluster once more.
    #[error("{0} is known already")]
    Known(&'static str),
    /// What the central database keeps of it does not open.
    #[error("what is kept of server {0} does not open: is SECRET_KEY another?")]
    Sealed(i32),
    /// The server lacks something, and its role may not make it.
    #[error(transparent)]
    Unprepared(#[from] PrepareError),
    /// The template could not be built there.
    #[error("the template cannot be built there: {0}")]
    Template(String),
    /// Nobody answers at its address.
    #[error("nobody answers there within ten seconds: is the address right, and is the way open from this machine?")]
    Silent,
    /// A database's.
    #[error("the database server refuses or does not answer: {0}")]
    Database(#[from] sqlx::Error),
}

/// The purposes that secrets are sealed for.
const ADDRESS: &str = "server address";
const PROVISIONER: &str = "server provisioner";
/// Opens the sealed address of a server, for agencies' roles.
pub(crate) fn open_address(key: &Key, server: i32, sealed: &[u8]) -> Option<PgConnectOptions> {
    parse(&key.unseal(ADDRESS, &[&server.to_be_bytes()], sealed)?)
}

fn parse(url: &[u8]) -> Option<PgConnectOptions> {
    std::str::from_utf8(url).ok()?.parse().ok()
}

/// All servers, for who makes databases there. A server that was reached once is not asked for again.
#[derive(Clone)]
pub(crate) struct Servers {
    central_owner: PgConnectOptions,
    home: Hands,
    key: Key,
    known: Arc<Mutex<HashMap<i32, Hands>>>,
}

impl Servers {
    pub(crate) fn new(central_owner: PgConnectOptions, home: Hands, key: Key) -> Self {
        Self { central_owner, home, key, known: Arc::default() }
    }

    /// The program's secret.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// The ways into a server.
    pub(crate) async fn hands(&self, server: i32) -> Result<Hands, ServerError> {
        if let Some(hands) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&server) {
            return Ok(hands.clone());
        }
        let mut owner = connect(&self.central_owner).await?;
        let sealed = servers::sealed(&mut owner, server).await?;
        owner.close().await?;
        let hands = self.open(server, sealed).ok_or(ServerError::Sealed(server))?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(server, hands.clone());
        Ok(hands)
    }

    /// Asks a server how many connections it has now, and writes that down.
    pub(crate) async fn count_places(&self, server: i32) -> Result<(), ServerError> {
        let mut conn = connect(&self.hands(server).await?.maker).await?;
        let places = shares::places(&mut conn).await?;
        conn.close().await?;
        let mut owner = connect(&self.central_owner).await?;
        shares::set_places(&mut owner, server, places).await?;
        Ok(owner.close().await?)
    }

    fn open(&self, server: i32, sealed: Sealed) -> Option<Hands> {
        let Some(address) = sealed.address else { return Some(self.home.clone()) };
        let maker = self.key.unseal(PROVISIONER, &[&server.to_be_bytes()], &sealed.provisioner?)?;
        Some(Hands { maker: parse(&maker)?, tenants: open_address(&self.key, server, &address)? })
    }
}

/// A server that somebody wants to add.
pub struct Adding<'a> {
    /// Its name for people.
    pub name: &'a str,
    /// The role that makes databases there, with its password.
    pub provisioner_url: &'a str,
    /// How agencies' roles reach it, when that is another way; names no role.
    pub address: Option<&'a str>,
    /// From how many agencies on it is taken only when there is no other, and from how many not at all.
    pub capacity: (i32, i32),
}

/// Who says nothing is told apart from who refuses.
fn silent(error: sqlx::Error) -> ServerError {
    match error {
        sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => ServerError::Silent,
        other => other.into(),
    }
}

/// A server that has let us in, and is not entered yet.
pub(crate) struct Door {
    conn: PgConnection,
    maker: PgConnectOptions,
    address: String,
    system_id: String,
    places: i32,
}

impl Servers {
    /// Whether a server that is to be added lets us in, and is none that holds the central database.
    pub(crate) async fn knock(&self, adding: &Adding<'_>) -> Result<Door, ServerError> {
        check_name(adding.name)?;
        check_capacity(adding.capacity)?;
        let address = bare(adding.address.unwrap_or(adding.provisioner_url)).ok_or(ServerError::Url)?;
        let maker: PgConnectOptions = adding.provisioner_url.parse().map_err(|_| ServerError::Url)?;
        if !address.starts_with("postgres") || parse(address.as_bytes()).is_none() || maker.get_username().is_empty() {
            return Err(ServerError::Url);
        }
        let mut conn = connect(&maker).await.map_err(silent)?;
        let system_id = system_id(&mut conn).await?;
        let places = shares::places(&mut conn).await?;
        let mut home = connect(&self.central_owner).await?;
        let is_home = self::system_id(&mut home).await? == system_id;
        home.close().await?;
        if is_home {
            return Err(ServerError::Known("this cluster holds the central database, and"));
        }
        Ok(Door { conn, maker, address, system_id, places })
    }

    /// Makes there what the program needs, and the template. Gives what is to be said of the server.
    pub(crate) async fn make_ready(&self, door: &mut Door) -> Result<Vec<Finding>, ServerError> {
        let who = Maker::of(&door.maker);
        prepare::prepare_guest(&mut door.conn, &who).await?;
        let template = crate::provision::build_template_at(&door.maker).await;
        template.map_err(|error| ServerError::Template(doctor::sentence(&error)))?;
        Ok(doctor::of_guest(&mut door.conn, &who).await)
    }

    /// Writes down how it is reached: from now on agencies come there. What asked for it ends in the same transaction.
    pub(crate) async fn enter(
        &self,
        door: Door,
        adding: &Adding<'_>,
        (by, operation): (By, Option<&Held>),
    ) -> Result<i32, ServerError> {
        door.conn.close().await?;
        let mut tx = self.owners_transaction().await?;
        let id = servers::next_id(&mut tx).await?;
        let seal = |purpose, url: &str| self.key.seal(purpose, &[&id.to_be_bytes()], url.as_bytes());
        let new = NewServer {
            id,
            name: adding.name,
            system_id: &door.system_id,
            address: &seal(ADDRESS, &door.address),
            provisioner: &seal(PROVISIONER, adding.provisioner_url),
            places: door.places,
            capacity: adding.capacity,
        };
        servers::insert(&mut tx, &new, by).await.map_err(known)?;
        if let Some(held) = operation {
            fleet_operations::finish_in(&mut tx, held, "takes agencies").await?;
        }
        tx.commit().await?;
        Ok(id)
    }

    pub(crate) async fn set_state(&self, name: &str, state: &str, by: By) -> Result<(), ServerError> {
        let mut tx = self.owners_transaction().await?;
        if !servers::set_state(&mut tx, (name, state), by).await? {
            return Err(ServerError::Unknown(name.to_owned()));
        }
        Ok(tx.commit().await?)
    }

    pub(crate) async fn set_capacity(&self, name: &str, capacity: (i32, i32), by: By) -> Result<(), ServerError> {
        check_capacity(capacity)?;
        let mut tx = self.owners_transaction().await?;
        if !servers::set_capacity(&mut tx, (name, capacity), by).await? {
            return Err(ServerError::Unknown(name.to_owned()));
        }
        Ok(tx.commit().await?)
    }

    /// A transaction as the owner of the central tables: the web part's role reads of servers, and writes nothing.
    async fn owners_transaction(&self) -> Result<CentralTx, sqlx::Error> {
        let pool = PgPoolOptions::new().max_connections(1).connect_with(self.central_owner.clone()).await?;
        pool.begin().await
    }
}

impl Deployment {
    /// Adds a server: makes what the program needs there, builds the template, and writes down how it is reached.
    ///
    /// # Errors
    /// [`ServerError`], each with what to do.
    pub async fn add_server(&self, adding: &Adding<'_>) -> Result<i32, ServerError> {
        let servers = self.servers();
        let mut door = servers.knock(adding).await?;
        servers.make_ready(&mut door).await?;
        servers.enter(door, adding, (By::default(), None)).await
    }

    /// Lets a server take no agency any more; those that are there stay.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn drain_server(&self, name: &str) -> Result<(), ServerError> {
        self.servers().set_state(name, "draining", By::default()).await
    }

    /// Lets a server take agencies again.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn activate_server(&self, name: &str) -> Result<(), ServerError> {
        self.servers().set_state(name, "active", By::default()).await
    }

    /// Says how many agencies a server takes.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn set_server_capacity(&self, name: &str, capacity: (i32, i32)) -> Result<(), ServerError> {
        self.servers().set_capacity(name, capacity, By::default()).await
    }
}

fn check_name(name: &str) -> Result<(), ServerError> {
    let rule = "a server's name takes 2 to 40 lower-case letters and digits with single dashes between them";
    if is_name(name) { Ok(()) } else { Err(ServerError::Invalid(rule)) }
}

/// Whether a server may be called so: 2 to 40 lower-case letters and digits with single dashes between them.
pub fn is_name(name: &str) -> bool {
    (2..=40).contains(&name.len())
        && name
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

fn check_capacity((soft, hard): (i32, i32)) -> Result<(), ServerError> {
    let rule = "the soft capacity is between 0 and the hard one";
    if (0..=hard).contains(&soft) { Ok(()) } else { Err(ServerError::Invalid(rule)) }
}

fn known(error: sqlx::Error) -> ServerError {
    match error.as_database_error().and_then(|error| error.constraint()) {
        Some("database_servers_name_key") => ServerError::Known("a server of this name"),
        Some("database_servers_system_key") => ServerError::Known("this cluster"),
        _ => ServerError::Database(error),
    }
}

/// PostgreSQL's own number of a cluster, drawn when it was made.
async fn system_id(conn: &mut PgConnection) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("select system_identifier::text from pg_control_system()").fetch_one(conn).await
}

/// The address of a server, without the role, its password and the database: each agency has its own.
fn bare(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = place.split('/').next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let is_ours = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        !matches!(name, "user" | "password" | "dbname" | "passfile" | "application_name" | "options" | "")
    };
    let query: Vec<&str> = query.split('&').filter(is_ours).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    Some(format!("{scheme}://{host}/{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_no_role_and_no_password() {
        for (url, expected) in [
            ("postgres://maker:p%40ss@db.example:5433/postgres", "postgres://db.example:5433/"),
            (
                "postgresql://maker:x@localhost:5/crm?host=/run/x&user=a&password=b",
                "postgresql://localhost:5/?host=/run/x",
            ),
            ("postgres://db.example?sslmode=verify-full", "postgres://db.example/?sslmode=verify-full"),
        ] {
            assert_eq!(bare(url).as_deref(), Some(expected));
        }
        assert_eq!(bare("db.example"), None);
    }

    #[test]
    fn names_and_capacities_keep_to_their_rules() {
        for name in ["a", "A1", "sp--2", "-sp", "sp_2", &"s".repeat(41)] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert!(check_name("sp-2").is_ok());
        assert!(check_capacity((2, 1)).is_err() && check_capacity((-1, 1)).is_err() && check_capacity((0, 0)).is_ok());
    }
}

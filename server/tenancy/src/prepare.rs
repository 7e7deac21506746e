//! What a server must have before the program can work with it: roles, a central database, closed doors. One list for the
//! private cluster and for a server given by URL.
//!
//! What the role may make is made; for the rest there is a sentence with each statement, for whoever may.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use std::fmt;

/// The oldest major version that will do: since then nobody else may make tables in `public` (PostgreSQL 15, release notes).
pub(crate) const OLDEST: u32 = 15;

/// Databases that come with every server and let everybody in.
pub(crate) const OPEN_TO_ALL: [&str; 2] = ["postgres", "template1"];

/// Who plays what on a server.
#[derive(Debug, Clone)]
pub(crate) struct Cast {
    /// The role that makes databases.
    pub(crate) provisioner: String,
    /// The database that it signs in to.
    pub(crate) maintenance: String,
    /// The web part's role.
    pub(crate) web: String,
    /// The central database.
    pub(crate) central: String,
}

impl Cast {
    /// Whether the web part has a role of its own, as it has everywhere but on somebody's own machine.
    pub(crate) fn is_apart(&self) -> bool {
        self.web != self.provisioner
    }
}

/// Who makes databases on a server that holds agencies' alone.
#[derive(Debug, Clone)]
pub(crate) struct Maker {
    /// The role.
    pub(crate) role: String,
    /// The database that it signs in to.
    pub(crate) maintenance: String,
}

impl Maker {
    /// As these options say: the database of the role's name unless they name another (libpq's rule).
    pub(crate) fn of(options: &PgConnectOptions) -> Self {
        let role = options.get_username().to_owned();
        Self { maintenance: options.get_database().unwrap_or(&role).to_owned(), role }
    }
}

/// Why a server is not ready.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The server refuses or does not answer.
    #[error("the database server cannot be prepared")]
    Database(#[from] sqlx::Error),
    /// The server is too old.
    #[error("the server is PostgreSQL {found}, this program needs {OLDEST} or newer")]
    TooOld {
        /// Its major version.
        found: u32,
    },
    /// The central database would be one that PostgreSQL needs for itself.
    #[error(
        "CENTRAL_DATABASE_URL names `{0}`, which comes with PostgreSQL: name a database of its own, such as `central`"
    )]
    NotOurs(String),
    /// Something is missing that this role may not make.
    #[error(transparent)]
    Missing(#[from] Missing),
}

/// What is missing, as statements for the server's administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The role that may not make it.
    pub role: String,
    /// Each whole, without a semicolon, in the order in which they are to be run; any database will do.
    pub statements: Vec<String>,
}

impl std::error::Error for Missing {}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = &self.role;
        writeln!(f, "the database server lacks what the role \"{role}\" may not make; let its administrator run:")?;
        for statement in &self.statements {
            writeln!(f, "  {statement};")?;
        }
        f.write_str("then try again (`sobrado doctor` says what is still missing)")
    }
}

/// Something that must be so, and the statement that makes it so.
#[derive(Debug)]
struct Need {
    statement: String,
    /// Asks whether it is so already; takes two texts.
    check: &'static str,
    of: [String; 2],
    /// Whether the program runs the statement itself, where it may. It gives no role more rights than that role came with.
    is_ours: bool,
}

const ROLE_EXISTS: &str = "select exists (select from pg_roles where rolname = $1 and $2 is not null)";
const MAKES_BOTH: &str = "select exists (select from pg_roles where rolname = $1 and $2 is not null and (rolsuper or (rolcreatedb and rolcreaterole)))";
const IS_PLAIN: &str = "select exists (select from pg_roles where rolname = $1 and $2 is not null
     and not (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls))";
const HAS_ROLE: &str = "select exists (select from pg_roles a, pg_roles b
     where a.rolname = $1 and b.rolname = $2 and pg_has_role(a.oid, b.oid, 'usage'))";
const LACKS_ROLE: &str = "select not exists (select from pg_roles a, pg_roles b
     where a.rolname = $1 and b.rolname = $2 and pg_has_role(a.oid, b.oid, 'member'))";
const HANDS_ON_ROLE: &str = "select exists (select from pg_roles a, pg_roles b
     where a.rolname = $1 and b.rolname = $2 and pg_has_role(a.oid, b.oid, 'member with admin option'))";
const DATABASE_EXISTS: &str = "select exists (select from pg_database where datname = $1 and $2 is not null)";
const IS_NOT_ANOTHERS: &str =
    "select not exists (select from pg_database where datname = $1 and pg_get_userbyid(datdba)::text <> $2)";
/// By a right of its own: the one that everybody has is about to go.
const ENTERS: &str = "select exists (select
     from pg_database d, pg_roles r, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
     where d.datname = $1 and r.rolname = $2 and a.privilege_type = 'CONNECT' and a.grantee <> 0
       and pg_has_role(r.oid, a.grantee, 'usage'))";
/// One that does not exist lets nobody in, but for the one that is to be made.
const IS_CLOSED: &str = "select not exists (select
     from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
     where d.datname = $1 and a.grantee = 0) and ($1 <> $2 or exists (select from pg_database where datname = $1))";

fn need(is_ours: bool, statement: String, check: &'static str, of: [&str; 2]) -> Need {
    Need { statement, check, of: of.map(str::to_owned), is_ours }
}

/// The whole list, in the order in which one thing needs the other.
fn needs(cast: &Cast) -> Vec<Need> {
    let maker = Maker { role: cast.provisioner.clone(), maintenance: cast.maintenance.clone() };
    let [web, central] = [&cast.web, &cast.central].map(|name| quote(name));
    let mut needs = roles(&["migrator", "tenant_app", "tenant_roles", "central_app"]);
    // Whoever runs it as it stands makes a role that nobody gets in with.
    let known = format!("create role {web} login /* and give it the password in CENTRAL_DATABASE_URL */");
    needs.push(need(false, known, ROLE_EXISTS, [&cast.web, ""]));
    needs.extend(rights(&maker));
    if cast.web != "central_app" {
        needs.push(need(true, format!("grant central_app to {web}"), HAS_ROLE, [&cast.web, "central_app"]));
    }
    if cast.is_apart() {
        let plain = format!("alter role {web} nosuperuser nocreatedb nocreaterole noreplication nobypassrls");
        needs.push(need(false, plain, IS_PLAIN, [&cast.web, ""]));
        for role in ["migrator", "tenant_app", "tenant_roles"] {
            needs.push(need(false, format!("revoke {role} from {web}"), LACKS_ROLE, [&cast.web, role]));
        }
    }
    needs.push(need(true, format!("create database {central} owner migrator"), DATABASE_EXISTS, [&cast.central, ""]));
    let own = format!("alter database {central} owner to migrator");
    needs.push(need(true, own, IS_NOT_ANOTHERS, [&cast.central, "migrator"]));
    let enter = format!("grant connect on database {central} to central_app");
    needs.push(need(true, enter, ENTERS, [&cast.central, "central_app"]));
    needs.extend(doors(&maker, &cast.central, &[&cast.central]));
    needs
}

/// As [`needs`], for a server that holds agencies' databases alone.
fn needs_of_guest(maker: &Maker) -> Vec<Need> {
    let mut needs = roles(&["migrator", "tenant_app", "tenant_roles"]);
    needs.extend(rights(maker));
    needs.extend(doors(maker, "", &[]));
    needs
}

fn roles(names: &[&str]) -> Vec<Need> {
    names.iter().map(|role| need(true, format!("create role {role} nologin"), ROLE_EXISTS, [role, ""])).collect()
}

/// What the role needs that makes databases.
fn rights(maker: &Maker) -> Vec<Need> {
    let (role, quoted) = (maker.role.as_str(), quote(&maker.role));
    let mut needs = vec![need(false, format!("alter role {quoted} createdb createrole"), MAKES_BOTH, [role, ""])];
    // The owner of every object, so that it is the same whoever migrates.
    needs.push(need(true, format!("grant migrator to {quoted}"), HAS_ROLE, [role, "migrator"]));
    for group in ["tenant_app", "tenant_roles"] {
        let hand_on = format!("grant {group} to {quoted} with admin option");
        needs.push(need(true, hand_on, HANDS_ON_ROLE, [role, group]));
    }
    // An agency that goes is shut out at once, and whoever is inside is sent away.
    needs.push(need(true, format!("grant pg_signal_backend to {quoted}"), HAS_ROLE, [role, "pg_signal_backend"]));
    needs
}

fn doors(maker: &Maker, central: &str, more: &[&str]) -> Vec<Need> {
    let enter = format!("grant connect on database {} to {}", quote(&maker.maintenance), quote(&maker.role));
    let mut needs = vec![need(true, enter, ENTERS, [&maker.maintenance, &maker.role])];
    for door in OPEN_TO_ALL.iter().chain(more) {
        let close = format!("revoke all on database {} from public", quote(door));
        needs.push(need(true, close, IS_CLOSED, [door, central]));
    }
    needs
}

impl Need {
    async fn is_met(&self, conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let [one, other] = &self.of;
        sqlx::query_scalar(self.check).bind(one).bind(other).fetch_one(conn).await
    }

    /// Makes it so, if the role may. Says whether it is so now: PostgreSQL only warns when a revoke revokes nothing.
    async fn meet(&self, conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
        match conn.execute(AssertSqlSafe(self.statement.clone())).await {
            Ok(_) => self.is_met(conn).await,
            Err(error) if is_refusal(&error) => {
                tracing::debug!(%error, statement = self.statement, "left to the administrator");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// Not allowed (42501), or in need of what was not allowed before it: classes 0L, 3D and 42 of SQLSTATE.
fn is_refusal(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["0L", "3D", "42"].iter().any(|class| code.starts_with(class)))
}

/// Makes what is missing, as far as the connection's role may.
///
/// # Errors
/// [`PrepareError`]; what could be made has been made.
pub(crate) async fn prepare(conn: &mut PgConnection, cast: &Cast) -> Result<(), PrepareError> {
    check_version(conn).await?;
    if OPEN_TO_ALL.contains(&cast.central.as_str()) || cast.central == "template0" {
        return Err(PrepareError::NotOurs(cast.central.clone()));
    }
    meet(conn, needs(cast), &cast.provisioner).await
}

/// As [`prepare`], on a server that holds agencies' databases alone.
///
/// # Errors
/// [`PrepareError`]; what could be made has been made.
pub(crate) async fn prepare_guest(conn: &mut PgConnection, maker: &Maker) -> Result<(), PrepareError> {
    check_version(conn).await?;
    meet(conn, needs_of_guest(maker), &maker.role).await
}

async fn meet(conn: &mut PgConnection, needs: Vec<Need>, role: &str) -> Result<(), PrepareError> {
    let mut statements = Vec::new();
    for need in needs {
        let met = need.is_met(conn).await? || (need.is_ours && need.meet(conn).await?);
        if !met {
            statements.push(need.statement);
        }
    }
    if statements.is_empty() { Ok(()) } else { Err(Missing { role: role.to_owned(), statements }.into()) }
}

async fn check_version(conn: &mut PgConnection) -> Result<(), PrepareError> {
    let found = major(conn).await?;
    if found < OLDEST { Err(PrepareError::TooOld { found }) } else { Ok(()) }
}

/// The server's major version.
pub(crate) async fn major(conn: &mut PgConnection) -> Result<u32, sqlx::Error> {
    let number: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int").fetch_one(conn).await?;
    Ok(number.unsigned_abs() / 10_000)
}

/// What is missing, as statements; nothing is changed.
pub(crate) async fn missing(conn: &mut PgConnection, cast: &Cast) -> Result<Vec<String>, sqlx::Error> {
    unmet(conn, needs(cast)).await
}

/// As [`missing`], on a server that holds agencies' databases alone.
pub(crate) async fn missing_of_guest(conn: &mut PgConnection, maker: &Maker) -> Result<Vec<String>, sqlx::Error> {
    unmet(conn, needs_of_guest(maker)).await
}

async fn unmet(conn: &mut PgConnection, needs: Vec<Need>) -> Result<Vec<String>, sqlx::Error> {
    let mut statements = Vec::new();
    for need in needs {
        if !need.is_met(conn).await? {
            statements.push(need.statement);
        }
    }
    Ok(statements)
}

/// An identifier as SQL reads it.
pub(crate) fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cast(provisioner: &str, web: &str) -> Cast {
        let [provisioner, web] = [provisioner, web].map(str::to_owned);
        Cast { provisioner, maintenance: "postgres".into(), web, central: "central".into() }
    }

    #[test]
    fn names_are_quoted_and_roles_come_before_what_needs_them() {
        let all: Vec<String> = needs(&cast("maker", "we\"b")).into_iter().map(|need| need.statement).collect();
        let place = |statement: &str| all.iter().position(|s| s == statement).expect(statement);
        assert!(place("create role central_app nologin") < place("grant central_app to \"we\"\"b\""));
        assert!(place("grant migrator to \"maker\"") < place("create database \"central\" owner migrator"));
        assert!(
            place("grant connect on database \"postgres\" to \"maker\"")
                < place("revoke all on database \"postgres\" from public"),
            "nobody is locked out on the way"
        );
    }

    #[test]
    fn a_role_for_both_is_not_asked_to_be_plain_and_none_is_given_more_rights_by_us() {
        let rights = |cast: &Cast| -> Vec<Need> {
            needs(cast).into_iter().filter(|need| need.statement.starts_with("alter role")).collect()
        };
        assert_eq!(rights(&cast("postgres", "postgres")).len(), 1);
        assert_eq!(rights(&cast("maker", "web")).len(), 2);
        assert!(rights(&cast("maker", "web")).iter().all(|need| !need.is_ours));
    }
}

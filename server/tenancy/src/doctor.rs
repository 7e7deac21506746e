//! Looks at a server and says what is to be done: what `prepare` would make, and what no role of ours can change.
//!
//! Nothing is changed. Of agencies' data nothing is looked at but how much there is of it, and what is written down of that.

use sqlx::{Connection, PgConnection};
use std::error::Error;

use crate::central::alerts::{self, Alert};
use crate::central::servers::{self, Server};
use crate::central::shares;
use crate::connect::connect;
use crate::prepare::{self, OLDEST, OPEN_TO_ALL, quote};
use crate::routing::SETTLED;
use crate::{Deployment, migrate};

/// Connections for agencies with which a server is of use to more than a handful of people at once.
const ENOUGH: u32 = 32;

pub(crate) mod doors;
mod drift;
mod guests;
mod lost;
mod remedies;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a word or two.
    pub check: &'static str,
    /// Whether nothing is to be done.
    pub is_well: bool,
    /// What is so, or what is to be done about it: one line.
    pub says: String,
}

impl Finding {
    /// Nothing is to be done.
    pub fn well(check: &'static str, says: impl Into<String>) -> Self {
        Self { check, is_well: true, says: says.into() }
    }

    /// Something is to be done.
    pub fn fault(check: &'static str, says: impl Into<String>) -> Self {
        Self { check, is_well: false, says: says.into() }
    }

    /// Nothing is to be done if there is no fault.
    fn of(check: &'static str, fault: Option<String>, well: impl Into<String>) -> Self {
        fault.map_or_else(|| Self::well(check, well), |fault| Self::fault(check, fault))
    }
}

/// An error with its causes, in one line.
pub(crate) fn sentence(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text.replace('\n', " ")
}

/// What is to be said of a server that holds no central database, and is about to be added.
pub(crate) async fn of_guest(conn: &mut PgConnection, maker: &prepare::Maker) -> Vec<Finding> {
    guests::catalogues(conn, maker).await
}

/// Every check, in the order in which one rests on the other: the server of the central database, then each other one.
pub(crate) async fn examine(deployment: &Deployment, conn: PgConnection) -> Vec<Finding> {
    let mut findings = home(deployment, conn).await;
    findings.extend(guests::examine(deployment).await);
    findings
}

async fn home(deployment: &Deployment, mut conn: PgConnection) -> Vec<Finding> {
    let mut findings = Vec::new();
    let server = [
        ("version", version(&mut conn).await),
        ("durability", durability(&mut conn).await),
        ("encoding", encoding(&mut conn, &deployment.cast().central).await),
        ("extensions", extensions(&mut conn).await),
        ("connections", connections(&mut conn, true).await),
        ("provisioner", provisioner(deployment, &mut conn).await),
        (
            "connect rights",
            connect_rights(&mut conn, (&deployment.cast().provisioner, &deployment.cast().central)).await,
        ),
        ("template", template(&mut conn).await),
    ];
    for (check, outcome) in server {
        findings.push(outcome.unwrap_or_else(|error| unseen(check, &error)));
    }
    match rights(deployment, &mut conn).await {
        Ok(rights) => findings.extend(rights),
        Err(error) => findings.push(unseen("rights", &error)),
    }
    let is_home = |server: &Server| server.is_home;
    let home = servers::list(deployment.central()).await.ok().and_then(|all| all.into_iter().find(is_home));
    let home = home.map_or(1, |home| home.id);
    match lost::examine(deployment, &mut conn, home).await {
        Ok(found) => findings.extend(found),
        Err(error) => findings.push(unseen("orphans", &error)),
    }
    // A failing goodbye changes nothing.
    let _ = conn.close().await;
    findings.extend(drift::examine(deployment, home).await);
    findings.push(lost::epochs(deployment).await.unwrap_or_else(|error| unseen("epochs", &error)));
    findings.push(web_part(deployment).await);
    findings.push(migrations(deployment).await.unwrap_or_else(|error| unseen("migrations", &error)));
    findings.extend(doors::examine(deployment, home).await);
    findings.extend(alerts(deployment).await.unwrap_or_else(|error| vec![unseen("alerts", &error)]));
    findings
}

fn unseen(check: &'static str, error: &dyn Error) -> Finding {
    Finding::fault(check, format!("could not be looked at: {}", sentence(error)))
}

async fn version(conn: &mut PgConnection) -> Result<Finding, sqlx::Error> {
    let found = prepare::major(conn).await?;
    let fault = (found < OLDEST).then(|| format!("this is PostgreSQL {found}: use {OLDEST} or newer"));
    Ok(Finding::of("version", fault, format!("PostgreSQL {found}")))
}

/// What is acknowledged must outlive a crash.
async fn durability(conn: &mut PgConnection) -> Result<Finding, sqlx::Error> {
    let off: Vec<String> = sqlx::query_scalar(
        "select name from pg_settings
         where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off' order by name",
    )
    .fetch_all(conn)
    .await?;
    let set: Vec<String> = off.iter().map(|name| format!("alter system set {name} = on;")).collect();
    let fault = (!off.is_empty()).then(|| {
        let (names, set) = (off.join(", "), set.join(" "));
        format!("a crash loses what was saved ({names} off): {set} select pg_reload_conf();")
    });
    Ok(Finding::of("durability", fault, "what is saved outlives a crash"))
}

/// Agencies' databases begin as copies of `template0`.
async fn encoding(conn: &mut PgConnection, central: &str) -> Result<Finding, sqlx::Error> {
    let others = sqlx::query_scalar(
        "select format('%s is %s', datname, pg_encoding_to_char(encoding))
         from pg_database
         where datname in ('template0', $1) and pg_encoding_to_char(encoding) <> 'UTF8' order by datname",
    );
    let others: Vec<String> = others.bind(central).fetch_all(conn).await?;
    let fault = (!others.is_empty()).then(|| format!("{}: make the cluster with initdb -E UTF8", others.join(", ")));
    Ok(Finding::of("encoding", fault, "UTF8"))
}

/// What the agencies' schema is made with.
async fn extensions(conn: &mut PgConnection) -> Result<Finding, sqlx::Error> {
    let missing: Vec<String> = sqlx::query_scalar(
        "select name from unnest(array['pg_trgm', 'unaccent']) name
         where name not in (select name::text from pg_available_extensions) order by name",
    )
    .fetch_all(conn)
    .await?;
    let fault = (!missing.is_empty()).then(|| {
        format!("the server does not offer {}: install PostgreSQL's contrib package there", missing.join(" and "))
    });
    Ok(Finding::of("extensions", fault, "pg_trgm and unaccent are there"))
}

/// Who comes when all are in use waits, and is refused in the end: a page that fails only when the house is full.
async fn connections(conn: &mut PgConnection, is_home: bool) -> Result<Finding, sqlx::Error> {
    let places = i64::from(shares::places(conn).await?);
    let all: i64 = sqlx::query_scalar("select setting::bigint from pg_settings where name = 'max_connections'")
        .fetch_one(conn)
        .await?;
    let (enough, kept) = (i64::from(ENOUGH), i64::from(shares::kept(is_home)));
    let free = places - kept;
    let fault = (free < enough).then(|| {
        let needed = all + enough - free;
        format!(
            "processes have {} connections to share for agencies beside {kept} that are kept, and {enough} are few: \
             alter system set max_connections = {needed}; and restart it",
            free.max(0)
        )
    });
    Ok(Finding::of("connections", fault, format!("{free} of them for agencies, which processes share")))
}

/// What `prepare` makes, or asks the administrator for: a line a statement.
async fn rights(deployment: &Deployment, conn: &mut PgConnection) -> Result<Vec<Finding>, sqlx::Error> {
    let missing = prepare::missing(conn, deployment.cast()).await?;
    if missing.is_empty() {
        return Ok(vec![Finding::well("rights", "roles, central database and closed doors are as they should be")]);
    }
    Ok(missing.into_iter().map(|statement| Finding::fault("rights", format!("run: {statement};"))).collect())
}

/// Two credentials, and the one that makes databases is no superuser's.
async fn provisioner(deployment: &Deployment, conn: &mut PgConnection) -> Result<Finding, sqlx::Error> {
    let cast = deployment.cast();
    let is_super = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1 and rolsuper)");
    let is_super: bool = is_super.bind(&cast.provisioner).fetch_one(conn).await?;
    let fault = if is_super {
        Some(format!(
            "\"{}\" is a superuser: let PROVISIONER_DATABASE_URL name a role with createdb and createrole",
            cast.provisioner
        ))
    } else if !cast.is_apart() {
        Some(format!("\"{}\" is the web part's role too: let PROVISIONER_DATABASE_URL name another", cast.provisioner))
    } else {
        None
    };
    Ok(Finding::of("provisioner", fault, format!("\"{}\" is no superuser, and not the web part's", cast.provisioner)))
}

/// Databases that everybody may enter, and agencies' databases that another agency may. Those of every server and the
/// central one are `rights`'.
async fn connect_rights(conn: &mut PgConnection, (maker, central): (&str, &str)) -> Result<Finding, sqlx::Error> {
    let others: Vec<&str> = OPEN_TO_ALL.into_iter().chain([central]).collect();
    let open = sqlx::query_scalar(
        "select distinct format('revoke connect on database %I from %s;', d.datname,
                                case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end)
         from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
         where d.datallowconn and a.privilege_type = 'CONNECT'
           and ((a.grantee = 0 and d.datname <> all($1))
                or exists (select from pg_auth_members m join pg_roles r on r.oid = m.roleid
                           where m.member = a.grantee and r.rolname = 'tenant_roles'
                             and pg_get_userbyid(a.grantee) not in (d.datname, $2)))
         order by 1",
    );
    let open: Vec<String> = open.bind(others).bind(maker).fetch_all(conn).await?;
    let fault = (!open.is_empty())
        .then(|| format!("agencies' roles may enter databases that are not theirs: {}", open.join(" ")));
    Ok(Finding::of("connect rights", fault, "an agency's role may enter its own database alone"))
}

async fn template(conn: &mut PgConnection) -> Result<Finding, sqlx::Error> {
    let name = format!("tenant_template_v{}", migrate::latest());
    let exists = sqlx::query_scalar("select exists (select from pg_database where datname = $1 and datistemplate)");
    let exists: bool = exists.bind(&name).fetch_one(conn).await?;
    let fault =
        (!exists).then(|| "the template of this program's schema is not built: run `sobrado migrate`".to_owned());
    Ok(Finding::of("template", fault, quote(&name)))
}

async fn web_part(deployment: &Deployment) -> Finding {
    let role = &deployment.cast().web;
    match sqlx::query("select 1").execute(deployment.central().pool()).await {
        Ok(_) => Finding::well("web part", format!("\"{role}\" enters the central database")),
        Err(error) => {
            let error = sentence(&error);
            Finding::fault("web part", format!("\"{role}\" does not enter the central database: {error}"))
        }
    }
}

/// What the program could not mend by itself.
async fn alerts(deployment: &Deployment) -> Result<Vec<Finding>, sqlx::Error> {
    let open = alerts::list_open(deployment.central()).await?;
    if open.is_empty() {
        return Ok(vec![Finding::well("alerts", "none is open")]);
    }
    let says = |alert: &Alert| {
        let (kind, agency) = (&alert.kind, alert.agency.as_deref().unwrap_or("the platform"));
        let (count, last, detail) = (alert.count, alert.last_at, alert.detail.replace('\n', " "));
        let remedy = remedies::remedy(alert);
        format!(
            "{kind} of {agency}, {count} times, last at {last}: {detail}. {remedy}, then `sobrado doctor --close-alerts`"
        )
    };
    Ok(open.iter().map(|alert| Finding::fault("alerts", says(alert))).collect())
}

/// The central database, and every agency's as far as it is recorded.
async fn migrations(deployment: &Deployment) -> Result<Finding, sqlx::Error> {
    let mut conn = connect(deployment.central_owner()).await?;
    let (found, needed) = (migrate::version(&mut conn).await?, migrate::latest_central());
    if found < needed {
        conn.close().await?;
        let says = format!("the central database is at {found}, this program needs {needed}: run `sobrado migrate`");
        return Ok(Finding::fault("migrations", says));
    }
    let behind = sqlx::query_scalar(
        "select c.slug from tenant_placements t join companies c on c.id = t.tenant_id
         where t.schema_version < $1 and c.status = any($2) order by c.slug",
    );
    // Whom `migrate` takes: who is being made, moved or deleted is seen to by whoever does that.
    let behind: Vec<String> = behind.bind(migrate::latest()).bind(&SETTLED[..]).fetch_all(&mut conn).await?;
    conn.close().await?;
    let fault = (!behind.is_empty()).then(|| {
        let (first, count) = (&behind[..behind.len().min(5)], behind.len());
        format!("{count} agencies are behind ({}): run `sobrado migrate`", first.join(", "))
    });
    Ok(Finding::of("migrations", fault, format!("the central database is at {found}, and no agency is behind")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_with_its_causes() {
        let error = crate::OpenDeploymentError::Unreachable {
            variable: "CENTRAL_DATABASE_URL",
            source: sqlx::Error::Protocol("half\nan answer".into()),
        };
        let text = sentence(&error);
        assert!(text.contains("CENTRAL_DATABASE_URL") && text.ends_with("half an answer"), "{text}");
    }
}

//! What is on a server and belongs to nobody, what belongs to somebody and is not there, and roles that may what they should not.

use sqlx::PgConnection;
use std::collections::BTreeMap;

use super::Finding;
use crate::Deployment;
use crate::central::servers::{self, Expected};

/// Compares a server with what the central database knows of it.
pub(super) async fn examine(
    deployment: &Deployment,
    conn: &mut PgConnection,
    server: i32,
) -> Result<Vec<Finding>, sqlx::Error> {
    let expected = servers::expected(deployment.central(), server).await?;
    let databases: Vec<String> = sqlx::query_scalar(
        "select datname::text from pg_database
         where datname ~ '^t_[0-9a-f]{32}$' or datname ~ '^sobrado_look_[0-9a-f]{32}$' order by 1",
    )
    .fetch_all(&mut *conn)
    .await?;
    let roles = roles(conn).await?;
    let by_name: BTreeMap<&str, &Expected> = expected.iter().map(|one| (one.name.as_str(), one)).collect();
    Ok(vec![orphans(&databases, &roles, &by_name), missing(&databases, &roles, &expected), rights(&roles, &by_name)])
}

/// Work that was asked for at a place that an agency has not come to: the central database is older than what it counts on.
pub(super) async fn epochs(deployment: &Deployment) -> Result<Finding, sqlx::Error> {
    let stale = servers::stale_epochs(deployment.central()).await?;
    let told: Vec<String> = stale.iter().map(|(slug, count)| format!("{count} of {slug}")).collect();
    let fault = (!stale.is_empty()).then(|| {
        format!(
            "jobs were asked for at a later place than the agency lies at ({}): the central database was restored from before a \
             move; look where the agency's database is, and set tenant_placements to it",
            told.join(", ")
        )
    });
    Ok(Finding::of("epochs", fault, "no work counts on another place than where its agency lies"))
}

#[derive(sqlx::FromRow)]
struct Role {
    name: String,
    may_enter: bool,
    may_too_much: bool,
    groups: Vec<String>,
}

async fn roles(conn: &mut PgConnection) -> Result<Vec<Role>, sqlx::Error> {
    sqlx::query_as(
        "select r.rolname::text as name, r.rolcanlogin as may_enter,
                r.rolsuper or r.rolcreatedb or r.rolcreaterole or r.rolreplication or r.rolbypassrls as may_too_much,
                array(select g.rolname::text from pg_auth_members m join pg_roles g on g.oid = m.roleid
                      where m.member = r.oid order by 1) as groups
         from pg_roles r
         where r.rolname ~ '^t_[0-9a-f]{32}$'
         order by 1",
    )
    .fetch_all(conn)
    .await
}

fn orphans(databases: &[String], roles: &[Role], known: &BTreeMap<&str, &Expected>) -> Finding {
    let lost = databases.iter().filter(|name| !known.contains_key(name.as_str()));
    let mut remedies: Vec<String> = lost.map(|name| format!("drop database {name} with (force);")).collect();
    let lost = roles.iter().filter(|role| !known.contains_key(role.name.as_str()));
    remedies.extend(lost.map(|role| format!("drop role {};", role.name)));
    let fault = (!remedies.is_empty())
        .then(|| format!("belong to no agency; look into them, keep a dump, then: {}", remedies.join(" ")));
    Finding::of("orphans", fault, "every database and role belongs to an agency, or waits for one")
}

fn missing(databases: &[String], roles: &[Role], expected: &[Expected]) -> Finding {
    let mut lacking = Vec::new();
    // What is being made or dropped has not everything, and an operation that sees to it.
    for one in expected.iter().filter(|one| !matches!(one.status.as_str(), "provisioning" | "deleting" | "prepared")) {
        let slug = one.slug.as_deref().unwrap_or_default();
        if !databases.contains(&one.name) {
            lacking.push(format!("{slug} has no database {}: restore it from the server's backup", one.name));
        } else if !roles.iter().any(|role| role.name == one.name) {
            lacking.push(format!(
                "{slug} has no role {}: restore the roles from the server's backup (pg_dumpall --roles-only)",
                one.name
            ));
        }
    }
    let fault = (!lacking.is_empty()).then(|| lacking.join("; "));
    Finding::of("places", fault, "every agency's database and role are where they are to be")
}

/// What every agency's role is a member of, and no more.
const GROUPS: [&str; 2] = ["tenant_app", "tenant_roles"];

fn rights(roles: &[Role], known: &BTreeMap<&str, &Expected>) -> Finding {
    let mut remedies = Vec::new();
    for role in roles {
        let Some(one) = known.get(role.name.as_str()) else { continue };
        let name = &role.name;
        if role.may_too_much {
            remedies.push(format!("alter role {name} nosuperuser nocreatedb nocreaterole noreplication nobypassrls;"));
        }
        let too_many = role.groups.iter().filter(|group| !GROUPS.contains(&group.as_str()));
        remedies.extend(too_many.map(|group| format!("revoke {} from {name};", crate::prepare::quote(group))));
        if one.status == "provisioning" || one.status == "deleting" {
            continue;
        }
        let too_few = GROUPS.iter().filter(|group| !role.groups.iter().any(|has| has == *group));
        remedies.extend(too_few.map(|group| format!("grant {group} to {name};")));
        if !role.may_enter {
            remedies.push(format!("alter role {name} login;"));
        }
    }
    let fault = (!remedies.is_empty())
        .then(|| format!("agencies' roles may more or less than they should: {}", remedies.join(" ")));
    Finding::of("roles", fault, "every agency's role may what it should, and no more")
}

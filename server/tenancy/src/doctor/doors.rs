//! Whether agencies' roles get in where they are to, and nowhere else: by knocking.

use sqlx::Connection as _;

use super::{Finding, sentence, unseen};
use crate::central::routes;
use crate::connect::connect;
use crate::prepare::quote;
use crate::servers::ServerError;
use crate::{Deployment, Route};

/// An agency's role at its own door, and at another: who is refused there before its rights are asked is kept out by
/// `pg_hba.conf` too.
pub(super) async fn examine(deployment: &Deployment, server: i32) -> Vec<Finding> {
    let routes = match routes::list(deployment.central()).await {
        Ok(routes) => routes,
        Err(error) => return vec![unseen("agencies", &error)],
    };
    let is_there = |route: &Route| route.status.may_be_entered() && route.placement.server_id == server;
    let Some(route) = routes.into_iter().find(is_there) else {
        return vec![Finding::well("agencies", "none is open yet: look again when one is")];
    };
    vec![own_door(deployment, &route).await, other_door(deployment, &route).await]
}

async fn knock(deployment: &Deployment, route: &Route, database: &str) -> Result<(), ServerError> {
    let password = deployment.key().role_password(route.tenant, &route.placement);
    let tenants = deployment.servers().hands(route.placement.server_id).await?.tenants;
    let options = tenants.username(&route.placement.role_name).password(&password);
    Ok(connect(&options.database(database).application_name("sobrado/doctor")).await?.close().await?)
}

async fn own_door(deployment: &Deployment, route: &Route) -> Finding {
    match knock(deployment, route, &route.placement.db_name).await {
        Ok(()) => Finding::well("agencies", format!("{} enters its database", route.slug)),
        Err(error) => {
            let error = sentence(&error);
            let says =
                format!("{} does not enter its database (is SECRET_KEY another, or pg_hba.conf?): {error}", route.slug);
            Finding::fault("agencies", says)
        }
    }
}

/// No line of `pg_hba.conf` lets the role in, or one says `reject` (PostgreSQL 15 manual, appendix A).
const NO_LINE: &str = "28000";
/// The role has no right to connect (the same).
const NO_RIGHT: &str = "42501";
/// There is no such database (the same): some installations have dropped `postgres`.
const NO_DATABASE: &str = "3D000";

/// Whether a door is shut to the role that has knocked: whatever else was answered may be another answer the next time.
pub(crate) fn is_shut(error: &sqlx::Error) -> bool {
    has_code(error, &[NO_LINE, NO_RIGHT, NO_DATABASE])
}

fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| codes.contains(&&*code))
}

async fn other_door(deployment: &Deployment, route: &Route) -> Finding {
    let knocked = knock(deployment, route, "postgres").await;
    let refused = matches!(knocked, Err(ServerError::Database(error)) if has_code(&error, &[NO_LINE]));
    let hands = deployment.servers().hands(route.placement.server_id).await;
    let maker = hands.map_or_else(|_| String::new(), |hands| quote(hands.maker.get_username()));
    let fault = (!refused).then(|| {
        format!(
            "only rights keep agencies' roles in their own database: begin pg_hba.conf with `hostssl all {maker} all \
             scram-sha-256`, `hostssl sameuser +tenant_roles all scram-sha-256` and `host all +tenant_roles all reject` \
             (`local` lines for a socket)"
        )
    });
    Finding::of("pg_hba.conf", fault, "lets an agency's role into the database of its own name alone")
}

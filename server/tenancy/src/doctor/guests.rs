//! The servers that hold agencies' databases alone: the same questions, but for those about the central database.

use sqlx::{Connection as _, PgConnection};

use super::{
    Finding, connect_rights, connections, doors, drift, durability, encoding, extensions, lost, sentence, template,
    unseen, version,
};
use crate::Deployment;
use crate::central::servers::{self, Server};
use crate::connect::connect;
use crate::prepare::{self, Maker};

/// Every check on every other server; each finding begins with the server's name.
pub(super) async fn examine(deployment: &Deployment) -> Vec<Finding> {
    let all = match servers::list(deployment.central()).await {
        Ok(all) => all,
        Err(error) => return vec![unseen("servers", &error)],
    };
    let mut findings = vec![full(&all)];
    for server in all.iter().filter(|server| !server.is_home && server.state != "retired") {
        let named = |finding: Finding| Finding { says: format!("{}: {}", server.name, finding.says), ..finding };
        findings.extend(one(deployment, server).await.into_iter().map(named));
    }
    findings
}

/// Whether the next agency finds a place.
fn full(all: &[Server]) -> Finding {
    let room = |server: &&Server| {
        server.state == "active" && server.agencies + server.prepared < i64::from(server.hard_capacity)
    };
    let fault = (!all.iter().any(|server| room(&server))).then(|| {
        "no server takes another agency: add one with `sobrado server add`, or raise a capacity with `sobrado server set`"
            .to_owned()
    });
    let says = all.iter().map(|s| format!("{} {} of {} ({})", s.name, s.agencies, s.hard_capacity, s.state));
    Finding::of("servers", fault, says.collect::<Vec<_>>().join(", "))
}

async fn one(deployment: &Deployment, server: &Server) -> Vec<Finding> {
    let hands = match deployment.servers().hands(server.id).await {
        Ok(hands) => hands,
        Err(error) => return vec![Finding::fault("server", sentence(&error))],
    };
    let mut conn = match connect(&hands.maker).await {
        Ok(conn) => conn,
        Err(error) => {
            let says = format!("the role that makes databases does not get in: {}", sentence(&error));
            return vec![Finding::fault("server", says)];
        }
    };
    let mut findings = catalogues(&mut conn, &Maker::of(&hands.maker)).await;
    match lost::examine(deployment, &mut conn, server.id).await {
        Ok(found) => findings.extend(found),
        Err(error) => findings.push(unseen("orphans", &error)),
    }
    // A failing goodbye changes nothing.
    let _ = conn.close().await;
    findings.extend(drift::examine(deployment, server.id).await);
    findings.extend(doors::examine(deployment, server.id).await);
    findings
}

pub(super) async fn catalogues(conn: &mut PgConnection, maker: &Maker) -> Vec<Finding> {
    let seen = [
        ("version", version(conn).await),
        ("durability", durability(conn).await),
        ("encoding", encoding(conn, "").await),
        ("extensions", extensions(conn).await),
        ("connections", connections(conn, false).await),
        ("connect rights", connect_rights(conn, (&maker.role, "")).await),
        ("template", template(conn).await),
    ];
    let mut findings: Vec<Finding> =
        seen.into_iter().map(|(check, outcome)| outcome.unwrap_or_else(|error| unseen(check, &error))).collect();
    match prepare::missing_of_guest(conn, maker).await {
        Ok(missing) if missing.is_empty() => {
            findings.push(Finding::well("rights", "roles and closed doors are as they should be"));
        }
        Ok(missing) => {
            let asked = |statement| Finding::fault("rights", format!("run: {statement};"));
            findings.extend(missing.into_iter().map(asked));
        }
        Err(error) => findings.push(unseen("rights", &error)),
    }
    findings
}

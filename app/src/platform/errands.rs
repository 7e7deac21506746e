//! What operators ask the worker for: servers that come, fill up and are emptied, and the fleet's way to a newer schema. The part
//! that serves pages holds none of the roles that do these things.

use tenancy::central::fleet_operations::{self, Task};
use tenancy::central::servers::{self, Server};
use tenancy::central::{operation_log, rollout_log};
use uuid::Uuid;

use super::fleet_types::{FleetPage, MigrationLine, RolloutLine, ServerLine, ServerPage, ServerSheet};
use super::tenants::by;
use super::{fleet_words, labels, rules};
use crate::auth::second_factor::is_proved;
use crate::caller::{self, Operator};
use crate::error::AppError;
use crate::state::House;
use crate::values::day::format_instant;
use crate::values::fields::{Fields, Problem};
use crate::values::page::format_count;
use crate::words::{Lang, lang};

/// Rollouts that the page shows, and agencies of the newest.
const ROLLOUTS: i64 = 10;
const MEMBERS: i64 = 500;

/// The database servers, and what stands in the form for another one.
///
/// # Errors
/// The database's.
pub async fn servers(house: &House) -> Result<ServerPage, AppError> {
    let (lang, typed) = (lang(), caller::entrance()?.0);
    let all = servers::list(&house.central).await?;
    let blank = [("port", "5432"), ("tls", "verify-full"), ("soft", "500"), ("hard", "1500")];
    let blank = || Fields::of(blank.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Ok(ServerPage {
        servers: all.into_iter().map(|server| line(server, lang)).collect(),
        form: if typed.0.is_empty() { blank() } else { typed },
        is_proved: is_proved(house).await?,
    })
}

fn line(server: Server, lang: Lang) -> ServerLine {
    ServerLine {
        agencies: format_count(server.agencies, lang),
        prepared: format_count(server.prepared, lang),
        size: if server.bytes == 0 { String::new() } else { labels::size(server.bytes, lang) },
        name: server.name,
        state: server.state,
        is_home: server.is_home,
        soft: server.soft_capacity,
        hard: server.hard_capacity,
    }
}

/// One database server.
///
/// # Errors
/// [`AppError::NotFound`] when there is none of this name.
pub async fn server(house: &House, name: &str) -> Result<ServerSheet, AppError> {
    let (line, typed) = (line(find(house, name).await?, lang()), caller::entrance()?.0);
    let stands = Fields::default().with("soft", &line.soft.to_string()).with("hard", &line.hard.to_string());
    let form = if typed.0.contains_key("soft") { typed } else { stands };
    Ok(ServerSheet { line, form })
}

async fn find(house: &House, name: &str) -> Result<Server, AppError> {
    let all = servers::list(&house.central).await?;
    all.into_iter().find(|server| server.name == name).ok_or(AppError::NotFound)
}

/// Asks for a server to be added. Gives the operation.
///
/// # Errors
/// [`AppError::Invalid`] with what is wrong.
pub async fn add_server(house: &House, operator: &Operator, form: &Fields) -> Result<Uuid, AppError> {
    let (task, url) = rules::parse_server(form)?;
    let all = servers::list(&house.central).await?;
    if all.iter().any(|server| server.name == task.subject()) {
        return Err(AppError::invalid("name", Problem::Taken));
    }
    ask(house, operator, (&task, Some(&url))).await
}

/// Asks for a server to take another number of agencies. Gives the operation.
///
/// # Errors
/// [`AppError::NotFound`] when there is none of this name, [`AppError::Invalid`] with what is wrong.
pub async fn set_capacity(house: &House, operator: &Operator, form: &Fields) -> Result<Uuid, AppError> {
    let name = find(house, form.get("name")).await?.name;
    let task = Task::ServerCapacity { name, capacity: rules::parse_capacity(form)? };
    ask(house, operator, (&task, None)).await
}

/// Asks for a server to take no agency any more. Gives the operation.
///
/// # Errors
/// [`AppError::NotFound`] when there is none of this name that takes any.
pub async fn drain(house: &House, operator: &Operator, name: &str) -> Result<Uuid, AppError> {
    let server = find(house, name).await?;
    if server.state != "active" {
        return Err(AppError::NotFound);
    }
    ask(house, operator, (&Task::ServerDrain { name: server.name }, None)).await
}

/// Asks for a server to take agencies again. Gives the operation.
///
/// # Errors
/// [`AppError::NotFound`] when there is none of this name that takes none.
pub async fn activate(house: &House, operator: &Operator, name: &str) -> Result<Uuid, AppError> {
    let server = find(house, name).await?;
    if server.state != "draining" {
        return Err(AppError::NotFound);
    }
    ask(house, operator, (&Task::ServerActivate { name: server.name }, None)).await
}

/// Asks for the fleet to come to this program's version: all of it, or who failed the last time. Gives the operation.
///
/// # Errors
/// The database's.
pub async fn migrate(house: &House, operator: &Operator, only_failed: bool) -> Result<Uuid, AppError> {
    ask(house, operator, (&Task::Migrate { target: tenancy::migrate::latest(), only_failed }, None)).await
}

async fn ask(house: &House, operator: &Operator, wanted: (&Task, Option<&str>)) -> Result<Uuid, AppError> {
    Ok(fleet_operations::ask(&house.central, &house.key, wanted, by(operator)).await?.as_uuid())
}

/// Leads to an operation: what was asked for is seen there.
///
/// # Errors
/// None; it stands at the end of a server function.
pub fn followed(operation: Uuid) -> Result<(), AppError> {
    leptos_axum::redirect(&format!("/platform/operations/{operation}"));
    Ok(())
}

/// How far the fleet is, and what became of its last rollouts.
///
/// # Errors
/// The database's.
pub async fn fleet(house: &House) -> Result<FleetPage, AppError> {
    let (db, lang, latest) = (&house.central, lang(), tenancy::migrate::latest());
    let operation = fleet_operations::last_migration(db).await?;
    // Before what it leads to: what happens meanwhile is told.
    let live = match operation {
        Some(id) => live(house, id).await?,
        None => None,
    };
    let (behind, rollouts) = futures::try_join!(rollout_log::behind(db, latest), rollout_log::latest(db, ROLLOUTS))?;
    let (rings, members) = match rollouts.first() {
        Some(newest) => {
            futures::try_join!(rollout_log::rings(db, newest.id), rollout_log::members(db, newest.id, MEMBERS))?
        }
        None => Default::default(),
    };
    let ring = |r: rollout_log::Ring| fleet_words::ring(r.ring, (r.open, r.done, r.failed), lang);
    Ok(FleetPage {
        latest: latest.to_string(),
        behind,
        operation: operation.map(|id| format!("/platform/operations/{id}")),
        live,
        failed: rollouts.first().map_or(0, |newest| newest.failed),
        rollouts: rollouts.into_iter().map(|entry| rollout(entry, lang)).collect(),
        rings: rings.into_iter().map(ring).collect(),
        members: members.into_iter().map(|member| migration(member, lang)).collect(),
        is_proved: is_proved(house).await?,
    })
}

/// Where it is told how an operation goes on; none when it does not.
pub(super) async fn live(house: &House, id: Uuid) -> Result<Option<String>, AppError> {
    let mark = operation_log::mark(&house.central, id).await?;
    let mark = mark.filter(|(_, is_over)| !is_over);
    Ok(mark.map(|(mark, _)| format!("/platform/operations/{id}/events?seen={mark}")))
}

fn rollout(entry: rollout_log::Entry, lang: Lang) -> RolloutLine {
    RolloutLine {
        target: entry.target.to_string(),
        said: fleet_words::outcome(entry.all, entry.done, entry.failed, lang),
        began: format_instant(entry.created_at, lang),
        state: entry.state,
    }
}

fn migration(member: rollout_log::Member, lang: Lang) -> MigrationLine {
    let versions = (member.from_version, member.to_version);
    MigrationLine {
        about: fleet_words::migrated((&member.server, member.ring), versions, member.attempt, lang),
        slug: member.slug,
        state: member.state,
        error: member.error.unwrap_or_default(),
    }
}

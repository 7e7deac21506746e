//! Servers, and the fleet's way to a newer schema, as operators look at them.

use serde::{Deserialize, Serialize};

use crate::values::fields::Fields;

/// The database servers, and the form for another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerPage {
    /// Those that there are.
    pub servers: Vec<ServerLine>,
    /// What stands in the form; never the password.
    pub form: Fields,
    /// Whether the operator has just proved who they are: then the form is there.
    pub is_proved: bool,
}

/// A database server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerLine {
    /// Its name.
    pub name: String,
    /// `active`, `draining`, `retired`.
    pub state: String,
    /// Whether it holds the central database too.
    pub is_home: bool,
    /// Agencies on it.
    pub agencies: String,
    /// Databases that wait for an agency.
    pub prepared: String,
    /// Size of their databases, as they were measured last; empty: not yet.
    pub size: String,
    /// From so many agencies on it is taken only when no other is below its own.
    pub soft: i32,
    /// From so many on it is not taken.
    pub hard: i32,
}

/// One database server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerSheet {
    /// How it stands.
    pub line: ServerLine,
    /// What stands in the form of its capacity.
    pub form: Fields,
}

/// How far the fleet is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetPage {
    /// The version that this program needs.
    pub latest: String,
    /// Agencies that are not there.
    pub behind: i64,
    /// The last migration that was asked for here; its operation says how it went.
    pub operation: Option<String>,
    /// Where it is told how that goes on, while it does.
    pub live: Option<String>,
    /// The last rollouts, newest first.
    pub rollouts: Vec<RolloutLine>,
    /// The rings of the newest.
    pub rings: Vec<(String, String)>,
    /// The agencies of the newest, those that failed first.
    pub members: Vec<MigrationLine>,
    /// Agencies that failed in it.
    pub failed: i64,
    /// Whether the operator has just proved who they are: then it can be begun.
    pub is_proved: bool,
}

/// A rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutLine {
    /// The version that it leads to.
    pub target: String,
    /// `running`, `done`, `stopped`, `superseded`.
    pub state: String,
    /// How many came through, and how many did not.
    pub said: String,
    /// When it began.
    pub began: String,
}

/// What became of an agency in a rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationLine {
    /// Its name in addresses.
    pub slug: String,
    /// `queued`, `running`, `done`, `failed`.
    pub state: String,
    /// Its server, ring and versions.
    pub about: String,
    /// Why it failed.
    pub error: String,
}

//! Plans as operators look at them and change them, ready to read.

use serde::{Deserialize, Serialize};

use crate::values::fields::{FieldErrors, Fields};

/// A plan with all of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanGroup {
    /// `prime`, `k`, `k2`.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// The newest first.
    pub versions: Vec<VersionRow>,
}

/// A version of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRow {
    /// From 1.
    pub number: i32,
    /// Whether it is sold.
    pub standing: Standing,
    /// From when on it is or was sold.
    pub since: String,
    /// A month.
    pub monthly: String,
    /// A year, paid at once.
    pub yearly: String,
    /// Users included, and what each further one costs.
    pub users: String,
    /// Properties at once.
    pub properties: String,
    /// Agencies that stand on it.
    pub agencies: String,
}

/// Whether a version is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Who comes now buys this one.
    Sold,
    /// From its day on.
    ToCome,
    /// Another is sold now; who has bought it keeps it.
    Earlier,
}

/// The form for a plan's next version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanEditor {
    /// `prime`, `k`, `k2`.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// The number of its last version.
    pub last: i32,
    /// The number of the one that is sold now.
    pub sold: i32,
    /// What stands in the form.
    pub form: Fields,
    /// What is wrong with it.
    pub errors: FieldErrors,
    /// What a plan may include: value and name.
    pub features: Vec<(String, String)>,
    /// What would be different, when that was asked for.
    pub preview: Option<VersionPreview>,
    /// Where the operator proves who they are, and comes back from with the form as it is; none: they have.
    pub proof: Option<String>,
}

/// A version before it is published, against the one that is sold now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionPreview {
    /// What, now, then.
    pub changes: Vec<(String, String, String)>,
    /// From when on it is sold; empty: at once.
    pub from: String,
    /// What the form sends that publishes it.
    pub hidden: Vec<(String, String)>,
}

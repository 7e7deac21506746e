//! The figures of the first screen.

use serde::{Deserialize, Serialize};

use crate::audit::types::HistoryLine;
use crate::properties::types::{PropertyId, Unready};

/// What the first screen shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TodayPage {
    /// What a new agency does first, in order; nothing when all is done, put away, or not theirs to do.
    pub first_steps: Vec<FirstStep>,
    /// Properties that are being sold or let.
    pub active: i64,
    /// Properties that visitors see.
    pub published: i64,
    /// Properties that are drafts.
    pub drafts: i64,
    /// Every property that is not archived.
    pub all: i64,
    /// Places that the plan still has; none: unlimited.
    pub places_left: Option<i64>,
    /// Properties on their way to the storefront, last changed first.
    pub unready: Vec<Unready>,
    /// What was done last, newest first.
    pub activity: Vec<ActivityLine>,
}

/// One of the first things that an agency does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstStep {
    /// What it is.
    pub label: String,
    /// Where it is done.
    pub href: String,
    /// Whether it is done.
    pub is_done: bool,
}

/// Something that was done, and to what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivityLine {
    /// Who did what, and when.
    pub line: HistoryLine,
    /// The property: which one, and its code and title.
    pub property: Option<(PropertyId, String)>,
}

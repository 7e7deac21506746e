//! The figures of the first screen.

use serde::{Deserialize, Serialize};

use crate::audit::types::HistoryLine;
use crate::properties::types::Unready;

/// What the first screen shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TodayPage {
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
    pub activity: Vec<HistoryLine>,
}

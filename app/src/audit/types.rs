//! A line of a record's history, as its page shows it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Who did what to a record, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// When it was done.
    pub at: OffsetDateTime,
    /// Name of the member of staff; none: the program.
    pub who: Option<String>,
    /// `property.update`.
    pub action: String,
    /// Names of the fields that changed.
    pub fields: Vec<String>,
}

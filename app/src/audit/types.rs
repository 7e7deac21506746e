//! A line of a record's history, as its page shows it.

use serde::{Deserialize, Serialize};

/// Who did what to a record, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// When it was done, in the viewer's form.
    pub at: String,
    /// Name of the member of staff; none: the program.
    pub who: Option<String>,
    /// `property.update`.
    pub action: String,
    /// Names of the fields that changed.
    pub fields: Vec<String>,
}

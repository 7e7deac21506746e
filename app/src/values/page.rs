//! One page of a list, and the way to the next.

use serde::{Deserialize, Serialize};

/// Rows with the cursors of the pages around them. A cursor is opaque: the key of the row that the next page begins after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Cursor of the page after, when there is one.
    pub next: Option<String>,
    /// Cursor of the page before, when there is one.
    pub previous: Option<String>,
    /// How many rows there are in all.
    pub total: Total,
}

/// A count that says how good it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Total {
    /// Counted.
    Exactly(i64),
    /// Counted up to this, and there are more.
    MoreThan(i64),
}

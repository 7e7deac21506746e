//! Agencies as operators see them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantRow {
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its plan, as people call it: `Prime`.
    pub plan: String,
    /// `active`, `suspended`, ...
    pub status: String,
    /// Why it is suspended.
    pub reason: String,
    /// When it signed up.
    pub created_at: OffsetDateTime,
}

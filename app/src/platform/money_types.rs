//! What operators see of an agency's money and use, ready to read.

use serde::{Deserialize, Serialize};

use crate::billing::types::{DayRow, InvoiceRow};

/// What an agency owes and has paid, and what that does to its door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Whether an operator holds the agency closed.
    pub is_held: bool,
    /// What has closed it or is about to, and what opens it again: sentences.
    pub standing: Vec<String>,
    /// Invoices that can be paid, the oldest first: number, and what is said of it.
    pub payable: Vec<(String, String)>,
    /// Its invoices: those that nobody has paid, then the latest of the others.
    pub invoices: Vec<InvoiceRow>,
    /// Its use, a line a day, newest first, as its owner sees it.
    pub days: Vec<DayRow>,
}

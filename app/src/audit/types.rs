//! A line of a record's history, as its page shows it; a line of the log, as its screens show it.

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

/// A value and what it is called, for a field to choose from.
pub type Choice = (String, String);

/// One page of the log, and what it can be asked by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The lines, newest first.
    pub lines: Vec<AuditLine>,
    /// In which days letters were looked for, when they were.
    pub searched: Option<String>,
    /// Cursor of the older lines, when there are some.
    pub next: Option<String>,
    /// Cursor of the newer lines, when there are some.
    pub previous: Option<String>,
    /// The agency's people; none for operators, who type an e-mail address.
    pub people: Vec<Choice>,
    /// Acts.
    pub actions: Vec<Choice>,
    /// Kinds of records.
    pub kinds: Vec<Choice>,
}

/// One line, ready to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Identifier.
    pub id: String,
    /// When, in the viewer's form.
    pub at: String,
    /// Who did it.
    pub who: String,
    /// The operator who acted as them.
    pub behind: Option<String>,
    /// What was done: a sentence without its subject, or the act's code when nobody has put it into words yet.
    pub what: String,
    /// The agency's name, for operators.
    pub agency: Option<String>,
    /// The kind of record, and its name when it has one.
    pub record: String,
    /// Where the record is, when it has a page.
    pub href: Option<String>,
    /// What changed.
    pub changes: Vec<Change>,
    /// The record's identifier, the address, what the browser calls itself, the request: what they are called, and what
    /// they are.
    pub details: Vec<Choice>,
}

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What the field is called.
    pub field: String,
    /// What was there; nothing when there was nothing, or nobody says.
    pub before: String,
    /// What is there now.
    pub after: String,
}

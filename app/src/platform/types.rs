//! What operators look at, ready to read.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::money_types::Money;
use crate::values::fields::Fields;

/// What the list of agencies is narrowed to, as it was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Part of a name or address.
    pub q: String,
    /// State.
    pub status: String,
    /// State of the subscription.
    pub subscription: String,
    /// `prime`, `k`, `k2`.
    pub plan: String,
    /// Name of a database server.
    pub server: String,
}

/// A page of the list of agencies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantPage {
    /// The agencies.
    pub rows: Vec<TenantRow>,
    /// What it is narrowed to.
    pub asked: Asked,
    /// Whether rows were left out before these.
    pub is_later: bool,
    /// The slug after which the next page begins.
    pub next: Option<String>,
    /// Plans to choose from, and what they are called.
    pub plans: Vec<(String, String)>,
    /// Servers to choose from.
    pub servers: Vec<String>,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantRow {
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Where the platform writes to.
    pub email: String,
    /// Its plan, as people call it: `Prime`.
    pub plan: String,
    /// `active`, `suspended`, ...
    pub status: String,
    /// `active`, `past_due`, `suspended`, `cancelled`; empty: it has no subscription.
    pub subscription: String,
    /// Why it is suspended.
    pub reason: String,
    /// Active accounts.
    pub users: String,
    /// Properties, as they were counted last; empty: not yet.
    pub properties: String,
    /// Size of its database, likewise.
    pub size: String,
    /// When that was.
    pub measured: String,
    /// That its database does not answer, or nobody's on its server, and since when; empty: it does.
    pub silence: String,
    /// The last migration of its database.
    pub schema: String,
    /// Whether the program has a newer one.
    pub is_behind: bool,
    /// Open alerts.
    pub alerts: i64,
    /// When somebody last did something there; empty: not known.
    pub activity: String,
    /// When it signed up.
    pub created: String,
    /// The server of its database; empty: none yet.
    pub server: String,
    /// Its database, and how often its place has changed.
    pub placement: String,
}

/// One agency with everything around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantSheet {
    /// Its figures.
    pub row: TenantRow,
    /// Where its storefront is.
    pub storefront: String,
    /// Hosts of its own.
    pub domains: Vec<DomainLine>,
    /// Its active staff, owners first.
    pub members: Vec<MemberLine>,
    /// What is and was being done to it, newest first.
    pub operations: Vec<OperationLine>,
    /// The last lines of its log.
    pub acts: Vec<ActLine>,
    /// What it owes and has paid.
    pub money: Money,
    /// How it ends, or is to.
    pub ending: Ending,
    /// What was typed into a form of the page that was refused; never a password.
    pub typed: Fields,
}

/// How an agency stands to its end, and what it may use until then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// When the period ends; empty: it has no subscription.
    pub until: String,
    /// Whether that is paid.
    pub is_paid: bool,
    /// Whether it is over, and none has begun after it: the agency is closed.
    pub is_over: bool,
    /// It was cancelled: it ends with the period.
    pub ends: bool,
    /// It has ended so.
    pub has_ended: bool,
    /// Users that its plan holds.
    pub max_users: String,
    /// Properties that its plan holds; empty: any number.
    pub max_properties: String,
    /// Whether it can be deleted.
    pub may_be_deleted: bool,
    /// When its database is dropped, while that can be called off.
    pub dropped_after: String,
    /// That was called off, and the worker is about to open it again.
    pub is_staying: bool,
    /// Why it goes.
    pub why: String,
    /// Whether the operator has just proved who they are: dangerous forms are there.
    pub is_proved: bool,
}

/// A host of an agency's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainLine {
    /// Its name.
    pub host: String,
    /// `pending`, `verified`, ...
    pub state: String,
    /// Whether the others lead to it.
    pub is_primary: bool,
}

/// A member of an agency's staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberLine {
    /// The account.
    pub user: Uuid,
    /// Name for people.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// What their role is called.
    pub role: String,
    /// Whether an operator may act as them.
    pub may_be_acted_as: bool,
    /// Whether an operator may take their second factor away, once they have lost it.
    pub may_be_helped: bool,
}

/// A line of an agency's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActLine {
    /// When.
    pub at: String,
    /// What was done.
    pub act: String,
    /// Who did it, and who stood behind them.
    pub who: String,
    /// Why, where a reason was asked for.
    pub reason: String,
}

/// An operation on an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationLine {
    /// The operation.
    pub id: Uuid,
    /// The agency's name in addresses; empty: it is the fleet's.
    pub slug: String,
    /// What it is about: the agency, a server's name, a version.
    pub subject: String,
    /// What is done.
    pub kind: String,
    /// `queued`, `running`, `waiting`, `done`, `failed`.
    pub state: String,
    /// The last step that was finished.
    pub step: String,
    /// How often it was taken up.
    pub attempt: i32,
    /// Why it waits; empty: nothing is wrong.
    pub error: String,
    /// When it was asked for.
    pub created: String,
    /// When it is due, or was done.
    pub when: String,
    /// Whether it helps to ask for it to be tried now.
    pub may_be_retried: bool,
}

/// A page of operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationPage {
    /// What is not over, newest first.
    pub open: Vec<OperationLine>,
    /// Whose they are, by its name in addresses; empty: everybody's.
    pub agency: String,
    /// What is over, newest first.
    pub finished: Vec<OperationLine>,
    /// The operation before which the next page of those begins.
    pub next: Option<Uuid>,
    /// Where it is told when something of it has changed.
    pub live: String,
}

/// One operation with its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationSheet {
    /// How it stands.
    pub line: OperationLine,
    /// Where it is told how it goes on; none when it does not.
    pub live: Option<String>,
    /// What happened, in order: when, at which step, how grave, what.
    pub happened: Vec<(String, String, String, String)>,
}

/// How the platform is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Open alerts, oldest first.
    pub alerts: Vec<AlertLine>,
    /// Jobs that wait, are being done, are set aside, were given up.
    pub jobs: [String; 4],
    /// The jobs that go on only when somebody sees to them.
    pub stuck: Vec<JobLine>,
    /// Whether some process is the worker.
    pub has_worker: bool,
    /// Servers of whose agencies some do not answer: what is said of each, and the agencies' names in addresses.
    pub unheard: Vec<(String, Vec<String>)>,
}

/// An open alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertLine {
    /// Identifier.
    pub id: Uuid,
    /// What happened.
    pub kind: String,
    /// The agency's name in addresses; empty: nobody's in particular.
    pub slug: String,
    /// The last time's circumstances.
    pub detail: String,
    /// How many times.
    pub count: i32,
    /// When first.
    pub since: String,
    /// When last.
    pub last: String,
}

/// A job that was given up or set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobLine {
    /// The job.
    pub id: Uuid,
    /// The agency's name in addresses.
    pub slug: String,
    /// What was to be done.
    pub kind: String,
    /// `failed` or `parked`.
    pub state: String,
    /// How often it was tried.
    pub attempt: i32,
    /// Why.
    pub error: String,
    /// When it was asked for.
    pub created: String,
}

/// A ticket that is about to be used: who is to be acted as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketSheet {
    /// The agency's name.
    pub company: String,
    /// The account.
    pub user: Uuid,
    /// The member's name.
    pub member: String,
    /// What their role is called.
    pub role: String,
    /// Why.
    pub reason: String,
    /// Whether changes are let through.
    pub may_write: bool,
}

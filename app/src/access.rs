//! Who may do what: one row a page and server function, and one matrix of roles. A path without a row fails a test.

mod rows;

use serde::{Deserialize, Serialize};

use crate::billing::features::Feature;

pub use rows::ROWS;

/// Roles of an agency's staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Owns the agency: everything.
    Owner,
    /// Runs it.
    Manager,
    /// Sells and lets.
    Broker,
    /// Keeps the records.
    Assistant,
    /// Looks at figures.
    Finance,
    /// Works for another agency.
    Partner,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Owner, Self::Manager, Self::Broker, Self::Assistant, Self::Finance, Self::Partner];

    /// Reads the stored value.
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == value)
    }

    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Broker => "broker",
            Self::Assistant => "assistant",
            Self::Finance => "finance",
            Self::Partner => "partner",
        }
    }

    /// The matrix: what a role may do.
    pub const fn may(self, can: Can) -> bool {
        use Role::{Assistant, Broker, Finance, Manager, Owner, Partner};
        match can {
            Can::SeeAgency => true,
            Can::SeeProperties => matches!(self, Owner | Manager | Broker | Assistant | Finance | Partner),
            Can::WriteProperties => matches!(self, Owner | Manager | Broker | Assistant),
            Can::PublishProperties => matches!(self, Owner | Manager | Broker),
            Can::GiveProperties => matches!(self, Owner | Manager | Assistant),
            Can::ArchiveProperties | Can::WriteSettings | Can::WriteDomains | Can::SeeAudit | Can::WriteTeam => {
                matches!(self, Owner | Manager)
            }
            Can::RenameAgency | Can::ChangePlan | Can::HandOver | Can::ResetSecondFactors => matches!(self, Owner),
            Can::SeePlan => matches!(self, Owner | Manager | Finance),
            Can::SeeInvoices => matches!(self, Owner | Finance),
        }
    }

    /// The matrix: whose properties a role sees. The statements ask `may_see` of the agency's database.
    pub const fn sees(self) -> Scope {
        match self {
            Self::Owner | Self::Manager | Self::Assistant | Self::Finance => Scope::All,
            Self::Broker => Scope::Team,
            Self::Partner => Scope::Own,
        }
    }

    /// Whom a role may send away, let in again or give another role: an owner everybody, a manager those below.
    pub const fn manages(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Manager => !matches!(other, Self::Owner | Self::Manager),
            _ => false,
        }
    }

    /// Which role a role may give: one below its own (AZ-06). Ownership is handed over.
    pub const fn grants(self, role: Self) -> bool {
        self.manages(role) && !matches!(role, Self::Owner)
    }
}

/// Whose records somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everybody's.
    All,
    /// Their own, and what their colleagues have brought past the draft.
    Team,
    /// Their own.
    Own,
}

impl Scope {
    /// As `may_see` reads it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Team => "team",
            Self::Own => "own",
        }
    }
}

/// What can be permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Can {
    /// Be in the CRM at all.
    SeeAgency,
    /// Look at properties.
    SeeProperties,
    /// Create and edit properties and their photographs.
    WriteProperties,
    /// Put properties on the storefront and take them off.
    PublishProperties,
    /// Say who looks after a property: whoever writes and sees all of them.
    GiveProperties,
    /// Archive and restore properties.
    ArchiveProperties,
    /// Look at plan and use.
    SeePlan,
    /// Look at what the agency is asked to pay.
    SeeInvoices,
    /// Change plan and additional users, cancel and take it back.
    ChangePlan,
    /// Change how the agency presents itself.
    WriteSettings,
    /// Claim domains, choose among them and let go of them.
    WriteDomains,
    /// Change the agency's name, and its name in addresses.
    RenameAgency,
    /// Look at the audit log, and take a copy of it along.
    SeeAudit,
    /// Invite people, change roles, send people away.
    WriteTeam,
    /// Make another an owner.
    HandOver,
    /// Let colleagues in who have lost their second factor.
    ResetSecondFactors,
}

impl Can {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::SeeAgency,
        Self::SeeProperties,
        Self::WriteProperties,
        Self::PublishProperties,
        Self::GiveProperties,
        Self::ArchiveProperties,
        Self::SeePlan,
        Self::SeeInvoices,
        Self::ChangePlan,
        Self::WriteSettings,
        Self::WriteDomains,
        Self::RenameAgency,
        Self::SeeAudit,
        Self::WriteTeam,
        Self::HandOver,
        Self::ResetSecondFactors,
    ];
}

impl Can {
    /// Whether an operator who acts as a member may do it, once changes were chosen: what concerns the member as a person, or
    /// takes data away, is theirs alone. What is not named here is not.
    pub const fn is_open_to_acting(self) -> bool {
        matches!(
            self,
            Self::WriteProperties
                | Self::PublishProperties
                | Self::GiveProperties
                | Self::ArchiveProperties
                | Self::WriteSettings
        )
    }
}

/// Whose route it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "audience", content = "can")]
pub enum Audience {
    /// Everybody, on the platform's host.
    Platform,
    /// Everybody, on an agency's storefront hosts.
    Storefront,
    /// Everybody, on every host.
    Everywhere,
    /// Staff with this permission, on the platform's host.
    Staff(Can),
    /// Whoever is signed in, of whatever kind.
    SignedIn,
    /// Operators, on the platform's host.
    Operator,
    /// The internal listener only.
    Internal,
}

/// Who may keep a copy of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cache {
    /// Nobody.
    NoStore,
    /// Anybody, after asking whether it has changed.
    Revalidate,
    /// Anybody, for ever: the address changes with the content.
    Immutable,
}

/// What whoever asks gives once more, because what is asked for cannot be undone, takes data along or opens a door (AUTH-30).
/// The guard asks for it before anything else is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Their password, and their code where they have one, within the last ten minutes.
    Both,
    /// Their code where they have one, likewise: for the password the form itself asks.
    Code,
}

/// One row of the table.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Access {
    /// HTTP method.
    pub method: &'static str,
    /// Path with `{parameters}`.
    pub path: &'static str,
    /// Whose it is.
    #[serde(flatten)]
    pub audience: Audience,
    /// Whether it changes anything.
    pub mutating: bool,
    /// Who may keep the answer.
    pub cache: Cache,
    /// What the agency's plan must include.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<Feature>,
    /// What is to be proved first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Access {
    /// The same, for agencies alone whose plan includes this.
    #[must_use]
    pub const fn needing(self, feature: Feature) -> Self {
        Self { feature: Some(feature), ..self }
    }

    /// The same, for whoever has proved who they are alone.
    #[must_use]
    pub const fn asking(self, proof: Proof) -> Self {
        Self { proof: Some(proof), ..self }
    }
}

const fn row(method: &'static str, path: &'static str, audience: Audience, mutating: bool, cache: Cache) -> Access {
    Access { method, path, audience, mutating, cache, feature: None, proof: None }
}

const fn page(path: &'static str, audience: Audience) -> Access {
    row("GET", path, audience, false, Cache::NoStore)
}

const fn read(path: &'static str, audience: Audience) -> Access {
    row("POST", path, audience, false, Cache::NoStore)
}

const fn write(path: &'static str, audience: Audience) -> Access {
    row("POST", path, audience, true, Cache::NoStore)
}

const fn site(path: &'static str) -> Access {
    row("GET", path, Audience::Storefront, false, Cache::Revalidate)
}

impl Access {
    /// Whether an operator who acts as a member gets through: to look at the agency's work, as long as nothing is taken away;
    /// to change, where changes were chosen; and always to end it. What is the person's own is closed: their profile, their
    /// sessions, their second factor.
    pub fn is_open_to_acting(&self, may_write: bool) -> bool {
        match (self.path, self.audience) {
            ("/sair" | "/fn/platform/end_acting", _) => true,
            (path, _) if path.contains("export") => false,
            (path, _) if path.starts_with("/app/profile") || path.starts_with("/fn/account/") => false,
            (_, Audience::SignedIn) => false,
            _ if !self.mutating => true,
            (_, Audience::Staff(can)) => may_write && can.is_open_to_acting(),
            _ => false,
        }
    }
}

/// The row of a server function.
pub fn of_server_fn(path: &str) -> Option<&'static Access> {
    ROWS.iter().find(|row| row.path == path && path.starts_with("/fn/"))
}

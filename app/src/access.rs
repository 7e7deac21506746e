//! Who may do what: one row a page and server function, and one matrix of roles. A path without a row fails a test.

use serde::{Deserialize, Serialize};

use crate::billing::features::Feature;

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
    /// Change the agency's name in addresses.
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
    pub const ALL: [Self; 15] = [
        Self::SeeAgency,
        Self::SeeProperties,
        Self::WriteProperties,
        Self::PublishProperties,
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
        matches!(self, Self::WriteProperties | Self::PublishProperties | Self::ArchiveProperties | Self::WriteSettings)
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
}

impl Access {
    /// The same, for agencies alone whose plan includes this.
    #[must_use]
    pub const fn needing(self, feature: Feature) -> Self {
        Self { feature: Some(feature), ..self }
    }
}

const fn row(method: &'static str, path: &'static str, audience: Audience, mutating: bool, cache: Cache) -> Access {
    Access { method, path, audience, mutating, cache, feature: None }
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

/// Every route and server function of the product.
pub const ROWS: &[Access] = &[
    // Operations
    page("/healthz", Audience::Everywhere),
    page("/readyz", Audience::Everywhere),
    page("/metrics", Audience::Internal),
    page("/internal/tls-allowed", Audience::Internal),
    row("GET", "/pkg/{*file}", Audience::Everywhere, false, Cache::Immutable),
    row("GET", "/fonts/{*file}", Audience::Everywhere, false, Cache::Immutable),
    row("GET", "/assets/{*file}", Audience::Everywhere, false, Cache::Immutable),
    row("GET", "/favicon.svg", Audience::Everywhere, false, Cache::Immutable),
    // Platform
    page("/", Audience::Platform),
    page("/planos", Audience::Platform),
    page("/cadastro", Audience::Platform),
    page("/cadastro/enviado", Audience::Platform),
    page("/cadastro/andamento", Audience::SignedIn),
    page("/cadastro/andamento/eventos", Audience::SignedIn),
    page("/confirmar/{token}", Audience::Platform),
    page("/termos", Audience::Platform),
    page("/privacidade", Audience::Platform),
    page("/entrar", Audience::Platform),
    page("/entrar/codigo", Audience::Platform),
    page("/entrar/confirmar", Audience::SignedIn),
    page("/entrar/agencia", Audience::SignedIn),
    page("/sair", Audience::Platform),
    write("/sair", Audience::Platform),
    page("/senha", Audience::Platform),
    page("/senha/{token}", Audience::Platform),
    page("/confirmar/email/{token}", Audience::Platform),
    page("/convite/{token}", Audience::Platform),
    // CRM
    page("/app", Audience::Staff(Can::SeeAgency)),
    page("/app/properties", Audience::Staff(Can::SeeProperties)),
    page("/app/properties/new", Audience::Staff(Can::WriteProperties)),
    page("/app/properties/{id}", Audience::Staff(Can::SeeProperties)),
    page("/app/properties/{id}/edit", Audience::Staff(Can::WriteProperties)),
    page("/app/properties/{id}/photos", Audience::Staff(Can::WriteProperties)),
    write("/app/properties/{id}/photos", Audience::Staff(Can::WriteProperties)),
    row("GET", "/media/{photo}/{file}", Audience::Staff(Can::SeeProperties), false, Cache::Immutable),
    page("/app/settings/store", Audience::Staff(Can::WriteSettings)),
    page("/app/settings/brand", Audience::Staff(Can::WriteSettings)).needing(Feature::LandingPage),
    write("/app/settings/brand/logo", Audience::Staff(Can::WriteSettings)).needing(Feature::LandingPage),
    row("GET", "/logo/{file}", Audience::Staff(Can::SeeAgency), false, Cache::Immutable),
    page("/app/settings/domains", Audience::Staff(Can::WriteDomains)),
    page("/app/settings/team", Audience::Staff(Can::WriteTeam)),
    page("/app/settings/team/{id}", Audience::Staff(Can::WriteTeam)),
    page("/app/settings/plan", Audience::Staff(Can::SeePlan)),
    page("/app/settings/audit", Audience::Staff(Can::SeeAudit)),
    page("/app/settings/audit/export", Audience::Staff(Can::SeeAudit)),
    page("/app/profile", Audience::Staff(Can::SeeAgency)),
    page("/app/profile/security", Audience::Staff(Can::SeeAgency)),
    // Operators
    page("/platform/entrar", Audience::Platform),
    page("/platform", Audience::Operator),
    page("/platform/profile", Audience::Operator),
    page("/platform/tenants", Audience::Operator),
    page("/platform/audit", Audience::Operator),
    page("/platform/audit/export", Audience::Operator),
    page("/platform/tenants/{slug}", Audience::Operator),
    page("/platform/tenants/{slug}/act", Audience::Operator),
    page("/platform/operations", Audience::Operator),
    page("/platform/operations/{id}", Audience::Operator),
    page("/platform/health", Audience::Operator),
    page("/platform/servers", Audience::Operator),
    // Storefront
    site("/"),
    site("/imoveis"),
    site("/imovel/{address}"),
    row("GET", "/theme/{colors}", Audience::Everywhere, false, Cache::Immutable),
    row("GET", "/logo/{file}", Audience::Storefront, false, Cache::Immutable),
    row("GET", "/media/{photo}/{file}", Audience::Storefront, false, Cache::Immutable),
    // Server functions
    write("/fn/account/ask_password", Audience::Platform),
    read("/fn/account/link", Audience::Platform),
    write("/fn/account/set_password", Audience::Platform),
    write("/fn/account/confirm_email", Audience::Platform),
    read("/fn/account/profile", Audience::Staff(Can::SeeAgency)),
    write("/fn/account/update_profile", Audience::Staff(Can::SeeAgency)),
    write("/fn/account/change_password", Audience::Staff(Can::SeeAgency)),
    write("/fn/account/ask_email", Audience::Staff(Can::SeeAgency)),
    write("/fn/auth/sign_in", Audience::Platform),
    write("/fn/auth/sign_in_code", Audience::Platform),
    write("/fn/auth/renew", Audience::Platform),
    read("/fn/auth/entrance", Audience::Platform),
    write("/fn/auth/sign_in_operator", Audience::Platform),
    read("/fn/auth/demo", Audience::Platform),
    read("/fn/auth/agencies", Audience::SignedIn),
    write("/fn/auth/choose_agency", Audience::SignedIn),
    write("/fn/auth/set_language", Audience::SignedIn),
    read("/fn/sign_up/page", Audience::Platform),
    read("/fn/sign_up/check_slug", Audience::Platform),
    write("/fn/sign_up/request", Audience::Platform),
    read("/fn/sign_up/mail_file", Audience::Platform),
    read("/fn/sign_up/question", Audience::Platform),
    write("/fn/sign_up/confirm", Audience::Platform),
    read("/fn/sign_up/progress", Audience::SignedIn),
    read("/fn/auth/sessions", Audience::Staff(Can::SeeAgency)),
    write("/fn/auth/end_session", Audience::Staff(Can::SeeAgency)),
    read("/fn/audit/list", Audience::Staff(Can::SeeAudit)),
    read("/fn/audit/list_all", Audience::Operator),
    read("/fn/auth/sessions", Audience::SignedIn),
    write("/fn/auth/end_session", Audience::SignedIn),
    write("/fn/auth/end_other_sessions", Audience::SignedIn),
    write("/fn/auth/prove", Audience::SignedIn),
    read("/fn/auth/security", Audience::SignedIn),
    write("/fn/auth/propose_second_factor", Audience::SignedIn),
    write("/fn/auth/confirm_second_factor", Audience::SignedIn),
    write("/fn/auth/remove_second_factor", Audience::SignedIn),
    write("/fn/auth/renew_recovery_codes", Audience::SignedIn),
    write("/fn/auth/reset_second_factor", Audience::Staff(Can::ResetSecondFactors)),
    read("/fn/billing/plans", Audience::Platform),
    read("/fn/billing/use", Audience::Staff(Can::SeePlan)),
    read("/fn/domains/load", Audience::Staff(Can::WriteDomains)),
    write("/fn/domains/claim", Audience::Staff(Can::WriteDomains)),
    write("/fn/domains/check", Audience::Staff(Can::WriteDomains)),
    write("/fn/domains/set_primary", Audience::Staff(Can::WriteDomains)),
    write("/fn/domains/clear_primary", Audience::Staff(Can::WriteDomains)),
    write("/fn/domains/set_redirects", Audience::Staff(Can::WriteDomains)),
    write("/fn/domains/release", Audience::Staff(Can::WriteDomains)),
    write("/fn/domains/rename", Audience::Staff(Can::RenameAgency)),
    write("/fn/billing/change", Audience::Staff(Can::ChangePlan)),
    write("/fn/billing/cancel", Audience::Staff(Can::ChangePlan)),
    write("/fn/billing/keep", Audience::Staff(Can::ChangePlan)),
    read("/fn/platform/tenants", Audience::Operator),
    write("/fn/platform/suspend", Audience::Operator),
    write("/fn/platform/resume", Audience::Operator),
    read("/fn/platform/tenant", Audience::Operator),
    write("/fn/platform/act_as", Audience::Operator),
    read("/fn/platform/ticket", Audience::Operator),
    write("/fn/platform/begin_acting", Audience::Operator),
    write("/fn/platform/end_acting", Audience::SignedIn),
    read("/fn/platform/operations", Audience::Operator),
    read("/fn/platform/operation", Audience::Operator),
    write("/fn/platform/retry_operation", Audience::Operator),
    read("/fn/platform/health", Audience::Operator),
    write("/fn/platform/retry_job", Audience::Operator),
    write("/fn/platform/close_alert", Audience::Operator),
    read("/fn/platform/servers", Audience::Operator),
    read("/fn/properties/list", Audience::Staff(Can::SeeProperties)),
    read("/fn/properties/load", Audience::Staff(Can::SeeProperties)),
    read("/fn/properties/edit", Audience::Staff(Can::WriteProperties)),
    read("/fn/properties/blank", Audience::Staff(Can::WriteProperties)),
    read("/fn/properties/check", Audience::Staff(Can::WriteProperties)),
    write("/fn/properties/create", Audience::Staff(Can::WriteProperties)),
    write("/fn/properties/update", Audience::Staff(Can::WriteProperties)),
    write("/fn/properties/publish", Audience::Staff(Can::PublishProperties)),
    write("/fn/properties/unpublish", Audience::Staff(Can::PublishProperties)),
    write("/fn/properties/feature", Audience::Staff(Can::PublishProperties)),
    read("/fn/properties/photos", Audience::Staff(Can::WriteProperties)),
    write("/fn/properties/move_photo", Audience::Staff(Can::WriteProperties)),
    write("/fn/properties/set_cover", Audience::Staff(Can::WriteProperties)),
    write("/fn/properties/describe_photo", Audience::Staff(Can::WriteProperties)),
    write("/fn/properties/remove_photo", Audience::Staff(Can::WriteProperties)),
    write("/fn/properties/archive", Audience::Staff(Can::ArchiveProperties)),
    write("/fn/properties/restore", Audience::Staff(Can::ArchiveProperties)),
    read("/fn/store_settings/load", Audience::Staff(Can::WriteSettings)),
    write("/fn/store_settings/update_store", Audience::Staff(Can::WriteSettings)),
    write("/fn/store_settings/update_brand", Audience::Staff(Can::WriteSettings)).needing(Feature::LandingPage),
    write("/fn/store_settings/remove_logo", Audience::Staff(Can::WriteSettings)).needing(Feature::LandingPage),
    read("/fn/storefront/landing", Audience::Storefront),
    read("/fn/storefront/store", Audience::Storefront),
    read("/fn/storefront/search", Audience::Storefront),
    read("/fn/storefront/listing", Audience::Storefront),
    read("/fn/team/load", Audience::Staff(Can::WriteTeam)),
    write("/fn/team/invite", Audience::Staff(Can::WriteTeam)),
    write("/fn/team/resend", Audience::Staff(Can::WriteTeam)),
    write("/fn/team/revoke", Audience::Staff(Can::WriteTeam)),
    read("/fn/team/member", Audience::Staff(Can::WriteTeam)),
    write("/fn/team/change_role", Audience::Staff(Can::WriteTeam)),
    write("/fn/team/deactivate", Audience::Staff(Can::WriteTeam)),
    write("/fn/team/reactivate", Audience::Staff(Can::WriteTeam)),
    write("/fn/team/hand_over", Audience::Staff(Can::HandOver)),
    read("/fn/team/invitation", Audience::Platform),
    write("/fn/team/accept", Audience::Platform),
    read("/fn/today/load", Audience::Staff(Can::SeeAgency)),
    write("/fn/today/put_first_steps_away", Audience::Staff(Can::WriteSettings)),
];

impl Access {
    /// Whether an operator who acts as a member gets through: to look, as long as nothing is taken away; to change, where
    /// changes were chosen and the work is the agency's; and always to end it.
    pub fn is_open_to_acting(&self, may_write: bool) -> bool {
        match (self.path, self.audience) {
            ("/sair" | "/fn/platform/end_acting", _) => true,
            (path, _) if path.contains("export") => false,
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

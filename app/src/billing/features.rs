//! What a plan may include: the rows of the plan table that something is kept behind. A row of the access table names one
//! ([`crate::access::Access::needing`]), and nobody whose plan lacks it gets past.

use serde::{Deserialize, Serialize};

/// A feature of the plan table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Installable on a phone, with push and visits without signal.
    MobileApp,
    /// A whole site with search, and how it looks.
    LandingPage,
    /// Lead inbox, agenda, tasks, WhatsApp.
    Attendance,
    /// The wheel, and transfers by hand or in bulk.
    LeadTransfer,
    /// Posts with editor, schedule and categories.
    Blog,
    /// Tickets that are answered first.
    VipSupport,
    /// Somebody who sees to it that the agency gets on.
    CustomerSuccess,
    /// Keys, webhooks, portal feeds.
    PropertyApi,
    /// What own and partner brokers see of their own.
    BrokerPortal,
}

impl Feature {
    /// All of them, in the table's order.
    pub const ALL: [Self; 9] = [
        Self::MobileApp,
        Self::LandingPage,
        Self::Attendance,
        Self::LeadTransfer,
        Self::Blog,
        Self::VipSupport,
        Self::CustomerSuccess,
        Self::PropertyApi,
        Self::BrokerPortal,
    ];

    /// Its key in a plan's version.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MobileApp => "mobile_app",
            Self::LandingPage => "landing_page",
            Self::Attendance => "attendance",
            Self::LeadTransfer => "lead_transfer",
            Self::Blog => "blog",
            Self::VipSupport => "vip_support",
            Self::CustomerSuccess => "customer_success",
            Self::PropertyApi => "property_api",
            Self::BrokerPortal => "broker_portal",
        }
    }
}

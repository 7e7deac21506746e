//! What crosses the wire about an agency's domains, ready to read.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::values::fields::Fields;

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainsShown {
    /// Its place under the platform's host: `casa-azul.sobrado.example`.
    pub home: String,
    /// Its name in addresses.
    pub address: String,
    /// What people call it.
    pub agency_name: String,
    /// Whether the person may change either name.
    pub may_rename: bool,
    /// Whether its other hosts lead to the main one.
    pub redirects: bool,
    /// Whether a domain of its own is the main one.
    pub has_primary: bool,
    /// What the owner should know at once.
    pub warnings: Vec<String>,
    /// Its domains, oldest claim first.
    pub domains: Vec<DomainRow>,
    /// What was typed into a form that was refused.
    pub typed: Option<Fields>,
}

/// A domain, in the person's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRow {
    /// Identifier.
    pub id: Uuid,
    /// Its name as people write it.
    pub name: String,
    /// What its state is called.
    pub state: String,
    /// What the state of its certificate is called; empty before it is owned.
    pub tls: String,
    /// How it stands.
    pub tone: Tone,
    /// How its certificate stands.
    pub tls_tone: Tone,
    /// What is to be known of it, a sentence each.
    pub notes: Vec<String>,
    /// What is to be set in its DNS.
    pub records: Vec<DnsRecord>,
    /// Whether it is the agency's main address.
    pub is_primary: bool,
    /// Whether it may become that.
    pub may_be_primary: bool,
    /// Whether there is something to look at and to let go of.
    pub is_live: bool,
    /// Its other form, with or without `www.`, when nobody has claimed that yet.
    pub twin: Option<String>,
}

/// How a domain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    /// It is in use.
    Good,
    /// Somebody has to do something.
    Warn,
    /// Nothing is to be done.
    Plain,
}

/// A record of a domain's DNS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsRecord {
    /// `TXT`, `CNAME`, `A`, `AAAA`.
    pub kind: String,
    /// Its name, whole.
    pub name: String,
    /// What it holds.
    pub value: String,
}

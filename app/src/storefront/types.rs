//! What the public pages show.

use serde::{Deserialize, Serialize};

/// An agency as its visitors see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Store {
    /// Its name.
    pub name: String,
    /// Its registration with the council of brokers (Lei 6.530/1978).
    pub creci: Option<String>,
    /// What it says of itself.
    pub about: String,
    /// Telephone, as it is written.
    pub phone: Option<String>,
    /// WhatsApp number, as it is written.
    pub whatsapp: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Where its office is.
    pub address: Option<String>,
    /// Version of its colours: part of the style sheet's address.
    pub theme: String,
    /// Its own address, without a slash at the end.
    pub url: String,
}

//! An account as its owner sees it, and what a link in a mail opens.

use serde::{Deserialize, Serialize};

use crate::ui::portrait::Face;
use crate::values::fields::Fields;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To choose a password anew.
    Password,
    /// To make another address one's own.
    Email,
    /// To take that back.
    EmailUndo,
}

/// What a link opens, to whoever has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCard {
    /// What for.
    pub purpose: Purpose,
    /// The address that it concerns.
    pub email: String,
}

/// What stands in the forms of one's own account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfilePage {
    /// What is saved.
    pub saved: Fields,
    /// What they look like.
    pub face: Face,
    /// What was typed into a form that was refused; never a password.
    pub typed: Option<Fields>,
}

/// How a person is called and reached, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileInput {
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: Option<String>,
    /// Registration with the council of brokers.
    pub creci: Option<String>,
}

/// What an operator has just done on their own page, which says so: there is no script that would.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Their name is saved.
    Details,
    /// They have another password.
    Password,
    /// A link is on its way to another address.
    Email,
}

impl Done {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Details, Self::Password, Self::Email];

    /// The word for it in the page's address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Details => "details",
            Self::Password => "password",
            Self::Email => "email",
        }
    }
}

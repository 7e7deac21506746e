//! Who is signed in, as screens see it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::access::Role;
use crate::error::AppError;
use crate::ui::portrait::Face;
use crate::values::fields::Fields;
use crate::words::Lang;

/// The member of staff in front of the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Their account in this agency.
    pub user: Uuid,
    /// Their name.
    pub name: String,
    /// What they look like.
    pub face: Face,
    /// Their e-mail address.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// The agency's name.
    pub agency: String,
    /// Where its storefront is.
    pub storefront: String,
    /// Somebody should pay, and it is theirs to see to.
    pub owes: bool,
    /// The language of the screen.
    pub lang: Lang,
    /// Whether they asked to stay signed in: who signs in again where they are has not taken that back.
    pub remember: bool,
    /// What stands above every page while an operator acts as them: who, as whom and until when; and how it is ended.
    pub acting: Option<(String, String)>,
    /// Without WASM, the draft that the page's address names, and why its form was refused.
    pub refused: Option<(Uuid, AppError)>,
    /// Whether they have a second factor.
    pub second_factor: bool,
    /// What they are told about having one.
    pub reminder: Option<String>,
    /// The request that the page was made for: an error on it names it.
    pub request: String,
}

/// What the sign-in page begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entrance {
    /// What was typed into its form when that was refused; never a password.
    pub typed: Fields,
    /// What its sender asked for before they signed in.
    pub waiting: Option<Waiting>,
}

/// A form that came after its session had ended, on the sign-in page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Waiting {
    /// Sealed, until its sender is back.
    Sealed(String),
    /// Too large to wait on a page: only the browser still has it.
    TooLarge,
}

impl From<Option<String>> for Waiting {
    fn from(sealed: Option<String>) -> Self {
        sealed.map_or(Self::TooLarge, Self::Sealed)
    }
}

/// An agency that a person may choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencyChoice {
    /// The account there.
    pub user: Uuid,
    /// The agency's name.
    pub name: String,
    /// The role there.
    pub role: Role,
}

/// One of a person's open sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLine {
    /// Names it, in hexadecimal digits, and opens nothing.
    pub id: String,
    /// Address that signed in.
    pub ip_address: String,
    /// What it was signed in with: `Chrome · Linux`.
    pub device: String,
    /// When it began, in the viewer's form.
    pub since: String,
    /// When it was last used, to five minutes, in the viewer's form.
    pub last_used: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// What the demo's start page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demo {
    /// Names and addresses of the storefronts.
    pub storefronts: Vec<(String, String)>,
    /// Whom one can sign in as.
    pub people: Vec<DemoAccount>,
    /// Everybody's password.
    pub password: String,
}

/// Somebody whom a newcomer to the demo can sign in as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoAccount {
    /// Their e-mail address.
    pub email: String,
    /// What they are, and where.
    pub role: String,
    /// Whether they run the platform: those have a door of their own.
    pub is_operator: bool,
}

/// What the page about one's second factor shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Security {
    /// Whose it is.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Whether they have one.
    pub is_on: bool,
    /// Since when, in the viewer's form.
    pub since: String,
    /// Recovery codes that were not used yet.
    pub codes_left: i64,
    /// A secret that awaits its code.
    pub offer: Option<Offer>,
    /// Recovery codes that were just made: they are shown this once.
    pub codes: Vec<String>,
    /// Whether the password was given lately enough to change anything here.
    pub is_proved: bool,
    /// What the person is told about having one.
    pub reminder: Option<String>,
    /// Whether nothing else is to be had before they have one.
    pub is_due: bool,
}

/// A secret for an authenticator app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The dark squares of its picture, as the path of an SVG.
    pub path: String,
    /// Squares on a side.
    pub side: usize,
    /// The same in letters.
    pub letters: String,
}

/// What has become of somebody's second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// They have one now.
    Set,
    /// They have given it up.
    Removed,
    /// Somebody who may has taken it away.
    Reset,
    /// The recovery codes are new ones.
    Codes,
    /// A recovery code has let somebody in.
    Recovery,
    /// Somebody with the password tries codes that are wrong.
    Tried,
}

impl News {
    /// What the audit log and the queue of mails call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Set => "second_factor.set",
            Self::Removed => "second_factor.remove",
            Self::Reset => "second_factor.reset",
            Self::Codes => "second_factor.codes",
            Self::Recovery => "second_factor.recovery",
            Self::Tried => "second_factor.tried",
        }
    }
}

/// What is asked of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Nothing: they have one, or may.
    Nothing,
    /// They have to have one from then on.
    By(OffsetDateTime),
    /// They have to have one now, and get nothing else before.
    Must,
}

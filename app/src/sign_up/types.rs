//! What signing up asks and shows.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::billing::types::Plan;
use crate::values::fields::Fields;

/// What the sign-up page begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignUpPage {
    /// What was typed when the form was refused.
    pub typed: Fields,
    /// Every plan, cheapest first.
    pub plans: Vec<Plan>,
    /// What follows an agency's name in its address: `.sobrado.example`.
    pub suffix: String,
}

/// What somebody asks for, each part within its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUpInput {
    /// The agency's name.
    pub company_name: String,
    /// Its name in addresses.
    pub slug: String,
    /// Where the question goes.
    pub email: String,
    /// `prime`, `k`, `k2`.
    pub plan: String,
    /// How it pays.
    pub billing_period: Period,
}

/// How an agency pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Every month.
    #[default]
    Monthly,
    /// A year at once.
    Yearly,
}

impl Period {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Monthly, Self::Yearly];

    /// Reads the stored value.
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.as_str() == value)
    }

    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        }
    }
}

/// A name in addresses, and whether it may be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlugVerdict {
    /// The name.
    pub slug: String,
    /// Whether it is free.
    pub is_free: bool,
    /// A sentence about it, in the language of whoever asks.
    pub said: String,
}

/// What the page behind a mail's link asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The agency's name.
    pub company_name: String,
    /// Its address.
    pub address: String,
    /// Who was asked.
    pub email: String,
    /// The plan's name for people.
    pub plan: String,
    /// How it pays.
    pub billing_period: Period,
    /// What will be asked for.
    pub price: Price,
    /// What whoever answers has to give.
    pub asked: Asked,
    /// What was typed when the form was refused; no password.
    pub typed: Fields,
}

/// What an agency will be asked for, ready to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The plan, a period.
    pub plan: String,
    /// Its activation, once.
    pub activation: String,
    /// What the first invoice comes to, and when it is due.
    pub first_invoice: String,
}

/// What whoever answers a mail has to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// A name and a password: nobody is known under this e-mail address.
    Password,
    /// They have a password, and are to sign in with it first.
    SignIn,
    /// They are signed in: a yes.
    Yes,
    /// Nothing: they have answered already.
    Nothing,
}

/// How far an agency is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The agency's name.
    pub company_name: String,
    /// Each step, in order.
    pub steps: Vec<ProgressStep>,
    /// The account to enter it with, as soon as it stands.
    pub enter: Option<Uuid>,
    /// Whether something holds it up; it goes on by itself.
    pub is_held_up: bool,
}

/// One step in the making of an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressStep {
    /// Its recorded name.
    pub name: String,
    /// What it does, for people.
    pub label: String,
    /// Whether it is finished.
    pub is_done: bool,
}

//! Plans as screens show them.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::values::fields::{FieldErrors, Fields};

/// A plan as it is sold. Prices in reais.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// `prime`, `k`, `k2`.
    pub name: String,
    /// Its name for people.
    pub display_name: String,
    /// A month.
    pub price_monthly: Decimal,
    /// A year, paid at once.
    pub price_yearly: Decimal,
    /// Users included.
    pub max_users: i32,
    /// Properties at once; none: unlimited.
    pub max_properties: Option<i32>,
    /// Each user beyond those included, a month.
    pub additional_user_price: Decimal,
    /// Once, at the start; zero is free.
    pub activation_fee: Decimal,
    /// What it includes, by key: `true`, `false` or a number.
    pub features: Vec<(String, String)>,
}

impl Plan {
    /// What it says about a feature: `true`, `false`, a number, or nothing.
    pub fn feature(&self, key: &str) -> &str {
        self.features.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v.as_str())
    }
}

/// The plan's page, ready to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPage {
    /// The name of its plan: `prime`, `k`, `k2`.
    pub plan: String,
    /// What it is called: `Plano K`.
    pub title: String,
    /// What somebody should know first.
    pub notices: Vec<String>,
    /// What was bought: names and values.
    pub facts: Vec<(String, String)>,
    /// Each limited resource; none while the agency is closed.
    pub meters: Vec<Meter>,
    /// What plans include, and whether this one does.
    pub features: Vec<FeatureLine>,
    /// What may be changed, for whom may.
    pub wish: Option<WishForm>,
    /// What the wish in the address comes to.
    pub preview: Option<Preview>,
    /// How it is ended, or that taken back, for whom may.
    pub end: Option<End>,
    /// What was asked for, newest first, for whom may see it.
    pub invoices: Vec<InvoiceRow>,
    /// How it is paid, while something is owed.
    pub how_to_pay: Option<String>,
    /// Use, a line a day, newest first.
    pub days: Vec<DayRow>,
}

/// How much of one resource is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// `properties`, `users`.
    pub resource: String,
    /// How many there are.
    pub used: i64,
    /// How many the plan holds; none: unlimited.
    pub max: Option<i64>,
}

/// A feature of the plan table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureLine {
    /// What it is called.
    pub name: String,
    /// Whether the agency's plan includes it.
    pub has: bool,
    /// What is said of that.
    pub said: String,
}

/// What an owner may wish for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishForm {
    /// Plans: value and what is said of it.
    pub plans: Vec<(String, String)>,
    /// Lengths of a period.
    pub periods: Vec<(String, String)>,
    /// What stands in the form.
    pub form: Fields,
    /// What is wrong with it.
    pub errors: FieldErrors,
}

/// What a wish comes to, before it is agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// What it costs and when it begins.
    pub lines: Vec<String>,
    /// What there would be too much of.
    pub warnings: Vec<String>,
    /// What the form sends that agrees to it.
    pub form: Vec<(String, String)>,
}

/// How a subscription is ended, or that taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It goes on, and may be cancelled.
    Cancel,
    /// It was cancelled, and may go on.
    Keep,
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceRow {
    /// `Fatura 12 · R$ 444`.
    pub title: String,
    /// What it is for and when it is due.
    pub about: String,
    /// Whether it is paid, due, or over.
    pub status: String,
    /// Whether somebody should pay it.
    pub is_open: bool,
    /// What for, and how much.
    pub lines: Vec<(String, String)>,
}

/// A day of use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRow {
    /// Which.
    pub day: String,
    /// Users, of how many.
    pub users: String,
    /// Properties, of how many.
    pub properties: String,
}

//! Plans as screens show them.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

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

/// An agency's plan and how much of it is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanUse {
    /// The name of its plan.
    pub plan: String,
    /// Each limited resource.
    pub meters: Vec<Meter>,
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

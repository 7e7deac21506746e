//! The operators' console: agencies, what is done to them, and how the platform is. What it knows of all agencies is the central
//! database's, through `tenancy`; its one statement on an agency's own is the worker's.

#[cfg(feature = "ssr")]
pub mod acting;
#[cfg(feature = "ssr")]
pub mod db;
#[cfg(feature = "ssr")]
pub mod errands;
#[cfg(feature = "ssr")]
pub mod fleet;
pub mod fleet_types;
pub mod fleet_words;
#[cfg(feature = "ssr")]
pub mod help;
#[cfg(feature = "ssr")]
pub mod jobs;
pub mod labels;
#[cfg(feature = "ssr")]
pub mod leaving;
#[cfg(feature = "ssr")]
pub mod money;
pub mod money_types;
pub mod money_words;
pub mod pages;
pub mod parts;
pub mod plan_types;
pub mod plan_words;
#[cfg(feature = "ssr")]
pub mod plans;
#[cfg(feature = "ssr")]
pub mod rules;
pub mod server_fns;
#[cfg(feature = "ssr")]
pub mod tenants;
pub mod types;
pub mod words;

//! Everything a screen needs: words, rules, SQL, server functions, pages - cut by feature. Read `properties` first.
#![recursion_limit = "512"]

pub mod routes;
#[cfg(feature = "ssr")]
pub mod shell;

pub mod access;
#[cfg(feature = "ssr")]
pub mod caller;
pub mod error;
#[cfg(feature = "ssr")]
pub mod outside;
#[cfg(feature = "ssr")]
pub mod state;
pub mod values;
pub mod words;

pub mod layouts;
pub mod ui;

pub mod account;
pub mod audit;
pub mod auth;
pub mod billing;
pub mod domains;
#[cfg(feature = "ssr")]
pub mod drafts;
pub mod marketing;
pub mod platform;
pub mod properties;
pub mod sign_up;
pub mod store_settings;
pub mod storefront;
pub mod team;
pub mod today;

pub use routes::{App, Front, Site};

//! The first screen of the CRM: what there is, and what is missing.

#[cfg(feature = "ssr")]
pub mod db;
pub mod pages;
pub mod server_fns;
pub mod types;
pub mod words;

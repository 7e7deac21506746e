//! The operators' console: agencies and their state. Speaks to the central database through `tenancy`; no SQL here.

pub mod pages;
pub mod server_fns;
#[cfg(feature = "ssr")]
pub mod tenants;
pub mod types;
pub mod words;

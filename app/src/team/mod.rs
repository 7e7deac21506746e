//! The agency's people: who they are, who is invited, who is sent away and what becomes of their records.

#[cfg(feature = "ssr")]
pub mod changes;
#[cfg(feature = "ssr")]
pub mod db;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
pub mod leave;
#[cfg(feature = "ssr")]
pub mod letters;
pub mod pages;
pub mod rules;
pub mod server_fns;
pub mod types;
pub mod words;

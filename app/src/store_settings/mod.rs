//! How an agency presents itself: name, registration, ways to reach it, logo and colours. One row, versioned like a record.

#[cfg(feature = "ssr")]
pub mod db;
#[cfg(feature = "ssr")]
pub mod logo;
pub mod pages;
pub mod parts;
pub mod rules;
pub mod server_fns;
pub mod types;
pub mod words;

//! Plans: what is sold, what an agency has bought, how much of it is used.

#[cfg(feature = "ssr")]
pub mod db;
pub mod pages;
pub mod parts;
#[cfg(feature = "ssr")]
pub mod plans;
pub mod server_fns;
pub mod types;
pub mod words;

//! Plans: what is sold, what an agency has bought, how much of it is used.

#[cfg(feature = "ssr")]
pub mod db;
pub mod features;
#[cfg(feature = "ssr")]
pub mod letters;
pub mod pages;
pub mod parts;
#[cfg(feature = "ssr")]
pub mod plans;
#[cfg(feature = "ssr")]
pub mod rules;
pub mod server_fns;
#[cfg(feature = "ssr")]
pub mod subscription;
pub mod types;
pub mod words;

//! What was done: one line in the agency's own history and one for the platform's log, in the writer's transaction; and the
//! screens that show the log.

#[cfg(feature = "ssr")]
pub mod db;
pub mod filter;
#[cfg(feature = "ssr")]
pub mod log;
pub mod pages;
pub mod parts;
#[cfg(feature = "ssr")]
pub mod reads;
pub mod server_fns;
pub mod types;
pub mod words;

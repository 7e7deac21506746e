//! What was done: one line in the agency's own history and one for the platform's log, in the writer's transaction.

#[cfg(feature = "ssr")]
pub mod db;
pub mod types;
pub mod words;

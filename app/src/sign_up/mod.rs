//! An agency signs up: it asks for its address, answers a mail, watches its database being made, and is in.

#[cfg(feature = "ssr")]
pub mod looks;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod register;
pub mod rules;
pub mod server_fns;
pub mod types;
pub mod words;

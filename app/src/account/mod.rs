//! One's own account: a forgotten password, another e-mail address, how one is reached.

#[cfg(feature = "ssr")]
mod letters;
#[cfg(feature = "ssr")]
pub mod links;
#[cfg(feature = "ssr")]
mod own;
pub mod pages;
pub mod parts;
#[cfg(feature = "ssr")]
pub mod portrait;
pub mod rules;
pub mod server_fns;
pub mod types;
pub mod words;

//! Signing in and out. Identities live in the central database; a person has one password, whatever agencies employ them.

#[cfg(feature = "ssr")]
pub mod choose;
#[cfg(feature = "ssr")]
pub mod confirm;
#[cfg(feature = "ssr")]
mod device;
#[cfg(feature = "ssr")]
pub mod letters;
#[cfg(not(feature = "ssr"))]
#[path = "me_browser.rs"]
mod me;
#[cfg(feature = "ssr")]
mod me;
pub mod pages;
pub mod parts;
#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
pub mod second_factor;
#[cfg(feature = "ssr")]
pub mod second_step;
pub mod server_fns;
#[cfg(feature = "ssr")]
pub mod sign_in;
pub mod types;
pub mod words;

pub use me::{has_second_factor, me, refused};

//! The surface: the real router, a real PostgreSQL, two agencies always.
#![expect(
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "a test looks behind the scenes, and tells its story in one piece"
)]

mod catalogue;
mod commands;
mod crowd;
mod demo;
mod faults;
mod harness;
mod headers;
mod hosts;
mod import;
mod import_meanwhile;
mod isolation;
mod late_forms;
mod observed;
mod origin;
mod permissions;
mod photos;
mod properties;
mod publishing;
mod sign_in;
mod store_settings;
mod storefront;
mod suspended;
mod unstorable;

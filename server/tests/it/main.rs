//! The surface: the real router, a real PostgreSQL, two agencies always.

mod catalogue;
mod harness;
mod hosts;
mod isolation;
mod origin;
mod permissions;
mod properties;
mod sign_in;
mod suspended;

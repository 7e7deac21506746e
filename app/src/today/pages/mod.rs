//! The first screen.

mod index;

pub use index::Today;

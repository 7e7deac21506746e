//! platform.

pub mod words;

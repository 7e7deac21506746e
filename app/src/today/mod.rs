//! today.

pub mod words;

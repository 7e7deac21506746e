//! auth.

pub mod words;

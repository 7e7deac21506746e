//! billing.

pub mod words;

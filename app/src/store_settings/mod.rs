//! store_settings.

pub mod words;

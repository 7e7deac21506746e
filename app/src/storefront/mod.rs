//! storefront.

pub mod words;

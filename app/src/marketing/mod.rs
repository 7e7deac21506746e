//! The platform's own front page and its plans.

pub mod pages;
pub mod words;

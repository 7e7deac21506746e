//! What the page is made of.

mod domain;

pub use domain::DomainItem;

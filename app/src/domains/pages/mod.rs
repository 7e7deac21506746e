//! The domains' page.

mod domains;

pub use domains::DomainIndex;

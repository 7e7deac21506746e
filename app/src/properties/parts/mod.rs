//! What two pages share.

mod filters;
mod form;
mod ready;

pub use filters::Filters;
pub use form::PropertyFields;
pub use ready::{MissingList, WithReadyList};

//! What two pages share.

mod conflict;
mod filters;
mod form;

pub use conflict::ConflictNote;
pub use filters::Filters;
pub use form::PropertyFields;

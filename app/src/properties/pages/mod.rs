//! The pages of properties: one address, one file.

mod edit;
mod index;
mod new;
mod show;

pub use edit::PropertyEdit;
pub use index::PropertyIndex;
pub use new::PropertyNew;
pub use show::PropertyShow;

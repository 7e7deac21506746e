//! The pages of properties: one address, one file.

mod edit;
mod index;
mod new;
mod photos;
mod show;

pub use edit::PropertyEdit;
pub use index::PropertyIndex;
pub use new::PropertyNew;
pub use photos::PropertyPhotos;
pub use show::PropertyShow;

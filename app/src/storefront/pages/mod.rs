//! The public pages of an agency.

mod landing;

pub use landing::Landing;

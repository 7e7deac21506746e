//! The public pages of an agency.

mod failed;
mod landing;
mod listing;
mod search;

pub use failed::{Failed, Lost};
pub use landing::Landing;
pub use listing::ListingShow;
pub use search::SearchIndex;

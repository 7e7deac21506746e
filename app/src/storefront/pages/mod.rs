//! The public pages of an agency.

mod landing;
mod listing;
mod search;

pub use landing::Landing;
pub use listing::ListingShow;
pub use search::SearchIndex;

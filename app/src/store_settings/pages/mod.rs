//! The pages of the agency's settings.

mod brand;
mod store;

pub use brand::BrandShow;
pub use store::StoreShow;

//! What the pages of the settings are made of.

mod color;
mod preview;

pub use color::ColorField;
pub use preview::StorePreview;

//! What the public pages share.

mod card;
mod contact;
mod search_form;

pub use card::{Cards, PictureView};
pub use contact::ContactLinks;
pub use search_form::SearchForm;

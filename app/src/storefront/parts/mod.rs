//! What the public pages share.

mod card;
mod contact;
mod frame;
mod search_form;

pub use card::{CardText, Cards, PictureView};
pub use contact::ContactLinks;
pub use frame::{StoreFoot, StoreHead};
pub use search_form::SearchForm;

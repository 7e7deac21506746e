//! Frames of pages: the CRM's, the console's, the entrance's, the front page's and the storefronts'.

mod account;
mod again;
mod console;
mod crm;
mod entrance;
mod keys;
mod marketing;
mod palette;
mod places;
mod settings;
mod storefront;

use again::SignInAgain;
use keys::{Keys, Shown};
use places::{PlaceLink, places};

pub use account::AccountLayout;
pub use console::ConsoleLayout;
pub use crm::CrmLayout;
pub use entrance::EntranceLayout;
pub use marketing::MarketingLayout;
pub use places::rel;
pub use settings::SettingsHead;
pub use storefront::StorefrontLayout;

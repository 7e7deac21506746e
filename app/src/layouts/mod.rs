//! Frames of pages: the CRM's, the console's, the entrance's, the front page's and the storefronts'.

mod console;
mod crm;
mod entrance;
mod marketing;
mod storefront;

pub use console::ConsoleLayout;
pub use crm::CrmLayout;
pub use entrance::EntranceLayout;
pub use marketing::MarketingLayout;
pub use storefront::StorefrontLayout;

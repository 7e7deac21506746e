//! The front page and the plans.

mod home;
mod plans;

pub use home::Home;
pub use plans::Plans;

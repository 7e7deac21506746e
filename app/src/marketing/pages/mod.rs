//! The front page and the plans.

mod home;
mod lost;
mod plans;

pub use home::Home;
pub use lost::Lost;
pub use plans::Plans;

//! The front page and the plans.

mod home;
mod legal;
mod lost;
mod plans;

pub use home::Home;
pub use legal::{Privacy, Terms};
pub use lost::Lost;
pub use plans::Plans;

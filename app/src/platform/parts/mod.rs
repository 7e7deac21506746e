//! Parts of the console's pages.

mod acting;
mod ending;
mod form;
mod help;
mod live;
mod money;
mod operations;
mod proof;
mod state;

pub use acting::ActAs;
pub use ending::{Deletion, SubscriptionEnd};
pub use form::ConsoleForm;
pub use help::Help;
pub use live::Live;
pub use money::{Days, Invoices, PayForm};
pub use operations::Operations;
pub use proof::ProofFirst;
pub use state::StateForm;

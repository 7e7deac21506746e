//! Parts of the console's pages.

mod acting;
mod form;
mod help;
mod operations;
mod state;

pub use acting::ActAs;
pub use form::ConsoleForm;
pub use help::Help;
pub use operations::Operations;
pub use state::StateForm;

//! Parts of the console's pages.

mod acting;
mod operations;
mod state;

pub use acting::ActAs;
pub use operations::Operations;
pub use state::StateForm;

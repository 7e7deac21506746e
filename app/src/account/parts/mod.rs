//! The profile's forms, of members and of operators, a link that opens nothing any more, and what the sign-in page says to who comes from one.

mod arrival;
mod gone;
mod operator_forms;
mod profile_forms;

pub use arrival::ArrivalNote;
pub use gone::LinkGone;
pub use operator_forms::{DoneNote, OperatorForms};
pub use profile_forms::ProfileForms;

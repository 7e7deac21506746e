//! The profile's forms, a link that opens nothing any more, and what the sign-in page says to who comes from one.

mod arrival;
mod gone;
mod profile_forms;

pub use arrival::ArrivalNote;
pub use gone::LinkGone;
pub use profile_forms::ProfileForms;

//! The way in for an agency: form, mail, answer, progress.

mod confirm;
mod new;
mod progress;
mod sent;

pub use confirm::ConfirmSignUp;
pub use new::SignUpNew;
pub use progress::SignUpProgress;
pub use sent::SignUpSent;

/// What the pages have of script: whether an address is free, and how far an agency is. Without it they work as well.
const SCRIPT: &str = "/assets/sign_up-3.js";

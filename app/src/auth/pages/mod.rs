//! Signing in and out, choosing an agency, one's own account.

mod choose_agency;
mod code;
mod profile;
mod security;
mod sign_in;
mod sign_out;

pub use choose_agency::ChooseAgency;
pub use code::{Code, Prove};
pub use profile::Profile;
pub use security::{OperatorProfile, SecurityShow};
pub use sign_in::{OperatorSignIn, SignIn};
pub use sign_out::SignOut;

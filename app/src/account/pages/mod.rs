//! What links in mails lead to, and where one is asked for.

mod confirm;
mod forgotten;
mod photo;
mod set_password;

pub use confirm::ConfirmEmail;
pub use forgotten::Forgotten;
pub use photo::PhotoShow;
pub use set_password::SetPassword;

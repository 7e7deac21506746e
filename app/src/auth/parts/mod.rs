//! Parts of the pages about one's own account.

mod code_field;
mod second_factor;
mod sessions;

pub use code_field::CodeField;
pub use second_factor::{ProofWay, SecondFactorPart};
pub use sessions::SessionsPart;

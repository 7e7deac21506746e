//! The pages of the log: one address, one file.

mod all;
mod index;

pub use all::GlobalAuditIndex;
pub use index::AuditIndex;

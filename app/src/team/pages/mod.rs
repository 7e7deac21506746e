//! The team, one member of it, and the page that an invitation leads to.

mod accept;
mod index;
mod member;

pub use accept::AcceptInvitation;
pub use index::TeamIndex;
pub use member::MemberShow;

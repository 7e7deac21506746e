//! The team, one member of it, and the pages that an invitation leads to and that one leaves on.

mod accept;
mod index;
mod leave;
mod member;

pub use accept::AcceptInvitation;
pub use index::TeamIndex;
pub use leave::LeaveShow;
pub use member::MemberShow;

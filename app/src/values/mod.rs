//! Words that three slices or more use: parsed at the door, without IO, the same on both sides.

pub mod color;
pub mod creci;
pub mod day;
pub mod email;
pub mod fields;
pub mod id;
pub mod money;
pub mod page;
pub mod phone;
pub mod query;
pub mod slug;
pub mod text;

//! The world, behind small structs.

pub mod files;
pub mod password;
pub mod pictures;

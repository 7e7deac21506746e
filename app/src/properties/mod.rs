//! Properties: what an agency sells and lets. The reference slice - read this one first.
//!
//! A property is created as a draft, filled in, made active and published; archived, it frees its place in the plan and
//! comes back with its earlier status, unpublished. Nothing is ever deleted.

pub mod labels;
pub mod types;
pub mod words;

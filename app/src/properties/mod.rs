//! Properties: what an agency sells and lets. The reference slice - read this one first.
//!
//! A property begins as a draft and is filled in; archived, it frees its place in the plan, stays as it is and comes back
//! with its earlier status, unpublished. Nothing is ever deleted but what an import brought and nobody touched. An edit names
//! the version that it began from: a stale one is refused.

#[cfg(feature = "ssr")]
pub mod db;
pub mod filter;
#[cfg(feature = "ssr")]
pub mod jobs;
pub mod labels;
pub mod pages;
pub mod parts;
pub mod photo_types;
#[cfg(feature = "ssr")]
pub mod photos;
pub mod readiness;
pub mod rules;
pub mod server_fns;
pub mod types;
pub mod words;

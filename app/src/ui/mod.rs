//! House parts: they know no noun of the business.

pub mod act;
pub mod anew;
pub mod conflict;
pub mod error;
pub mod field;
pub mod form;
pub mod hydrated;
pub mod icon;
pub mod poll;
pub mod portrait;
pub mod refusals;
pub mod text_area;
pub mod title;

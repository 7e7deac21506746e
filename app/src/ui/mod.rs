//! House parts: they know no noun of the business.

pub mod error;
pub mod field;
pub mod form;
pub mod hydrated;
pub mod icon;
pub mod text_area;

//! The plan of an agency.

mod plan;

pub use plan::PlanShow;

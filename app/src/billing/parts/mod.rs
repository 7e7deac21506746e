//! What two pages share.

mod plan_table;

pub use plan_table::PlanTable;

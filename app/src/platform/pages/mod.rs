//! The console's pages.

mod act;
mod health;
mod migrations;
mod operation;
mod operations;
mod plans;
mod servers;
mod tenant;
mod tenants;

pub use act::ActBegin;
pub use health::HealthShow;
pub use migrations::MigrationIndex;
pub use operation::OperationShow;
pub use operations::OperationIndex;
pub use plans::{PlanEdit, PlanIndex};
pub use servers::{ServerIndex, ServerShow};
pub use tenant::TenantShow;
pub use tenants::TenantIndex;

//! The console's pages.

mod act;
mod health;
mod operation;
mod operations;
mod servers;
mod tenant;
mod tenants;

pub use act::ActBegin;
pub use health::HealthShow;
pub use operation::OperationShow;
pub use operations::OperationIndex;
pub use servers::ServerIndex;
pub use tenant::TenantShow;
pub use tenants::TenantIndex;

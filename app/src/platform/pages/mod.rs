//! The console's pages.

mod tenants;

pub use tenants::TenantIndex;

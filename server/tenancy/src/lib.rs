//! The key cabinet: who the agencies are, where each one's database lives, and the only way into it.
//!
//! A request reaches a [`TenantDb`] through [`Registry::open`] and nothing else; what it gets is one agency's
//! database, as that agency's own PostgreSQL role. Central queries live in [`central`] and take a [`CentralDb`].
//!
//! ```compile_fail,E0451
//! // A tenant's database cannot be made from parts.
//! fn forge(tenant: tenancy::TenantId) -> tenancy::TenantDb {
//!     tenancy::TenantDb { tenant }
//! }
//! ```
//! ```compile_fail,E0277
//! // Nor is the central database one: a tenant's query does not run on it.
//! async fn cross(central: &tenancy::CentralDb) {
//!     let _ = sqlx::query("select 1").execute(central).await;
//! }
//! ```
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this crate owns every pool and every unchecked query; all others are kept from them"
)]

pub mod central;
mod central_db;
mod clock;
pub mod cluster;
mod deployment;
mod id;
pub mod key;
pub mod migrate;
pub mod provision;
mod registry;
pub mod relay;
pub mod routing;
mod tenant_db;
mod tenant_tx;
#[cfg(feature = "testing")]
pub mod testing;

pub use central_db::CentralDb;
pub use clock::Clock;
pub use deployment::{Deployment, DeploymentOptions, OpenDeploymentError};
pub use id::{OperationId, OperatorId, PersonId, TenantId, UserId};
pub use key::Key;
pub use registry::{OpenError, Registry, RegistryOptions, RegistrySnapshot};
pub use routing::{Host, Placement, Route, Routes, Status};
/// What either kind of database answers when it does not do what it is asked.
pub use sqlx::Error as DatabaseError;
pub use tenant_db::TenantDb;
pub use tenant_tx::TenantTx;

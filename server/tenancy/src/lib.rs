//! The key cabinet: who the agencies are, where each one's database lives, and the only way into it.
//!
//! A request reaches a [`TenantDb`] through [`Registry::open`] and nothing else; what it gets is one agency's
//! database, as that agency's own PostgreSQL role. Central queries live in [`central`] and take a [`CentralDb`].
//!
//! What must not compile, each beside what does:
//!
//! ```no_run
//! async fn a_tenants_query_runs_on_its_database(db: &tenancy::TenantDb) {
//!     let _ = sqlx::query("select 1").execute(db).await;
//! }
//! ```
//! ```compile_fail,E0277
//! async fn a_tenants_query_does_not_run_on_the_central_database(central: &tenancy::CentralDb) {
//!     let _ = sqlx::query("select 1").execute(central).await;
//! }
//! ```
//! ```compile_fail,E0451
//! fn a_tenants_database_is_not_made_from_parts(db: tenancy::TenantDb) -> tenancy::TenantDb {
//!     tenancy::TenantDb { ..db }
//! }
//! ```
//! ```compile_fail,E0616
//! fn a_tenants_database_lends_no_pool(db: &tenancy::TenantDb) {
//!     let _ = &db.pool;
//! }
//! ```
//! ```compile_fail,E0624
//! fn the_central_database_lends_no_pool(central: &tenancy::CentralDb) {
//!     let _ = central.pool();
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
pub mod doctor;
mod id;
pub mod key;
pub mod migrate;
mod prepare;
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
pub use prepare::{Missing, PrepareError};
pub use registry::{OpenError, Registry, RegistryOptions, RegistrySnapshot};
pub use routing::{Host, Placement, Route, Routes, Status};
/// What either kind of database answers when it does not do what it is asked.
pub use sqlx::Error as DatabaseError;
pub use tenant_db::TenantDb;
pub use tenant_tx::TenantTx;

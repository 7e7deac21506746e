//! The key cabinet: who the agencies are, where each one's database lives, and the only way into it.
//!
//! A request reaches a [`TenantDb`] through [`Registry::open`] and nothing else; what it gets is one agency's
//! database, as that agency's own PostgreSQL role. Central queries live in [`central`] and take a [`CentralDb`].
//!
//! What must not compile, each below what does and differs from it in one word:
//!
//! ```no_run
//! async fn a_tenants_query_runs_on_its_database(db: &tenancy::TenantDb) {
//!     let _ = sqlx::query("select 1").execute(db).await;
//! }
//! ```
//! ```compile_fail,E0277
//! async fn a_tenants_query_does_not_run_on_the_central_database(db: &tenancy::CentralDb) {
//!     let _ = sqlx::query("select 1").execute(db).await;
//! }
//! ```
//! ```no_run
//! use tenancy::Placement as Made;
//! fn a_placement_is_made_from_parts(from: Made) -> Made {
//!     Made { ..from }
//! }
//! ```
//! ```compile_fail,E0451
//! use tenancy::TenantDb as Made;
//! fn a_tenants_database_is_not_made_from_parts(from: Made) -> Made {
//!     Made { ..from }
//! }
//! ```
//! ```no_run
//! fn a_tenants_database_says_whose_it_is(db: &tenancy::TenantDb) {
//!     let _ = &db.route();
//! }
//! ```
//! ```compile_fail,E0616
//! fn a_tenants_database_lends_no_connections(db: &tenancy::TenantDb) {
//!     let _ = &db.agency;
//! }
//! ```
//! ```no_run
//! fn the_central_database_says_whether_it_is_ready(central: &tenancy::CentralDb) {
//!     let _ = central.is_ready();
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

mod again;
pub mod billing;
pub mod central;
mod central_db;
mod clock;
pub mod cluster;
mod connect;
mod deployment;
pub mod doctor;
mod id;
pub mod key;
mod line;
pub mod migrate;
mod prepare;
pub mod provision;
mod registry;
pub mod relay;
pub mod routing;
mod servers;
mod tenant_db;
mod tenant_tx;
#[cfg(feature = "testing")]
pub mod testing;
mod token;
pub mod usage;

pub use again::{Act, Attempt};
pub use central_db::CentralDb;
pub use clock::{BRASILIA, Clock, day_of};
pub use deployment::{Deployment, DeploymentOptions, OpenDeploymentError};
pub use id::{OperationId, OperatorId, PersonId, SignUpId, TenantId, UserId};
pub use key::Key;
pub use line::line_of;
pub use prepare::{Missing, PrepareError};
pub use registry::{OpenError, Registry, RegistryOptions, RegistrySnapshot};
pub use routing::{Changed, Host, Placement, Route, Routes, Status};
pub use servers::{Adding, ServerError, is_name as is_server_name};
/// What either kind of database answers when it does not do what it is asked.
pub use sqlx::Error as DatabaseError;
pub use tenant_db::TenantDb;
pub use tenant_tx::TenantTx;
pub use token::Token;

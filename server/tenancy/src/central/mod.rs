//! All SQL on the central database, one file a table or two. Every function takes a [`crate::CentralDb`] or a transaction of it.

pub mod accounts;
mod acts;
pub mod alert_mails;
pub mod alerts;
pub mod audit;
pub mod companies;
pub mod directory;
pub mod duty;
pub(crate) mod hold;
pub mod impersonations;
pub mod jobs;
pub mod leases;
pub mod mails;
pub mod operation_log;
pub mod operations;
pub mod operators;
pub mod people;
pub mod plans;
pub mod queue;
pub(crate) mod refused;
pub mod routes;
pub mod sessions;
pub mod sign_ins;
pub mod sign_ups;
pub mod stats;

/// A transaction on the central database.
pub type CentralTx = sqlx::Transaction<'static, sqlx::Postgres>;

/// A name that no other worker has, in whatever container it is process 1.
pub fn worker_name() -> String {
    format!("{}-{}", std::process::id(), uuid::Uuid::now_v7().simple())
}

//! All SQL on the central database, one file a table or two. Every function takes a [`crate::CentralDb`] or a transaction of it.

pub mod accounts;
pub mod alert_mails;
pub mod alerts;
pub mod asked_mails;
mod asker;
pub mod audit;
pub mod audit_chain;
pub mod audit_log;
pub mod certificates;
pub mod changes;
pub mod claims;
pub mod companies;
pub mod departures;
pub mod directory;
pub mod domains;
pub mod duty;
pub mod fleet_operations;
pub(crate) mod hold;
pub mod impersonations;
pub mod invitations;
pub mod invoices;
pub mod jobs;
pub mod leases;
pub mod mails;
pub mod news;
pub mod open_sessions;
pub mod operation_log;
pub mod operations;
pub mod operators;
pub mod overdue;
pub mod owner_notices;
pub mod people;
pub mod person_links;
pub mod plans;
pub(crate) mod prepared;
pub mod queue;
pub(crate) mod refused;
pub mod rollout_log;
pub mod rollouts;
pub mod routes;
pub mod seats;
pub mod second_factors;
pub mod servers;
pub(crate) mod session_lines;
pub mod sessions;
pub mod settling;
pub(crate) mod shares;
pub mod sign_ins;
pub mod sign_up_room;
pub mod sign_ups;
pub mod slugs;
pub(crate) mod standing;
pub mod stats;
pub mod subscriptions;
pub mod team;
pub mod usage;

/// A transaction on the central database.
pub type CentralTx = sqlx::Transaction<'static, sqlx::Postgres>;

/// A name that no other worker has, in whatever container it is process 1.
pub fn worker_name() -> String {
    format!("{}-{}", std::process::id(), uuid::Uuid::now_v7().simple())
}

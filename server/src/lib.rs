//! Everything that no screen calls: the process, its layers, the worker and the commands.
#![recursion_limit = "512"]

pub mod audit_export;
pub mod boot;
pub mod commands;
pub mod config;
mod console_events;
pub mod gathered;
pub mod layers;
pub mod listen;
pub mod media;
pub mod page_cache;
mod progress;
pub mod router;
pub mod telemetry;
pub mod tls_allowed;
mod waiting;
pub mod worker;

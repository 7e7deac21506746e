//! One file a command. Each works beside a running `serve` and without one.

mod audit;
pub mod demo;
mod doctor;
mod domains;
pub mod import;
mod invoices;
mod migrate;
mod operations;
mod operator;
mod output;
mod person;
mod routes;
mod serve;
mod server;
mod template;
mod tenant;
mod usage;
mod worker;

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use tenancy::Deployment;

use crate::boot;
use crate::config::Config;
use crate::telemetry;

/// Sobrado: the CRM and the websites of real-estate agencies.
#[derive(Debug, Parser)]
#[command(name = "sobrado", version, about)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the platform and every agency's storefront
    Serve(serve::Serve),
    /// Do what happens behind the pages, beside `serve --no-worker`
    Worker(worker::Worker),
    /// Bring the central database, the template and every agency's database up to date
    Migrate(migrate::Migrate),
    /// Create the demo's agencies and people; again is harmless
    Demo(demo::Demo),
    /// Agencies: from create to delete
    #[command(subcommand)]
    Tenant(tenant::Tenant),
    /// Agencies' own domains: list, verify
    #[command(subcommand)]
    Domains(domains::Domains),
    /// The servers that agencies' databases lie on: add, list, drain, activate, set
    #[command(subcommand)]
    Server(server::Server),
    /// What is being done to agencies: list, retry
    #[command(subcommand)]
    Operations(operations::Operations),
    /// What agencies are asked to pay: list, pay
    #[command(subcommand)]
    Invoices(invoices::Invoices),
    /// How much agencies use: reconcile
    #[command(subcommand)]
    Usage(usage::Usage),
    /// Operators of the platform
    #[command(subcommand)]
    Operator(operator::Operator),
    /// People: a new password, or no second factor any more
    #[command(subcommand)]
    Person(person::Person),
    /// The database that every agency's begins as a copy of
    #[command(subcommand)]
    Template(template::Template),
    /// The audit log
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Look at the database server and the disk, and say what is to be done
    Doctor(doctor::Doctor),
    /// Print every route with its method, audience and permission
    Routes(routes::Routes),
}

/// Runs a command to its end.
///
/// # Errors
/// With what went wrong and what to do about it; the exit status is then not zero.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let command = match arguments.command {
        // Needs nothing but the table.
        Command::Routes(command) => return command.run(),
        other => other,
    };
    let config = Config::from_env()?;
    if matches!(command, Command::Serve(_) | Command::Worker(_)) {
        telemetry::start_logs("info,sqlx=warn,sqlx::postgres::notice=error,tower_sessions_core=error")?;
    } else {
        telemetry::start_logs("warn,sqlx::postgres::notice=error")?;
        tenancy::central::audit::act_as_command(hand());
    }
    match command {
        Command::Serve(command) => command.run(config).await,
        Command::Worker(command) => command.run(config).await,
        Command::Doctor(command) => command.run(&config).await,
        command => on_databases(&command, &config).await,
    }
}

/// A command that works on databases that are ready, and ends.
async fn on_databases(command: &Command, config: &Config) -> anyhow::Result<ExitCode> {
    let deployment = boot::open_deployment(config).await?;
    if !matches!(command, Command::Migrate(_) | Command::Demo(_)) {
        deployment.require_current().await?;
    }
    let result = run_on(command, config, &deployment).await;
    deployment.close().await?;
    result
}

/// The command and who gave it, for the audit log: the user of the operating system, and whoever became that user by `sudo`.
/// Never the arguments: they may hold what is nobody's business.
fn hand() -> String {
    let words: Vec<String> =
        std::env::args().skip(1).take(2).filter(|word| word.chars().all(|c| c.is_ascii_lowercase())).collect();
    let uid = nix::unistd::Uid::current();
    let user = nix::unistd::User::from_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name);
    let behind = std::env::var("SUDO_USER").map(|behind| format!(" ({behind})")).unwrap_or_default();
    format!("sobrado {}, by {user}{behind}", words.join(" "))
}

async fn run_on(command: &Command, config: &Config, deployment: &Deployment) -> anyhow::Result<ExitCode> {
    match command {
        Command::Migrate(command) => command.run(deployment).await,
        Command::Demo(command) => command.run(config, deployment).await,
        Command::Tenant(command) => command.run(deployment).await,
        Command::Domains(command) => command.run(config, deployment).await,
        Command::Server(command) => command.run(deployment).await,
        Command::Operations(command) => command.run(deployment).await,
        Command::Invoices(command) => command.run(deployment).await,
        Command::Usage(command) => command.run(deployment).await,
        Command::Operator(command) => command.run(deployment).await,
        Command::Person(command) => command.run(config, deployment).await,
        Command::Template(command) => command.run(deployment).await,
        Command::Audit(command) => command.run(config, deployment).await,
        // Have run already.
        Command::Serve(_) | Command::Worker(_) | Command::Doctor(_) | Command::Routes(_) => Ok(ExitCode::SUCCESS),
    }
}

//! `sobrado template`: the database that every agency's begins as a copy of.

use clap::Subcommand;
use std::process::ExitCode;
use tenancy::Deployment;

/// The template
#[derive(Debug, Subcommand)]
pub(super) enum Template {
    /// Build the template of this program's schema, when it is not there yet
    Build,
}

impl Template {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        println!("{}", deployment.provisioner().build_template().await?);
        Ok(ExitCode::SUCCESS)
    }
}

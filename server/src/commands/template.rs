//! `sobrado template`: the database that every agency's begins as a copy of.

use clap::Subcommand;
use serde_json::json;
use std::process::ExitCode;
use tenancy::Deployment;

use super::output;

/// The template
#[derive(Debug, Subcommand)]
pub(super) enum Template {
    /// Build the template of this program's schema, when it is not there yet
    Build {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

impl Template {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let Self::Build { json } = self;
        let template = deployment.provisioner().build_template().await?;
        output::print(*json, &json!({"template": template}), std::slice::from_ref(&template));
        Ok(ExitCode::SUCCESS)
    }
}

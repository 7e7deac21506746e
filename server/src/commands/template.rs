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
    /// Compare every agency's schema with the template's, and say what is different
    Verify {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

impl Template {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        match self {
            Self::Build { json } => {
                let template = deployment.provisioner().build_template().await?;
                output::print(*json, &json!({"template": template}), std::slice::from_ref(&template));
                Ok(ExitCode::SUCCESS)
            }
            Self::Verify { json } => verify(deployment, *json).await,
        }
    }
}

async fn verify(deployment: &Deployment, json: bool) -> anyhow::Result<ExitCode> {
    let compared = deployment.provisioner().verify_template().await?;
    let mut lines = Vec::new();
    for one in &compared {
        match &one.different {
            Ok(different) if different.is_empty() => lines.push(format!("{:<24} is what the template is", one.slug)),
            Ok(different) => {
                lines.push(format!(
                    "{:<24} DIFFERS in {} lines (- is missing, + is too much):",
                    one.slug,
                    different.len()
                ));
                lines.extend(different.iter().map(|line| format!("  {}", line.replace('\n', " "))));
            }
            Err(error) => lines.push(format!("{:<24} COULD NOT BE COMPARED: {error}", one.slug)),
        }
    }
    let value = compared.iter().map(|one| match &one.different {
        Ok(different) => json!({"agency": one.slug, "ok": different.is_empty(), "different": different}),
        Err(error) => json!({"agency": one.slug, "ok": false, "error": error}),
    });
    output::print(json, &value.collect(), &lines);
    let is_well = compared.iter().all(|one| one.different.as_ref().is_ok_and(Vec::is_empty));
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

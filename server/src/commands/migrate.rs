//! `sobrado migrate`: the central database, then the template, then every agency, each on its own.

use clap::Args;
use serde_json::json;
use std::process::ExitCode;
use tenancy::migrate::Outcome;
use tenancy::{Deployment, migrate};

/// Bring the central database, the template and every agency's database up to date
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Migrate {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let results = all(deployment).await?;
        let failed = results.iter().filter(|(_, outcome)| outcome.is_err()).count();
        let lines: Vec<String> = results
            .iter()
            .map(|(name, outcome)| match outcome {
                Ok(version) => format!("{name:<42} at {version}"),
                Err(error) => format!("{name:<42} FAILED: {error}"),
            })
            .collect();
        let value: Vec<_> = results
            .iter()
            .map(|(name, outcome)| match outcome {
                Ok(version) => json!({"database": name, "version": version}),
                Err(error) => json!({"database": name, "error": error}),
            })
            .collect();
        super::output::print(self.json, &json!(value), &lines);
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// A database's name, and its version, or why it was not migrated.
type Migrated = (String, Result<i64, String>);

/// Migrates everything; an agency that fails leaves the others alone.
pub(super) async fn all(deployment: &Deployment) -> anyhow::Result<Vec<Migrated>> {
    let mut results = vec![("central".to_owned(), version(deployment.migrate_central().await?))];
    let provisioner = deployment.provisioner();
    let template = provisioner.build_template().await?;
    results.push((template, Ok(migrate::latest())));
    for company in provisioner.companies().await? {
        // What is being made is brought up to date by its own last step.
        if company.status != "provisioning" {
            let outcome = provisioner.migrate_tenant(company.id).await;
            let outcome = outcome.map_err(|error| format!("{:#}", anyhow::Error::from(error)));
            results.push((company.slug, outcome.and_then(version)));
        }
    }
    Ok(results)
}

fn version(outcome: Outcome) -> Result<i64, String> {
    match outcome {
        Outcome::At(version) => Ok(version),
        Outcome::Busy => Err("another process is migrating it: run `sobrado migrate` again when that has ended".into()),
    }
}

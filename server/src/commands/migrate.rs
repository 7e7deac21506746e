//! `sobrado migrate`: the central database, then the templates, then every agency, ring by ring, each on its own.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::process::ExitCode;
use tenancy::migrate::Outcome;
use tenancy::provision::fleet::FleetOptions;
use tenancy::{Deployment, migrate};

/// Bring the central database, the template and every agency's database up to date
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Only the agencies that failed the last time
    #[arg(long)]
    retry_failed: bool,
    /// Agencies at once on each server
    #[arg(long, default_value_t = 4)]
    parallel: usize,
    /// Failures that are put up with before the rest is left alone; three, or one agency in twenty, when left out
    #[arg(long)]
    max_failures: Option<u32>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Migrate {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let options = FleetOptions {
            parallel: self.parallel.clamp(1, 32),
            max_failures: self.max_failures,
            only_failed: self.retry_failed,
        };
        let results = migrated(deployment, &options).await?;
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

/// What a line about the rollout as a whole is called: no agency's slug has an underline.
const FLEET: &str = "_fleet";

/// Migrates everything; an agency that fails leaves the others alone.
pub(super) async fn all(deployment: &Deployment) -> anyhow::Result<Vec<Migrated>> {
    migrated(deployment, &FleetOptions::default()).await
}

async fn migrated(deployment: &Deployment, options: &FleetOptions) -> anyhow::Result<Vec<Migrated>> {
    let mut results = vec![("central".to_owned(), version(deployment.migrate_central().await?))];
    let provisioner = deployment.provisioner();
    // Drawn only where somebody looks.
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos} of {len} agencies, {eta} left")?);
    let told = |through: i64, all: i64| {
        bar.set_length(all.unsigned_abs());
        bar.set_position(through.unsigned_abs());
    };
    let fleet = provisioner.migrate_fleet(options, &told).await?;
    bar.finish_and_clear();
    // It is not built when nothing is applied anywhere.
    if fleet.stopped.is_none() {
        results.push((provisioner.build_template().await?, Ok(migrate::latest())));
    }
    results.extend(fleet.agencies);
    results.extend(fleet.stopped.map(|why| (FLEET.to_owned(), Err(why))));
    Ok(results)
}

fn version(outcome: Outcome) -> Result<i64, String> {
    match outcome {
        Outcome::At(version) => Ok(version),
        Outcome::Busy => Err("another process is migrating it: run `sobrado migrate` again when that has ended".into()),
    }
}

//! `sobrado usage`: whether what is written down of agencies' use is what is there.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;
use std::process::ExitCode;
use tenancy::{Deployment, OpenError, RegistryOptions, Routes, usage};

use super::output;
use crate::worker::elsewhere;

/// How much agencies use
#[derive(Debug, Subcommand)]
pub(super) enum Usage {
    /// Find figures that are not what is there, tell of them, and mend them
    Reconcile(Reconcile),
}

/// Which agencies, and whether to mend
#[derive(Debug, Args)]
pub(super) struct Reconcile {
    /// An agency's slug; all when left out
    slug: Option<String>,
    /// Look and report; write nothing
    #[arg(long)]
    dry_run: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Usage {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let Self::Reconcile(reconcile) = self;
        reconcile.run(deployment).await
    }
}

impl Reconcile {
    async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let central = deployment.central();
        let routes = Routes::load(central).await.context("the routes cannot be read")?;
        let chosen = match &self.slug {
            Some(slug) => vec![routes.by_slug(slug).with_context(|| format!("there is no agency `{slug}`"))?],
            None => routes.all(),
        };
        let (registry, mut committed) = deployment.registry(&routes, RegistryOptions::one_by_one());
        let (mut lines, mut values, mut failed) = (Vec::new(), Vec::new(), false);
        for route in chosen {
            let found = match registry.open(&route).await {
                // Nobody works in a closed one.
                Err(OpenError::NotActive(_)) => continue,
                Err(error) => Err(error.to_string()),
                Ok(db) => {
                    let found = match self.dry_run {
                        true => usage::look(central, &db).await,
                        false => usage::reconcile(central, &db).await,
                    };
                    found.map_err(|error| error.to_string())
                }
            };
            failed |= found.is_err();
            match found {
                Ok(found) => {
                    let mended = !self.dry_run && !found.is_empty();
                    lines.extend(found.iter().map(|drift| {
                        let usage::Drift { figure, recorded, actual } = drift;
                        let what = format!("{}: {recorded} written down, {actual} there", figure.as_str());
                        format!("{:<24} {what}{}", route.slug, if mended { "; mended" } else { "" })
                    }));
                    values.push(json!({"slug": route.slug, "drift": found, "mended": mended}));
                }
                Err(error) => {
                    lines.push(format!("{:<24} could not be looked at: {error}", route.slug));
                    values.push(json!({"slug": route.slug, "error": error}));
                }
            }
        }
        elsewhere::tell(central, None, &mut committed).await;
        registry.close().await;
        if lines.is_empty() {
            lines.push("everything is as it is written down".to_owned());
        }
        output::print(self.json, &json!(values), &lines);
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

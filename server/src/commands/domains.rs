//! `sobrado domains`: agencies' own domains, and what the DNS says of them.

use anyhow::ensure;
use clap::{Args, Subcommand};
use serde_json::json;
use std::process::ExitCode;
use tenancy::central::companies::By;
use tenancy::central::domains::{self, Domain};
use tenancy::{Clock, Deployment, RegistryOptions};

use app::domains::claims::settle;

use super::output;
use crate::boot;
use crate::config::Config;

/// Agencies' own domains
#[derive(Debug, Subcommand)]
pub(super) enum Domains {
    /// List every domain that an agency claims or owns
    List(Json),
    /// Ask the DNS now, and draw the conclusion; of what is owned no failure counts that is not the daily look's
    Verify(Verify),
}

/// How to print
#[derive(Debug, Args)]
pub(super) struct Json {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Which domains
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Only this one, of whichever agency
    domain: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Domains {
    pub(super) async fn run(&self, config: &Config, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let central = deployment.central();
        let (all, json) = match self {
            Self::List(how) => (domains::list_all(central).await?, how.json),
            Self::Verify(which) => {
                let asked = verify(config, deployment, which.domain.as_deref()).await?;
                (asked, which.json)
            }
        };
        let lines: Vec<String> = all.iter().map(line).collect();
        output::print(json, &json!(all.iter().map(value).collect::<Vec<_>>()), &lines);
        // A list is a list; whoever has asked the DNS wants to know whether all is well.
        let is_well = matches!(self, Self::List(_)) || all.iter().all(|domain| domain.problem.is_none());
        Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Looks at domains, and gives them as they are then.
async fn verify(config: &Config, deployment: &Deployment, only: Option<&str>) -> anyhow::Result<Vec<Domain>> {
    let (state, _committed) = boot::open_state(
        deployment,
        config.files.clone(),
        config.settings(None),
        Clock::system(),
        RegistryOptions::one_by_one(),
    )
    .await?;
    let (house, central) = (&state.house, deployment.central());
    let is_meant = |domain: &Domain| only.is_none_or(|only| domain.host == only);
    let all = domains::list_all(central).await?;
    if let Some(only) = only {
        ensure!(all.iter().any(is_meant), "no agency has or claims {only}");
    }
    for domain in all.iter().filter(|domain| is_meant(domain)) {
        settle(house, domain, false, By::default()).await?;
    }
    Ok(domains::list_all(central).await?.into_iter().filter(is_meant).collect())
}

fn line(domain: &Domain) -> String {
    let problem = domain.problem.as_deref().unwrap_or_default();
    let primary = if domain.is_primary { "main" } else { "" };
    format!(
        "{:<40} {:<24} {:<9} {:<8} {primary:<5} {problem}",
        domain.host, domain.slug, domain.state, domain.tls_state
    )
}

fn value(domain: &Domain) -> serde_json::Value {
    json!({
        "domain": domain.host, "slug": domain.slug, "state": domain.state, "tls": domain.tls_state,
        "is_primary": domain.is_primary, "is_vouched": domain.is_vouched, "problem": domain.problem,
    })
}

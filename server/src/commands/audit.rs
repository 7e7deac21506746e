//! `sobrado audit`: the log of what was done.

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::json;
use std::process::ExitCode;
use tenancy::Deployment;
use tenancy::central::{audit, companies};

/// The audit log
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Walk the chain of hashes: of one agency, or of all
    Verify {
        /// An agency's slug; all when left out
        slug: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

impl Audit {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let Self::Verify { slug, json } = self;
        let central = deployment.central();
        let chosen = match slug {
            Some(slug) => {
                vec![
                    companies::find_by_slug(central, slug)
                        .await
                        .with_context(|| format!("there is no agency `{slug}`"))?,
                ]
            }
            None => companies::list(central).await?,
        };
        let (mut lines, mut values, mut broken) = (Vec::new(), Vec::new(), false);
        for company in chosen {
            let first = audit::verify(central, company.id).await?;
            broken |= first.is_some();
            lines.push(match first {
                None => format!("{:<32} whole", company.slug),
                Some(id) => format!("{:<32} BROKEN at line {id}", company.slug),
            });
            values.push(json!({"slug": company.slug, "broken_at": first}));
        }
        super::output::print(*json, &json!(values), &lines);
        Ok(if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

//! `sobrado audit`: the log of what was done.

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::json;
use std::collections::BTreeMap;
use std::process::ExitCode;
use tenancy::Deployment;
use tenancy::central::audit_chain::{self, Broken, Fault, Walked};
use tenancy::central::companies;
use uuid::Uuid;

use crate::config::Config;
use crate::worker::heads;

/// The audit log
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Walk the chains of hashes, and compare them with the heads under DATA_DIR/audit: of one agency, or all, the
    /// platform's own among them
    Verify {
        /// An agency's slug; all when left out
        #[arg(long)]
        tenant: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

impl Audit {
    pub(super) async fn run(&self, config: &Config, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let Self::Verify { tenant, json } = self;
        let central = deployment.central();
        let (anchors, foreign) = heads::read(&config.data_dir, deployment.key())?;
        let all = companies::list(central).await?;
        let slugs: BTreeMap<Uuid, String> = all.into_iter().map(|c| (c.id.as_uuid(), c.slug)).collect();
        let chosen = match tenant {
            Some(slug) => {
                let found = slugs.iter().find(|(_, known)| *known == slug).map(|(id, _)| *id);
                vec![found.with_context(|| format!("there is no agency `{slug}`"))?]
            }
            None => audit_chain::chains(central, &anchors).await?,
        };
        let (mut lines, mut values, mut broken) = (Vec::new(), Vec::new(), foreign > 0);
        for chain in chosen {
            let walked = audit_chain::walk(central, chain, &anchors).await?;
            broken |= walked.broken.is_some();
            let slug = slugs.get(&chain);
            let name = match slug {
                Some(slug) => slug.clone(),
                None if chain.is_nil() => "(platform)".to_owned(),
                None => chain.to_string(),
            };
            lines.push(format!("{name:<36} {}", said(&walked)));
            let first = walked.broken.as_ref();
            values.push(json!({
                "chain": chain, "slug": slug, "lines": walked.lines, "broken_at": first.and_then(|broken| broken.line),
                "place": first.map(|broken| broken.place), "fault": first.map(|broken| broken.fault),
            }));
        }
        if foreign > 0 {
            lines.push(format!("{} lines under DATA_DIR/audit do not carry this program's seal", foreign));
        }
        super::output::print(*json, &json!({"chains": values, "foreign_heads": foreign}), &lines);
        Ok(if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn said(walked: &Walked) -> String {
    let Some(Broken { line, place, fault }) = &walked.broken else { return format!("whole, {} lines", walked.lines) };
    let why = match fault {
        Fault::Changed => "it is not what its hash was made of",
        Fault::OutOfPlace => "it does not follow from the line before it",
        Fault::Cut => "lines after it are gone",
        Fault::Rewritten => "the chain was written anew: it is not what DATA_DIR/audit says",
        Fault::Headless => "the chain's head is gone or was changed",
    };
    match line {
        Some(line) => format!("BROKEN at line {line}, the {place}. of its chain: {why}"),
        None => "BROKEN: no line is left of it".to_owned(),
    }
}

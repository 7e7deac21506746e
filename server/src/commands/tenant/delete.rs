//! `sobrado tenant delete`: closed at once, dropped after a time of grace, its address free only after that.

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;
use std::process::ExitCode;
use tenancy::central::companies::{By, Company};
use tenancy::central::{operations, slugs};
use tenancy::provision::{ProvisionError, leave};
use tenancy::{DatabaseError, Deployment};

use super::super::output;

/// Which agency, when, and whether it is meant
#[derive(Debug, Args)]
pub(in crate::commands) struct Delete {
    /// Its slug
    slug: String,
    /// Days in which `--call-off` brings it back; 0 drops it now
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i32).range(0..=365))]
    grace_days: i32,
    /// Let anybody have its address as soon as it is gone, instead of its owners alone for 90 days; also afterwards
    #[arg(long)]
    release_slug: bool,
    /// Open it again, as long as its database stands
    #[arg(long, conflicts_with_all = ["grace_days", "release_slug"])]
    call_off: bool,
    #[command(flatten)]
    meant: super::meant::Meant,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Delete {
    pub(in crate::commands) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let company = match tenancy::central::companies::find_by_slug(deployment.central(), &self.slug).await {
            Err(DatabaseError::RowNotFound) if self.release_slug => return self.release(deployment).await,
            Err(DatabaseError::RowNotFound) => bail!("there is no agency `{}`", self.slug),
            found => found?,
        };
        if self.call_off {
            return self.call_off(deployment, &company).await;
        }
        self.meant.confirm(&company, "will be deleted with everything in it")?;
        let provisioner = deployment.provisioner();
        let asked = provisioner.ask_to_go(company.id, (self.grace_days, self.release_slug), By::default()).await?;
        let Some(id) = asked else {
            bail!("{} is {}: it cannot be deleted now", company.slug, company.status);
        };
        let left = provisioner.run_to_end(id).await;
        left.with_context(|| {
            format!(
                "{} is closed, and is not gone yet: the worker goes on with it, and its address stays taken",
                company.slug
            )
        })?;
        let operation = operations::find(deployment.central(), id).await?;
        let (value, says) = if operation.state == "done" {
            (json!({"deleted": company.slug}), format!("{} is gone", company.slug))
        } else {
            let until = leave::drop_after(&operation.data).map(|at| at.to_string()).unwrap_or_default();
            let says = format!(
                "{} is closed; its database is dropped after {until}. Until then `sobrado tenant delete {} --call-off` brings it back",
                company.slug, company.slug
            );
            (json!({"closed": company.slug, "dropped_after": until}), says)
        };
        output::print(self.json, &value, &[says]);
        Ok(ExitCode::SUCCESS)
    }

    async fn call_off(&self, deployment: &Deployment, company: &Company) -> anyhow::Result<ExitCode> {
        let called_off = deployment.provisioner().call_off(company.id, By::default()).await;
        if matches!(called_off, Err(ProvisionError::Held)) {
            bail!("{} is being dropped right now", company.slug);
        }
        if !called_off? {
            bail!("{} is {}: there is nothing to call off", company.slug, company.status);
        }
        let status = super::find(deployment, &company.slug).await?.status;
        let says = match status.as_str() {
            "active" => format!("{} is open again", company.slug),
            _ => format!("{} is kept, and {status} for what it owes or because somebody holds it", company.slug),
        };
        output::print(self.json, &json!({"kept": company.slug, "status": status}), &[says]);
        Ok(ExitCode::SUCCESS)
    }

    async fn release(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        if !slugs::release(deployment.central(), &self.slug, By::default()).await? {
            bail!("there is no agency `{}`, and nobody keeps its address", self.slug);
        }
        output::print(self.json, &json!({"released": self.slug}), &[format!("anybody may have {} now", self.slug)]);
        Ok(ExitCode::SUCCESS)
    }
}

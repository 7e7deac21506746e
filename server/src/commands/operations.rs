//! `sobrado operations`: what is being done to agencies, and what of it waits for somebody to mend its cause.

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use serde_json::json;
use std::process::ExitCode;
use tenancy::central::companies::{self, By};
use tenancy::central::operation_log::{self, Open};
use tenancy::central::{operations, queue};
use tenancy::{DatabaseError, Deployment, OperationId};
use uuid::Uuid;

use super::output;

/// What is being done to agencies
#[derive(Debug, Subcommand)]
pub(super) enum Operations {
    /// List what is not done: what is due or under way, what waits and why
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Have one that waits, or has failed, taken up at once; or an agency's jobs that were given up
    Retry(Retry),
}

/// Which operation
#[derive(Debug, Args)]
pub(super) struct Retry {
    /// Its identifier, as `list` shows it
    #[arg(required_unless_present = "jobs_of")]
    id: Option<Uuid>,
    /// Instead: the jobs of this agency that were given up, with all their tries
    #[arg(long, value_name = "SLUG", conflicts_with = "id")]
    jobs_of: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Operations {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        match self {
            Self::List { json } => {
                let all = operation_log::list_open(deployment.central()).await?;
                let lines: Vec<String> = all.iter().map(line).collect();
                output::print(*json, &json!(all.iter().map(value).collect::<Vec<_>>()), &lines);
            }
            Self::Retry(retry) => retry.run(deployment).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Retry {
    async fn run(&self, deployment: &Deployment) -> anyhow::Result<()> {
        match (self.id, &self.jobs_of) {
            (Some(id), _) => self.operation(deployment, id).await,
            (None, slug) => self.jobs(deployment, slug.as_deref().unwrap_or_default()).await,
        }
    }

    async fn jobs(&self, deployment: &Deployment, slug: &str) -> anyhow::Result<()> {
        let central = deployment.central();
        let company = companies::find_by_slug(central, slug).await.map_err(|error| match error {
            DatabaseError::RowNotFound => anyhow!("there is no agency `{slug}`"),
            other => other.into(),
        })?;
        let mut retried = Vec::new();
        for id in queue::given_up(central, &company.slug).await? {
            if queue::retry(central, id, By::default()).await? {
                retried.push(id);
            }
        }
        let says = match retried.len() {
            0 => format!("no job of {slug} was given up"),
            1 => format!("1 job of {slug} is due: the worker takes it up within seconds"),
            count => format!("{count} jobs of {slug} are due: the worker takes them up within seconds"),
        };
        output::print(self.json, &json!({"jobs": retried}), &[says]);
        Ok(())
    }

    async fn operation(&self, deployment: &Deployment, id: Uuid) -> anyhow::Result<()> {
        let (central, id) = (deployment.central(), OperationId::from(id));
        if !operation_log::retry(central, id.as_uuid(), By::default()).await? {
            let state = match operations::find(central, id).await {
                Err(DatabaseError::RowNotFound) => bail!("there is no operation `{id}`"),
                found => found?.state,
            };
            if state == "done" {
                bail!("{id} is done: there is nothing left to do");
            }
            bail!("{id} is {state}, not waiting: the worker does it without being told");
        }
        let says = format!("{id} is due: the worker takes it up within seconds");
        output::print(self.json, &json!({"retried": id}), &[says]);
        Ok(())
    }
}

fn line(open: &Open) -> String {
    let Open { id, kind, slug, state, step, attempt, last_error, next_run_at } = open;
    let why = last_error.as_deref().unwrap_or_default().replace('\n', " ");
    format!("{id} {kind:<10} {slug:<24} {state:<8} after {step:<13} attempts {attempt:<4} due {next_run_at} {why}")
}

fn value(open: &Open) -> serde_json::Value {
    json!({
        "operation": open.id, "kind": open.kind, "slug": open.slug, "state": open.state, "step": open.step,
        "attempts": open.attempt, "last_error": open.last_error, "next_run_at": open.next_run_at,
    })
}

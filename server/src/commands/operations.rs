//! `sobrado operations`: what is being done to agencies and to the fleet, and what of it waits for somebody to mend its cause.

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use serde_json::json;
use std::process::ExitCode;
use tenancy::central::companies::{self, By};
use tenancy::central::operation_log::{self, Entry};
use tenancy::central::queue;
use tenancy::{DatabaseError, Deployment};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::output;

/// What is being done to agencies, servers and schemas
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
        let central = deployment.central();
        if !operation_log::retry(central, id, By::default()).await? {
            let found = match operation_log::find(central, id).await {
                Err(DatabaseError::RowNotFound) => bail!("there is no operation `{id}`"),
                found => found?,
            };
            match (found.state.as_str(), found.kind.as_str()) {
                ("done", _) => bail!("{id} is done: there is nothing left to do"),
                ("failed", "server_add") => {
                    bail!("{id} has failed, and how the server is reached was not kept: run `sobrado server add` again")
                }
                ("failed", _) => bail!("{id} has failed, and the same is under way as another operation"),
                (state, _) => bail!("{id} is {state}, not waiting: the worker does it without being told"),
            }
        }
        let says = format!("{id} is due: the worker takes it up within seconds");
        output::print(self.json, &json!({"retried": id}), &[says]);
        Ok(())
    }
}

fn line(open: &Entry) -> String {
    let Entry { id, kind, subject, state, step, attempt, .. } = open;
    let why = open.last_error.as_deref().unwrap_or_default().replace('\n', " ");
    let due = due(open);
    format!("{id} {kind:<15} {subject:<24} {state:<8} after {step:<13} attempts {attempt:<4} due {due} {why}")
}

fn value(open: &Entry) -> serde_json::Value {
    json!({
        "operation": open.id, "kind": open.kind, "slug": open.is_agencys.then_some(&open.subject),
        "subject": open.subject, "state": open.state, "step": open.step, "attempts": open.attempt,
        "last_error": open.last_error, "next_run_at": due(open),
    })
}

fn due(open: &Entry) -> String {
    // To the second: it is read by people, too.
    let due = open.next_run_at.replace_nanosecond(0).unwrap_or(open.next_run_at);
    due.format(&Rfc3339).unwrap_or_default()
}

//! `sobrado server`: the PostgreSQL servers that agencies' databases lie on.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;
use std::io::Read as _;
use std::process::ExitCode;
use tenancy::central::servers::{self, Server as Row};
use tenancy::{Adding, Deployment, ServerError};

use super::output;

/// Database servers
#[derive(Debug, Subcommand)]
pub(super) enum Server {
    /// Add a server: its role that makes databases comes from standard input, as a URL with its password
    Add(Add),
    /// List every server: its state, how many agencies it has and may have
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Let a server take no agency any more; those that are there stay
    Drain(One),
    /// Let a server take agencies again
    Activate(One),
    /// Say how many agencies a server takes
    Set(Set),
}

/// Which server
#[derive(Debug, Args)]
pub(super) struct One {
    /// Its name
    name: String,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// How many agencies
#[derive(Debug, Args)]
pub(super) struct Capacity {
    /// From here on it is taken only when no other server is below its own
    #[arg(long, default_value_t = 500)]
    soft: i32,
    /// From here on it is not taken
    #[arg(long, default_value_t = 1500)]
    hard: i32,
}

/// What the server is to be
#[derive(Debug, Args)]
pub(super) struct Add {
    /// Its name: lower-case letters, digits, single dashes
    name: String,
    /// How agencies' roles reach it, when that is another way than the URL's: postgres://host:port, without a role
    #[arg(long)]
    address: Option<String>,
    #[command(flatten)]
    capacity: Capacity,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Which server, and how many agencies
#[derive(Debug, Args)]
pub(super) struct Set {
    /// Its name
    name: String,
    #[command(flatten)]
    capacity: Capacity,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Server {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        match self {
            Self::Add(add) => add.run(deployment).await?,
            Self::List { json } => {
                let all = servers::list(deployment.central()).await?;
                let lines: Vec<String> = all.iter().map(line).collect();
                output::print(*json, &json!(all.iter().map(value).collect::<Vec<_>>()), &lines);
            }
            Self::Drain(one) => {
                deployment.drain_server(&one.name).await?;
                let says = format!("{} takes no agency any more; those that are there stay", one.name);
                output::print(one.json, &json!({"draining": one.name}), &[says]);
            }
            Self::Activate(one) => {
                deployment.activate_server(&one.name).await?;
                output::print(one.json, &json!({"active": one.name}), &[format!("{} takes agencies again", one.name)]);
            }
            Self::Set(set) => {
                let Capacity { soft, hard } = set.capacity;
                deployment.set_server_capacity(&set.name, (soft, hard)).await?;
                let says =
                    format!("{} takes {hard} agencies, and from {soft} on only when no other has room", set.name);
                output::print(set.json, &json!({"server": set.name, "soft": soft, "hard": hard}), &[says]);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Add {
    async fn run(&self, deployment: &Deployment) -> anyhow::Result<()> {
        // Never an argument: those are in everybody's list of processes.
        let mut url = String::new();
        std::io::stdin().read_to_string(&mut url).context("no URL on standard input")?;
        let adding = Adding {
            name: &self.name,
            provisioner_url: url.trim(),
            address: self.address.as_deref(),
            capacity: (self.capacity.soft, self.capacity.hard),
        };
        let id = deployment.add_server(&adding).await.map_err(|error| match error {
            ServerError::Url => anyhow::anyhow!("standard input holds no PostgreSQL URL with a role and a password"),
            other => other.into(),
        })?;
        let says = format!("{} is server {id} and takes agencies; `sobrado doctor` looks at it from now on", self.name);
        output::print(self.json, &json!({"server": self.name, "id": id}), &[says]);
        Ok(())
    }
}

fn line(server: &Row) -> String {
    let Row { name, state, agencies, prepared, soft_capacity, hard_capacity, bytes, is_home, .. } = server;
    let home = if *is_home { "holds the central database" } else { "" };
    let megabytes = bytes / 1_000_000;
    format!(
        "{name:<24} {state:<9} {agencies:>5} of {soft_capacity}/{hard_capacity}, {prepared} ready, {megabytes} MB {home}"
    )
}

fn value(server: &Row) -> serde_json::Value {
    json!({
        "id": server.id, "server": server.name, "state": server.state, "is_home": server.is_home,
        "agencies": server.agencies, "prepared": server.prepared, "bytes": server.bytes,
        "soft_capacity": server.soft_capacity, "hard_capacity": server.hard_capacity,
    })
}

//! `sobrado operator`: people of the platform.

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::json;
use std::process::ExitCode;
use tenancy::Deployment;
use tenancy::central::operators;
use tenancy::central::people::{self, NewPerson};

use app::values::email;

use super::output;

/// Operators of the platform
#[derive(Debug, Subcommand)]
pub(super) enum Operator {
    /// Make a person an operator; one who is known keeps their password
    Add {
        /// E-mail address
        #[arg(long)]
        email: String,
        /// Name
        #[arg(long)]
        name: String,
        /// Read the password from standard input; otherwise one is made and shown once
        #[arg(long)]
        password_stdin: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

impl Operator {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let Self::Add { email, name, password_stdin, json } = self;
        let email = email::parse(email).ok().context("--email is no e-mail address")?;
        let is_known = people::find_credentials(deployment.central(), &email).await?.is_some();
        let password = output::password(*password_stdin).await?;
        let new = NewPerson { name, email: &email, password_hash: &password.hash };
        let id = operators::ensure(deployment.central(), &new).await?;
        let mut value = json!({"operator": id, "email": email, "is_known": is_known});
        let mut lines = vec![format!("{email} is an operator")];
        if is_known {
            lines.push(format!("{email} is known here and keeps their password; `sobrado person reset` gives another"));
        } else if password.made {
            value["password"] = json!(password.plain);
            lines.push(format!("password, shown this once: {}", password.plain));
        }
        output::print(*json, &value, &lines);
        Ok(ExitCode::SUCCESS)
    }
}

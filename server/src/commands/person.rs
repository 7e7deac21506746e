//! `sobrado person`: what a person cannot mend alone.

use anyhow::{Context as _, bail};
use clap::Subcommand;
use serde_json::json;
use std::process::ExitCode;
use tenancy::Deployment;
use tenancy::central::people;

use app::values::email;

use super::output;

/// People
#[derive(Debug, Subcommand)]
pub(super) enum Person {
    /// Give a person a new password and end all their sessions; the audit log keeps it
    Reset {
        /// E-mail address
        email: String,
        /// Read the password from standard input; otherwise one is made and shown once
        #[arg(long)]
        password_stdin: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

impl Person {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let Self::Reset { email, password_stdin, json } = self;
        let email = email::parse(email).ok().context("that is no e-mail address")?;
        let password = output::password(*password_stdin).await?;
        if !people::set_password(deployment.central(), deployment.key(), &email, &password.hash).await? {
            bail!("nobody has the e-mail address {email}");
        }
        let mut value = json!({"reset": email});
        let mut lines = vec![format!("{email} has a new password and is signed out everywhere")];
        if password.made {
            value["password"] = json!(password.plain);
            lines.push(format!("password, shown this once: {}", password.plain));
        }
        output::print(*json, &value, &lines);
        Ok(ExitCode::SUCCESS)
    }
}

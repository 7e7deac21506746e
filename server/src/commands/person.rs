//! `sobrado person`: what a person cannot mend alone.

use anyhow::{Context as _, bail};
use clap::Subcommand;
use serde_json::json;
use std::process::ExitCode;
use tenancy::Deployment;
use tenancy::central::{people, second_factors};

use app::auth::second_factor::letter;
use app::auth::types::News;
use app::values::email;

use super::output;
use crate::config::Config;

/// People
#[derive(Debug, Subcommand)]
pub(super) enum Person {
    /// Give a person a new password, or take a lost second factor away, and end all their sessions; the audit log keeps it
    Reset {
        /// E-mail address
        email: String,
        /// Read the password from standard input; otherwise one is made and shown once
        #[arg(long)]
        password_stdin: bool,
        /// Take the second factor away, and leave the password as it is
        #[arg(long, conflicts_with = "password_stdin")]
        second_factor: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

impl Person {
    pub(super) async fn run(&self, config: &Config, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let Self::Reset { email, password_stdin, second_factor, json } = self;
        let email = email::parse(email).ok().context("that is no e-mail address")?;
        if *second_factor {
            return without_second_factor((config, deployment), &email, *json).await;
        }
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

async fn without_second_factor(
    (config, deployment): (&Config, &Deployment),
    email: &str,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let (central, key) = (deployment.central(), deployment.key());
    let Some(known) = people::find_credentials(central, email).await? else {
        bail!("nobody has the e-mail address {email}");
    };
    let held = second_factors::find(central, known.person).await?;
    let mail = letter(&held, None, News::Reset, |page| config.settings(None).address(page));
    let told = second_factors::Told { actor: &second_factors::Actor::default(), key, mail: &mail };
    if second_factors::reset(central, known.person, told).await?.is_none() {
        bail!("{email} has no second factor");
    }
    let lines =
        [format!("{email} has no second factor any more and is signed out everywhere; the password is as it was")];
    output::print(json, &json!({"reset": email, "second_factor": true}), &lines);
    Ok(ExitCode::SUCCESS)
}

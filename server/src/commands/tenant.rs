//! `sobrado tenant`: agencies, one by one.

mod delete;
mod meant;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::json;
use std::process::ExitCode;
use tenancy::central::changes;
use tenancy::central::companies::{self, By, Company};
use tenancy::central::operations::NewTenant;
use tenancy::central::{people, slugs};
use tenancy::{Clock, Deployment};

use app::values::{email, slug, text};

use super::output;
pub(super) use meant::Meant;

/// Agencies
#[derive(Debug, Subcommand)]
pub(super) enum Tenant {
    /// Make an agency: its database, its first owner, its plan
    Create(Create),
    /// List every agency
    List(Json),
    /// Show one agency
    Show(One),
    /// Close an agency for a while: 503 on its storefront, the plan page for its owner
    Suspend(Suspend),
    /// Open a suspended or cancelled agency again
    Resume(One),
    /// Give an agency another slug, which the one that it had leads to for 90 days; or another name for people
    Rename(Rename),
    /// Close an agency as its owner wishes it: nobody enters, and its data go after 30 days
    Cancel(Cancel),
    /// Close an agency for good, and drop its database after a time of grace
    Delete(delete::Delete),
    /// Register a list of properties, or take such an import back
    Import(super::import::Import),
}

/// How to print
#[derive(Debug, Args)]
pub(super) struct Json {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Which agency
#[derive(Debug, Args)]
pub(super) struct One {
    /// Its slug
    slug: String,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Which agency, and why
#[derive(Debug, Args)]
pub(super) struct Suspend {
    /// Its slug
    slug: String,
    /// Why; the audit log keeps it
    #[arg(long)]
    reason: String,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Which agency, why, and whether it is meant
#[derive(Debug, Args)]
pub(super) struct Cancel {
    #[command(flatten)]
    which: Suspend,
    #[command(flatten)]
    meant: Meant,
}

/// Which agency, and what it is to be called
#[derive(Debug, Args)]
pub(super) struct Rename {
    /// Its slug
    slug: String,
    /// The new one: lower-case letters, digits, single dashes
    #[arg(required_unless_present = "name")]
    to: Option<String>,
    /// What people are to call it; its slug stays
    #[arg(long, conflicts_with = "to")]
    name: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// What the agency is to be
#[derive(Debug, Args)]
pub(super) struct Create {
    /// Its name for people
    #[arg(long)]
    name: String,
    /// Its name in addresses: lower-case letters, digits, single dashes
    #[arg(long)]
    slug: String,
    /// Where the platform writes to
    #[arg(long)]
    email: String,
    /// E-mail address of its first owner
    #[arg(long)]
    admin_email: String,
    /// Name of its first owner; the part before the @ when left out
    #[arg(long)]
    admin_name: Option<String>,
    /// prime, k or k2
    #[arg(long, default_value = "prime")]
    plan: String,
    /// A domain of its own that you vouch for
    #[arg(long)]
    domain: Option<String>,
    /// Read the owner's password from standard input; otherwise one is made and shown once
    #[arg(long)]
    admin_password_stdin: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Tenant {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let central = deployment.central();
        match self {
            Self::Create(create) => return create.run(deployment).await,
            Self::Import(import) => return import.run(deployment).await,
            Self::List(how) => {
                let all = companies::list(central).await?;
                let lines: Vec<String> = all.iter().map(line).collect();
                output::print(how.json, &json!(all.iter().map(value).collect::<Vec<_>>()), &lines);
            }
            Self::Show(one) => {
                let company = find(deployment, &one.slug).await?;
                output::print(one.json, &value(&company), &[line(&company)]);
            }
            Self::Suspend(suspend) => {
                let company = find(deployment, &suspend.slug).await?;
                if !companies::suspend(central, company.id, &suspend.reason, By::default()).await? {
                    let why = if company.is_held { "held already" } else { company.status.as_str() };
                    bail!("{} is {why}: it cannot be held", company.slug);
                }
                output::print(
                    suspend.json,
                    &json!({"suspended": company.slug}),
                    &[format!("{} is suspended", company.slug)],
                );
            }
            Self::Rename(rename) => return rename.run(deployment).await,
            Self::Cancel(cancel) => return cancel.run(deployment).await,
            Self::Delete(delete) => return delete.run(deployment).await,
            Self::Resume(one) => {
                let company = find(deployment, &one.slug).await?;
                let status = match companies::resume(central, company.id, By::default()).await? {
                    Some(state) => state.of_company().to_owned(),
                    None if changes::keep(central, company.id, (By::default(), Clock::system().now())).await? => {
                        find(deployment, &one.slug).await?.status
                    }
                    None => bail!("{} is {}, and nobody holds it", company.slug, company.status),
                };
                let says = match status.as_str() {
                    "active" => format!("{} is open again", company.slug),
                    _ => format!("{} is {status} still: its subscription owes something, or has ended", company.slug),
                };
                output::print(one.json, &json!({"resumed": company.slug, "status": status}), &[says]);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Rename {
    async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let (central, company) = (deployment.central(), find(deployment, &self.slug).await?);
        if let Some(name) = &self.name {
            let name = text::parse_name(name, 160).ok();
            let name = name.context("--name takes a line of 2 to 160 characters without an address of the internet")?;
            let Some(before) = companies::set_name(central, (company.id, &name), By::default()).await? else {
                bail!("{} is {}, neither active nor suspended", company.slug, company.status);
            };
            let says = format!("{} is called {name} now; it was {before}", company.slug);
            output::print(self.json, &json!({"slug": company.slug, "name": name, "before": before}), &[says]);
            return Ok(ExitCode::SUCCESS);
        }
        let to = self.to.as_deref().context("what is it to be called?")?;
        let before = slugs::rename(central, deployment.key(), (company.id, to), By::default()).await?;
        let says = format!("{before} is {to} now, and leads there for 90 days");
        output::print(self.json, &json!({"slug": to, "before": before}), &[says]);
        Ok(ExitCode::SUCCESS)
    }
}

impl Cancel {
    async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let company = find(deployment, &self.which.slug).await?;
        self.meant
            .confirm(&company, "will be closed at once, with its subscription ended, and deleted after 30 days")?;
        if !companies::cancel(deployment.central(), company.id, &self.which.reason, By::default()).await? {
            bail!("{} is {}, neither active nor suspended", company.slug, company.status);
        }
        let says = format!(
            "{} is cancelled; until it goes, after 30 days, `sobrado tenant resume` opens it again",
            company.slug
        );
        output::print(self.which.json, &json!({"cancelled": company.slug}), &[says]);
        Ok(ExitCode::SUCCESS)
    }
}

impl Create {
    async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let admin_email = email::parse(&self.admin_email).ok().context("--admin-email is no e-mail address")?;
        let contact = email::parse(&self.email).ok().context("--email is no e-mail address")?;
        if slug::slugify(&self.slug) != self.slug || self.slug.len() < 2 || self.slug.len() > 40 {
            bail!("--slug takes 2 to 40 lower-case letters and digits with single dashes between them");
        }
        if slugs::is_reserved(&self.slug) {
            bail!("`{}` is kept from everybody: it would be taken for the platform's own", self.slug);
        }
        let domain = match &self.domain {
            Some(domain) => Some(tenancy::Host::parse(domain).context("--domain is no host name")?.as_str().to_owned()),
            None => None,
        };
        let password = output::password(self.admin_password_stdin).await?;
        let new = NewTenant {
            name: self.name.trim().to_owned(),
            slug: self.slug.clone(),
            email: contact,
            admin_name: self
                .admin_name
                .clone()
                .unwrap_or_else(|| admin_email.split('@').next().unwrap_or_default().to_owned()),
            admin_email: admin_email.clone(),
            admin_password_hash: password.hash,
            plan: self.plan.clone(),
            domain,
            person: None,
        };
        // They keep the password that they have: neither a made one nor the one that was read is theirs.
        let is_known = people::find_credentials(deployment.central(), &admin_email).await?.is_some();
        let provisioner = deployment.provisioner();
        let id = provisioner.reserve(&new, None).await.context("the agency was not made")?;
        // From here on it will be made, by whomever: its owner's password is told whatever happens.
        let made = provisioner.run_to_end(id).await;
        let mut value = json!({"slug": new.slug, "admin_email": admin_email});
        let mut lines = match &made {
            Ok(tenant) => {
                value["tenant"] = json!(tenant);
                vec![format!("{} is open; its owner is {admin_email}", new.slug)]
            }
            Err(error) => {
                value["error"] = json!(error.to_string());
                let promise = "is reserved and not open yet: the worker goes on with it";
                vec![format!("{} {promise}; its owner is {admin_email}", new.slug)]
            }
        };
        value["admin_is_known"] = json!(is_known);
        if is_known {
            lines.push(format!(
                "{admin_email} is known here and keeps their password; `sobrado person reset` gives another"
            ));
        } else if password.made {
            value["admin_password"] = json!(password.plain);
            lines.push(format!("password, shown this once: {}", password.plain));
        }
        output::print(self.json, &value, &lines);
        made.context("the agency is not open yet")?;
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) async fn find(deployment: &Deployment, slug: &str) -> anyhow::Result<Company> {
    companies::find_by_slug(deployment.central(), slug).await.with_context(|| format!("there is no agency `{slug}`"))
}

fn line(company: &Company) -> String {
    let plan = company.plan.as_deref().unwrap_or("-");
    let plan = company.plan_version.map_or(plan.to_owned(), |version| format!("{plan} v{version}"));
    let subscription = company.subscription.as_deref().unwrap_or("-");
    let reason = company.suspended_reason.as_deref().unwrap_or_default();
    format!("{:<24} {:<32} {plan:<10} {:<12} {subscription:<10} {reason}", company.slug, company.name, company.status)
}

fn value(company: &Company) -> serde_json::Value {
    json!({
        "tenant": company.id, "slug": company.slug, "name": company.name, "email": company.email,
        "status": company.status, "suspended_reason": company.suspended_reason, "plan": company.plan,
        "plan_version": company.plan_version, "subscription": company.subscription,
    })
}

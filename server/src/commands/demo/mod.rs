//! `sobrado demo`: agencies and people to look around with, their stock and its pictures. Done again, it changes nothing.

mod agencies;
mod album;
mod chance;
mod fill;
mod mixes;
mod places;
mod stock;
mod texts;

use anyhow::{Context as _, ensure};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use tenancy::central::companies::{self, By};
use tenancy::central::invoices::{self, Payment, Via};
use tenancy::central::operations::NewTenant;
use tenancy::central::operators;
use tenancy::central::people::NewPerson;
use tenancy::{Clock, DatabaseError, Deployment, TenantId};
use time::OffsetDateTime;

use app::access::Role;
use app::state::DemoPerson;

use crate::config::{Config, Environment};

use super::output;
use agencies::{AGENCIES, Agency};

/// Password of everybody in the demo.
pub(super) const PASSWORD: &str = app::auth::sign_in::DEMO_PASSWORD;
/// The operator.
pub(super) const OPERATOR: &str = "operador@sobrado.example";

/// Slugs, names and own domains of the agencies.
pub(super) fn storefronts() -> impl Iterator<Item = (&'static str, &'static str, Option<&'static str>)> {
    AGENCIES.iter().map(|agency| (agency.slug, agency.name, agency.domain))
}

/// Everybody whom one can sign in as. Who works in two agencies is there once.
pub(super) fn people() -> Vec<DemoPerson> {
    let mut people: Vec<DemoPerson> = Vec::new();
    for agency in &AGENCIES {
        for person in std::iter::once(&agency.owner).chain(agency.staff) {
            match people.iter_mut().find(|known| known.email == person.email) {
                Some(known) => known.at = format!("{} + {}", known.at, agency.name),
                None => people.push(DemoPerson {
                    email: person.email,
                    role: Role::parse(person.role),
                    at: agency.name.to_owned(),
                }),
            }
        }
    }
    people.push(DemoPerson { email: OPERATOR, role: None, at: "Sobrado".to_owned() });
    people
}

/// Create the demo's agencies, people and properties; again is harmless
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Demo {
    pub(super) async fn run(&self, config: &Config, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        super::migrate::all(deployment).await?;
        create(config, deployment).await?;
        let agencies: Vec<&str> = AGENCIES.iter().map(|agency| agency.slug).collect();
        let people: Vec<&str> = people().iter().map(|person| person.email).collect();
        let value = json!({"agencies": agencies, "people": people, "password": PASSWORD});
        output::print(self.json, &value, &[format!("the demo is there; everybody's password is {PASSWORD}")]);
        Ok(ExitCode::SUCCESS)
    }
}

/// Pixels across of every picture.
const WIDTH: u32 = 1280;

/// Gives an agency the stock of one of the demo's, once: what was there or was changed since stays.
///
/// # Errors
/// When the demo has no agency of this slug, and what databases and the file store say.
pub async fn fill(
    deployment: &Deployment,
    folder: PathBuf,
    (slug, tenant): (&str, TenantId),
    (now, width): (OffsetDateTime, u32),
) -> anyhow::Result<()> {
    let agency = AGENCIES.iter().find(|agency| agency.slug == slug).context("the demo has no such agency")?;
    fill::fill(deployment, folder, &[(agency, tenant)], (now, width)).await
}

/// Creates what is missing of the demo.
pub(super) async fn create(config: &Config, deployment: &Deployment) -> anyhow::Result<()> {
    ensure!(config.environment != Environment::Production, "production has no demo people");
    // One hash for everybody: they share the password.
    let hash = output::hash(PASSWORD).await?;
    let mut tenants = Vec::with_capacity(AGENCIES.len());
    for agency in &AGENCIES {
        let tenant =
            ensure_agency(deployment, agency, &hash).await.with_context(|| format!("{} was not made", agency.slug))?;
        for person in agency.staff {
            let new = NewPerson { name: person.name, email: person.email, password_hash: &hash };
            deployment.provisioner().add_user(tenant, &new, person.role).await?;
        }
        pay(deployment, tenant).await.with_context(|| format!("{} was not paid for", agency.slug))?;
        tenants.push((agency, tenant));
    }
    let operator = NewPerson { name: "Olívia Prates", email: OPERATOR, password_hash: &hash };
    operators::ensure(deployment.central(), &operator).await?;
    fill::fill(deployment, config.files.clone(), &tenants, (Clock::system().now(), WIDTH)).await
}

/// The demo's agencies owe nothing, however long somebody keeps them: whoever looks around meets no closed door.
async fn pay(deployment: &Deployment, tenant: TenantId) -> anyhow::Result<()> {
    let (central, now) = (deployment.central(), Clock::system().now());
    let all = invoices::list(central, tenant, 1000).await?;
    for invoice in all.into_iter().filter(|invoice| invoice.paid_at.is_none()) {
        let reference = format!("demo-{}", invoice.number);
        let payment = Payment { number: invoice.number, amount: invoice.total, via: Via::Manual, reference };
        invoices::receive(central, &payment, (By::default(), now)).await?;
    }
    Ok(())
}

async fn ensure_agency(deployment: &Deployment, agency: &Agency, hash: &str) -> anyhow::Result<TenantId> {
    let provisioner = deployment.provisioner();
    let new = NewTenant {
        name: agency.name.to_owned(),
        slug: agency.slug.to_owned(),
        email: agency.email.to_owned(),
        admin_name: agency.owner.name.to_owned(),
        admin_email: agency.owner.email.to_owned(),
        admin_password_hash: hash.to_owned(),
        plan: agency.plan.to_owned(),
        domain: agency.domain.map(str::to_owned),
        person: None,
    };
    match companies::find_by_slug(deployment.central(), agency.slug).await {
        Ok(company) if company.status != "provisioning" => Ok(company.id),
        Err(error) if !matches!(error, DatabaseError::RowNotFound) => Err(error.into()),
        // It is not there, or a crash left it half made: the same key finds the operation and goes on.
        _ => {
            let key = format!("demo-{}", agency.slug);
            let id = provisioner.reserve(&new, Some(&key)).await?;
            Ok(provisioner.run_to_end(id).await?)
        }
    }
}

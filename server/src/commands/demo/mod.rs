//! `sobrado demo`: agencies and people to look around with. Done again, it changes nothing.

use anyhow::{Context as _, ensure};
use clap::Args;
use std::process::ExitCode;
use tenancy::central::companies;
use tenancy::central::operations::NewTenant;
use tenancy::central::operators;
use tenancy::central::people::NewPerson;
use tenancy::{Deployment, TenantId};

use crate::config::{Config, Environment};

use super::output;

/// Password of everybody in the demo.
pub(super) const PASSWORD: &str = "sobrado-demo-2026";
/// The operator.
pub(super) const OPERATOR: &str = "operador@sobrado.example";
/// Slugs and names of the agencies.
pub(super) const STOREFRONTS: [(&str, &str); 3] =
    [("casa-azul", "Casa Azul Imóveis"), ("horizonte", "Imobiliária Horizonte"), ("litoral", "Litoral Imóveis")];
/// Whom a newcomer signs in as.
pub(super) const PEOPLE: [&str; 3] = ["ana@casa-azul.example", "carla@casa-azul.example", "helena@horizonte.example"];

/// Create the demo's agencies and people; again is harmless
#[derive(Debug, Args)]
pub(super) struct Demo {}

impl Demo {
    pub(super) async fn run(&self, config: &Config, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        super::migrate::all(deployment).await?;
        create(config, deployment).await?;
        println!("the demo is there; everybody's password is {PASSWORD}");
        Ok(ExitCode::SUCCESS)
    }
}

struct Person {
    name: &'static str,
    email: &'static str,
    role: &'static str,
}

struct Agency {
    slug: &'static str,
    name: &'static str,
    plan: &'static str,
    email: &'static str,
    domain: Option<&'static str>,
    owner: Person,
    staff: &'static [Person],
}

const AGENCIES: [Agency; 3] = [
    Agency {
        slug: "casa-azul",
        name: "Casa Azul Imóveis",
        plan: "k",
        email: "contato@casa-azul.example",
        domain: Some("www.casa-azul.example"),
        owner: Person { name: "Ana Prado", email: "ana@casa-azul.example", role: "owner" },
        staff: &[
            Person { name: "Bruno Sales", email: "bruno@casa-azul.example", role: "manager" },
            Person { name: "Carla Nunes", email: "carla@casa-azul.example", role: "broker" },
            Person { name: "Davi Rocha", email: "davi@casa-azul.example", role: "broker" },
        ],
    },
    Agency {
        slug: "horizonte",
        name: "Imobiliária Horizonte",
        plan: "prime",
        email: "contato@horizonte.example",
        domain: None,
        owner: Person { name: "Helena Matos", email: "helena@horizonte.example", role: "owner" },
        staff: &[Person { name: "Igor Leal", email: "igor@horizonte.example", role: "broker" }],
    },
    Agency {
        slug: "litoral",
        name: "Litoral Imóveis",
        plan: "k2",
        email: "contato@litoral.example",
        domain: None,
        owner: Person { name: "Davi Rocha", email: "davi@casa-azul.example", role: "owner" },
        staff: &[],
    },
];

/// Creates what is missing of the demo.
pub(super) async fn create(config: &Config, deployment: &Deployment) -> anyhow::Result<()> {
    ensure!(config.environment != Environment::Production, "production has no demo people");
    // One hash for everybody: they share the password.
    let hash = output::hash(PASSWORD).await?;
    for agency in &AGENCIES {
        let tenant =
            ensure_agency(deployment, agency, &hash).await.with_context(|| format!("{} was not made", agency.slug))?;
        for person in agency.staff {
            let new = NewPerson { name: person.name, email: person.email, password_hash: &hash };
            deployment.provisioner().add_user(tenant, &new, person.role).await?;
        }
    }
    let operator = NewPerson { name: "Olívia Prates", email: OPERATOR, password_hash: &hash };
    operators::ensure(deployment.central(), &operator).await?;
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
    };
    match companies::find_by_slug(deployment.central(), agency.slug).await {
        Ok(company) if company.status != "provisioning" => Ok(company.id),
        // A crash left it half made: the same key finds the operation and goes on.
        _ => {
            let key = format!("demo-{}", agency.slug);
            let id = provisioner.reserve(&new, Some(&key)).await?;
            Ok(provisioner.run(id).await?)
        }
    }
}

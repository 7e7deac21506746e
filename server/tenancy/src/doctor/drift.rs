//! Whether every agency's database is what the program counts on: tables, rights and all else as in the template, and as much use
//! as is written down.

use futures::{StreamExt as _, stream};
use sqlx::Connection as _;

use super::{Finding, sentence, unseen};
use crate::Deployment;
use crate::central::rollouts::{self, Member};
use crate::connect::connect;
use crate::deployment::as_owner;
use crate::migrate::{self, History};
use crate::provision::{schema, template};
use crate::servers::ServerError;
use crate::usage::{self, Drift};

/// Databases that are looked into at once.
const AT_ONCE: usize = 4;
/// So many are named.
const NAMED: usize = 5;

/// What was found in one.
struct Look {
    is_as_template: bool,
    drift: Vec<Drift>,
}

/// Looks into every agency's database on a server. Who is behind is [`super::migrations`]' to tell.
pub(super) async fn examine(deployment: &Deployment, server: i32) -> Vec<Finding> {
    let members = match rollouts::members(deployment.central()).await {
        Ok(members) => members,
        Err(error) => return vec![unseen("schemas", &error)],
    };
    let is_meant = |member: &Member| member.server_id == server && member.schema_version == migrate::latest();
    let members: Vec<Member> = members.into_iter().filter(is_meant).collect();
    let expected = match expected(deployment, server).await {
        Ok(Some(expected)) => expected,
        // That there is none is told where templates are looked at.
        Ok(None) => return vec![Finding::well("schemas", "there is no template to compare with")],
        Err(error) => return vec![unseen("schemas", &error)],
    };
    let count = members.len();
    let looks = stream::iter(members).map(|member| looked(deployment, member, &expected));
    let looks: Vec<(String, Result<Look, ServerError>)> = looks.buffered(AT_ONCE).collect().await;
    let (mut shut, mut other, mut drifted) = (Vec::new(), Vec::new(), Vec::new());
    for (slug, look) in looks {
        match look {
            Err(error) => shut.push(format!("{slug} ({})", sentence(&error))),
            Ok(look) => {
                if !look.is_as_template {
                    other.push(slug.clone());
                }
                let lines = look.drift.iter().map(|Drift { figure, recorded, actual }| {
                    format!("{slug}: {} {recorded} written down, {actual} there", figure.as_str())
                });
                drifted.extend(lines);
            }
        }
    }
    let told = |all: &[String], remedy: &str| {
        (!all.is_empty()).then(|| {
            let more = if all.len() > NAMED { ", ..." } else { "" };
            format!("{} of {count}: {}{more}. {remedy}", all.len(), all[..all.len().min(NAMED)].join(", "))
        })
    };
    let other = told(&other, "Tables or rights are not the template's: `sobrado template verify` names each line");
    let shut = told(&shut, "These databases could not be looked into");
    let faults: Vec<String> = other.into_iter().chain(shut).collect();
    let fault = (!faults.is_empty()).then(|| faults.join("; "));
    vec![
        Finding::of("schemas", fault, format!("{count} databases are as the template is, to the last right")),
        Finding::of(
            "use",
            told(&drifted, "Run `sobrado usage reconcile`"),
            "what agencies use is what is written down",
        ),
    ]
}

async fn expected(deployment: &Deployment, server: i32) -> Result<Option<String>, ServerError> {
    let maker = deployment.servers().hands(server).await?.maker;
    let mut conn = connect(&maker.application_name("sobrado/doctor")).await?;
    let digest = template::digest(&mut conn, History::OURS).await;
    let _ = conn.close().await;
    Ok(digest?)
}

async fn looked(deployment: &Deployment, member: Member, expected: &str) -> (String, Result<Look, ServerError>) {
    let look = look(deployment, &member, expected).await;
    (member.slug, look)
}

async fn look(deployment: &Deployment, member: &Member, expected: &str) -> Result<Look, ServerError> {
    let maker = deployment.servers().hands(member.server_id).await?.maker;
    // Accounts and payments wait for a row that is held meanwhile: not for long.
    let owner =
        as_owner(maker.database(&member.db_name)).options([("statement_timeout", "5s"), ("lock_timeout", "2s")]);
    let owner = owner.application_name("sobrado/doctor");
    let mut inside = connect(&owner).await?;
    let lines = schema::describe(&mut inside).await;
    let drift = usage::look_by(deployment.central(), member.tenant, &mut inside).await;
    let _ = inside.close().await;
    Ok(Look { is_as_template: schema::digest(&lines?) == expected, drift: drift? })
}

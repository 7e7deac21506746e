//! What the routing map is made of.

use std::sync::Arc;

use super::plans::{self, Plan};
use crate::routing::{Offer, Placement, Route, Status};
use crate::{CentralDb, TenantId};

/// Every agency that has a place, with its verified domains.
///
/// # Errors
/// The database's.
pub async fn list(db: &CentralDb) -> Result<Vec<Route>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id as "tenant: TenantId", c.slug, c.name, c.status,
                  coalesce(p.name, 'prime') as "plan!", coalesce(s.status = 'past_due', false) as "is_past_due!",
                  v.features as "features?",
                  t.server_id, t.db_name, t.role_name, t.cred_version, t.epoch,
                  coalesce(
                      array_agg(d.host order by d.host) filter (where d.host is not null),
                      '{}'
                  ) as "domains!: Vec<String>",
                  coalesce(
                      array_agg(d.host) filter (where d.tls_state = 'active'),
                      '{}'
                  ) as "secured!: Vec<String>",
                  min(d.host) filter (where d.is_primary and d.state = 'verified') as primary_domain,
                  c.redirects_hosts as redirects,
                  coalesce(
                      (select array_agg(f.slug) from held_slugs f where f.tenant_id = c.id and f.until > now()),
                      '{}'
                  ) as "former_slugs!: Vec<String>"
           from companies c
           join tenant_placements t on t.tenant_id = c.id
           left join tenant_subscriptions s on s.tenant_id = c.id
           left join subscription_plans p on p.id = s.plan_id
           left join subscription_plan_versions v on v.id = s.version_id
           left join domains d on d.tenant_id = c.id and d.kind = 'custom' and d.state in ('verified', 'suspect')
           group by c.id, t.tenant_id, p.name, s.status, v.id"#
    )
    .fetch_all(db.pool())
    .await?;
    let offers = Arc::new(offers(&plans::list(db).await?));
    let route = |r: Row| Route {
        tenant: r.tenant,
        slug: r.slug,
        name: r.name,
        status: Status::parse(&r.status),
        includes: included(r.features.as_ref()),
        offers: offers.clone(),
        plan: r.plan,
        is_past_due: r.is_past_due,
        placement: Placement {
            server_id: r.server_id,
            db_name: r.db_name,
            role_name: r.role_name,
            cred_version: r.cred_version,
            epoch: r.epoch,
        },
        domains: r.domains,
        secured: r.secured,
        // One that is in doubt is nobody's address: whoever came by it is not sent there, nor told that it is the one.
        primary_domain: r.primary_domain,
        redirects: r.redirects,
        former_slugs: r.former_slugs,
    };
    Ok(rows.into_iter().map(route).collect())
}

/// What a plan's version includes, by key.
fn included(features: Option<&serde_json::Value>) -> Vec<String> {
    let Some(serde_json::Value::Object(features)) = features else { return Vec::new() };
    features.iter().filter(|(_, has)| has.as_bool() == Some(true)).map(|(feature, _)| feature.clone()).collect()
}

/// Each feature with the cheapest plan that is sold with it.
fn offers(sold: &[Plan]) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    for plan in sold {
        for feature in included(Some(&plan.features)) {
            if !offers.iter().any(|known| known.feature == feature) {
                offers.push(Offer { feature, plan: plan.name.clone(), display_name: plan.display_name.clone() });
            }
        }
    }
    offers
}

struct Row {
    tenant: TenantId,
    slug: String,
    name: String,
    status: String,
    plan: String,
    is_past_due: bool,
    features: Option<serde_json::Value>,
    server_id: i32,
    db_name: String,
    role_name: String,
    cred_version: i32,
    epoch: i64,
    domains: Vec<String>,
    secured: Vec<String>,
    primary_domain: Option<String>,
    redirects: bool,
    former_slugs: Vec<String>,
}

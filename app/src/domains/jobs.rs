//! What happens to domains while nobody looks: the DNS is asked again, the edge gets its certificates, old claims end.

use futures::StreamExt as _;
use std::future::ready;
use tenancy::central::claims;
use tenancy::central::companies::By;
use tenancy::central::domains::{self, Domain};

use super::claims::settle;
use crate::error::AppError;
use crate::state::House;

/// Domains that are looked at side by side.
const AT_ONCE: usize = 8;

/// Looks after every domain whose time has come. Says how many that were.
///
/// # Errors
/// The database's; what one domain meets with holds up no other.
pub async fn look_after(house: &House) -> Result<usize, AppError> {
    let now = house.clock.now();
    claims::lapse(&house.central, now).await?;
    let due = domains::due(&house.central, now).await?;
    let mut seen = for_each(due, |domain| recheck(house, domain)).await;
    if house.settings.https {
        let due = domains::due_over_https(&house.central, now).await?;
        seen += for_each(due, |domain| knock(house, domain)).await;
    }
    Ok(seen)
}

/// Does this to each domain; one that fails is told and counted all the same.
async fn for_each<F: Future<Output = Result<(), AppError>>>(due: Vec<Domain>, act: impl Fn(Domain) -> F) -> usize {
    let outcomes = futures::stream::iter(due).map(act).buffer_unordered(AT_ONCE);
    outcomes
        .inspect(|outcome| {
            if let Err(error) = outcome {
                tracing::warn!(%error, "a domain was not looked after");
            }
        })
        .fold(0, |seen, _| ready(seen + 1))
        .await
}

/// Asks the DNS and draws the conclusion. Only of what an agency owns a failure counts.
///
/// # Errors
/// The database's.
pub async fn recheck(house: &House, domain: Domain) -> Result<(), AppError> {
    let now = house.clock.now();
    if !claims::take_turn(&house.central, domain.id, now).await? {
        return Ok(());
    }
    settle(house, &domain, domain.state != "pending", By::default()).await
}

/// Asks the edge for a domain over https, as its first visitor would: it gets its certificate now.
async fn knock(house: &House, domain: Domain) -> Result<(), AppError> {
    let now = house.clock.now();
    if domain.tls_state != "active" {
        domains::set_tls(&house.central, domain.id, "issuing", now).await?;
    }
    let ours = house.names.addresses(&house.settings.base_host).await.unwrap_or_default();
    let there = house.names.addresses(&domain.host).await.unwrap_or_default();
    let addresses = there.intersection(&ours).copied().collect();
    let state = match house.edge.knock(&domain.host, &addresses).await {
        Ok(()) => "active",
        Err(error) => {
            tracing::warn!(%error, "a domain does not answer over https");
            "failed"
        }
    };
    Ok(domains::set_tls(&house.central, domain.id, state, now).await?)
}

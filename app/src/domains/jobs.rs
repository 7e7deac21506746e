//! What happens to domains while nobody looks: the DNS is asked again, the edge gets its certificates, old claims end.

use futures::StreamExt as _;
use std::future::ready;
use tenancy::central::alerts;
use tenancy::central::certificates::{self, LATE};
use tenancy::central::claims;
use tenancy::central::companies::By;
use tenancy::central::domains::{self, Domain};
use time::{Duration, OffsetDateTime};

use super::claims::settle;
use crate::error::AppError;
use crate::outside::edge::{EdgeError, Validity};
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
        // The edge asks us whether it may: what was proved a moment ago is on the map before it does.
        if due.iter().any(|domain| domain.tls_state != "active") {
            house.routes.reload().await?;
        }
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
    let seen = visit(house, &domain.host).await;
    let state = if seen.is_ok() { "active" } else { "failed" };
    domains::set_tls(&house.central, domain.id, state, now).await?;
    let whose = (domain.id, domain.tenant);
    match Life::of(&domain.host, &seen, now) {
        Life::Late(detail) => certificates::is_late(&house.central, whose, &detail, now).await?,
        Life::InTime => certificates::is_in_time(&house.central, whose).await?,
        Life::Unknown => {}
    }
    Ok(())
}

/// Asks the edge for a host, where host and platform lead.
async fn visit(house: &House, host: &str) -> Result<Option<Validity>, EdgeError> {
    let ours = house.names.addresses(&house.settings.base_host).await.unwrap_or_default();
    let there = house.names.addresses(host).await.unwrap_or_default();
    let addresses = there.intersection(&ours).copied().collect();
    let seen = house.edge.knock(host, &addresses).await;
    if let Err(error) = &seen {
        tracing::warn!(%error, "a host does not answer over https");
    }
    seen
}

/// What a visit says of a host's certificate.
enum Life {
    /// The edge had no reason to renew it yet.
    InTime,
    /// It had, and has not: the host, and until when the certificate holds.
    Late(String),
    /// It was not shown.
    Unknown,
}

impl Life {
    fn of(host: &str, seen: &Result<Option<Validity>, EdgeError>, now: OffsetDateTime) -> Self {
        match seen {
            Ok(Some(validity)) if validity.is_late(now) => Self::Late(format!("{host}: {}", validity.until.date())),
            Ok(Some(_)) => Self::InTime,
            Err(EdgeError::Expired) => Self::Late(format!("{host}: expired")),
            Ok(None) | Err(_) => Self::Unknown,
        }
    }
}

/// When the platform's own certificate is looked at next, and whether the last look found it late.
#[derive(Debug, Default)]
pub struct Ours {
    next: Option<OffsetDateTime>,
    is_late: bool,
}

/// Looks at the platform's own certificate, as at those of domains.
///
/// # Errors
/// The database's.
pub async fn look_at_ours(house: &House, ours: &mut Ours) -> Result<(), AppError> {
    let now = house.clock.now();
    if !house.settings.https || ours.next.is_some_and(|next| now < next) {
        return Ok(());
    }
    let host = &house.settings.base_host;
    let seen = visit(house, host).await;
    let life = Life::of(host, &seen, now);
    let waits_a_day = ours.is_late || matches!(life, Life::InTime);
    ours.next = Some(now + if waits_a_day { Duration::days(1) } else { Duration::hours(1) });
    match life {
        Life::Late(detail) if ours.is_late => alerts::raise(&house.central, LATE, None, &detail).await?,
        Life::Late(_) => ours.is_late = true,
        Life::InTime => {
            ours.is_late = false;
            certificates::ours_is_in_time(&house.central).await?;
        }
        Life::Unknown => {}
    }
    Ok(())
}

//! What time does to subscriptions, and to agencies whose subscription has long been cancelled; what an agency's own database is told of its limits,
//! a line a day of its use, and what its owners are told.
//!
//! Nothing here decides: states and periods are `tenancy::billing`'s, and each agency is a transaction of its own, so that one
//! that cannot be done keeps no other waiting.

use std::sync::Arc;
use std::time::Duration;
use tenancy::central::companies::By;
use tenancy::central::{departures, overdue, subscriptions, usage};
use tenancy::provision::Provisioner;
use tenancy::{DatabaseError, TenantId, day_of};
use time::{Date, OffsetDateTime};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use app::error::AppError;
use app::state::House;

use super::away::Away;
use super::{LOOK, notices, survived, wait};

/// How often time is let pass.
const TICK: Duration = Duration::from_secs(15);

/// Works until the token is cancelled.
pub(super) async fn run(house: Arc<House>, provisioner: Provisioner, stop: CancellationToken) {
    let mut away = Away::default();
    let mut ticked: Option<Instant> = None;
    while !stop.is_cancelled() {
        if ticked.is_none_or(|at| at.elapsed() >= TICK) {
            ticked = Some(Instant::now());
            let now = house.clock.now();
            report(let_pass(&house, now).await);
            report(let_go(&house, now).await);
        }
        report(tell(&house, &provisioner, &mut away).await);
        report(notices::write_all(&house).await.map(drop));
        wait(&stop, LOOK).await;
    }
}

/// Writes days down until the token is cancelled. Beside the rest, which waits for none of the databases that are asked here.
pub(super) async fn keep_days(house: Arc<House>, stop: CancellationToken) {
    let mut away = Away::default();
    while !stop.is_cancelled() {
        report(write_days(&house, &mut away, day_of(house.clock.now())).await);
        wait(&stop, TICK).await;
    }
}

fn report(outcome: Result<(), DatabaseError>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "subscriptions could not be asked for");
    }
}

/// Does what is due to every subscription.
async fn let_pass(house: &House, now: OffsetDateTime) -> Result<(), DatabaseError> {
    for tenant in subscriptions::due(&house.central, now).await? {
        let done = survived(subscriptions::advance(&house.central, tenant, now)).await;
        if let Some(Err(error)) = done {
            tracing::error!(%tenant, %error, "time did not pass for a subscription");
        }
    }
    Ok(())
}

/// Lets those go whose subscription has been cancelled for as long as their data are kept, and those stay who were to go for that
/// and have paid after all.
///
/// # Errors
/// The central database's.
pub async fn let_go(house: &House, now: OffsetDateTime) -> Result<(), DatabaseError> {
    for tenant in overdue::list(&house.central, now).await? {
        let asked = survived(overdue::ask(&house.central, tenant, now)).await;
        if let Some(Err(error)) = asked {
            tracing::error!(%tenant, %error, "an agency whose time is over does not go");
        }
    }
    for tenant in overdue::taken_up(&house.central, now).await? {
        let asked = survived(departures::ask_to_stay(&house.central, tenant, &By::default())).await;
        if let Some(Err(error)) = asked {
            tracing::error!(%tenant, %error, "an agency that has no cause to go is not asked to stay");
        }
    }
    Ok(())
}

/// Tells databases of their limits that do not know them yet, as often as it takes.
async fn tell(house: &House, provisioner: &Provisioner, away: &mut Away) -> Result<(), DatabaseError> {
    for tenant in usage::untold(&house.central).await? {
        let Some(route) = house.routes.by_tenant(tenant).filter(|route| !away.has(route)) else { continue };
        let told = survived(provisioner.push_limits(tenant)).await;
        away.note(&route, matches!(told, Some(Ok(()))));
        if let Some(Err(error)) = told {
            usage::not_told(&house.central, tenant, &error.to_string()).await?;
        }
    }
    Ok(())
}

/// Writes down the day of each open agency, after looking whether what is known of it is true, and not of who is away; it
/// follows from then on.
///
/// # Errors
/// The central database's.
pub async fn write_days(house: &House, away: &mut Away, day: Date) -> Result<(), DatabaseError> {
    for tenant in usage::without_day(&house.central, day).await? {
        let Some(route) = house.routes.by_tenant(tenant).filter(|route| !away.has(route)) else { continue };
        let written = survived(write_day(house, tenant, day)).await;
        away.note(&route, matches!(written, Some(Ok(()))));
        if let Some(Err(error)) = written {
            tracing::warn!(%tenant, %error, "a day of an agency's use was not written down");
        }
    }
    usage::follow_day(&house.central, day).await
}

/// Looks whether what is known of an agency's use is true, tells and mends what is not, and writes the day down.
///
/// # Errors
/// Either database's; the day is tried again at the next tick.
pub async fn write_day(house: &House, tenant: TenantId, day: Date) -> Result<(), AppError> {
    let route = house.routes.by_tenant(tenant).ok_or(AppError::NotFound)?;
    let db = house.registry.open(&route).await?;
    tenancy::usage::reconcile(&house.central, &db).await?;
    Ok(usage::record_day(&house.central, tenant, day).await?)
}

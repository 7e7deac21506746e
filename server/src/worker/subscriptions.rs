//! What time does to subscriptions, what an agency's own database is told of its limits, a line a day of its use, and what its
//! owners are told.
//!
//! Nothing here decides: states and periods are `tenancy::billing`'s, and each agency is a transaction of its own, so that one
//! that cannot be done keeps no other waiting.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tenancy::central::{subscriptions, usage};
use tenancy::provision::Provisioner;
use tenancy::{DatabaseError, TenantId};
use time::{Date, OffsetDateTime, UtcOffset};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use app::error::AppError;
use app::state::House;

use super::{LOOK, notices, survived, wait};

/// How often time is let pass.
const TICK: Duration = Duration::from_secs(15);
/// When one is tried again whose database could not be told.
const AGAIN: Duration = Duration::from_secs(30);

/// Works until the token is cancelled.
pub(super) async fn run(house: Arc<House>, provisioner: Provisioner, stop: CancellationToken) {
    let mut away = HashMap::new();
    let mut ticked: Option<Instant> = None;
    while !stop.is_cancelled() {
        if ticked.is_none_or(|at| at.elapsed() >= TICK) {
            ticked = Some(Instant::now());
            let now = house.clock.now();
            report(let_pass(&house, now).await);
            report(write_days(&house, day_of(now)).await);
        }
        report(tell(&house, &provisioner, &mut away).await);
        report(notices::write_all(&house).await.map(drop));
        wait(&stop, LOOK).await;
    }
}

fn report(outcome: Result<(), DatabaseError>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "subscriptions could not be asked for");
    }
}

/// The day in Brasília, where agencies close their books.
fn day_of(now: OffsetDateTime) -> Date {
    UtcOffset::from_hms(-3, 0, 0).map_or(now, |offset| now.to_offset(offset)).date()
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

/// Tells databases of their limits that do not know them yet, as often as it takes.
async fn tell(
    house: &House,
    provisioner: &Provisioner,
    away: &mut HashMap<TenantId, Instant>,
) -> Result<(), DatabaseError> {
    away.retain(|_, until| *until > Instant::now());
    for tenant in usage::untold(&house.central).await? {
        if away.contains_key(&tenant) {
            continue;
        }
        if let Some(Err(error)) = survived(provisioner.push_limits(tenant)).await {
            away.insert(tenant, Instant::now() + AGAIN);
            usage::not_told(&house.central, tenant, &error.to_string()).await?;
        }
    }
    Ok(())
}

/// Writes down the day of each open agency, after looking whether what is known of it is true; it follows from then on.
async fn write_days(house: &House, day: Date) -> Result<(), DatabaseError> {
    for tenant in usage::without_day(&house.central, day).await? {
        if let Some(Err(error)) = survived(write_day(house, tenant, day)).await {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_in_brasilia() {
        let at = |hour| Date::from_ordinal_date(2027, 1).expect("a day").with_hms(hour, 0, 0).expect("an hour");
        assert_eq!([2, 3].map(|hour| day_of(at(hour).assume_utc()).year()), [2026, 2027]);
    }
}

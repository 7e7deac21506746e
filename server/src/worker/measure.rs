//! What costs to find out, found out between other work: what each agency has, once an hour, one after the other,
//! and how many alerts are open, of which operators are told.

use std::sync::Arc;
use std::time::Duration;
use tenancy::central::{alerts, stats};
use tokio_util::sync::CancellationToken;

use app::error::AppError;
use app::state::House;

use super::wait;

/// In so many seconds everybody has their turn.
const ROUND: u64 = 3600;
/// Nobody is waited for longer, nor measured sooner after another: a start with a thousand agencies is no storm.
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(30));

/// Measures by turns until the token is cancelled.
pub(super) async fn measure(house: Arc<House>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let pause = match super::survived(measure_next(&house)).await {
            Some(Ok(Some(open))) => Duration::from_secs(ROUND / u64::try_from(open).unwrap_or(1).max(1)),
            Some(Ok(None)) | None => PAUSE.1,
            Some(Err(error)) => {
                tracing::warn!(%error, "agencies are not measured");
                PAUSE.1
            }
        };
        if let Err(error) = count_alerts(&house).await {
            tracing::warn!(%error, "alerts were not counted");
        }
        if let Err(error) = app::platform::jobs::tell_of_alerts(&house).await {
            tracing::warn!(%error, "operators were not told of alerts");
        }
        wait(&stop, pause.clamp(PAUSE.0, PAUSE.1)).await;
    }
}

/// Measures the agency whose turn it is, and gives how many open ones there are; none, when nobody's hour is over.
///
/// # Errors
/// The central database's. An agency that does not answer has had its turn: nobody waits behind it.
pub async fn measure_next(house: &House) -> Result<Option<i64>, AppError> {
    let now = house.clock.now();
    let Some((tenant, open)) = stats::due(&house.central, now).await? else { return Ok(None) };
    let measured = match house.routes.by_tenant(tenant) {
        Some(route) => match house.registry.open(&route).await {
            Ok(db) => app::platform::db::measure(&db).await.ok(),
            Err(_) => None,
        },
        None => None,
    };
    stats::record(&house.central, tenant, measured, now).await?;
    Ok(Some(open))
}

/// Says in the metrics how many alerts are open, by kind.
///
/// # Errors
/// The central database's.
pub async fn count_alerts(house: &House) -> Result<(), AppError> {
    for (kind, open) in alerts::count_by_kind(&house.central).await? {
        let open = u32::try_from(open).unwrap_or(u32::MAX);
        metrics::gauge!("alerts_open", "kind" => kind).set(open);
    }
    Ok(())
}

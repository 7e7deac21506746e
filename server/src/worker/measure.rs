//! What costs to find out, found out between other work: what each agency has, once an hour, one after the other,
//! and how many alerts are open, of which operators are told.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tenancy::OpenError;
use tenancy::central::alerts;
use tenancy::central::stats::{self, Answer};
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
        if let Err(error) = stats::forget_closed(&house.central).await {
            tracing::warn!(%error, "what closed agencies did not answer was not forgotten");
        }
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
/// The central database's. Of an agency that does not answer that is written down, and it has had its turn: nobody waits behind it.
pub async fn measure_next(house: &House) -> Result<Option<i64>, AppError> {
    let now = house.clock.now();
    let Some((tenant, open)) = stats::due(&house.central, now).await? else { return Ok(None) };
    let answer = match house.routes.by_tenant(tenant) {
        Some(route) => match house.registry.open(&route).await {
            Ok(db) => match app::platform::db::measure(&db).await {
                Ok(measured) => Answer::Measured(measured),
                Err(error) => Answer::Silent(said(&error)),
            },
            Err(error) => not_opened(&error),
        },
        None => Answer::NotAsked,
    };
    stats::record(&house.central, tenant, &answer, now).await?;
    Ok(Some(open))
}

/// What it says of a database that it was not opened: nothing, where the agency has just been closed or there was no connection left,
/// or where it answers well enough, and another alert says what is wrong with it.
fn not_opened(error: &OpenError) -> Answer {
    match error {
        OpenError::NotActive(_)
        | OpenError::Busy
        | OpenError::NoShare
        | OpenError::WrongIdentity
        | OpenError::SchemaOutOfRange { .. } => Answer::NotAsked,
        OpenError::Sealed | OpenError::Resting | OpenError::Unavailable(_) => Answer::Silent(said(error)),
    }
}

/// An error with its causes, in one line.
fn said(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ").replace('\n', " ")
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

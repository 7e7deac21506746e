//! Carries mails that wait in the central database, one after the other: a mail server is asked one thing at a time.

use std::sync::Arc;
use std::time::Duration;
use tenancy::DatabaseError;
use tenancy::central::{mails, worker_name};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use app::outside::mail::NotTaken;
use app::state::House;

use super::{survived, wait};

/// A mail waits no longer than this before it is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Carries what is due, until the token is cancelled.
pub(super) async fn carry(house: Arc<House>, stop: CancellationToken) {
    let worker = worker_name();
    while !stop.is_cancelled() {
        match survived(carry_next(&house, &worker)).await {
            Some(Ok(true)) => {}
            Some(Ok(false)) => wait(&stop, LOOK).await,
            Some(Err(error)) => {
                tracing::warn!(%error, "mails could not be asked for");
                wait(&stop, LOOK).await;
            }
            None => wait(&stop, LOOK).await,
        }
    }
}

/// Carries everything that is due now, and no more: what was not taken is not asked again.
///
/// # Errors
/// The central database's.
pub async fn carry_due(house: &House) -> Result<(), DatabaseError> {
    let worker = worker_name();
    while carry_next(house, &worker).await? {}
    Ok(())
}

/// Carries the mail that is due first. Says whether there was one.
async fn carry_next(house: &House, worker: &str) -> Result<bool, DatabaseError> {
    let Some(held) = mails::claim(&house.central, &house.key, worker).await? else { return Ok(false) };
    let (id, kind, attempt) = (held.id, held.mail.kind.clone(), held.attempt);
    let span = tracing::info_span!("mail", mail = %id);
    let outcome = house.mailer.carry(&held, house.clock.now()).instrument(span).await;
    let is_ours = match &outcome {
        Ok(()) => {
            tracing::info!(target: "mail", mail = %id, kind, attempt, "a mail was carried");
            mails::finish(&house.central, &held).await?
        }
        Err(NotTaken(refusal, error)) => {
            tracing::warn!(target: "mail", mail = %id, kind, attempt, error, "a mail was not taken");
            mails::fail(&house.central, &held, *refusal, error).await?
        }
    };
    let outcome = if outcome.is_ok() { "sent" } else { "refused" };
    metrics::counter!("mails_total", "outcome" => outcome).increment(1);
    if !is_ours {
        tracing::warn!(target: "mail", mail = %id, "another worker has taken a mail over");
    }
    Ok(true)
}

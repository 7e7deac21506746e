//! Jobs: taken from the queue, done with signs of life, and noted.

use std::sync::Arc;
use std::time::{Duration, Instant};
use tenancy::OpenError;
use tenancy::central::jobs::{self, Job};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use app::error::AppError;
use app::properties::jobs as properties;
use app::state::House;

use super::{Handler, LOOK, survived, wait};

/// How often a long job says that it is being done: four times within a lease.
const ALIVE: Duration = Duration::from_secs(30);

/// Does jobs, one after the other, as long as there are any; then waits for the next.
pub(super) async fn work(
    (house, handler): (Arc<House>, Handler),
    worker: String,
    wake: Arc<Notify>,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        let announced = wake.notified();
        match jobs::claim(&house.central, &house.key, &worker).await {
            Ok(Some(job)) => run_job(&house, &job, handler).await,
            Ok(None) => {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = announced => {}
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "jobs could not be asked for");
                wait(&stop, LOOK).await;
            }
        }
    }
}

/// Does one job, with signs of life while it lasts. A failure is tried again later, a panic is one, and a closed agency's
/// job is set aside. One that another worker has taken over is let go.
async fn run_job(house: &Arc<House>, job: &Job, handler: Handler) {
    // The lease is new: the first sign of life is due later.
    let mut alive = tokio::time::interval_at(tokio::time::Instant::now() + ALIVE, ALIVE);
    let request_id = job.request_id().unwrap_or_default();
    let began = Instant::now();
    let span = tracing::info_span!("job", request_id);
    let done = survived(async { handler(house.clone(), job.clone()).await }).instrument(span);
    tokio::pin!(done);
    let outcome = loop {
        tokio::select! {
            outcome = &mut done => break outcome,
            _ = alive.tick() => match jobs::prolong(&house.central, job).await {
                Ok(true) => {}
                Ok(false) => return taken_over(job),
                Err(error) => tracing::warn!(%error, "a sign of life was lost"),
            }
        }
    };
    let noted = match outcome.unwrap_or_else(|| Err(AppError::Internal(request_id.to_owned()))) {
        Ok(()) => {
            let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(target: "job", request_id, tenant = %job.tenant, kind = job.kind, attempt = job.attempt, ms);
            metrics::counter!("jobs_total", "kind" => job.kind.clone(), "outcome" => "done").increment(1);
            jobs::finish(&house.central, job).await
        }
        Err(AppError::Suspended) => jobs::park(&house.central, job).await,
        Err(error) => {
            metrics::counter!("jobs_total", "kind" => job.kind.clone(), "outcome" => "failed").increment(1);
            tracing::warn!(tenant = %job.tenant, kind = job.kind, attempt = job.attempt, request_id, %error, "a job failed");
            jobs::fail(&house.central, job, &error.to_string()).await
        }
    };
    match noted {
        Ok(true) => {}
        Ok(false) => taken_over(job),
        Err(error) => tracing::warn!(%error, "a job's end was not noted; it is done again"),
    }
}

fn taken_over(job: &Job) {
    tracing::warn!(tenant = %job.tenant, kind = job.kind, attempt = job.attempt, "another worker has taken a job over");
}

/// Does what a job asks for. The row names the agency, and it alone is opened: a job cannot reach another's rows.
///
/// # Errors
/// [`AppError::Suspended`] when the agency is closed, others when it is to be tried again.
pub async fn handle(house: Arc<House>, job: Job) -> Result<(), AppError> {
    let route = house.routes.by_tenant(job.tenant).ok_or(AppError::NotFound)?;
    let db = match house.registry.open(&route).await {
        // On its way out, or to another server, is closed as well: the job waits for what becomes of it, and is no failure.
        Err(OpenError::NotActive(_)) => return Err(AppError::Suspended),
        opened => opened?,
    };
    match job.kind.as_str() {
        properties::MAKE_VARIANTS => {
            let photo = job.payload.get("photo").and_then(|v| v.as_str()).and_then(|v| v.parse().ok());
            let photo = photo.ok_or(AppError::NotFound)?;
            let outcome = properties::make_variants(&house, &db, photo).await;
            if outcome.is_err() && job.is_last_attempt() {
                let given_up = properties::give_up(&house, &db, photo).await;
                given_up.unwrap_or_else(
                    |error| tracing::warn!(tenant = %job.tenant, %error, "what was given up has left something"),
                );
            }
            outcome
        }
        properties::SWEEP_FILES => {
            let files = job.payload.get("files").cloned().and_then(|v| serde_json::from_value::<Vec<String>>(v).ok());
            properties::sweep_files(&house, &db, &files.ok_or(AppError::NotFound)?).await
        }
        _ => Err(AppError::NotFound),
    }
}

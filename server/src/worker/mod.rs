//! What happens behind the pages: jobs are done, outboxes are carried, agencies in the making are finished, old rows removed.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tenancy::central::jobs::{self, Job};
use tenancy::central::{operations, sessions, sign_ins};
use tenancy::provision::Provisioner;
use tenancy::{Status, TenantId, relay};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use app::error::AppError;
use app::properties::jobs as properties;
use app::state::House;

/// Outboxes that a crash left behind wait no longer than this.
const SWEEP: Duration = Duration::from_secs(30);
/// Jobs that run at once in this process.
const PLACES: usize = 2;
/// A job that nobody announced is found after this long.
const LOOK: Duration = Duration::from_secs(2);

/// Works until the token is cancelled; what is under way is finished first.
pub async fn run(
    house: Arc<House>,
    provisioner: Provisioner,
    committed: mpsc::UnboundedReceiver<TenantId>,
    stop: CancellationToken,
) {
    // One process works on an installation: whoever held a lease is gone.
    for released in [operations::release_leases(&house.central).await, jobs::release_leases(&house.central).await] {
        if let Err(error) = released {
            tracing::warn!(%error, "leases were not released");
        }
    }
    let mut tasks = JoinSet::new();
    tasks.spawn(carry_and_work(house.clone(), committed, |house, job| handle(house, job).boxed(), stop.clone()));
    tasks.spawn(provision(provisioner, stop.clone()));
    tasks.spawn(tidy_up(house, stop));
    while tasks.join_next().await.is_some() {}
}

/// What does a job.
pub type Handler = fn(Arc<House>, Job) -> BoxFuture<'static, Result<(), AppError>>;

/// Carries outboxes and does the jobs that lay in them, until the token is cancelled.
pub async fn carry_and_work(
    house: Arc<House>,
    committed: mpsc::UnboundedReceiver<TenantId>,
    handler: Handler,
    stop: CancellationToken,
) {
    let mut tasks = JoinSet::new();
    let wake = Arc::new(Notify::new());
    tasks.spawn(carry(house.clone(), committed, wake.clone(), stop.clone()));
    for place in 0..PLACES {
        tasks.spawn(work((house.clone(), handler), place, wake.clone(), stop.clone()));
    }
    while tasks.join_next().await.is_some() {}
}

/// Carries an outbox as soon as something was committed, and all of them now and then.
async fn carry(
    house: Arc<House>,
    mut committed: mpsc::UnboundedReceiver<TenantId>,
    wake: Arc<Notify>,
    stop: CancellationToken,
) {
    let mut sweep = tokio::time::interval(SWEEP);
    let (again, mut repeated) = mpsc::unbounded_channel();
    // Whose outbox may hold something, in turn: an import of thousands does not keep the others waiting.
    let mut waiting = VecDeque::new();
    while !stop.is_cancelled() {
        if waiting.is_empty() {
            tokio::select! {
                () = stop.cancelled() => return,
                Some(tenant) = committed.recv() => waiting.push_back(tenant),
                Some(tenant) = repeated.recv() => waiting.push_back(tenant),
                _ = sweep.tick() => {
                    let active = house.routes.all().into_iter().filter(|route| route.status == Status::Active);
                    waiting.extend(active.map(|route| route.tenant));
                }
            }
        }
        while let Ok(tenant) = committed.try_recv() {
            if !waiting.contains(&tenant) {
                waiting.push_back(tenant);
            }
        }
        let Some(tenant) = waiting.pop_front() else { continue };
        match survived(deliver(&house, tenant, &wake)).await {
            Some(Rest::Nothing) => {}
            Some(Rest::Some) => waiting.push_back(tenant),
            // What failed a moment ago may well go now; the others do not wait for it.
            Some(Rest::Failed) | None => {
                let again = again.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(LOOK).await;
                    let _ = again.send(tenant);
                });
            }
        }
    }
}

/// What an outbox may still hold.
enum Rest {
    Nothing,
    Some,
    Failed,
}

/// Carries some of an agency's outbox.
async fn deliver(house: &House, tenant: TenantId, wake: &Notify) -> Rest {
    let Some(route) = house.routes.by_tenant(tenant) else { return Rest::Nothing };
    // Closed, or out of reach: the sweep looks again.
    let Ok(db) = house.registry.open(&route).await else { return Rest::Nothing };
    match relay::deliver_some(&house.central, &house.key, &db).await {
        Ok(0) => Rest::Nothing,
        Ok(carried) => {
            metrics::counter!("outbox_carried_total").increment(carried);
            wake.notify_waiters();
            if carried < relay::BATCH { Rest::Nothing } else { Rest::Some }
        }
        Err(error) => {
            tracing::warn!(%tenant, %error, "an outbox was not carried; it stays where it is");
            Rest::Failed
        }
    }
}

/// Does jobs, one after the other, as long as there are any; then waits for the next.
async fn work((house, handler): (Arc<House>, Handler), place: usize, wake: Arc<Notify>, stop: CancellationToken) {
    let worker = format!("{}-{place}", std::process::id());
    while !stop.is_cancelled() {
        let announced = wake.notified();
        match jobs::claim(&house.central, &house.key, &worker).await {
            Ok(Some(job)) => run_job(&house, &worker, &job, handler).await,
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
/// job is set aside.
async fn run_job(house: &Arc<House>, worker: &str, job: &Job, handler: Handler) {
    let mut alive = tokio::time::interval(Duration::from_secs(30));
    let request_id = job.request_id().unwrap_or_default();
    let began = Instant::now();
    let span = tracing::info_span!("job", request_id);
    let done = survived(async { handler(house.clone(), job.clone()).await }).instrument(span);
    tokio::pin!(done);
    let outcome = loop {
        tokio::select! {
            outcome = &mut done => break outcome,
            _ = alive.tick() => {
                if let Err(error) = jobs::prolong(&house.central, job.id, worker).await {
                    tracing::warn!(%error, "a sign of life was lost");
                }
            }
        }
    };
    let noted = match outcome.unwrap_or_else(|| Err(AppError::Internal(request_id.to_owned()))) {
        Ok(()) => {
            let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(target: "job", request_id, tenant = %job.tenant, kind = job.kind, attempt = job.attempt, ms);
            metrics::counter!("jobs_total", "kind" => job.kind.clone(), "outcome" => "done").increment(1);
            jobs::finish(&house.central, job.id).await
        }
        Err(AppError::Suspended) => jobs::park(&house.central, job.id, "the agency is closed").await,
        Err(error) => {
            metrics::counter!("jobs_total", "kind" => job.kind.clone(), "outcome" => "failed").increment(1);
            tracing::warn!(tenant = %job.tenant, kind = job.kind, attempt = job.attempt, request_id, %error, "a job failed");
            jobs::fail(&house.central, job, &error.to_string()).await.map(drop)
        }
    };
    if let Err(error) = noted {
        tracing::warn!(%error, "a job's end was not noted; it is done again");
    }
}

/// What comes of it, or nothing when it panicked: one bad row must not end the work for everybody.
async fn survived<T>(work: impl Future<Output = T>) -> Option<T> {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    if outcome.is_err() {
        metrics::counter!("panics_total").increment(1);
    }
    outcome.ok()
}

/// The row names the agency, and it alone is opened: a job cannot reach another's rows.
async fn handle(house: Arc<House>, job: Job) -> Result<(), AppError> {
    let route = house.routes.by_tenant(job.tenant).ok_or(AppError::NotFound)?;
    let db = house.registry.open(&route).await?;
    match job.kind.as_str() {
        properties::MAKE_VARIANTS => {
            let photo = job.payload.get("photo").and_then(|v| v.as_str()).and_then(|v| v.parse().ok());
            properties::make_variants(&house, &db, photo.ok_or(AppError::NotFound)?).await
        }
        _ => Err(AppError::NotFound),
    }
}

async fn wait(stop: &CancellationToken, time: Duration) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(time) => {}
    }
}

fn report(outcome: Result<(), tenancy::DatabaseError>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "old rows were not removed");
    }
}

/// Finishes what a crash left half made.
async fn provision(provisioner: Provisioner, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match survived(provisioner.resume_next()).await {
            Some(Ok(true)) => {}
            Some(Ok(false)) | None => wait(&stop, Duration::from_secs(5)).await,
            Some(Err(error)) => {
                tracing::warn!(%error, "operations could not be asked for");
                wait(&stop, Duration::from_secs(5)).await;
            }
        }
    }
}

/// Removes what nobody looks at any more, every hour.
async fn tidy_up(house: Arc<House>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let now = house.clock.now();
        for removed in [
            sessions::sweep(&house.central, now).await,
            sign_ins::sweep(&house.central, now).await,
            jobs::sweep(&house.central, now).await,
        ] {
            report(removed.map(drop));
        }
        wait(&stop, Duration::from_secs(3600)).await;
    }
}

//! What happens behind the pages: jobs are done, outboxes are carried, agencies in the making are finished, old rows removed.

use std::sync::Arc;
use std::time::Duration;
use tenancy::central::jobs::{self, Job};
use tenancy::central::{operations, sessions, sign_ins};
use tenancy::provision::Provisioner;
use tenancy::{Status, TenantId, relay};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

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
    if let Err(error) = operations::release_leases(&house.central).await {
        tracing::warn!(%error, "leases were not released");
    }
    let mut tasks = JoinSet::new();
    let wake = Arc::new(Notify::new());
    tasks.spawn(carry(house.clone(), committed, wake.clone(), stop.clone()));
    for place in 0..PLACES {
        tasks.spawn(work(house.clone(), place, wake.clone(), stop.clone()));
    }
    tasks.spawn(provision(provisioner, stop.clone()));
    tasks.spawn(tidy_up(house, stop));
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
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(tenant) = committed.recv() => deliver(&house, tenant, &wake).await,
            _ = sweep.tick() => {
                for route in house.routes.all() {
                    if route.status == Status::Active {
                        deliver(&house, route.tenant, &wake).await;
                    }
                }
            }
        }
    }
}

async fn deliver(house: &House, tenant: TenantId, wake: &Notify) {
    let Some(route) = house.routes.by_tenant(tenant) else { return };
    let Ok(db) = house.registry.open(&route).await else { return };
    match relay::deliver(&house.central, &house.key, &db).await {
        Ok(0) => {}
        Ok(carried) => {
            metrics::counter!("outbox_carried_total").increment(carried);
            wake.notify_waiters();
        }
        Err(error) => tracing::warn!(%tenant, %error, "an outbox was not carried; it stays where it is"),
    }
}

/// Does jobs, one after the other, as long as there are any; then waits for the next.
async fn work(house: Arc<House>, place: usize, wake: Arc<Notify>, stop: CancellationToken) {
    let worker = format!("{}-{place}", std::process::id());
    while !stop.is_cancelled() {
        let announced = wake.notified();
        match jobs::claim(&house.central, &house.key, &worker).await {
            Ok(Some(job)) => run_job(&house, &worker, &job).await,
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

/// Does one job, with signs of life while it lasts. A failure is tried again later, a closed agency's job set aside.
async fn run_job(house: &House, worker: &str, job: &Job) {
    let mut alive = tokio::time::interval(Duration::from_secs(30));
    let done = handle(house, job);
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
    let noted = match outcome {
        Ok(()) => {
            metrics::counter!("jobs_total", "kind" => job.kind.clone(), "outcome" => "done").increment(1);
            jobs::finish(&house.central, job.id).await
        }
        Err(AppError::Suspended) => jobs::park(&house.central, job.id, "the agency is closed").await,
        Err(error) => {
            metrics::counter!("jobs_total", "kind" => job.kind.clone(), "outcome" => "failed").increment(1);
            tracing::warn!(tenant = %job.tenant, kind = job.kind, attempt = job.attempt, %error, "a job failed");
            jobs::fail(&house.central, job, &error.to_string()).await.map(drop)
        }
    };
    if let Err(error) = noted {
        tracing::warn!(%error, "a job's end was not noted; it is done again");
    }
}

/// The row names the agency, and it alone is opened: a job cannot reach another's rows.
async fn handle(house: &House, job: &Job) -> Result<(), AppError> {
    let route = house.routes.by_tenant(job.tenant).ok_or(AppError::NotFound)?;
    let db = house.registry.open(&route).await?;
    match job.kind.as_str() {
        properties::MAKE_VARIANTS => {
            let photo = job.payload.get("photo").and_then(|v| v.as_str()).and_then(|v| v.parse().ok());
            properties::make_variants(house, &db, photo.ok_or(AppError::NotFound)?).await
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
        match provisioner.resume_next().await {
            Ok(true) => {}
            Ok(false) => wait(&stop, Duration::from_secs(5)).await,
            Err(error) => {
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

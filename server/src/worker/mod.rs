//! What happens behind the pages: jobs are done, outboxes and mails are carried, agencies in the making are finished, old rows
//! removed, and time passes for subscriptions.

pub mod away;
mod carry;
pub mod elsewhere;
mod errands;
pub mod heads;
pub mod measure;
pub mod notices;
pub mod post;
pub mod subscriptions;
pub mod team;
mod work;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tenancy::central::duty::Duty;
use tenancy::central::jobs::{self, Job};
use tenancy::central::{
    asked_mails, departures, fleet_operations, impersonations, leases, mails, open_sessions, owner_notices,
    person_links, sign_ins, sign_ups, slugs, worker_name,
};
use tenancy::provision::{ProvisionError, Provisioner};
use tenancy::{DatabaseError, OperationId, TenantId};
use tokio::sync::{Notify, broadcast, mpsc};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use app::domains::jobs as domains;
use app::error::AppError;
use app::state::House;

use carry::Pace;

pub use work::handle;

/// Outboxes of which nobody has said anything, because of a crash, wait no longer than this. Each look at one opens its database.
const SWEEP: Duration = Duration::from_secs(300);
/// Jobs that run at once in this process.
const PLACES: usize = 2;
/// A job that nobody announced is found after this long.
const LOOK: Duration = Duration::from_secs(2);
/// Between two looks for domains whose time has come.
const DOMAINS: Duration = Duration::from_secs(5);
/// How often a process that stands by asks for the worker's place.
const STAND_BY: Duration = Duration::from_secs(3);
/// How long is waited for a database that could not be opened.
const AWAY: Duration = Duration::from_secs(30);

/// Works until the token is cancelled; what is under way is finished first. Of all processes of an installation one works,
/// and the others stand by to take its place. Gives back what says whose outbox may hold something: requests under way go on.
pub async fn run(
    house: Arc<House>,
    provisioner: Provisioner,
    mut committed: mpsc::UnboundedReceiver<TenantId>,
    stop: CancellationToken,
) -> mpsc::UnboundedReceiver<TenantId> {
    // Nobody waits for what is done here: it leaves connections to those for whom somebody does.
    let house = Arc::new(House { registry: house.registry.for_jobs(), ..House::clone(&house) });
    while !stop.is_cancelled() {
        if let Err(error) = take_turn(&house, &provisioner, &mut committed, &stop).await {
            tracing::warn!(%error, "the worker begins anew");
            stand_by(&house, &mut committed, &stop).await;
        }
    }
    committed
}

/// Why a turn in the worker's place has ended before it was to.
#[derive(Debug, thiserror::Error)]
enum Interrupted {
    /// The place.
    #[error("its place was lost, or could not be asked for: {0}")]
    Place(#[from] DatabaseError),
    /// Some of the work: nobody would notice that it is not done, while the place is held.
    #[error("a part of it has ended: {0:?}")]
    Part(Result<(), JoinError>),
}

/// Waits for the worker's place and works in it, until it is lost or the token is cancelled.
async fn take_turn(
    house: &Arc<House>,
    provisioner: &Provisioner,
    committed: &mut mpsc::UnboundedReceiver<TenantId>,
    stop: &CancellationToken,
) -> Result<(), Interrupted> {
    let mut duty = Duty::connect(&house.central).await?;
    let mut is_told = false;
    while !duty.take().await? {
        if !std::mem::replace(&mut is_told, true) {
            tracing::info!("another process is the worker; this one stands by");
        }
        stand_by(house, committed, stop).await;
        if stop.is_cancelled() {
            return Ok(duty.lay_down().await?);
        }
    }
    on_duty(house, provisioner, committed, &mut duty, stop).await?;
    // After the last piece of work, so that nobody begins before it.
    Ok(duty.lay_down().await?)
}

/// A while in which another works, and is told of what this process commits.
async fn stand_by(house: &House, committed: &mut mpsc::UnboundedReceiver<TenantId>, stop: &CancellationToken) {
    let over = wait(stop, STAND_BY);
    tokio::pin!(over);
    loop {
        tokio::select! {
            Some(tenant) = committed.recv() => elsewhere::tell(&house.central, Some(tenant), committed).await,
            () = &mut over => return elsewhere::tell(&house.central, None, committed).await,
        }
    }
}

/// All of the work. Who has lost the place lets go at once: another has it, and begins anew what was under way. So does who
/// has lost a part of the work: with the place held, nobody else would do it.
async fn on_duty(
    house: &Arc<House>,
    provisioner: &Provisioner,
    committed: &mut mpsc::UnboundedReceiver<TenantId>,
    duty: &mut Duty,
    stop: &CancellationToken,
) -> Result<(), Interrupted> {
    // The place is ours: whoever was in it is gone. A command that makes an agency may live; it keeps what it holds.
    for released in [
        leases::release_leases(&house.central).await,
        jobs::release_leases(&house.central).await,
        mails::release_leases(&house.central).await,
        fleet_operations::release(&house.central).await,
    ] {
        if let Err(error) = released {
            tracing::warn!(%error, "leases were not released");
        }
    }
    let (announce, announced) = mpsc::unbounded_channel();
    let handler: Handler = |house, job| handle(house, job).boxed();
    let mut tasks = JoinSet::new();
    tasks.spawn(carry_and_work(house.clone(), announced, handler, stop.clone()));
    tasks.spawn(provision(provisioner.clone(), house.operations.subscribe(), stop.clone()));
    // A migration of the fleet may last hours, and nobody waits behind it to empty a server.
    for migrates in [true, false] {
        tasks.spawn(errands::run((provisioner.clone(), migrates), house.operations.subscribe(), stop.clone()));
    }
    tasks.spawn(measure(provisioner.clone(), stop.clone()));
    tasks.spawn(tidy_up(house.clone(), stop.clone()));
    tasks.spawn(post::carry(house.clone(), stop.clone()));
    tasks.spawn(tend_domains(house.clone(), stop.clone()));
    tasks.spawn(subscriptions::run(house.clone(), provisioner.clone(), stop.clone()));
    tasks.spawn(subscriptions::keep_days(house.clone(), stop.clone()));
    tasks.spawn(team::follow(house.clone(), stop.clone()));
    tasks.spawn(measure::measure(house.clone(), stop.clone()));
    let lost = duty.lost();
    tokio::pin!(lost);
    loop {
        tokio::select! {
            ended = tasks.join_next() => match ended {
                None => return Ok(()),
                Some(_) if stop.is_cancelled() => {}
                Some(ended) => {
                    tasks.shutdown().await;
                    return Err(Interrupted::Part(ended));
                }
            },
            Some(tenant) = committed.recv() => drop(announce.send(tenant)),
            error = &mut lost => {
                tasks.shutdown().await;
                return Err(error.into());
            }
        }
    }
}

/// What does a job.
pub type Handler = fn(Arc<House>, Job) -> BoxFuture<'static, Result<(), AppError>>;

/// Carries outboxes and does the jobs that lay in them, until the token is cancelled, or one of those who do it is gone.
pub async fn carry_and_work(
    house: Arc<House>,
    committed: mpsc::UnboundedReceiver<TenantId>,
    handler: Handler,
    stop: CancellationToken,
) {
    let mut tasks = JoinSet::new();
    let wake = Arc::new(Notify::new());
    let deliver = {
        let (house, wake) = (house.clone(), wake.clone());
        move |tenant| carry::deliver(house.clone(), tenant, wake.clone())
    };
    let told = house.outboxes.subscribe();
    let everybody = {
        let house = house.clone();
        move || carry::active(&house)
    };
    let pace = Pace { sweep: SWEEP, again: LOOK, away: AWAY };
    tasks.spawn(carry::carry(deliver, everybody, (committed, told), pace, stop.clone()));
    for _ in 0..PLACES {
        tasks.spawn(work::work((house.clone(), handler), worker_name(), wake.clone(), stop.clone()));
    }
    while tasks.join_next().await.is_some() {
        if !stop.is_cancelled() {
            return tasks.shutdown().await;
        }
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

async fn wait(stop: &CancellationToken, time: Duration) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(time) => {}
    }
}

fn report(outcome: Result<(), DatabaseError>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "what is tidied up every hour was not");
    }
}

/// Makes agencies: those that are asked for at once, and what a crash left half made now and then. Lets go whose time has come,
/// and keeps databases ready for who signs up next.
async fn provision(provisioner: Provisioner, mut asked: broadcast::Receiver<OperationId>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        // What was said so far is in the table that is read now.
        asked = asked.resubscribe();
        match survived(next_of_provisioning(&provisioner)).await {
            Some(Ok(true)) => continue,
            Some(Ok(false)) | None => {}
            Some(Err(error)) => {
                tracing::warn!(%error, "agencies are neither made nor prepared");
                wait(&stop, Duration::from_secs(5)).await;
                continue;
            }
        }
        tokio::select! {
            () = wait(&stop, Duration::from_secs(5)) => {}
            _ = asked.recv() => {}
        }
    }
}

/// Looks after domains whose time has come, and the platform's own certificate.
async fn tend_domains(house: Arc<House>, stop: CancellationToken) {
    let mut ours = domains::Ours::default();
    while !stop.is_cancelled() {
        if let Some(Err(error)) = survived(domains::look_after(&house)).await {
            tracing::warn!(%error, "domains were not looked after");
        }
        if let Some(Err(error)) = survived(domains::look_at_ours(&house, &mut ours)).await {
            tracing::warn!(%error, "the platform's own certificate was not looked at");
        }
        wait(&stop, DOMAINS).await;
    }
}

/// Whoever waits for an agency comes before those who have not come yet.
async fn next_of_provisioning(provisioner: &Provisioner) -> Result<bool, ProvisionError> {
    Ok(provisioner.resume_next().await? || provisioner.prepare_next().await?)
}

/// Looks at how large agencies are, so that the next one is placed where there is room.
async fn measure(provisioner: Provisioner, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Some(Err(error)) = survived(provisioner.measure()).await {
            tracing::warn!(%error, "some agencies were not measured");
        }
        wait(&stop, Duration::from_secs(3600)).await;
    }
}

/// Removes the photographs of agencies that are gone.
async fn remove_files(house: &House) -> Result<(), DatabaseError> {
    for tenant in departures::with_files(&house.central).await? {
        match house.files.remove_all(tenant).await {
            Ok(()) => departures::files_are_gone(&house.central, tenant).await?,
            Err(error) => tracing::warn!(%tenant, %error, "photographs of an agency that is gone are still there"),
        }
    }
    Ok(())
}

/// Removes what nobody looks at any more, and puts back jobs that wait for an agency which is open, every hour.
async fn tidy_up(house: Arc<House>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let now = house.clock.now();
        for tidied in [
            open_sessions::sweep(&house.central, now).await,
            sign_ins::sweep(&house.central, now).await,
            jobs::sweep(&house.central, now).await,
            mails::sweep(&house.central, now).await,
            asked_mails::sweep(&house.central, now).await,
            sign_ups::sweep(&house.central, now).await,
            person_links::sweep(&house.central, now).await,
            owner_notices::sweep(&house.central, now).await,
            slugs::sweep(&house.central, now).await,
            jobs::unpark_active(&house.central).await,
            impersonations::end_expired(&house.central, now).await,
        ] {
            report(tidied.map(drop));
        }
        report(remove_files(&house).await);
        wait(&stop, Duration::from_secs(3600)).await;
    }
}

//! What happens behind the pages: outboxes are carried, agencies in the making are finished, old rows removed.

use std::sync::Arc;
use std::time::Duration;
use tenancy::central::{jobs, operations, sessions, sign_ins};
use tenancy::provision::Provisioner;
use tenancy::{Status, TenantId, relay};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use app::state::House;

/// Outboxes that a crash left behind wait no longer than this.
const SWEEP: Duration = Duration::from_secs(30);
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
    tasks.spawn(carry(house.clone(), committed, stop.clone()));
    tasks.spawn(provision(provisioner, stop.clone()));
    tasks.spawn(tidy_up(house, stop));
    while tasks.join_next().await.is_some() {}
}

/// Carries an outbox as soon as something was committed, and all of them now and then.
async fn carry(house: Arc<House>, mut committed: mpsc::UnboundedReceiver<TenantId>, stop: CancellationToken) {
    let mut sweep = tokio::time::interval(SWEEP);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(tenant) = committed.recv() => deliver(&house, tenant).await,
            _ = sweep.tick() => {
                for route in house.routes.all() {
                    if route.status == Status::Active {
                        deliver(&house, route.tenant).await;
                    }
                }
            }
        }
    }
}

async fn deliver(house: &House, tenant: TenantId) {
    let Some(route) = house.routes.by_tenant(tenant) else { return };
    let Ok(db) = house.registry.open(&route).await else { return };
    match relay::deliver(&house.central, &house.key, &db).await {
        Ok(carried) => metrics::counter!("outbox_carried_total").increment(carried),
        Err(error) => tracing::warn!(%tenant, %error, "an outbox was not carried; it stays where it is"),
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

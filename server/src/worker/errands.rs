//! What operators have asked for that is done to no agency: servers, and the fleet's schema.

use std::time::Duration;
use tenancy::OperationId;
use tenancy::provision::Provisioner;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::{survived, wait};

/// Does what operators have asked for of servers, or of the fleet's schema, at once or soon.
pub(super) async fn run(
    (provisioner, migrates): (Provisioner, bool),
    mut asked: broadcast::Receiver<OperationId>,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        asked = asked.resubscribe();
        match survived(provisioner.run_errand(migrates)).await {
            Some(Ok(true)) => continue,
            Some(Ok(false)) | None => {}
            Some(Err(error)) => tracing::warn!(%error, "what operators ask for is not done"),
        }
        tokio::select! {
            () = wait(&stop, Duration::from_secs(5)) => {}
            _ = asked.recv() => {}
        }
    }
}

//! What this process commits while another one carries outboxes: the other is told whose to look at.

use tenancy::{CentralDb, TenantId, relay};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Tells of each outbox as it is committed to, until the token is cancelled. Gives the channel back: requests under way go on.
pub async fn tell_each(
    central: CentralDb,
    mut committed: mpsc::UnboundedReceiver<TenantId>,
    stop: CancellationToken,
) -> mpsc::UnboundedReceiver<TenantId> {
    loop {
        tokio::select! {
            () = stop.cancelled() => return committed,
            Some(tenant) = committed.recv() => tell(&central, Some(tenant), &mut committed).await,
        }
    }
}

/// Tells of this one, and of all that have been committed to by now: a command does so before it ends.
pub async fn tell(central: &CentralDb, first: Option<TenantId>, committed: &mut mpsc::UnboundedReceiver<TenantId>) {
    let mut tenants: Vec<TenantId> = first.into_iter().collect();
    while let Ok(tenant) = committed.try_recv() {
        tenants.push(tenant);
    }
    tenants.sort_unstable();
    tenants.dedup();
    if tenants.is_empty() {
        return;
    }
    if let Err(error) = relay::announce(central, &tenants).await {
        tracing::warn!(%error, "the worker was not told of outboxes; it finds them when it looks at all of them");
    }
}

//! Tells agencies' own databases of their people what a crash has kept from them.

use std::sync::Arc;
use std::time::Duration;
use tenancy::DatabaseError;
use tenancy::central::team;
use tokio_util::sync::CancellationToken;

use app::state::House;
use app::team::jobs::catch_up;

use super::{survived, wait};

/// How often is asked who is behind.
const LOOK: Duration = Duration::from_secs(5);

/// Brings copies up to date, until the token is cancelled.
pub(super) async fn follow(house: Arc<House>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Some(Err(error)) = survived(bring_up(&house)).await {
            tracing::warn!(%error, "nobody can say which copies of members are behind");
        }
        wait(&stop, LOOK).await;
    }
}

/// Brings up to date whatever is behind now; what cannot be reached is tried at the next look.
///
/// # Errors
/// The central database's.
pub async fn bring_up(house: &House) -> Result<(), DatabaseError> {
    for (tenant, user) in team::behind(&house.central).await? {
        let Some(route) = house.routes.by_tenant(tenant) else { continue };
        let Ok(db) = house.registry.open(&route).await else { continue };
        if let Err(error) = catch_up(house, &db, user).await {
            tracing::warn!(%tenant, %error, "an agency's copy of a member is behind");
        }
    }
    Ok(())
}

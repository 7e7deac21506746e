//! Tells agencies' own databases of their people what a crash has kept from them.

use std::sync::Arc;
use std::time::Duration;
use tenancy::DatabaseError;
use tenancy::central::team;
use tokio_util::sync::CancellationToken;

use app::state::House;
use app::team::jobs::catch_up;

use super::away::Away;
use super::{survived, wait};

/// How often is asked who is behind.
const LOOK: Duration = Duration::from_secs(5);

/// Brings copies up to date, until the token is cancelled.
pub(super) async fn follow(house: Arc<House>, stop: CancellationToken) {
    let mut away = Away::default();
    while !stop.is_cancelled() {
        if let Some(Err(error)) = survived(bring_up(&house, &mut away)).await {
            tracing::warn!(%error, "nobody can say which copies of members are behind");
        }
        wait(&stop, LOOK).await;
    }
}

/// Brings up to date whatever is behind now, but for who is away.
///
/// # Errors
/// The central database's.
pub async fn bring_up(house: &House, away: &mut Away) -> Result<(), DatabaseError> {
    let (agencies, servers) = away.all();
    for (tenant, user) in team::behind(&house.central, (&agencies, &servers)).await? {
        let Some(route) = house.routes.by_tenant(tenant).filter(|route| !away.has(route)) else { continue };
        let caught_up = async { catch_up(house, &house.registry.open(&route).await?, user).await }.await;
        away.note(&route, caught_up.is_ok());
        if let Err(error) = caught_up {
            tracing::warn!(%tenant, %error, "an agency's copy of a member is behind");
        }
    }
    Ok(())
}

//! What the search form offers: only what there is. Counting it looks at every published row, and every page shows it, so it
//! is counted once for each content version.

use moka::future::Cache;
use std::fmt;
use std::time::Duration;
use tenancy::{TenantDb, TenantId};

use crate::caller::Visitor;
use crate::error::AppError;
use crate::properties::types::PropertyType;
use crate::storefront::types::Choices;

/// Neighbourhoods that the form proposes.
const PROPOSED: i64 = 300;
/// Agencies' versions that are remembered.
const REMEMBERED: u64 = 1_000;

/// Choices that were counted lately, under the agency and its content version: a change raises the version.
#[derive(Clone)]
pub struct KnownChoices(Cache<(TenantId, i64), Choices>);

impl Default for KnownChoices {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(REMEMBERED).time_to_idle(Duration::from_secs(3600)).build())
    }
}

impl KnownChoices {
    /// What this visitor may choose from. Without a content version, nothing is remembered.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(&self, visitor: &Visitor) -> Result<Choices, AppError> {
        match visitor.content {
            Some(version) => {
                let key = (visitor.db.tenant(), version);
                let counted = async { count(&visitor.db).await.map_err(AppError::from) };
                self.0.try_get_with(key, counted).await.map_err(|error| (*error).clone())
            }
            None => Ok(count(&visitor.db).await?),
        }
    }
}

impl fmt::Debug for KnownChoices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownChoices")
    }
}

async fn count(db: &TenantDb) -> Result<Choices, sqlx::Error> {
    let kinds = sqlx::query_scalar!(
        "select type from properties where published_at is not null group by type order by count(*) desc, type"
    )
    .fetch_all(db)
    .await?;
    let places = sqlx::query!(
        r#"select neighborhood as "neighborhood!", city
           from properties
           where published_at is not null and neighborhood is not null
           group by neighborhood, city
           order by count(*) desc, neighborhood
           limit $1"#,
        PROPOSED
    )
    .fetch_all(db)
    .await?;
    let mut neighborhoods: Vec<String> = places.iter().map(|place| place.neighborhood.clone()).collect();
    let mut cities: Vec<String> = places.into_iter().filter_map(|place| place.city).collect();
    for names in [&mut neighborhoods, &mut cities] {
        names.sort_unstable();
        names.dedup();
    }
    Ok(Choices { kinds: kinds.iter().filter_map(|kind| PropertyType::parse(kind)).collect(), neighborhoods, cities })
}

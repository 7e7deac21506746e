//! The figures of the first screen.

use tenancy::TenantDb;

use super::types::TodayPage;
use crate::words::Lang;

/// Properties on their way to the storefront that are shown.
const UNREADY: i64 = 6;
/// Lines of activity shown.
const LINES: i64 = 8;

/// What the first screen shows, in few round trips.
///
/// # Errors
/// The database's.
pub async fn page(db: &TenantDb, lang: Lang) -> Result<TodayPage, sqlx::Error> {
    let figures = sqlx::query!(
        r#"select count(*) filter (where status = 'active') as "active!",
                  count(*) filter (where published_at is not null) as "published!",
                  count(*) filter (where status = 'draft') as "drafts!",
                  count(*) as "all!",
                  (select l.max_value - u.used
                   from plan_limits l
                   join usage_counters u on u.resource = l.resource
                   where l.resource = 'properties') as places_left
           from properties
           where deleted_at is null"#
    )
    .fetch_one(db)
    .await?;
    Ok(TodayPage {
        active: figures.active,
        published: figures.published,
        drafts: figures.drafts,
        all: figures.all,
        places_left: figures.places_left,
        unready: crate::properties::db::unready(db, UNREADY, lang).await?,
        activity: crate::audit::db::recent(db, (LINES, lang)).await?,
    })
}

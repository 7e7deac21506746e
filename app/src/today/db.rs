//! The figures of the first screen.

use tenancy::TenantDb;

use super::types::{ActivityLine, TodayPage};
use crate::audit::types::HistoryLine;
use crate::properties::types::PropertyId;
use crate::values::day::format_instant;
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
        activity: activity(db, lang).await?,
    })
}

/// What was done last in the whole agency, newest first.
async fn activity(db: &TenantDb, lang: Lang) -> Result<Vec<ActivityLine>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select a.at, s.name as "who?", a.action, p.id as "id?: PropertyId", p.code as "code?", p.title as "title?"
           from activity_log a
           left join staff s on s.id = a.user_id
           left join properties p on a.entity_type = 'property' and p.id = a.entity_id
           order by a.at desc
           limit $1"#,
        LINES
    )
    .fetch_all(db)
    .await?;
    let line = rows.into_iter().map(|row| ActivityLine {
        line: HistoryLine { at: format_instant(row.at, lang), who: row.who, action: row.action, fields: Vec::new() },
        property: row.id.map(|id| (id, [row.code, row.title].into_iter().flatten().collect::<Vec<_>>().join(" · "))),
    });
    Ok(line.collect())
}

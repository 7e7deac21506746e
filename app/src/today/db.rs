//! The figures of the first screen.

use tenancy::{TenantDb, TenantTx};
use time::OffsetDateTime;

use super::types::{ActivityLine, FirstStep, TodayPage};
use crate::access::Can;
use crate::audit::types::HistoryLine;
use crate::caller::Staff;
use crate::properties::types::PropertyId;
use crate::values::day::format_instant;
use crate::words::Lang;

/// Properties on their way to the storefront that are shown.
const UNREADY: i64 = 6;
/// Where the first steps are taken, in their order.
const PLACES: [&str; 6] = [
    "/app/settings/store",
    "/app/settings/brand",
    "/app/properties/new",
    "/app/properties",
    "/app/settings/team",
    "/app/settings/domains",
];
/// Lines of activity shown.
const LINES: i64 = 8;

/// What the first screen shows, in few round trips.
///
/// # Errors
/// The database's.
pub async fn page(staff: &Staff, lang: Lang) -> Result<TodayPage, sqlx::Error> {
    let (db, role, (scope, member)) = (&staff.db, staff.role, staff.sees());
    let figures = sqlx::query!(
        r#"select count(*) filter (where status = 'active') as "active!",
                  count(*) filter (where published_at is not null) as "published!",
                  count(*) filter (where status = 'draft') as "drafts!",
                  count(*) as "all!",
                  (select l.max_value - u.used
                   from plan_limits l
                   join usage_counters u on u.resource = l.resource
                   where l.resource = 'properties') as places_left
           from properties p
           where deleted_at is null and may_see(p, $1, $2)"#,
        scope,
        member
    )
    .fetch_one(&staff.db)
    .await?;
    let first_steps = if role.may(Can::WriteSettings) { first_steps(db, lang).await? } else { Vec::new() };
    Ok(TodayPage {
        first_steps,
        active: figures.active,
        published: figures.published,
        drafts: figures.drafts,
        all: figures.all,
        places_left: figures.places_left,
        unready: crate::properties::db::unready(staff, UNREADY, lang).await?,
        activity: activity(staff, lang).await?,
    })
}

/// What a new agency does first; nothing when all of it is done, or it was put away.
async fn first_steps(db: &TenantDb, lang: Lang) -> Result<Vec<FirstStep>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select first_steps_away_at is not null as "is_away!",
                  creci is not null as "has_creci!",
                  logo_url is not null as "has_logo!",
                  exists (select from properties) as "has_property!",
                  exists (select from properties where published_at is not null) as "has_published!",
                  (select count(*) from staff where active) > 1 as "has_colleague!"
           from store_settings"#
    )
    .fetch_one(db)
    .await?;
    let has_domain = !db.route().domains.is_empty();
    let done = [row.has_creci, row.has_logo, row.has_property, row.has_published, row.has_colleague, has_domain];
    if row.is_away || done.iter().all(|done| *done) {
        return Ok(Vec::new());
    }
    let labels = crate::words::words_in(lang).today.first_steps;
    let steps = labels.into_iter().zip(PLACES).zip(done);
    Ok(steps.map(|((label, href), is_done)| FirstStep { label: label.into(), href: href.into(), is_done }).collect())
}

/// Shows the first steps no more.
///
/// # Errors
/// The database's.
pub async fn put_first_steps_away(tx: &mut TenantTx, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query!("update store_settings set first_steps_away_at = $1 where first_steps_away_at is null", now)
        .execute(tx)
        .await?;
    Ok(())
}

/// What was done last in the whole agency, newest first; of properties only what was done to those that they see, and of one that
/// was deleted what they did themselves.
async fn activity(staff: &Staff, lang: Lang) -> Result<Vec<ActivityLine>, sqlx::Error> {
    let (scope, member) = staff.sees();
    let rows = sqlx::query!(
        r#"select a.at, s.name as "who?", a.action, p.id as "id?: PropertyId", p.code as "code?", p.title as "title?"
           from activity_log a
           left join staff s on s.id = a.user_id
           left join properties p on a.entity_type = 'property' and p.id = a.entity_id
           where $2 = 'all' or a.user_id = $3 or a.entity_type <> 'property' or may_see(p, $2, $3)
           order by a.at desc
           limit $1"#,
        LINES,
        scope,
        member
    )
    .fetch_all(&staff.db)
    .await?;
    let line = rows.into_iter().map(|row| ActivityLine {
        line: HistoryLine { at: format_instant(row.at, lang), who: row.who, action: row.action, fields: Vec::new() },
        property: row.id.map(|id| (id, [row.code, row.title].into_iter().flatten().collect::<Vec<_>>().join(" · "))),
    });
    Ok(line.collect())
}

//! The list: filters, an order, and pages that begin after a row instead of at a number.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use sqlx::postgres::Postgres;
use sqlx::{QueryBuilder, Row as _};
use time::OffsetDateTime;
use uuid::Uuid;

use super::photos::in_folder;
use super::prices::Prices;
use super::row::choice;
use crate::access::Scope;
use crate::caller::Staff;
use crate::error::AppError;
use crate::properties::filter::{PropertyFilter, Sort};
use crate::properties::labels;
use crate::properties::types::{Period, PhotoId, PropertyId, PropertyRow, PropertyType, Status};
use crate::properties::words::counted;
use crate::values::day::format_day;
use crate::values::money::{self, LONGEST};
use crate::values::page::{Page, Total};
use crate::words::Lang;

/// Rows of a page.
const PAGE: i64 = 25;
/// Counted exactly up to here; a count must not slow a page.
const COUNTED: i64 = 10_000;
/// Words that are looked for; each is a condition of its own.
const WORDS: usize = 10;

/// What a row shows of a property's own.
const COLUMNS: &str = "
    p.id, p.code, p.type, p.status, p.title, p.neighborhood, p.city, p.sale_price, p.rent, p.rent_period,
    p.season_price, p.area_private, p.bedrooms, p.parking, p.updated_at, p.published_at";

/// The row that a page begins after: its sort key and its identifier.
#[derive(Debug, PartialEq, Eq)]
struct Cursor {
    key: Option<Decimal>,
    id: Uuid,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let (id, key) = text.split_once('~')?;
        let key = match key {
            "" => None,
            _ if key.len() > LONGEST => return None,
            _ => Some(key.parse().ok()?),
        };
        Some(Self { key, id: id.parse().ok()? })
    }

    fn text(&self) -> String {
        format!("{}~{}", self.id, self.key.map(|key| key.to_string()).unwrap_or_default())
    }

    /// The key of [`Order::Newest`]; none in a cursor of another order.
    fn instant(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp_nanos(self.key?.to_i128()?.checked_mul(1_000)?).ok()
    }
}

/// What a list is sorted by; ties by identifier, in the same direction.
enum Order {
    /// By registration, last first, as `properties_newest_idx` holds it. The identifier alone would not do: whoever registers
    /// a property sends it.
    Newest,
    /// By a number. Unknown ones come last in either direction.
    By { column: String, ascending: bool },
}

impl Order {
    fn of(filter: &PropertyFilter) -> Self {
        let price = |ascending| Self::By { column: Prices::of(&filter.purposes).first(), ascending };
        match filter.sort {
            Sort::Newest => Self::Newest,
            Sort::PriceAsc => price(true),
            Sort::PriceDesc => price(false),
            Sort::AreaDesc => Self::By { column: "p.area_private".into(), ascending: false },
        }
    }

    fn column(&self) -> &str {
        match self {
            Self::Newest => "p.created_at",
            Self::By { column, .. } => column,
        }
    }

    const fn is_ascending(&self) -> bool {
        matches!(self, Self::By { ascending: true, .. })
    }

    /// The sort key of a row as a number: of an instant the microseconds since 1970.
    fn key(&self) -> &str {
        match self {
            Self::Newest => "trunc(extract(epoch from p.created_at) * 1000000)",
            Self::By { column, .. } => column,
        }
    }
}

/// One page of the properties that the filter asks for, of those that this member sees.
///
/// # Errors
/// The database's.
pub async fn list(staff: &Staff, filter: &PropertyFilter, lang: Lang) -> Result<Page<PropertyRow>, AppError> {
    let after = filter.after.as_deref().and_then(Cursor::parse);
    let before = filter.before.as_deref().and_then(Cursor::parse).filter(|_| after.is_none());
    let backwards = before.is_some();
    let order = Order::of(filter);
    let mut query = QueryBuilder::new("select ");
    query.push(COLUMNS).push(", p.key, s.name as responsible, f.id as photo, f.small, (");
    count(&mut query, staff, filter);
    query.push(") as counted from (select ");
    query.push(COLUMNS).push(", p.responsible_id, (").push(order.key()).push(") as key from properties p where ");
    conditions(&mut query, staff, filter);
    if let Some(cursor) = after.as_ref().or(before.as_ref()) {
        beyond(&mut query, &order, cursor, backwards);
    }
    sorted(&mut query, &order, order.column(), backwards);
    query.push(" limit ").push_bind(PAGE + 1);
    // Names and covers are looked up for what is left of it alone.
    query.push(
        ") p
         left join staff s on s.id = p.responsible_id
         left join lateral (
             select id, small from property_photos
             where property_id = p.id and state = 'ready'
             order by is_cover desc, position
             limit 1) f on true",
    );
    sorted(&mut query, &order, "p.key", backwards);
    let rows = query.build().fetch_all(&staff.db).await?;
    let counted = match rows.first() {
        Some(row) => row.try_get("counted")?,
        None => alone(staff, filter).await?,
    };
    page(rows, total(staff.role.sees(), filter, counted), (backwards, after.is_some()), lang)
}

fn page(
    rows: Vec<sqlx::postgres::PgRow>,
    total: Total,
    (backwards, is_later): (bool, bool),
    lang: Lang,
) -> Result<Page<PropertyRow>, AppError> {
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    let mut read = rows
        .iter()
        .take(usize::try_from(PAGE).unwrap_or(usize::MAX))
        .map(|row| Ok((read_row(row, lang)?, Cursor { key: row.try_get("key")?, id: row.try_get("id")? })))
        .collect::<Result<Vec<_>, sqlx::Error>>()?;
    if backwards {
        read.reverse();
    }
    let cursor = |end: Option<&(PropertyRow, Cursor)>, there: bool| end.filter(|_| there).map(|(_, c)| c.text());
    let next = cursor(read.last(), if backwards { true } else { more });
    let previous = cursor(read.first(), if backwards { more } else { is_later });
    let rows = read.into_iter().map(|(row, _)| row).collect();
    Ok(Page { rows, next, previous, total, counted: counted(total, lang) })
}

fn read_row(row: &sqlx::postgres::PgRow, lang: Lang) -> Result<PropertyRow, sqlx::Error> {
    let (kind, status) =
        (choice(row.try_get("type")?, PropertyType::parse)?, choice(row.try_get("status")?, Status::parse)?);
    let text = |name: &str| row.try_get::<Option<String>, _>(name);
    let period = choice(row.try_get("rent_period")?, Period::parse)?;
    let prices = [
        labels::price(row.try_get("sale_price")?, "", lang),
        labels::price(row.try_get("rent")?, labels::period(period, lang), lang),
        labels::price(row.try_get("season_price")?, labels::period(Period::Daily, lang), lang),
    ];
    let area: Option<Decimal> = row.try_get("area_private")?;
    let rooms: (Option<i16>, Option<i16>) = (row.try_get("bedrooms")?, row.try_get("parking")?);
    let code: String = row.try_get("code")?;
    let photo: Option<PhotoId> = row.try_get("photo")?;
    let cover = photo.zip(text("small")?).map(|(photo, file)| in_folder(photo, &file));
    Ok(PropertyRow {
        id: row.try_get::<PropertyId, _>("id")?,
        title: row.try_get("title")?,
        subtitle: format!("{code} · {}", labels::property_type(kind, lang)),
        place: [text("neighborhood")?, text("city")?].into_iter().flatten().collect::<Vec<_>>().join(", "),
        prices: prices.into_iter().flatten().collect(),
        size: labels::size(area, rooms, lang),
        status: labels::status(status, lang).to_owned(),
        is_active: status == Status::Active,
        cover,
        is_published: row.try_get::<Option<OffsetDateTime>, _>("published_at")?.is_some(),
        responsible: text("responsible")?.unwrap_or_default(),
        updated: format_day(row.try_get("updated_at")?, lang),
    })
}

/// How many there are on all pages: in the statement of the page, so that it is one question.
fn count(query: &mut QueryBuilder<Postgres>, staff: &Staff, filter: &PropertyFilter) {
    if is_counted(staff.role.sees(), filter) {
        query.push("select used from usage_counters where resource = 'properties'");
        return;
    }
    query.push("select count(*) from (select from properties p where ");
    conditions(query, staff, filter);
    query.push(" limit ").push_bind(COUNTED + 1).push(") counted");
}

/// The count for a page without rows.
async fn alone(staff: &Staff, filter: &PropertyFilter) -> Result<i64, sqlx::Error> {
    let mut query = QueryBuilder::new("");
    count(&mut query, staff, filter);
    query.build_query_scalar().fetch_one(&staff.db).await
}

/// All that are not archived are counted already, for the plan's limit: in the same transactions, so exactly.
fn is_counted(scope: Scope, filter: &PropertyFilter) -> bool {
    filter.is_empty() && !filter.archived && scope == Scope::All
}

fn total(scope: Scope, filter: &PropertyFilter, counted: i64) -> Total {
    if counted > COUNTED && !is_counted(scope, filter) { Total::MoreThan(COUNTED) } else { Total::Exactly(counted) }
}

/// What was asked for. Values are bound, never written into the statement.
fn conditions(query: &mut QueryBuilder<Postgres>, staff: &Staff, filter: &PropertyFilter) {
    query.push(if filter.archived { "p.deleted_at is not null" } else { "p.deleted_at is null" });
    if staff.role.sees() != Scope::All {
        let (scope, member) = staff.sees();
        query.push(" and may_see(p, ").push_bind(scope).push(", ").push_bind(member).push(")");
    }
    every_word(query, "p.search_text", &filter.q);
    if !filter.purposes.is_empty() {
        let purposes: Vec<&str> = filter.purposes.iter().map(|purpose| purpose.as_str()).collect();
        query.push(" and p.purposes && ").push_bind(purposes);
    }
    if !filter.kinds.is_empty() {
        let kinds: Vec<&str> = filter.kinds.iter().map(|kind| kind.as_str()).collect();
        query.push(" and p.type = any(").push_bind(kinds).push(")");
    }
    if !filter.statuses.is_empty() {
        let statuses: Vec<&str> = filter.statuses.iter().map(|status| status.as_str()).collect();
        query.push(" and p.status = any(").push_bind(statuses).push(")");
    }
    if !filter.neighborhoods.is_empty() {
        query.push(" and plain(p.neighborhood) = any(array(select plain(asked) from unnest(");
        query.push_bind(filter.neighborhoods.clone()).push("::text[]) asked))");
    }
    let amount = |typed: &str| money::parse(typed).ok().flatten();
    Prices::of(&filter.purposes).between(query, (amount(&filter.min_price), amount(&filter.max_price)));
    if let Some(bedrooms) = filter.bedrooms {
        query.push(" and p.bedrooms >= ").push_bind(bedrooms);
    }
}

/// Narrows a choice to what holds every word of a text: "perdizes 2 vagas" finds what "2 vagas perdizes" finds.
pub fn every_word(query: &mut QueryBuilder<Postgres>, column: &'static str, text: &str) {
    for word in text.split_whitespace().take(WORDS) {
        query.push(" and ").push(column).push(" like '%' || plain(").push_bind(escape(word)).push(") || '%'");
    }
}

/// `%` and `_` are looked for as themselves; NUL cannot be stored, so it cannot be found either.
fn escape(text: &str) -> String {
    text.replace('\0', "").replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Rows beyond the cursor in the order, or before it.
fn beyond(query: &mut QueryBuilder<Postgres>, order: &Order, cursor: &Cursor, backwards: bool) {
    let later = if order.is_ascending() != backwards { " > " } else { " < " };
    match order {
        Order::Newest => {
            // A cursor of another order is none.
            let Some(at) = cursor.instant() else { return };
            query.push(" and (p.created_at, p.id)").push(later).push("(").push_bind(at);
            query.push(", ").push_bind(cursor.id).push(")");
        }
        Order::By { column, .. } => beyond_number(query, (column, later), cursor, backwards),
    }
}

fn beyond_number(
    query: &mut QueryBuilder<Postgres>,
    (column, later): (&str, &'static str),
    cursor: &Cursor,
    backwards: bool,
) {
    query.push(" and (");
    match cursor.key {
        Some(key) => {
            query.push("(").push(column).push(")").push(later).push_bind(key).push(" or ((").push(column).push(") = ");
            query.push_bind(key).push(" and p.id").push(later).push_bind(cursor.id).push(")");
            if !backwards {
                query.push(" or (").push(column).push(") is null");
            }
        }
        None => {
            query.push("((").push(column).push(") is null and p.id").push(later).push_bind(cursor.id).push(")");
            if backwards {
                query.push(" or (").push(column).push(") is not null");
            }
        }
    }
    query.push(")");
}

fn sorted(query: &mut QueryBuilder<Postgres>, order: &Order, column: &str, backwards: bool) {
    let direction = if order.is_ascending() != backwards { " asc" } else { " desc" };
    query.push(" order by (").push(column).push(")").push(direction);
    if matches!(order, Order::By { .. }) {
        query.push(if backwards { " nulls first" } else { " nulls last" });
    }
    query.push(", p.id").push(direction);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_that_is_none_of_ours_is_no_cursor() {
        let id = Uuid::from_u128(7);
        for key in [None, Some(Decimal::new(120_050, 2)), Some(Decimal::from(1_764_000_000_123_456_i64))] {
            let cursor = Cursor { key, id };
            assert_eq!(Cursor::parse(&cursor.text()), Some(cursor));
        }
        let (digits, zeros) = (format!("{id}~{}", "0".repeat(60_000)), format!("{id}~\0"));
        for junk in ["", "~", "x~1", &format!("{id}~1; drop"), &format!("{id}"), &digits, &zeros] {
            assert_eq!(Cursor::parse(junk), None, "{junk}");
        }
        for key in [None, Some(Decimal::MAX), Some(Decimal::MIN)] {
            assert_eq!(Cursor { key, id }.instant(), None, "{key:?} is no instant");
        }
    }

    #[test]
    fn a_count_says_where_it_stopped_and_the_plans_own_never_does() {
        let all = PropertyFilter::default();
        let sought = PropertyFilter { q: "casa".into(), ..PropertyFilter::default() };
        let archived = PropertyFilter { archived: true, ..PropertyFilter::default() };
        for filter in [&sought, &archived] {
            assert_eq!(total(Scope::All, filter, COUNTED), Total::Exactly(COUNTED));
            assert_eq!(total(Scope::All, filter, COUNTED + 1), Total::MoreThan(COUNTED));
        }
        assert_eq!(total(Scope::All, &all, COUNTED + 1), Total::Exactly(COUNTED + 1));
        // Whoever does not see all is not counted for by it.
        assert_eq!(total(Scope::Team, &all, COUNTED + 1), Total::MoreThan(COUNTED));
    }

    #[test]
    fn wildcards_are_looked_for_as_themselves() {
        assert_eq!(escape("100%_\\\0"), "100\\%\\_\\\\");
    }
}

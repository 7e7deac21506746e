//! The list: filters, an order, and pages that begin after a row instead of at a number.

use rust_decimal::Decimal;
use sqlx::postgres::Postgres;
use sqlx::{QueryBuilder, Row as _};
use tenancy::TenantDb;
use uuid::Uuid;

use super::photos::picture;
use super::row::choice;
use crate::error::AppError;
use crate::properties::filter::{PropertyFilter, Sort};
use crate::properties::labels;
use crate::properties::types::{PhotoId, PropertyId, PropertyRow, PropertyType, Status};
use crate::values::day::format_day;
use crate::values::money::{self, LONGEST, format_money};
use crate::values::page::{Page, Total};
use crate::words::Lang;

/// Rows of a page.
const PAGE: i64 = 25;
/// Counted exactly up to here; a count must not slow a page.
const COUNTED: i64 = 10_000;

/// The price that lists sort and filter by: to buy, else to rent.
const PRICE: &str = "coalesce(p.sale_price, p.rent, p.season_price)";

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
}

/// Direction of the sort column and whether its unknown values come last: always.
struct Order {
    column: &'static str,
    ascending: bool,
}

impl Order {
    fn of(sort: Sort) -> Self {
        match sort {
            // The identifier is a time-ordered one: it sorts by registration and needs no second column.
            Sort::Newest => Self { column: "0::numeric", ascending: false },
            Sort::PriceAsc => Self { column: PRICE, ascending: true },
            Sort::PriceDesc => Self { column: PRICE, ascending: false },
            Sort::AreaDesc => Self { column: "p.area_private", ascending: false },
        }
    }
}

/// One page of the properties that the filter asks for.
///
/// # Errors
/// The database's.
pub async fn list(db: &TenantDb, filter: &PropertyFilter, lang: Lang) -> Result<Page<PropertyRow>, AppError> {
    let after = filter.after.as_deref().and_then(Cursor::parse);
    let before = filter.before.as_deref().and_then(Cursor::parse).filter(|_| after.is_none());
    let backwards = before.is_some();
    let order = Order::of(filter.sort);
    let mut query = QueryBuilder::new(
        "select p.id, p.code, p.type, p.status, p.title, p.neighborhood, p.city, p.sale_price, p.rent, p.area_private,
                p.bedrooms, p.parking, p.updated_at, p.published_at is not null as is_published, s.name as responsible,
                f.id as photo, f.variants, (",
    );
    query.push(order.column).push(
        ") as key
             from properties p
             left join staff s on s.id = p.responsible_id
             left join lateral (
                 select id, variants from property_photos
                 where property_id = p.id and state = 'ready'
                 order by is_cover desc, position
                 limit 1) f on true
             where ",
    );
    conditions(&mut query, filter);
    if let Some(cursor) = after.as_ref().or(before.as_ref()) {
        beyond(&mut query, &order, cursor, backwards);
    }
    sorted(&mut query, &order, backwards);
    query.push(" limit ").push_bind(PAGE + 1);
    let counting = count(db, filter);
    let (rows, total) = futures::try_join!(query.build().fetch_all(db), counting)?;
    page(rows, total, (backwards, after.is_some()), lang)
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
    Ok(Page { rows: read.into_iter().map(|(row, _)| row).collect(), next, previous, total })
}

fn read_row(row: &sqlx::postgres::PgRow, lang: Lang) -> Result<PropertyRow, sqlx::Error> {
    let (kind, status) =
        (choice(row.try_get("type")?, PropertyType::parse)?, choice(row.try_get("status")?, Status::parse)?);
    let text = |name: &str| row.try_get::<Option<String>, _>(name);
    let prices = [row.try_get::<Option<Decimal>, _>("sale_price")?, row.try_get("rent")?];
    let area: Option<Decimal> = row.try_get("area_private")?;
    let rooms: (Option<i16>, Option<i16>) = (row.try_get("bedrooms")?, row.try_get("parking")?);
    let code: String = row.try_get("code")?;
    let cover = match row.try_get::<Option<PhotoId>, _>("photo")? {
        Some(photo) => picture(photo, String::new(), &row.try_get("variants")?).map(|picture| picture.small),
        None => None,
    };
    Ok(PropertyRow {
        id: row.try_get::<PropertyId, _>("id")?,
        title: row.try_get("title")?,
        subtitle: format!("{code} · {}", labels::property_type(kind, lang)),
        place: [text("neighborhood")?, text("city")?].into_iter().flatten().collect::<Vec<_>>().join(", "),
        prices: prices.into_iter().flatten().map(|amount| format_money(amount, lang)).collect(),
        size: labels::size(area, rooms, lang),
        status: labels::status(status, lang).to_owned(),
        is_active: status == Status::Active,
        cover,
        is_published: row.try_get("is_published")?,
        responsible: text("responsible")?.unwrap_or_default(),
        updated: format_day(row.try_get("updated_at")?, lang),
    })
}

async fn count(db: &TenantDb, filter: &PropertyFilter) -> Result<Total, sqlx::Error> {
    // All that are not archived are counted already, for the plan's limit: in the same transactions, so exactly.
    if filter.is_empty() && !filter.archived {
        let mut query = QueryBuilder::new("select used from usage_counters where resource = 'properties'");
        return Ok(Total::Exactly(query.build_query_scalar().fetch_one(db).await?));
    }
    let mut query = QueryBuilder::new("select count(*) from (select from properties p where ");
    conditions(&mut query, filter);
    query.push(" limit ").push_bind(COUNTED + 1).push(") counted");
    let counted: i64 = query.build_query_scalar().fetch_one(db).await?;
    Ok(if counted > COUNTED { Total::MoreThan(COUNTED) } else { Total::Exactly(counted) })
}

/// What was asked for. Values are bound, never written into the statement.
fn conditions(query: &mut QueryBuilder<Postgres>, filter: &PropertyFilter) {
    query.push(if filter.archived { "p.deleted_at is not null" } else { "p.deleted_at is null" });
    if !filter.q.is_empty() {
        query.push(" and p.search_text like '%' || plain(").push_bind(escape(&filter.q)).push(") || '%'");
    }
    if let Some(purpose) = filter.purpose {
        query.push(" and ").push_bind(purpose.as_str()).push(" = any(p.purposes)");
    }
    if let Some(kind) = filter.kind {
        query.push(" and p.type = ").push_bind(kind.as_str());
    }
    if let Some(status) = filter.status {
        query.push(" and p.status = ").push_bind(status.as_str());
    }
    if !filter.neighborhood.is_empty() {
        query.push(" and plain(p.neighborhood) = plain(").push_bind(filter.neighborhood.clone()).push(")");
    }
    if let Ok(Some(min)) = money::parse(&filter.min_price) {
        query.push(" and ").push(PRICE).push(" >= ").push_bind(min);
    }
    if let Ok(Some(max)) = money::parse(&filter.max_price) {
        query.push(" and ").push(PRICE).push(" <= ").push_bind(max);
    }
    if let Some(bedrooms) = filter.bedrooms {
        query.push(" and p.bedrooms >= ").push_bind(bedrooms);
    }
}

/// `%` and `_` are looked for as themselves; NUL cannot be stored, so it cannot be found either.
pub fn escape(text: &str) -> String {
    text.replace('\0', "").replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Rows beyond the cursor in the order, or before it. Unknown keys come last in every order.
fn beyond(query: &mut QueryBuilder<Postgres>, order: &Order, cursor: &Cursor, backwards: bool) {
    let later = |ascending: bool| if ascending != backwards { " > " } else { " < " };
    let (column, by_key, by_id) = (order.column, later(order.ascending), later(order.ascending));
    query.push(" and (");
    match cursor.key {
        Some(key) => {
            query.push("(").push(column).push(")").push(by_key).push_bind(key).push(" or ((");
            query.push(column).push(") = ").push_bind(key).push(" and p.id").push(by_id).push_bind(cursor.id).push(")");
            if !backwards {
                query.push(" or (").push(column).push(") is null");
            }
        }
        None => {
            query.push("((").push(column).push(") is null and p.id").push(by_id).push_bind(cursor.id).push(")");
            if backwards {
                query.push(" or (").push(column).push(") is not null");
            }
        }
    }
    query.push(")");
}

fn sorted(query: &mut QueryBuilder<Postgres>, order: &Order, backwards: bool) {
    let direction = if order.ascending != backwards { " asc" } else { " desc" };
    let unknown = if backwards { " nulls first" } else { " nulls last" };
    query.push(" order by ");
    // A constant column would only keep the planner from the index.
    if order.column != "0::numeric" {
        query.push("(").push(order.column).push(")").push(direction).push(unknown).push(", ");
    }
    query.push("p.id").push(direction);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_that_is_none_of_ours_is_no_cursor() {
        let id = Uuid::from_u128(7);
        for key in [None, Some(Decimal::new(120_050, 2))] {
            let cursor = Cursor { key, id };
            assert_eq!(Cursor::parse(&cursor.text()), Some(cursor));
        }
        let (digits, zeros) = (format!("{id}~{}", "0".repeat(60_000)), format!("{id}~\0"));
        for junk in ["", "~", "x~1", &format!("{id}~1; drop"), &format!("{id}"), &digits, &zeros] {
            assert_eq!(Cursor::parse(junk), None, "{junk}");
        }
    }

    #[test]
    fn wildcards_are_looked_for_as_themselves() {
        assert_eq!(escape("100%_\\\0"), "100\\%\\_\\\\");
    }
}

//! Published properties as cards.

use rust_decimal::Decimal;
use sqlx::postgres::{PgRow, Postgres};
use sqlx::{QueryBuilder, Row as _};
use tenancy::TenantDb;

use crate::properties::db::photos::picture;
use crate::properties::db::{choice, escape};
use crate::properties::filter::Sort;
use crate::properties::labels;
use crate::properties::types::{Period, PhotoId, Property, PropertyType, Purpose, public_path};
use crate::storefront::search::Search;
use crate::storefront::types::{Card, Choices, Found};
use crate::values::money;
use crate::words::{Lang, words_in};

/// Cards of a page (contract).
const PAGE: i64 = 24;
/// Cards of the landing page, and of a search that found nothing.
const FEW: i64 = 12;
/// Cards below a property.
const SIMILAR: i64 = 3;
/// Neighbourhoods that the form proposes.
const PROPOSED: i64 = 300;

/// Everything that a card shows. Which ones, and in which order, comes between; the covers are looked up for those alone.
const CARDS: &str = "
    select c.*, f.id as photo, f.alt, f.variants
    from (
    select chosen.*, row_number() over () as place
    from (
    select p.id, p.code, p.slug, p.type, p.title, p.purposes, p.neighborhood, p.city, p.sale_price, p.sale_price_public,
           p.rent, p.rent_period, p.season_price, coalesce(p.area_private, p.area_built, p.area_total, p.area_land) as area,
           p.bedrooms, p.parking
    from properties p
    where p.published_at is not null";

/// The cover is the first photograph that can be shown.
const COVERS: &str = "
    ) chosen) c
    left join lateral (
        select id, alt, variants from property_photos
        where property_id = c.id and state = 'ready'
        order by is_cover desc, position
        limit 1) f on true
    order by c.place";

/// A price that the agency does not show is none that visitors could find out by asking for it.
const fn price(purpose: Option<Purpose>) -> &'static str {
    match purpose {
        Some(Purpose::Sale) => "case when p.sale_price_public then p.sale_price end",
        Some(Purpose::Rent) => "p.rent",
        Some(Purpose::Season) => "p.season_price",
        None => "coalesce(case when p.sale_price_public then p.sale_price end, p.rent, p.season_price)",
    }
}

/// One page of what a visitor looks for; when there is nothing, what else there is.
///
/// # Errors
/// The database's.
pub async fn found(db: &TenantDb, search: &Search, lang: Lang) -> Result<Found, sqlx::Error> {
    let mut query = QueryBuilder::new(CARDS);
    conditions(&mut query, search);
    let price = price(search.purpose);
    query.push(" order by ");
    match search.sort {
        Sort::Newest => {}
        Sort::PriceAsc => drop(query.push(price).push(" asc nulls last, ")),
        Sort::PriceDesc => drop(query.push(price).push(" desc nulls last, ")),
        Sort::AreaDesc => drop(query.push("area desc nulls last, ")),
    }
    let page = i64::from(search.page.max(1));
    query.push("p.published_at desc, p.id desc limit ").push_bind(PAGE).push(" offset ").push_bind((page - 1) * PAGE);
    query.push(COVERS);
    let mut counting = QueryBuilder::new("select count(*) from properties p where p.published_at is not null");
    conditions(&mut counting, search);
    let (rows, total) =
        futures::try_join!(query.build().fetch_all(db), counting.build_query_scalar::<i64>().fetch_one(db))?;
    let cards = rows.iter().map(|row| card(row, lang)).collect::<Result<Vec<_>, _>>()?;
    let others = if total == 0 { newest(db, search.purpose, lang).await? } else { Vec::new() };
    let pages = u32::try_from((total + PAGE - 1) / PAGE).unwrap_or(u32::MAX);
    Ok(Found { cards, total, pages, others })
}

async fn newest(db: &TenantDb, purpose: Option<Purpose>, lang: Lang) -> Result<Vec<Card>, sqlx::Error> {
    let mut query = QueryBuilder::new(CARDS);
    conditions(&mut query, &Search { purpose, ..Search::default() });
    query.push(" order by p.published_at desc, p.id desc limit ").push_bind(FEW / 2).push(COVERS);
    query.build().fetch_all(db).await?.iter().map(|row| card(row, lang)).collect()
}

/// The twelve of the first page: those that the agency chose, then the newest.
///
/// # Errors
/// The database's.
pub async fn featured(db: &TenantDb, lang: Lang) -> Result<Vec<Card>, sqlx::Error> {
    let mut query = QueryBuilder::new(CARDS);
    query.push(" order by p.featured desc, p.published_at desc, p.id desc limit ").push_bind(FEW).push(COVERS);
    query.build().fetch_all(db).await?.iter().map(|row| card(row, lang)).collect()
}

/// Like another property, of a purpose and kind with it: in its neighbourhood by the nearest price, then the newest of its
/// city.
pub(super) async fn similar(db: &TenantDb, to: &Property, lang: Lang) -> Result<Vec<Card>, sqlx::Error> {
    let i = &to.input;
    let purposes: Vec<&str> = i.purposes.iter().map(|purpose| purpose.as_str()).collect();
    let like = |query: &mut QueryBuilder<Postgres>| {
        query.push(" and p.type = ").push_bind(i.kind.as_str()).push(" and p.city = ").push_bind(i.city.clone());
        query.push(" and p.purposes && ").push_bind(purposes.clone()).push(" and p.id <> ").push_bind(to.id.0);
    };
    let mut near = QueryBuilder::new(CARDS);
    like(&mut near);
    near.push(" and p.neighborhood = ").push_bind(i.neighborhood.clone());
    near.push(" order by abs(coalesce(p.sale_price, p.rent, p.season_price) - ")
        .push_bind(i.sale_price.or(i.rent).or(i.season_price))
        .push("), p.published_at desc limit ")
        .push_bind(SIMILAR)
        .push(COVERS);
    let mut rows = near.build().fetch_all(db).await?;
    if rows.len() < usize::try_from(SIMILAR).unwrap_or(0) {
        let mut far = QueryBuilder::new(CARDS);
        like(&mut far);
        far.push(" and p.neighborhood is distinct from ").push_bind(i.neighborhood.clone());
        far.push(" order by p.published_at desc, p.id desc limit ").push_bind(SIMILAR).push(COVERS);
        rows.extend(far.build().fetch_all(db).await?);
    }
    rows.iter().take(usize::try_from(SIMILAR).unwrap_or(0)).map(|row| card(row, lang)).collect()
}

/// What the form offers: only what there is.
///
/// # Errors
/// The database's.
pub async fn choices(db: &TenantDb) -> Result<Choices, sqlx::Error> {
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

/// What was asked for. Values are bound, never written into the statement.
fn conditions(query: &mut QueryBuilder<Postgres>, search: &Search) {
    if let Some(purpose) = search.purpose {
        query.push(" and p.purposes @> array[").push_bind(purpose.as_str()).push("]");
    }
    if !search.kinds.is_empty() {
        let kinds: Vec<&str> = search.kinds.iter().map(|kind| kind.as_str()).collect();
        query.push(" and p.type = any(").push_bind(kinds).push(")");
    }
    for (column, asked) in [("p.city", &search.city), ("p.neighborhood", &search.neighborhood)] {
        if !asked.is_empty() {
            query.push(" and plain(").push(column).push(") = plain(").push_bind(asked.clone()).push(")");
        }
    }
    for (comparison, asked) in [(" >= ", &search.min_price), (" <= ", &search.max_price)] {
        if let Ok(Some(amount)) = money::parse(asked) {
            query.push(" and ").push(price(search.purpose)).push(comparison).push_bind(amount);
        }
    }
    for (column, asked) in [("p.bedrooms", search.bedrooms), ("p.parking", search.parking)] {
        if let Some(least) = asked {
            query.push(" and ").push(column).push(" >= ").push_bind(least);
        }
    }
    // Every word must be somewhere: "perdizes 2 vagas" finds what "2 vagas perdizes" finds.
    for word in search.q.split_whitespace() {
        query.push(" and p.public_text like '%' || plain(").push_bind(escape(word)).push(") || '%'");
    }
}

fn card(row: &PgRow, lang: Lang) -> Result<Card, sqlx::Error> {
    let kind = choice(row.try_get("type")?, PropertyType::parse)?;
    let text = |name: &str| row.try_get::<Option<String>, _>(name);
    let photo: Option<PhotoId> = row.try_get("photo")?;
    let cover = match photo {
        Some(photo) => picture(photo, row.try_get("alt")?, &row.try_get("variants")?),
        None => None,
    };
    let (code, slug): (String, String) = (row.try_get("code")?, row.try_get("slug")?);
    Ok(Card {
        path: public_path(&slug, &code),
        title: row.try_get("title")?,
        kind: labels::property_type(kind, lang).to_owned(),
        place: [text("neighborhood")?, text("city")?].into_iter().flatten().collect::<Vec<_>>().join(", "),
        prices: prices(row, lang)?.into_iter().map(|(_, amount)| amount).collect(),
        size: labels::size(row.try_get("area")?, (row.try_get("bedrooms")?, row.try_get("parking")?), lang),
        cover,
    })
}

/// What it costs for each purpose, in words.
fn prices(row: &PgRow, lang: Lang) -> Result<Vec<(Purpose, String)>, sqlx::Error> {
    let purposes: Vec<String> = row.try_get("purposes")?;
    let period = choice(row.try_get("rent_period")?, Period::parse)?;
    let shown: bool = row.try_get("sale_price_public")?;
    let amount = |name: &str| row.try_get::<Option<Decimal>, _>(name);
    let mut prices = Vec::new();
    for purpose in purposes.iter().filter_map(|p| Purpose::parse(p)) {
        let price = match purpose {
            Purpose::Sale => labels::price(amount("sale_price")?.filter(|_| shown), "", lang),
            Purpose::Rent => labels::price(amount("rent")?, labels::period(period, lang), lang),
            Purpose::Season => labels::price(amount("season_price")?, labels::period(Period::Daily, lang), lang),
        };
        prices.push((purpose, price.unwrap_or_else(|| words_in(lang).storefront.on_request.to_owned())));
    }
    Ok(prices)
}

//! Published properties as cards.

use rust_decimal::Decimal;
use sqlx::postgres::{PgRow, Postgres};
use sqlx::{QueryBuilder, Row as _};
use tenancy::TenantDb;

use crate::properties::db::photos::picture;
use crate::properties::db::{Prices, choice, every_word};
use crate::properties::filter::Sort;
use crate::properties::labels;
use crate::properties::rules::public_path;
use crate::properties::types::{Period, PhotoId, Property, PropertyInput, PropertyType, Purpose};
use crate::storefront::search::Search;
use crate::storefront::types::{Card, Found};
use crate::values::money;
use crate::words::{Lang, words_in};

/// Cards of a page (contract).
const PAGE: i64 = 24;
/// Cards of the landing page, and of a search that found nothing.
const FEW: i64 = 12;
/// Cards beside a property.
const SIMILAR: i64 = 3;

/// What a card shows of a property's own row.
const COLUMNS: &str = "
    p.id, p.code, p.slug, p.type, p.title, p.purposes, p.neighborhood, p.city, p.sale_price, p.sale_price_public, p.rent,
    p.rent_period, p.season_price, p.bedrooms, p.parking, p.featured, p.published_at";

/// A choice of published properties, to be narrowed, put in order by [`cards`] and cut to so many.
fn chosen() -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("select ");
    query.push(COLUMNS).push(", p.area, f.id as photo, f.alt, f.variants from (select ").push(COLUMNS);
    query.push(
        ", coalesce(p.area_private, p.area_built, p.area_total, p.area_land) as area
         from properties p
         where p.published_at is not null",
    );
    query
}

/// The cards of a choice. Covers, the first photograph that can be shown, are looked up for what is left of it alone.
async fn cards(
    db: &TenantDb,
    mut query: QueryBuilder<Postgres>,
    order: impl Fn(&mut QueryBuilder<Postgres>),
    (most, after): (i64, i64),
    lang: Lang,
) -> Result<Vec<Card>, sqlx::Error> {
    query.push(" order by ");
    order(&mut query);
    query.push(" limit ").push_bind(most).push(" offset ").push_bind(after);
    query.push(
        ") p
         left join lateral (
             select id, alt, variants from property_photos
             where property_id = p.id and state = 'ready'
             order by is_cover desc, position
             limit 1) f on true
         order by ",
    );
    order(&mut query);
    query.build().fetch_all(db).await?.iter().map(|row| card(row, lang)).collect()
}

fn newest_first(query: &mut QueryBuilder<Postgres>) {
    query.push("p.published_at desc, p.id desc");
}

/// How far a price that is shown lies from those of this property, as a part of them: sale beside sale, rent beside rent of
/// the same period. The nearest of several counts; unknown where no two can be compared.
fn distance(query: &mut QueryBuilder<Postgres>, to: &PropertyInput) {
    let shown = |purpose: Purpose, price: Option<Decimal>| price.filter(|_| to.purposes.contains(&purpose));
    let sale = shown(Purpose::Sale, to.sale_price).filter(|_| to.sale_price_public);
    query.push("least(abs(case when p.sale_price_public and 'sale' = any(p.purposes) then p.sale_price end / ");
    query.push_bind(sale).push(" - 1), abs(case when 'rent' = any(p.purposes) and p.rent_period = ");
    query.push_bind(to.rent_period.as_str()).push(" then p.rent end / ").push_bind(shown(Purpose::Rent, to.rent));
    query.push(" - 1), abs(case when 'season' = any(p.purposes) then p.season_price end / ");
    query.push_bind(shown(Purpose::Season, to.season_price)).push(" - 1))");
}

/// One page of what a visitor looks for; when there is nothing, what else there is.
///
/// # Errors
/// The database's.
pub async fn found(db: &TenantDb, search: &Search, lang: Lang) -> Result<Found, sqlx::Error> {
    let mut query = chosen();
    conditions(&mut query, search);
    let price = Prices::shown(search.purpose).first();
    let order = |query: &mut QueryBuilder<Postgres>| {
        match search.sort {
            Sort::Newest => {}
            Sort::PriceAsc => drop(query.push(&price).push(" asc nulls last, ")),
            Sort::PriceDesc => drop(query.push(&price).push(" desc nulls last, ")),
            Sort::AreaDesc => drop(query.push("area desc nulls last, ")),
        }
        newest_first(query);
    };
    let page = i64::from(search.page.max(1));
    let cards = cards(db, query, order, (PAGE, (page - 1) * PAGE), lang).await?;
    let mut counting = QueryBuilder::new("select count(*) from properties p where p.published_at is not null");
    conditions(&mut counting, search);
    let total: i64 = counting.build_query_scalar().fetch_one(db).await?;
    let others = if total == 0 { newest(db, search.purpose, lang).await? } else { Vec::new() };
    let pages = u32::try_from((total + PAGE - 1) / PAGE).unwrap_or(u32::MAX);
    Ok(Found { cards, total, pages, others })
}

async fn newest(db: &TenantDb, purpose: Option<Purpose>, lang: Lang) -> Result<Vec<Card>, sqlx::Error> {
    let mut query = chosen();
    conditions(&mut query, &Search { purpose, ..Search::default() });
    cards(db, query, newest_first, (FEW / 2, 0), lang).await
}

/// The twelve of the first page: those that the agency chose, then the newest.
///
/// # Errors
/// The database's.
pub async fn featured(db: &TenantDb, lang: Lang) -> Result<Vec<Card>, sqlx::Error> {
    let order = |query: &mut QueryBuilder<Postgres>| newest_first(query.push("p.featured desc, "));
    cards(db, chosen(), order, (FEW, 0), lang).await
}

/// Like another property, of a purpose and kind with it: in its neighbourhood by the nearest price, then the newest of its
/// city.
pub(super) async fn similar(db: &TenantDb, to: &Property, lang: Lang) -> Result<Vec<Card>, sqlx::Error> {
    let i = &to.input;
    let purposes: Vec<&str> = i.purposes.iter().map(|purpose| purpose.as_str()).collect();
    let like = || {
        let mut query = chosen();
        query.push(" and p.type = ").push_bind(i.kind.as_str()).push(" and p.city = ").push_bind(i.city.clone());
        query.push(" and p.purposes && ").push_bind(purposes.clone()).push(" and p.id <> ").push_bind(to.id.0);
        query
    };
    let mut near = like();
    near.push(" and p.neighborhood = ").push_bind(i.neighborhood.clone());
    let nearest = |query: &mut QueryBuilder<Postgres>| {
        distance(query, i);
        newest_first(query.push(" nulls last, "));
    };
    let mut found = cards(db, near, nearest, (SIMILAR, 0), lang).await?;
    let lacking = SIMILAR - i64::try_from(found.len()).unwrap_or(SIMILAR);
    if lacking > 0 {
        let mut far = like();
        far.push(" and p.neighborhood is distinct from ").push_bind(i.neighborhood.clone());
        found.extend(cards(db, far, newest_first, (lacking, 0), lang).await?);
    }
    Ok(found)
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
    let amount = |typed: &str| money::parse(typed).ok().flatten();
    Prices::shown(search.purpose).between(query, (amount(&search.min_price), amount(&search.max_price)));
    for (column, asked) in [("p.bedrooms", search.bedrooms), ("p.parking", search.parking)] {
        if let Some(least) = asked {
            query.push(" and ").push(column).push(" >= ").push_bind(least);
        }
    }
    every_word(query, "p.public_text", &search.q);
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
        prices.push((purpose, price.unwrap_or_else(|| words_in(lang).properties.price_on_request.to_owned())));
    }
    Ok(prices)
}

//! One published property, as far as visitors may know it.

use rust_decimal::Decimal;
use tenancy::TenantDb;

use super::search::similar;
use crate::properties::db::{find, photos};
use crate::properties::labels;
use crate::properties::rules::is_code;
use crate::properties::rules::public_path;
use crate::properties::types::{Period, Property, PropertyId, PropertyInput, Purpose, Visibility};
use crate::properties::words::field;
use crate::storefront::types::Listing;
use crate::words::{Lang, words_in};

/// Names of fields and whether it is so.
type Beside = [(&'static str, Option<bool>); 3];

/// The listing whose address ends with this code.
///
/// # Errors
/// `RowNotFound` when there is none, or when it is not published.
pub async fn listing(db: &TenantDb, code: &str, lang: Lang) -> Result<Listing, sqlx::Error> {
    // An address says anything; what is no code is not asked for.
    if !is_code(code) {
        return Err(sqlx::Error::RowNotFound);
    }
    // With what an import brought and the form does not ask for yet.
    let found = sqlx::query!(
        r#"select id as "id: PropertyId", elevator, pool, pets
           from properties
           where code = $1 and published_at is not null"#,
        code
    )
    .fetch_one(db)
    .await?;
    let (id, beside) = (found.id, [("elevator", found.elevator), ("pool", found.pool), ("pets", found.pets)]);
    let property = find(db, id).await?;
    if !property.is_published {
        return Err(sqlx::Error::RowNotFound);
    }
    let (pictures, similar) = (photos::pictures(db, id).await?, similar(db, &property, lang).await?);
    Ok(shown((property, beside), lang, |listing| Listing { pictures, similar, ..listing }))
}

fn shown((property, beside): (Property, Beside), lang: Lang, with: impl FnOnce(Listing) -> Listing) -> Listing {
    let i = &property.input;
    with(Listing {
        path: public_path(&property.slug, &property.code),
        kind: labels::property_type(i.kind, lang).to_owned(),
        title: i.title.clone(),
        place: place(i),
        purposes: i.purposes.iter().map(|p| labels::purpose(*p, lang).to_owned()).collect(),
        prices: prices(i, lang),
        costs: costs(i, lang),
        size: labels::size(
            i.area_private.or(i.area_built).or(i.area_total).or(i.area_land),
            (i.bedrooms, i.parking),
            lang,
        ),
        facts: facts(i, beside, lang),
        description: i.description.clone(),
        code: property.code,
        pictures: Vec::new(),
        similar: Vec::new(),
    })
}

/// As exact as the agency wants it; the complement is nobody's business.
fn place(i: &PropertyInput) -> String {
    let street = i.street.clone().map(|street| match (&i.number, i.visibility) {
        (Some(number), Visibility::Full) => format!("{street}, {number}"),
        _ => street,
    });
    let city = [i.city.clone(), i.uf.clone()].into_iter().flatten().collect::<Vec<_>>().join("/");
    let street = street.filter(|_| i.visibility != Visibility::Neighborhood);
    [street, i.neighborhood.clone(), Some(city)]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

fn prices(i: &PropertyInput, lang: Lang) -> Vec<(String, String)> {
    let on_request = || words_in(lang).properties.price_on_request.to_owned();
    let of = |purpose: Purpose| match purpose {
        Purpose::Sale => labels::price(i.sale_price.filter(|_| i.sale_price_public), "", lang),
        Purpose::Rent => labels::price(i.rent, labels::period(i.rent_period, lang), lang),
        Purpose::Season => labels::price(i.season_price, labels::period(Period::Daily, lang), lang),
    };
    i.purposes.iter().map(|p| (labels::purpose(*p, lang).to_owned(), of(*p).unwrap_or_else(on_request))).collect()
}

fn costs(i: &PropertyInput, lang: Lang) -> Vec<(String, String)> {
    let named = |name: &str, price: Option<String>| Some((field(name, lang).to_owned(), price?));
    let month = labels::period(Period::Monthly, lang);
    let tax = i.iptu_period.map_or("", |period| labels::period(period, lang));
    [named("condo", labels::price(i.condo, month, lang)), named("iptu", labels::price(i.iptu, tax, lang))]
        .into_iter()
        .flatten()
        .collect()
}

fn facts(i: &PropertyInput, beside: Beside, lang: Lang) -> Vec<(String, String)> {
    let number = |n: Option<i16>| n.map(|n| n.to_string());
    let area = |a: Option<Decimal>| a.map(|a| labels::area(a, lang));
    let facts = [
        ("area_private", area(i.area_private)),
        ("area_built", area(i.area_built)),
        ("area_total", area(i.area_total)),
        ("area_land", area(i.area_land)),
        ("bedrooms", number(i.bedrooms)),
        ("suites", number(i.suites)),
        ("bathrooms", number(i.bathrooms)),
        ("lavabos", number(i.lavabos)),
        ("parking", number(i.parking)),
        ("floor", number(i.floor)),
        ("year_built", number(i.year_built)),
        ("furnished", i.furnished.map(|f| labels::furnished(f, lang).to_owned())),
        ("condition", i.condition.map(|c| labels::condition(c, lang).to_owned())),
    ];
    let beside = beside.map(|(name, is_so)| (name, is_so.map(|is_so| labels::yes_no(is_so, lang).to_owned())));
    facts
        .into_iter()
        .chain(beside)
        .filter_map(|(name, value)| Some((field(name, lang).trim_end_matches(" (m²)").to_owned(), value?)))
        .collect()
}

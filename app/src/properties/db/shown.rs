//! A property as it is read: in a language, with units, only what is known.

use rust_decimal::Decimal;

use crate::audit::types::HistoryLine;
use crate::properties::labels;
use crate::properties::readiness::FEW_PHOTOS;
use crate::properties::rules::{format_cep, public_path};
use crate::properties::types::{May, Missing, Photo, Property, PropertyInput, PropertyPage, Publication, Status};
use crate::properties::words::field;
use crate::values::fields::FieldErrors;
use crate::values::money::{format_money, format_number};
use crate::words::{Lang, problem, words_in};

/// What an import brought and no form asks for yet, and who looks after it.
pub(super) struct Beside {
    pub(super) elevator: Option<bool>,
    pub(super) pool: Option<bool>,
    pub(super) pets: Option<bool>,
    pub(super) lat: Option<Decimal>,
    pub(super) lng: Option<Decimal>,
    pub(super) responsible: Option<String>,
}

type Facts = Vec<(&'static str, Option<String>)>;

/// The page of a property.
pub(super) fn page(
    (property, beside): (Property, &Beside),
    (missing, photos, history): (FieldErrors, Vec<Photo>, Vec<HistoryLine>),
    may: May,
    lang: Lang,
) -> PropertyPage {
    let words = &words_in(lang).properties;
    let i = &property.input;
    let groups = [
        (words.identification, vec![("responsible_id", beside.responsible.clone())]),
        (words.values, values(i, lang)),
        (words.address, address(i, beside)),
        (words.features, features(i, beside, lang)),
    ];
    let known = |facts: Facts| {
        facts.into_iter().filter_map(|(name, value)| Some((field(name, lang).to_owned(), value?))).collect::<Vec<_>>()
    };
    let facts =
        groups.into_iter().map(|(heading, facts)| (heading.to_owned(), known(facts))).filter(|(_, f)| !f.is_empty());
    let text =
        |name: &'static str, text: &str| (!text.is_empty()).then(|| (field(name, lang).to_owned(), text.to_owned()));
    let texts = [text("description", &i.description), text("internal_notes", &i.internal_notes)];
    PropertyPage {
        id: property.id,
        title: i.title.clone(),
        kind: labels::property_type(i.kind, lang).to_owned(),
        status: labels::status(i.status, lang).to_owned(),
        is_active: i.status == Status::Active,
        is_archived: property.is_archived,
        version: property.version,
        facts: facts.collect(),
        texts: texts.into_iter().flatten().collect(),
        history,
        may,
        publication: Publication {
            is_published: property.is_published,
            is_featured: property.is_featured,
            few_photos: photos.len() < FEW_PHOTOS,
            path: public_path(&property.slug, &property.code),
            missing: named(missing, lang),
        },
        photos,
        code: property.code,
    }
}

/// What is missing, in words.
pub(super) fn named(missing: FieldErrors, lang: Lang) -> Vec<Missing> {
    let named = missing.0.into_iter().map(|(name, wrong)| Missing {
        label: field(&name, lang).to_owned(),
        sentence: problem(&wrong, lang),
        field: name,
    });
    named.collect()
}

fn number(n: Option<i16>) -> Option<String> {
    n.map(|n| n.to_string())
}

/// Its unit stands in what the field is called.
fn area(a: Option<Decimal>, lang: Lang) -> Option<String> {
    a.map(|a| format_number(a, lang))
}

fn values(i: &PropertyInput, lang: Lang) -> Facts {
    let money = |a: Option<Decimal>| a.map(|a| format_money(a, lang));
    let per = |amount: Option<String>, period: &str| amount.map(|a| format!("{a} {period}").trim_end().to_owned());
    let purposes = i.purposes.iter().map(|p| labels::purpose(*p, lang)).collect::<Vec<_>>().join(", ");
    vec![
        ("purposes", Some(purposes)),
        ("sale_price", money(i.sale_price)),
        ("rent", per(money(i.rent), labels::period(i.rent_period, lang))),
        ("season_price", money(i.season_price)),
        ("condo", money(i.condo)),
        ("iptu", per(money(i.iptu), i.iptu_period.map_or("", |p| labels::period(p, lang)))),
    ]
}

fn address(i: &PropertyInput, beside: &Beside) -> Facts {
    vec![
        ("street", i.street.clone()),
        ("number", i.number.clone()),
        ("complement", i.complement.clone()),
        ("neighborhood", i.neighborhood.clone()),
        ("city", i.city.clone()),
        ("uf", i.uf.clone()),
        ("cep", i.cep.as_deref().map(format_cep)),
        ("place", beside.lat.zip(beside.lng).map(|(lat, lng)| format!("{lat}, {lng}"))),
    ]
}

fn features(i: &PropertyInput, beside: &Beside, lang: Lang) -> Facts {
    let known = |is_so: Option<bool>| is_so.map(|is_so| labels::yes_no(is_so, lang).to_owned());
    vec![
        ("bedrooms", number(i.bedrooms)),
        ("suites", number(i.suites)),
        ("bathrooms", number(i.bathrooms)),
        ("lavabos", number(i.lavabos)),
        ("parking", number(i.parking)),
        ("floor", number(i.floor)),
        ("floors_total", number(i.floors_total)),
        ("year_built", number(i.year_built)),
        ("area_private", area(i.area_private, lang)),
        ("area_total", area(i.area_total, lang)),
        ("area_built", area(i.area_built, lang)),
        ("area_land", area(i.area_land, lang)),
        ("furnished", i.furnished.map(|f| labels::furnished(f, lang).to_owned())),
        ("condition", i.condition.map(|c| labels::condition(c, lang).to_owned())),
        ("elevator", known(beside.elevator)),
        ("pool", known(beside.pool)),
        ("pets", known(beside.pets)),
    ]
}

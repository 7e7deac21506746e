//! Plans as operators look at them, and the next version of one.

use rust_decimal::Decimal;
use tenancy::central::plans::{self, Plan, PublishError, Published};
use time::OffsetDateTime;

use super::plan_types::{PlanEditor, PlanGroup, Standing, VersionPreview, VersionRow};
use super::plan_words::{PlanWords, plan_words, users_of};
use super::rules;
use super::tenants::by;
use crate::auth::second_factor::is_proved;
use crate::billing::features::Feature;
use crate::billing::words::feature;
use crate::caller::{self, Operator};
use crate::error::{AppError, Clash};
use crate::state::House;
use crate::values::day::{format_day, format_instant};
use crate::values::fields::{FieldErrors, Fields};
use crate::values::money::{format_money, format_number};
use crate::values::page::format_count;
use crate::values::query;
use crate::words::{Lang, lang};

/// The form's fields in an address and a hidden form, but for the set of features.
const FIELDS: [&str; 9] = [
    "price_monthly",
    "price_yearly",
    "max_users",
    "max_properties",
    "additional_user_price",
    "activation_fee",
    "trainings",
    "training_price",
    "valid_from",
];

/// Every plan with all of its versions, cheapest first.
///
/// # Errors
/// The database's.
pub async fn list(house: &House) -> Result<Vec<PlanGroup>, AppError> {
    let (lang, now) = (lang(), house.clock.now());
    let mut groups: Vec<PlanGroup> = Vec::new();
    for published in plans::history(&house.central).await? {
        let (name, title) = (published.plan.name.clone(), published.plan.display_name.clone());
        let version = row(published, now, lang);
        match groups.last_mut().filter(|group| group.name == name) {
            Some(group) => group.versions.push(version),
            None => groups.push(PlanGroup { name, title, versions: vec![version] }),
        }
    }
    Ok(groups)
}

fn row(published: Published, now: OffsetDateTime, lang: Lang) -> VersionRow {
    let Published { plan, valid_from, is_sold, agencies, .. } = published;
    let standing = match is_sold {
        true => Standing::Sold,
        false if valid_from > now => Standing::ToCome,
        false => Standing::Earlier,
    };
    let properties = plan.max_properties.map(|max| format_count(max.into(), lang));
    VersionRow {
        number: plan.number,
        standing,
        since: format_instant(valid_from, lang),
        monthly: format_money(plan.price_monthly, lang),
        yearly: format_money(plan.price_yearly, lang),
        users: users_of(plan.max_users, &format_money(plan.additional_user_price, lang), lang),
        properties: properties.unwrap_or_else(|| plan_words(lang).unlimited.to_owned()),
        agencies: format_count(agencies, lang),
    }
}

/// The last version of a plan, and the one that is sold now.
async fn versions(house: &House, name: &str) -> Result<(Plan, Plan), AppError> {
    let all = plans::history(&house.central).await?;
    let of_plan = |published: &&Published| published.plan.name == name;
    let last = all.iter().find(of_plan).map(|published| published.plan.clone());
    let sold = all.iter().filter(of_plan).find(|published| published.is_sold).map(|published| published.plan.clone());
    let last = last.ok_or(AppError::NotFound)?;
    Ok((last.clone(), sold.unwrap_or(last)))
}

/// The form for a plan's next version, and what it would change, when the address asks for that. Refused, it is as it was sent.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such plan.
pub async fn edit(house: &House, asked: Fields) -> Result<PlanEditor, AppError> {
    let lang = lang();
    let (last, sold) = versions(house, asked.get("plan")).await?;
    let typed = caller::entrance()?.0;
    let is_refused = !typed.0.is_empty();
    let is_asked = is_refused || asked.0.contains_key("price_monthly");
    let stands = rules::version_fields(&last, |amount| format_number(amount, lang));
    let form = match (is_refused, is_asked) {
        (true, _) => typed,
        (false, true) => asked,
        (false, false) => stands,
    };
    let parsed = rules::parse_version(&form, &last, house.clock.now());
    let (preview, errors) = match parsed {
        Ok(new) if is_asked => {
            let changes = changes(&sold, &new, lang);
            let from = (new.valid_from > house.clock.now()).then(|| format_day(new.valid_from, lang));
            let hidden = hidden(&form, last.number);
            (Some(VersionPreview { changes, from: from.unwrap_or_default(), hidden }), FieldErrors::default())
        }
        // What was sent to be published says by itself what was wrong with it.
        Err(AppError::Invalid(errors)) if is_asked && !is_refused => (None, errors),
        _ => (None, FieldErrors::default()),
    };
    let proof = (!is_proved(house).await?).then(|| confirming(&last.name, &form));
    Ok(PlanEditor {
        title: last.display_name.clone(),
        name: last.name,
        last: last.number,
        sold: sold.number,
        form,
        errors,
        features: Feature::ALL.map(|of| (of.as_str().to_owned(), feature(of, lang).to_owned())).into(),
        preview,
        proof,
    })
}

/// Where somebody proves who they are, and comes back from to the form as it is.
fn confirming(plan: &str, form: &Fields) -> String {
    let pairs = pairs(form);
    let back = query::address(&format!("/platform/plans/{plan}"), pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    query::address("/entrar/confirmar", [("next", back.as_str())])
}

fn pairs(form: &Fields) -> Vec<(String, String)> {
    let one = FIELDS.iter().map(|name| ((*name).to_owned(), form.get(name).to_owned()));
    let set = form.all("features").iter().map(|key| ("features[]".to_owned(), key.clone()));
    one.chain(set).collect()
}

fn hidden(form: &Fields, last: i32) -> Vec<(String, String)> {
    let mut all = pairs(form);
    all.push(("follows".to_owned(), last.to_string()));
    all
}

/// What is different: what, now, then.
fn changes(sold: &Plan, new: &plans::NewVersion, lang: Lang) -> Vec<(String, String, String)> {
    let words = plan_words(lang);
    let money = |amount: Decimal| format_money(amount, lang);
    let count = |max: Option<i32>| max.map_or(words.unlimited.to_owned(), |max| format_count(max.into(), lang));
    let figures = [
        (words.monthly, money(sold.price_monthly), money(new.price_monthly)),
        (words.yearly, money(sold.price_yearly), money(new.price_yearly)),
        (words.users, count(Some(sold.max_users)), count(Some(new.max_users))),
        (words.additional_user, money(sold.additional_user_price), money(new.additional_user_price)),
        (words.properties, count(sold.max_properties), count(new.max_properties)),
        (words.activation_fee, money(sold.activation_fee), money(new.activation_fee)),
        (words.trainings, sold.features["trainings"].to_string(), new.features["trainings"].to_string()),
        (words.training_price, training(&sold.features, lang), training(&new.features, lang)),
    ];
    let figures = figures.into_iter().map(|(what, now, then)| (what.to_owned(), now, then));
    let features = Feature::ALL.map(|of| {
        let has = |all: &serde_json::Value| said(all[of.as_str()].as_bool() == Some(true), words).to_owned();
        (feature(of, lang).to_owned(), has(&sold.features), has(&new.features))
    });
    figures.chain(features).filter(|(_, now, then)| now != then).collect()
}

const fn said(has: bool, words: &PlanWords) -> &'static str {
    if has { words.included } else { words.not_included }
}

fn training(features: &serde_json::Value, lang: Lang) -> String {
    let price = features["training_price"].as_str().unwrap_or_default();
    price.parse().map_or_else(|_| price.to_owned(), |price: Decimal| format_money(price, lang))
}

/// Publishes the next version of a plan.
///
/// # Errors
/// [`AppError::Invalid`] with what is wrong, [`AppError::NotFound`] when there is no such plan,
/// [`AppError::Conflict`] when another version came after the one that the form began with.
pub async fn publish(house: &House, operator: &Operator, form: &Fields) -> Result<(), AppError> {
    let (last, _) = versions(house, form.get("plan")).await?;
    let mut new = rules::parse_version(form, &last, house.clock.now())?;
    new.follows = form.get("follows").parse().ok().or(Some(0));
    match plans::publish_version(&house.central, &new, by(operator)).await {
        Ok(_) => Ok(()),
        Err(PublishError::Overtaken(number)) => Err(AppError::Conflict(Clash::Stale(number))),
        Err(PublishError::Database(error)) => Err(error.into()),
    }
}

//! The list's filters: a plain form whose state is the address, and a chip for each thing asked for.

use leptos::prelude::*;
use leptos_router::components::Form;

use crate::properties::filter::{PropertyFilter, Sort};
use crate::properties::labels;
use crate::properties::types::{PropertyType, Purpose, Status};
use crate::properties::words::field;
use crate::ui::icon::{Icon, IconName};
use crate::words::{Lang, lang, words};

fn choices<T: Copy>(
    all: &[T],
    value: fn(T) -> &'static str,
    label: fn(T, Lang) -> &'static str,
    chosen: &str,
    none: &'static str,
) -> impl IntoView + use<T> {
    let lang = lang();
    let options: Vec<_> = all.iter().map(|&c| (value(c), label(c, lang), value(c) == chosen)).collect();
    view! {
        <option value="">{none}</option>
        {options.into_iter().map(|(value, label, selected)| view! { <option value=value selected=selected>{label}</option> }).collect_view()}
    }
}

fn sort_label(sort: Sort, lang: Lang) -> &'static str {
    let words = &crate::words::words_in(lang).properties;
    match sort {
        Sort::Newest => words.newest,
        Sort::PriceAsc => words.price_asc,
        Sort::PriceDesc => words.price_desc,
        Sort::AreaDesc => words.area_desc,
    }
}

/// The form and the chips.
#[component]
pub fn Filters(
    /// What is asked for now.
    filter: PropertyFilter,
) -> impl IntoView {
    let (all, lang) = (words(), lang());
    let words = &all.properties;
    let f = filter.clone();
    let chosen = |value: Option<&'static str>| value.unwrap_or_default();
    view! {
        <input type="checkbox" id="filters" class="fold-switch"/>
        <label for="filters" class="fold-label"><Icon name=IconName::Search/>{words.filter}</label>
        <Form method="GET" action="/app/properties" attr:class="search-bar fold">
            {f.archived.then(|| view! { <input type="hidden" name="archived" value="yes"/> })}
            <label class="field"><span class="field-label">{all.common.search}</span>
                <input class="input" type="search" name="q" value=f.q placeholder=words.search/></label>
            <label class="field"><span class="field-label">{field("purposes", lang)}</span>
                <select class="select" name="purpose">{choices(Purpose::ALL, Purpose::as_str, labels::purpose, chosen(f.purpose.map(Purpose::as_str)), words.all)}</select></label>
            <label class="field"><span class="field-label">{field("type", lang)}</span>
                <select class="select" name="type">{choices(PropertyType::ALL, PropertyType::as_str, labels::property_type, chosen(f.kind.map(PropertyType::as_str)), words.all)}</select></label>
            <label class="field"><span class="field-label">{field("status", lang)}</span>
                <select class="select" name="status">{choices(Status::ALL, Status::as_str, labels::status, chosen(f.status.map(Status::as_str)), words.all)}</select></label>
            <label class="field"><span class="field-label">{field("neighborhood", lang)}</span>
                <input class="input" name="neighborhood" value=f.neighborhood/></label>
            <label class="field"><span class="field-label">{words.min_price}</span>
                <input class="input" name="min_price" inputmode="decimal" value=f.min_price/></label>
            <label class="field"><span class="field-label">{words.max_price}</span>
                <input class="input" name="max_price" inputmode="decimal" value=f.max_price/></label>
            <label class="field"><span class="field-label">{words.min_bedrooms}</span>
                <input class="input" name="bedrooms" inputmode="numeric" value=f.bedrooms.map(|b| b.to_string()).unwrap_or_default()/></label>
            <label class="field"><span class="field-label">{words.sort}</span>
                <select class="select" name="sort">
                    {Sort::ALL.map(|s| view! { <option value=s.as_str() selected=s == f.sort>{sort_label(s, lang)}</option> }).into_iter().collect_view()}
                </select></label>
            <button type="submit" class="btn"><Icon name=IconName::Search/>{words.filter}</button>
        </Form>
        <Chips filter/>
    }
}

#[component]
fn Chips(filter: PropertyFilter) -> impl IntoView {
    let (all, lang) = (words(), lang());
    let shown = |name: &str, value: &str| match name {
        "q" => format!("“{value}”"),
        "purpose" => Purpose::parse(value).map_or("", |v| labels::purpose(v, lang)).to_owned(),
        "type" => PropertyType::parse(value).map_or("", |v| labels::property_type(v, lang)).to_owned(),
        "status" => Status::parse(value).map_or("", |v| labels::status(v, lang)).to_owned(),
        "min_price" => format!("{} {value}", all.properties.min_price),
        "max_price" => format!("{} {value}", all.properties.max_price),
        "bedrooms" => format!("{} {value}", all.properties.min_bedrooms),
        _ => value.to_owned(),
    };
    let pairs: Vec<_> = filter.pairs().into_iter().filter(|(n, _)| !matches!(*n, "sort" | "archived")).collect();
    let chips = pairs.into_iter().map(|(name, value)| {
        let (text, href) = (shown(name, &value), filter.href_without(name));
        view! { <a class="chip" href=href>{text}<span class="sr-only">": "{all.common.clear}</span><span aria-hidden="true">"×"</span></a> }
    });
    view! { <div class="chips">{chips.collect_view()}</div> }
}

//! The list's filters: a plain form whose state is the address, and a chip for each thing asked for.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::properties::filter::{LIST, PropertyFilter, Sort};
use crate::properties::labels;
use crate::properties::types::{PropertyType, Purpose, Status};
use crate::properties::words::field;
use crate::ui::act::values;
use crate::ui::icon::{Icon, IconName};
use crate::words::{Lang, lang, words};

/// Value, name, and whether it is asked for.
type Choice = (&'static str, &'static str, bool);

fn choices<T: Copy + PartialEq>(
    all: &[T],
    value: fn(T) -> &'static str,
    label: fn(T, Lang) -> &'static str,
    chosen: &[T],
) -> Vec<Choice> {
    let lang = lang();
    let every = ("", words().properties.all, false);
    let each = all.iter().map(|&choice| (value(choice), label(choice, lang), chosen.contains(&choice)));
    std::iter::once(every).chain(each).collect()
}

/// A field to choose from. Of several that are asked for none is lost: then it shows them all.
fn select(name: &'static str, label: &'static str, choices: Vec<Choice>) -> impl IntoView {
    let are_several = choices.iter().filter(|(_, _, is_chosen)| *is_chosen).count() > 1;
    let options = choices
        .into_iter()
        .map(|(value, label, selected)| view! { <option value=value selected=selected>{label}</option> });
    view! {
        <label class="field"><span class="field-label">{label}</span>
            <select class="select" name=name multiple=are_several>{options.collect_view()}</select></label>
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
    let sorts = Sort::ALL.iter().map(|&sort| (sort.as_str(), sort_label(sort, lang), sort == f.sort)).collect();
    // One field each, and one to type into when there is none.
    let places = if f.neighborhoods.is_empty() { vec![String::new()] } else { f.neighborhoods };
    let places = places.into_iter().map(|place| {
        view! {
            <label class="field"><span class="field-label">{field("neighborhood", lang)}</span>
                <input class="input" name="neighborhood" value=place/></label>
        }
    });
    let navigate = use_navigate();
    // The browser's own address of a form holds every field, empty or not.
    let submit = move |event: SubmitEvent| {
        let Some(typed) = values(&event) else { return };
        let all = |name: &str| typed.iter().filter(|(n, _)| n == name).map(|(_, value)| value.clone()).collect();
        navigate(&PropertyFilter::from_query(&all).href(None), NavigateOptions::default());
    };
    view! {
        <input type="checkbox" id="filters" class="fold-switch"/>
        <label for="filters" class="fold-label"><Icon name=IconName::Search/>{all.storefront.filters}</label>
        <form method="get" action=LIST class="search-bar fold" on:submit=submit>
            {f.archived.then(|| view! { <input type="hidden" name="archived" value="yes"/> })}
            <label class="field"><span class="field-label">{all.common.search}</span>
                <input class="input" type="search" name="q" value=f.q placeholder=words.search/></label>
            {select("purpose", field("purposes", lang), choices(Purpose::ALL, Purpose::as_str, labels::purpose, &f.purposes))}
            {select("type", field("type", lang), choices(PropertyType::ALL, PropertyType::as_str, labels::property_type, &f.kinds))}
            {select("status", field("status", lang), choices(Status::ALL, Status::as_str, labels::status, &f.statuses))}
            {places.collect_view()}
            <label class="field"><span class="field-label">{words.min_price}</span>
                <input class="input" name="min_price" inputmode="decimal" value=f.min_price/></label>
            <label class="field"><span class="field-label">{words.max_price}</span>
                <input class="input" name="max_price" inputmode="decimal" value=f.max_price/></label>
            <label class="field"><span class="field-label">{words.min_bedrooms}</span>
                <input class="input" name="bedrooms" inputmode="numeric" value=f.bedrooms.map(|b| b.to_string()).unwrap_or_default()/></label>
            {select("sort", words.sort, sorts)}
            <button type="submit" class="btn"><Icon name=IconName::Search/>{words.filter}</button>
        </form>
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
        let (text, href) = (shown(name, &value), filter.href_without(name, &value));
        view! { <a class="chip" href=href>{text}<span class="sr-only">": "{all.common.clear}</span><span aria-hidden="true">"×"</span></a> }
    });
    view! { <div class="chips">{chips.collect_view()}</div> }
}

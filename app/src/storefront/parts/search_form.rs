//! What a visitor looks for: a plain form whose state is the address.

use leptos::prelude::*;

use crate::properties::filter::Sort;
use crate::properties::labels;
use crate::properties::types::{PropertyType, Purpose};
use crate::properties::words::field;
use crate::storefront::search::Search;
use crate::storefront::types::Choices;
use crate::ui::icon::{Icon, IconName};
use crate::words::{Lang, lang, words};

/// The form: short on the landing page, whole beside the results.
#[component]
pub fn SearchForm(
    /// What is looked for now.
    search: Search,
    /// What there is.
    choices: Choices,
    /// Purpose, kind, neighbourhood and price only.
    #[prop(optional)]
    is_short: bool,
) -> impl IntoView {
    let (all, lang) = (words(), lang());
    let words = &all.storefront;
    let least = |n: Option<i16>| n.map(|n| n.to_string()).unwrap_or_default();
    let city = (!is_short).then(|| {
        view! {
            <label class="field"><span class="field-label">{field("city", lang)}</span>
                <input class="input" name="city" list="cities" value=search.city.clone()/></label>
        }
    });
    let min_price = (!is_short).then(|| {
        view! {
            <label class="field"><span class="field-label">{words.min_price}</span>
                <input class="input" name="min_price" inputmode="decimal" value=search.min_price.clone()/></label>
        }
    });
    let more = (!is_short).then(|| {
        let sort = search.sort;
        view! {
            {counted("bedrooms", words.bedrooms, &least(search.bedrooms))}
            {counted("parking", words.parking, &least(search.parking))}
            <label class="field"><span class="field-label">{words.words}</span>
                <input class="input" type="search" name="q" value=search.q.clone() placeholder=words.words_hint/></label>
            <label class="field"><span class="field-label">{words.sort}</span>
                <select class="select" name="sort">
                    {Sort::ALL.map(|s| view! { <option value=s.as_str() selected=s == sort>{sort_label(s, lang)}</option> }).into_iter().collect_view()}
                </select></label>
            <datalist id="cities">{options(choices.cities)}</datalist>
        }
    });
    view! {
        <form method="get" action="/imoveis" class="store-search" role="search">
            {(lang == Lang::En).then(|| view! { <input type="hidden" name="lang" value="en"/> })}
            <label class="field"><span class="field-label">{words.want_to}</span>
                <select class="select" name="purpose">
                    <option value="">{words.any}</option>
                    {Purpose::ALL.iter().map(|&p| view! { <option value=p.as_str() selected=search.purpose == Some(p)>{verb(p, lang)}</option> }).collect_view()}
                </select></label>
            <label class="field"><span class="field-label">{field("type", lang)}</span>
                <select class="select" name="type">{kinds(&choices.kinds, &search.kinds, lang)}</select></label>
            {city}
            <label class="field"><span class="field-label">{field("neighborhood", lang)}</span>
                <input class="input" name="neighborhood" list="neighborhoods" value=search.neighborhood.clone()/></label>
            {min_price}
            <label class="field"><span class="field-label">{words.max_price}</span>
                <input class="input" name="max_price" inputmode="decimal" value=search.max_price.clone()/></label>
            {more}
            <datalist id="neighborhoods">{options(choices.neighborhoods)}</datalist>
            <button type="submit" class="btn btn-brand"><Icon name=IconName::Search/>{all.common.search}</button>
        </form>
    }
}

fn options(names: Vec<String>) -> impl IntoView {
    names.into_iter().map(|name| view! { <option value=name></option> }).collect_view()
}

/// The kinds on offer; one that is asked for stays, even when there is none of it.
fn kinds(offered: &[PropertyType], chosen: &[PropertyType], lang: Lang) -> impl IntoView + use<> {
    let mut all = offered.to_vec();
    all.extend(chosen.iter().copied().filter(|kind| !offered.contains(kind)));
    let options: Vec<_> = all
        .into_iter()
        .map(|kind| {
            let is_chosen = chosen.contains(&kind);
            view! { <option value=kind.as_str() selected=is_chosen>{labels::property_type(kind, lang)}</option> }
        })
        .collect();
    view! { <option value="">{words().storefront.any}</option> {options} }
}

fn counted(name: &'static str, label: &'static str, chosen: &str) -> impl IntoView + use<> {
    let options = ["1", "2", "3", "4"].map(|n| (n, n == chosen));
    let others = (!chosen.is_empty() && !options.iter().any(|(n, _)| *n == chosen)).then(|| chosen.to_owned());
    view! {
        <label class="field"><span class="field-label">{label}</span>
            <select class="select" name=name>
                <option value="">{words().storefront.any}</option>
                {options.into_iter().map(|(n, selected)| view! { <option value=n selected=selected>{n}"+"</option> }).collect_view()}
                {others.map(|n| view! { <option value=n selected=true>{format!("{chosen}+")}</option> })}
            </select></label>
    }
}

/// What somebody wants: `Comprar`.
pub(super) fn verb(purpose: Purpose, lang: Lang) -> &'static str {
    let words = &crate::words::words_in(lang).storefront;
    match purpose {
        Purpose::Sale => words.buy,
        Purpose::Rent => words.rent,
        Purpose::Season => words.season,
    }
}

fn sort_label(sort: Sort, lang: Lang) -> &'static str {
    let words = &crate::words::words_in(lang).storefront;
    match sort {
        Sort::Newest => words.newest,
        Sort::PriceAsc => words.price_asc,
        Sort::PriceDesc => words.price_desc,
        Sort::AreaDesc => words.area_desc,
    }
}

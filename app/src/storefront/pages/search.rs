//! `/imoveis`: what a visitor looks for, 24 a page.

use leptos::prelude::*;
use leptos_meta::{Link, Meta};
use leptos_router::hooks::use_query_map;

use super::Failed;
use crate::layouts::StorefrontLayout;
use crate::properties::labels;
use crate::properties::types::{PropertyType, Purpose};
use crate::properties::words::counted;
use crate::storefront::parts::{Cards, SearchForm};
use crate::storefront::search::{Search, in_lang};
use crate::storefront::server_fns::load_search;
use crate::storefront::types::{Found, SearchPage};
use crate::ui::icon::{Icon, IconName};
use crate::ui::title::PageTitle;
use crate::values::page::Total;
use crate::words::{Lang, lang, words};

/// The search.
#[component]
pub fn SearchIndex() -> impl IntoView {
    let query = use_query_map();
    let search = query.with_untracked(|query| Search::from_query(|name| query.get_all(name).unwrap_or_default()));
    let content = Suspend::new(async move {
        match load_search(search.clone()).await {
            Err(error) => view! { <Failed error/> }.into_any(),
            Ok(page) => content(page, search).into_any(),
        }
    });
    view! { <Suspense>{content}</Suspense> }
}

/// `Apartamentos à venda em Perdizes`, as far as it is asked for.
fn heading(search: &Search, lang: Lang) -> String {
    let words = &crate::words::words_in(lang).storefront;
    let what = match search.kinds.as_slice() {
        [kind] => labels::property_type(*kind, lang),
        _ => words.properties,
    };
    let purpose = match search.purpose {
        Some(Purpose::Sale) => words.for_sale,
        Some(Purpose::Rent) => words.for_rent,
        Some(Purpose::Season) => words.for_season,
        None => "",
    };
    let place = [search.neighborhood.as_str(), search.city.as_str()];
    let place = place.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ");
    let place = if place.is_empty() { String::new() } else { format!("{} {place}", words.r#in) };
    [what, purpose, &place].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn content(page: SearchPage, search: Search) -> impl IntoView {
    let (words, lang) = (&words().storefront, lang());
    let SearchPage { store, choices, found: Found { cards, total, pages, others } } = page;
    let heading = heading(&search, lang);
    let count = counted(Total::Exactly(total), lang);
    let title = format!("{heading} – {}", store.name);
    let description = format!("{heading}: {count}. {}", store.name);
    let picture = store.picture(if total == 0 { &others } else { &cards });
    // Searches for words, and orders, are the same properties again: search engines need no copies.
    let is_copy = !search.q.is_empty() || search.sort != crate::properties::filter::Sort::Newest || total == 0;
    let results = if total == 0 {
        let more = (!others.is_empty()).then(|| view! { <h2>{words.also}</h2><Cards cards=others/> });
        view! {
            <section class="empty"><h2>{words.nothing}</h2><p>{words.nothing_lead}</p>
                <a class="btn btn-brand" href=in_lang("/imoveis", lang)>{words.see_all}</a></section>
            {more}
        }
        .into_any()
    } else {
        view! { <h2 class="sr-only">{words.results}</h2><Cards cards eager=3/> }.into_any()
    };
    view! {
        <PageTitle text=title.clone()/>
        <Meta property="og:title" content=title/>
        <Meta name="description" content=description.clone()/>
        <Meta property="og:description" content=description/>
        {picture.map(|picture| view! { <Meta property="og:image" content=picture/> })}
        {is_copy.then(|| view! { <Meta name="robots" content="noindex, follow"/> })}
        <StorefrontLayout store path=search.path(search.page)>
            <section class="store-block store-results">
                <div><h1>{heading}</h1><p class="quiet" aria-live="polite">{count}</p></div>
                <div>
                    <input type="checkbox" id="filters" class="fold-switch"/>
                    <label for="filters" class="fold-label"><Icon name=IconName::Search/>{words.filters}</label>
                    <div class="fold"><SearchForm search=search.clone() choices/></div>
                </div>
                <Chips search=search.clone()/>
                {results}
                <Pager search pages/>
            </section>
        </StorefrontLayout>
    }
}

/// What is asked for, each with a way to ask no longer.
#[component]
fn Chips(search: Search) -> impl IntoView {
    let (all, lang) = (words(), lang());
    let words = &all.storefront;
    let shown = |name: &str, value: &str| match name {
        "purpose" => Purpose::parse(value).map_or("", |v| labels::purpose(v, lang)).to_owned(),
        "type" => PropertyType::parse(value).map_or("", |v| labels::property_type(v, lang)).to_owned(),
        "min_price" => format!("{} {value}", words.min_price),
        "max_price" => format!("{} {value}", words.max_price),
        "bedrooms" => format!("{} {value}+", words.bedrooms),
        "parking" => format!("{} {value}+", words.parking),
        "q" => format!("“{value}”"),
        _ => value.to_owned(),
    };
    let pairs: Vec<_> = search.pairs().into_iter().filter(|(name, _)| *name != "sort").collect();
    let chips = pairs.into_iter().map(|(name, value)| {
        let href = in_lang(&search.path_without(name, &value), lang);
        view! {
            <a class="chip" href=href>{shown(name, &value)}<span class="sr-only">": "{all.common.clear}</span>
                <span aria-hidden="true">"×"</span></a>
        }
    });
    view! { <div class="chips">{chips.collect_view()}</div> }
}

#[component]
fn Pager(search: Search, pages: u32) -> impl IntoView {
    let (words, lang) = (words(), lang());
    let page = search.page;
    let href = |page: u32| in_lang(&search.path(page), lang);
    let previous = (page > 1).then(|| href(page - 1));
    let next = (page < pages).then(|| href(page + 1));
    let link = |href: Option<String>, rel: &'static str, label: &'static str| {
        href.map(|href| view! { <Link rel=rel href=href.clone()/> <a class="btn" href=href rel=rel>{label}</a> })
    };
    (pages > 1).then(|| {
        view! {
            <nav class="pager" aria-label=words.storefront.pages>
                {link(previous, "prev", words.common.previous_page)}
                <span>{words.storefront.page}" "{page}" / "{pages}</span>
                {link(next, "next", words.common.next_page)}
            </nav>
        }
    })
}

//! `/imovel/{slug}-{code}`: one property.

use leptos::prelude::*;
use leptos_meta::Meta;
use leptos_router::hooks::use_params_map;

use super::Failed;
use crate::layouts::StorefrontLayout;
use crate::properties::types::Picture;
use crate::storefront::parts::{Cards, ContactLinks, PictureView};
use crate::storefront::search::in_lang;
use crate::storefront::server_fns::load_listing;
use crate::storefront::types::{Listing, ListingPage, Store};
use crate::storefront::words::about;
use crate::ui::title::PageTitle;
use crate::words::{lang, words};

/// The property's page.
#[component]
pub fn ListingShow() -> impl IntoView {
    let address = use_params_map().with_untracked(|params| params.get("address")).unwrap_or_default();
    let content = Suspend::new(async move {
        match load_listing(address).await {
            Err(error) => view! { <Failed error/> }.into_any(),
            Ok(page) => content(page).into_any(),
        }
    });
    view! { <Suspense>{content}</Suspense> }
}

fn content(page: ListingPage) -> impl IntoView {
    let words = &words().storefront;
    let ListingPage { store, listing } = page;
    let title = format!("{} – {}", listing.title, store.name);
    let price = listing.prices.first().map(|(_, price)| price.clone()).unwrap_or_default();
    let summary: Vec<&str> = [&price, &listing.kind, &listing.size, &listing.place]
        .into_iter()
        .map(String::as_str)
        .filter(|s| !s.is_empty())
        .collect();
    let description = summary.join(" · ");
    let picture = listing.pictures.first().map(|picture| format!("{}{}", store.url, picture.large));
    let similar = (!listing.similar.is_empty()).then(|| {
        let cards = listing.similar.clone();
        view! { <section class="store-block"><h2>{words.similar}</h2><Cards cards/></section> }
    });
    view! {
        <PageTitle text=title.clone()/>
        <Meta name="description" content=description.clone()/>
        <Meta property="og:title" content=title/>
        <Meta property="og:description" content=description/>
        {picture.map(|picture| view! { <Meta property="og:image" content=picture/> })}
        <StorefrontLayout store=store.clone() path=listing.path.clone()>
            <Gallery pictures=listing.pictures.clone()/>
            <article class="store-block listing">
                <Facts listing=listing.clone()/>
                <Offer listing store/>
            </article>
            {similar}
        </StorefrontLayout>
    }
}

/// Photographs side by side: swiped, scrolled by the keyboard, or reached through the small ones.
#[component]
fn Gallery(pictures: Vec<Picture>) -> impl IntoView {
    let words = &words().storefront;
    let count = pictures.len();
    let small = (count > 1).then(|| {
        let small = pictures.clone().into_iter().enumerate().map(|(at, picture)| {
            let label = format!("{} {}", words.photo, at + 1);
            view! { <li><a href=format!("#foto-{}", at + 1) aria-label=label><img src=picture.small alt="" width="96" height="64" loading="lazy"/></a></li> }
        });
        view! { <ul class="gallery-index">{small.collect_view()}</ul> }
    });
    let large = pictures.into_iter().enumerate().map(|(at, picture)| {
        view! {
            <li id=format!("foto-{}", at + 1)>
                <PictureView picture sizes="(min-width: 60rem) 60rem, 100vw" is_eager=at == 0/>
                <span class="gallery-count" aria-hidden="true">{at + 1}" / "{count}</span>
            </li>
        }
    });
    (count > 0).then(|| {
        view! {
            <section class="gallery" aria-label=words.photos>
                <ul class="gallery-strip" tabindex="0">{large.collect_view()}</ul>
                {small}
            </section>
        }
    })
}

#[component]
fn Facts(listing: Listing) -> impl IntoView {
    let words = &words().storefront;
    let facts = listing.facts.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    // A phone shows the offer last: what it costs is said before that, too.
    let price = listing.prices.into_iter().next().map(|(_, price)| view! { <p class="offer-price narrow">{price}</p> });
    view! {
        <div class="listing-text">
            <p class="quiet">{listing.kind}" · "{listing.purposes.join(", ")}" · "{words.code}" "{listing.code}</p>
            <h1>{listing.title}</h1>
            <p class="lead">{listing.place}</p>
            {price}
            <dl class="facts">{facts.collect_view()}</dl>
            <h2>{words.description}</h2>
            <p class="measure">{listing.description}</p>
        </div>
    }
}

/// What it costs, and how to ask about it: the message says which property is meant.
#[component]
fn Offer(listing: Listing, store: Store) -> impl IntoView {
    let (words, lang) = (&words().storefront, lang());
    let message = about(&listing.title, &listing.code, &format!("{}{}", store.url, in_lang(&listing.path, lang)), lang);
    let prices = listing.prices.into_iter().map(|(purpose, price)| view! { <p><span class="quiet">{purpose}</span><strong class="offer-price">{price}</strong></p> });
    let costs = listing.costs.into_iter().map(|(name, price)| view! { <div><dt>{name}</dt><dd>{price}</dd></div> });
    let creci = store.creci.clone().map(|creci| format!("CRECI {creci}"));
    view! {
        <aside class="offer">
            {prices.collect_view()}
            <dl class="offer-costs">{costs.collect_view()}</dl>
            <h2>{words.ask}</h2>
            <ContactLinks store=store.clone() message/>
            <p class="quiet"><strong>{store.name}</strong>" "{creci}</p>
        </aside>
    }
}

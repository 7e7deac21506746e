//! A property among others, and pictures that fit the screen.

use leptos::prelude::*;

use crate::properties::types::Picture;
use crate::storefront::search::in_lang;
use crate::storefront::types::Card;
use crate::ui::icon::{Icon, IconName};
use crate::words::{lang, words};

/// Cards in a grid.
#[component]
pub fn Cards(
    /// The properties.
    cards: Vec<Card>,
    /// How many of them are seen without scrolling: their pictures are fetched at once.
    #[prop(default = 0)]
    eager: usize,
) -> impl IntoView {
    let cards = cards.into_iter().enumerate().map(|(at, card)| one(card, at < eager));
    view! { <ul class="tiles">{cards.collect_view()}</ul> }
}

fn one(card: Card, is_eager: bool) -> impl IntoView {
    let cover = match card.cover {
        Some(picture) => {
            view! { <PictureView picture sizes="(min-width: 70rem) 22rem, (min-width: 40rem) 45vw, 100vw" is_eager/> }
                .into_any()
        }
        None => {
            let label = words().storefront.no_picture;
            view! { <p class="tile-blank"><Icon name=IconName::Camera/><span>{label}</span></p> }.into_any()
        }
    };
    let size = if card.size.is_empty() { card.kind } else { format!("{} · {}", card.kind, card.size) };
    let href = in_lang(&card.path, lang());
    let prices = card.prices.into_iter().map(|price| view! { <span>{price}</span> }).collect_view();
    view! {
        <li class="tile">{cover}<CardText prices=prices.into_any() title=card.title href place=card.place size/></li>
    }
}

/// What stands below a card's cover.
#[component]
pub fn CardText(
    /// What it costs.
    prices: AnyView,
    /// Its title.
    title: String,
    /// Where it is found.
    href: String,
    /// Where it is.
    place: String,
    /// What it is, and how large.
    size: String,
) -> impl IntoView {
    view! {
        <div class="tile-text">
            <p class="tile-price">{prices}</p>
            <h3><a href=href>{title}</a></h3>
            <p class="quiet">{place}</p>
            <p class="tile-size">{size}</p>
        </div>
    }
}

/// A photograph: the browser picks size and format.
#[component]
pub fn PictureView(
    /// The photograph.
    picture: Picture,
    /// How wide it is shown.
    sizes: &'static str,
    /// Whether it is seen without scrolling.
    #[prop(optional)]
    is_eager: bool,
) -> impl IntoView {
    let loading = if is_eager { "eager" } else { "lazy" };
    view! {
        <picture>
            <source type="image/webp" srcset=picture.webp sizes=sizes/>
            <img src=picture.small srcset=picture.jpg sizes=sizes width=picture.width height=picture.height alt=picture.alt
                loading=loading decoding="async"/>
        </picture>
    }
}

//! What stands above the pages of the settings: the way from one to the next.

use leptos::prelude::*;

use super::PlaceLink;
use super::places::SETTINGS;
use crate::words::words;

/// The heading of a page of the settings, and its neighbours: who may open one may open all.
#[component]
pub fn SettingsHead(
    /// What the page is called.
    title: String,
) -> impl IntoView {
    let words = words();
    let names = [
        words.store_settings.store,
        words.store_settings.brand,
        words.common.domains,
        words.common.team,
        crate::audit::words::words(words.lang).title,
    ];
    let tab = |(name, place): (&'static str, &'static &'static str)| {
        view! { <PlaceLink href=place covers=std::slice::from_ref(place)>{name}</PlaceLink> }
    };
    let tabs = names.into_iter().zip(SETTINGS).map(tab).collect_view();
    view! {
        <header class="page-head"><h1>{title}</h1></header>
        <nav class="tabs" aria-label=words.common.settings>{tabs}</nav>
    }
}

//! What stands above the pages of the settings: the way from one to the next.

use leptos::prelude::*;

use super::PlaceLink;
use crate::words::words;

/// The heading of a page of the settings, and its neighbours: who may open one may open all.
#[component]
pub fn SettingsHead(
    /// What the page is called.
    title: String,
) -> impl IntoView {
    let words = words();
    let tabs = [
        ("/app/settings/store", words.store_settings.store),
        ("/app/settings/brand", words.store_settings.brand),
        ("/app/settings/domains", words.common.domains),
        ("/app/settings/audit", crate::audit::words::words(words.lang).title),
        ("/app/settings/team", words.common.team),
    ];
    let tabs = tabs.map(|(href, name)| view! { <PlaceLink href>{name}</PlaceLink> }).into_iter().collect_view();
    view! {
        <header class="page-head"><h1>{title}</h1></header>
        <nav class="tabs" aria-label=words.common.settings>{tabs}</nav>
    }
}

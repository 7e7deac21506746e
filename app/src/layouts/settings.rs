//! What stands above the pages of the settings: the way from one to the next.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::access::Can;
use crate::auth::types::Me;
use crate::words::words;

/// The heading of a page of the settings, and its neighbours that the viewer may open.
#[component]
pub fn SettingsHead(
    /// What the page is called.
    title: String,
) -> impl IntoView {
    let words = words();
    let may = |can: Can| use_context::<Me>().is_some_and(|me| me.role.may(can));
    let tabs = [
        ("/app/settings/store", words.store_settings.store, Can::WriteSettings),
        ("/app/settings/brand", words.store_settings.brand, Can::WriteSettings),
        ("/app/settings/plan", words.billing.plan, Can::SeePlan),
    ];
    let tabs = tabs.into_iter().filter(|(_, _, can)| may(*can));
    let tabs = tabs.map(|(href, name, _)| view! { <A href=href>{name}</A> }).collect_view();
    view! {
        <header class="page-head"><h1>{title}</h1></header>
        <nav class="tabs" aria-label=words.common.settings>{tabs}</nav>
    }
}

//! Where somebody may go in the CRM: one list for the rail, the bar at the bottom and the palette.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use crate::access::Can;
use crate::auth::types::Me;
use crate::ui::icon::IconName;
use crate::words::words_in;

/// A page that is always at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its address.
    pub href: &'static str,
    /// Its name.
    pub label: &'static str,
    /// Its icon.
    pub icon: IconName,
}

/// Pages in the CRM's frame that are whole without WASM, and have none: the router in the browser does not know them.
const STILL: [&str; 7] = [
    "/app/settings/domains",
    "/app/settings/team",
    "/app/settings/plan",
    "/app/settings/audit",
    "/app/profile/security",
    "/app/profile/leave",
    "/app/profile/photo",
];

/// What a link's `rel` is: where it leads to a page that the browser has to ask the server for.
pub fn rel(href: &str) -> Option<&'static str> {
    STILL.iter().any(|page| href.starts_with(page)).then_some("external")
}

/// A link to a page of the CRM, marked where that is the page it stands on.
#[component]
pub fn PlaceLink(
    /// Where it leads.
    href: &'static str,
    /// Whether pages below it are others.
    #[prop(optional)]
    exact: bool,
    /// What it is called.
    children: Children,
) -> impl IntoView {
    let Some(rel) = rel(href) else { return view! { <A href exact>{children()}</A> }.into_any() };
    let is_here = use_location().pathname.get_untracked().starts_with(href);
    view! { <a href=href rel=rel aria-current=is_here.then_some("page")>{children()}</a> }.into_any()
}

/// The pages that this person may open, in the rail's order.
pub fn places(me: &Me) -> Vec<Place> {
    let words = words_in(me.lang);
    let all = [
        (Can::SeeAgency, "/app", words.today.title, IconName::Home),
        (Can::SeeProperties, "/app/properties", words.properties.title, IconName::Building),
        (Can::WriteSettings, "/app/settings/store", words.store_settings.site, IconName::Store),
        (Can::SeePlan, "/app/settings/plan", words.billing.plan, IconName::Plan),
        (Can::SeeAgency, "/app/profile", words.auth.profile, IconName::Person),
    ];
    all.into_iter()
        .filter(|place| me.role.may(place.0))
        .map(|(_, href, label, icon)| Place { href, label, icon })
        .collect()
}

/// What this person may begin from everywhere.
pub fn beginnings(me: &Me) -> Vec<Place> {
    let new = Place { href: "/app/properties/new", label: words_in(me.lang).properties.new, icon: IconName::Plus };
    if me.role.may(Can::WriteProperties) { vec![new] } else { Vec::new() }
}

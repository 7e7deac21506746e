//! Where somebody may go in the CRM: one list for the rail, the bar at the bottom and the palette.

use leptos::prelude::*;
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
    /// The addresses below which somebody is at this place.
    pub covers: &'static [&'static str],
}

/// The pages of the settings, in the order of their tabs.
pub const SETTINGS: &[&str; 5] = &[
    "/app/settings/store",
    "/app/settings/brand",
    "/app/settings/domains",
    "/app/settings/team",
    "/app/settings/audit",
];

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
    /// The addresses below which somebody is at that page; none: its own, and nothing below it.
    covers: &'static [&'static str],
    /// What it is called.
    children: Children,
) -> impl IntoView {
    let path = use_location().pathname;
    let is_here = move || path.with(|path| path == href || covers.iter().any(|place| path.starts_with(place)));
    view! { <a href=href rel=rel(href) aria-current=move || is_here().then_some("page")>{children()}</a> }
}

/// The pages that this person may open, in the rail's order.
pub fn places(me: &Me) -> Vec<Place> {
    let words = words_in(me.lang);
    let all = [
        (Can::SeeAgency, "/app", words.today.title, IconName::Home, &[][..]),
        (Can::SeeProperties, "/app/properties", words.properties.title, IconName::Building, &["/app/properties"]),
        (Can::WriteSettings, SETTINGS[0], words.common.settings, IconName::Store, SETTINGS),
        (Can::SeePlan, "/app/settings/plan", words.billing.plan, IconName::Plan, &["/app/settings/plan"]),
        (Can::SeeAgency, "/app/profile", words.auth.profile, IconName::Person, &["/app/profile"]),
    ];
    all.into_iter()
        .filter(|place| me.role.may(place.0))
        .map(|(_, href, label, icon, covers)| Place { href, label, icon, covers })
        .collect()
}

/// What this person may begin from everywhere.
pub fn beginnings(me: &Me) -> Vec<Place> {
    let label = words_in(me.lang).properties.new;
    let new = Place { href: "/app/properties/new", label, icon: IconName::Plus, covers: &[] };
    if me.role.may(Can::WriteProperties) { vec![new] } else { Vec::new() }
}

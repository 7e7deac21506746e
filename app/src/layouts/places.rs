//! Where somebody may go in the CRM: one list for the rail, the bar at the bottom and the palette.

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

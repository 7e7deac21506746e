//! What renews itself while something is under way: by events where there is a script, by asking again where there is none.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::platform::fleet_words::fleet_words;
use crate::words::lang;

/// Listens to the events of a page's live part, and fetches that part anew.
const SCRIPT: &str = "/assets/console-1.js";

/// A part of a page that is fetched anew when its events say so.
#[component]
pub fn Live(
    /// Where it is told that something has changed; none: nothing will by itself.
    address: Option<String>,
    /// What is fetched anew.
    children: Children,
) -> impl IntoView {
    let words = fleet_words(lang());
    let here = use_location().pathname.get_untracked();
    let around = address.is_some().then(|| {
        view! {
            <p class="alert-box alert-warn" role="status" data-live-lost="" hidden=true>{words.lost}" "<a href=here.clone()>{words.renew}</a></p>
            <noscript><p><a class="btn btn-small" href=here>{words.renew}</a></p></noscript>
            <script src=SCRIPT defer=true></script>
        }
    });
    view! {
        // Without an address it is the last that is fetched.
        <div data-live=address.clone() data-live-done=address.is_none().then_some("")>{children()}</div>
        {around}
    }
}

//! What stands in the place of a dangerous form until the operator has proved who they are.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::platform::fleet_words::fleet_words;
use crate::values::query;
use crate::words::lang;

/// The way to prove it, and back to this page.
#[component]
pub fn ProofFirst(
    /// Where to come back to; none: to this page as it is when it is opened.
    #[prop(default = None)]
    way: Option<String>,
) -> impl IntoView {
    let words = fleet_words(lang());
    let here = use_location().pathname.get_untracked();
    let way = way.unwrap_or_else(|| query::address("/entrar/confirmar", [("next", here.as_str())]));
    view! {
        <p class="quiet">{words.confirm_first}</p>
        <p><a class="btn" href=way>{words.confirm}</a></p>
    }
}

//! One narrow card: signing in, choosing, signing out.

use leptos::prelude::*;

/// The frame of the entrance's pages.
#[component]
pub fn EntranceLayout(
    /// What stands in the card.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="entrance">
            <header><a class="wordmark" href="/">"Sobrado"</a></header>
            <main id="content" class="card" tabindex="-1">{children()}</main>
        </div>
    }
}

//! What concerns a member of staff's own account and not their work: one page, no script, and the way back.

use leptos::prelude::*;

use crate::words::words;

/// The frame of its pages.
#[component]
pub fn AccountLayout(
    /// The page.
    children: Children,
) -> impl IntoView {
    let words = words();
    view! {
        <div class="console">
            <a class="skip" href="#content">{words.common.skip_to_content}</a>
            <header class="console-head">
                <a class="wordmark" href="/app">"Sobrado"</a>
                <nav aria-label="Sobrado"><a href="/app/profile">{words.auth.profile}</a></nav>
                <form method="post" action="/sair"><button type="submit" class="btn btn-small">{words.auth.sign_out}</button></form>
            </header>
            <main id="content" tabindex="-1">{children()}</main>
        </div>
    }
}

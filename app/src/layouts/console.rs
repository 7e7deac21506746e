//! The operators' console.

use leptos::prelude::*;

use crate::words::words;

/// The frame of the console's pages.
#[component]
pub fn ConsoleLayout(
    /// The page.
    children: Children,
) -> impl IntoView {
    let words = words();
    view! {
        <div class="console">
            <a class="skip" href="#content">{words.common.skip_to_content}</a>
            <header class="console-head">
                <span class="wordmark">"Sobrado"</span>
                <span class="quiet">{words.auth.sign_in_operator}</span>
                <nav aria-label="Sobrado">
                    <a href="/platform/tenants">{words.platform.tenants}</a>
                    <a href="/platform/audit">{crate::audit::words::words(words.lang).title}</a>
                    <a href="/platform/profile">{words.auth.profile}</a>
                </nav>
                <form method="post" action="/sair"><button type="submit" class="btn btn-small">{words.auth.sign_out}</button></form>
            </header>
            <main id="content" tabindex="-1">{children()}</main>
        </div>
    }
}

//! The operators' console.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::platform::fleet_words::fleet_words;
use crate::platform::plan_words::plan_words;
use crate::platform::words::console;
use crate::words::{lang, words};

/// The frame of the console's pages.
#[component]
pub fn ConsoleLayout(
    /// The page.
    children: Children,
) -> impl IntoView {
    let (words, console) = (words(), console(lang()));
    let path = use_location().pathname.get_untracked();
    let places = [
        ("/platform/tenants", words.platform.tenants),
        ("/platform/operations", console.operations),
        ("/platform/health", console.health),
        ("/platform/plans", plan_words(words.lang).title),
        ("/platform/servers", console.servers),
        ("/platform/migrations", fleet_words(words.lang).migrations),
        ("/platform/audit", crate::audit::words::words(words.lang).title),
    ];
    let link = |(href, name): (&'static str, &'static str)| {
        let is_here = path.starts_with(href) || (path == "/platform" && href == "/platform/tenants");
        view! { <a href=href aria-current=is_here.then_some("page")>{name}</a> }
    };
    view! {
        <div class="console">
            <a class="skip" href="#content">{words.common.skip_to_content}</a>
            <header class="console-head">
                <a class="wordmark" href="/platform">"Sobrado"</a>
                <span class="quiet">{words.auth.sign_in_operator}</span>
                <nav aria-label="Sobrado"><a href="/platform/profile">{words.auth.profile}</a></nav>
                <form method="post" action="/sair"><button type="submit" class="btn btn-small">{words.auth.sign_out}</button></form>
            </header>
            <nav class="tabs" aria-label=words.auth.sign_in_operator>{places.map(link).into_iter().collect_view()}</nav>
            <main id="content" tabindex="-1">{children()}</main>
        </div>
    }
}

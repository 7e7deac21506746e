//! The platform's public pages.

use leptos::prelude::*;

use crate::words::{lang, words};

/// The frame of the platform's public pages.
#[component]
pub fn MarketingLayout(
    /// The page.
    children: Children,
) -> impl IntoView {
    let (words, sign_up) = (words(), crate::sign_up::words::words(lang()));
    view! {
        <div class="marketing">
            <a class="skip" href="#content">{words.common.skip_to_content}</a>
            <header class="marketing-head">
                <a class="wordmark" href="/">"Sobrado"</a>
                <nav><a href="/planos">{words.marketing.plans}</a><a class="btn btn-small" href="/entrar">{words.auth.sign_in}</a>
                    <a class="btn btn-small btn-primary" href="/cadastro">{words.marketing.sign_up}</a></nav>
            </header>
            <main id="content" tabindex="-1">{children()}</main>
            <footer class="marketing-foot">
                <p>"Sobrado"</p>
                <p><a href="/termos">{sign_up.read_terms}</a>" · "<a href="/privacidade">{sign_up.read_privacy}</a></p>
            </footer>
        </div>
    }
}

//! An agency's public pages: its name and colours, nothing of ours.

use leptos::prelude::*;
use leptos_meta::{Link, Meta};

use crate::storefront::types::Store;
use crate::words::words;

/// The frame of a storefront's pages.
#[component]
pub fn StorefrontLayout(
    /// Whose storefront it is.
    store: Store,
    /// Path of this page, for the one address that search engines keep.
    path: String,
    /// The page.
    children: Children,
) -> impl IntoView {
    let words = words();
    let canonical = format!("{}{path}", store.url);
    let english = format!("{canonical}?lang=en");
    let creci = store.creci.clone();
    view! {
        <Link rel="stylesheet" href=format!("/theme/{}.css", store.theme)/>
        <Link rel="canonical" href=canonical.clone()/>
        <Link rel="alternate" hreflang="pt-BR" href=canonical.clone()/>
        <Link rel="alternate" hreflang="en" href=english/>
        <Meta property="og:site_name" content=store.name.clone()/>
        <Meta property="og:url" content=canonical/>
        <Meta property="og:type" content="website"/>
        <a class="skip" href="#content">{words.common.skip_to_content}</a>
        <header class="store-head"><a class="store-name" href="/">{store.name.clone()}</a></header>
        <main id="content" tabindex="-1">{children()}</main>
        <footer class="store-foot">
            <p><strong>{store.name}</strong>{creci.map(|creci| format!(" · CRECI {creci}"))}</p>
            {store.address.map(|address| view! { <p>{address}</p> })}
        </footer>
    }
}

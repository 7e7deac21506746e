//! An agency's public pages: its name and colours, nothing of ours.

use leptos::prelude::*;
use leptos_meta::{Link, Meta};

use crate::storefront::parts::{StoreFoot, StoreHead};
use crate::storefront::search::in_lang;
use crate::storefront::types::Store;
use crate::words::{Lang, lang, words};

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
    let (all, lang) = (words(), lang());
    let words = &all.storefront;
    let canonical = format!("{}{path}", store.url);
    let english = in_lang(&canonical, Lang::En);
    let own = in_lang(&canonical, lang);
    let other = if lang == Lang::Pt { in_lang(&path, Lang::En) } else { path };
    let other_tag = if lang == Lang::Pt { "en" } else { "pt-BR" };
    view! {
        <Link rel="stylesheet" href=store.theme.clone()/>
        <Link rel="canonical" href=own.clone()/>
        <Link rel="alternate" hreflang="pt-BR" href=canonical.clone()/>
        <Link rel="alternate" hreflang="en" href=english/>
        <Meta property="og:site_name" content=store.name.clone()/>
        <Meta property="og:url" content=own/>
        <Meta property="og:type" content="website"/>
        <a class="skip" href="#content">{all.common.skip_to_content}</a>
        <StoreHead name=store.name.clone() logo=store.logo/>
        <main id="content" tabindex="-1">{children()}</main>
        <StoreFoot name=store.name creci=store.creci address=store.address>
            <p><a href=other lang=other_tag hreflang=other_tag>{words.other_language}</a></p>
        </StoreFoot>
    }
}

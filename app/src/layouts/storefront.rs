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
    /// Path of this page, for the one address that search engines keep. A page that does not exist has none.
    #[prop(optional)]
    path: Option<String>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let (all, lang) = (words(), lang());
    let words = &all.storefront;
    let (other, other_tag) = if lang == Lang::Pt { (Lang::En, "en") } else { (Lang::Pt, "pt-BR") };
    let other = in_lang(path.as_deref().unwrap_or("/"), other);
    let addresses = match path {
        Some(path) => addresses(format!("{}{path}", store.url), lang).into_any(),
        None => view! { <Meta name="robots" content="noindex"/> }.into_any(),
    };
    view! {
        <Link rel="stylesheet" href=store.theme.clone()/>
        {addresses}
        <Meta property="og:site_name" content=store.name.clone()/>
        <Meta property="og:type" content="website"/>
        <a class="skip" href="#content">{all.common.skip_to_content}</a>
        <StoreHead name=store.name.clone() logo=store.logo/>
        <main id="content" tabindex="-1">{children()}</main>
        <StoreFoot name=store.name creci=store.creci address=store.address>
            <p><a href=other lang=other_tag hreflang=other_tag>{words.other_language}</a></p>
        </StoreFoot>
    }
}

/// A page's address in either language, and which of them this is.
fn addresses(canonical: String, lang: Lang) -> impl IntoView {
    let own = in_lang(&canonical, lang);
    let english = in_lang(&canonical, Lang::En);
    view! {
        <Link rel="canonical" href=own.clone()/>
        <Link rel="alternate" hreflang="pt-BR" href=canonical/>
        <Link rel="alternate" hreflang="en" href=english/>
        <Meta property="og:url" content=own/>
    }
}

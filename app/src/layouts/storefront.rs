//! An agency's public pages: its name and colours, nothing of ours.

use leptos::prelude::*;
use leptos_meta::{Link, Meta};

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
    let creci = store.creci.clone();
    let head = match store.logo.clone() {
        Some(logo) => {
            view! { <img src=logo.src alt=store.name.clone() width=logo.width height=logo.height/> }.into_any()
        }
        None => store.name.clone().into_any(),
    };
    view! {
        <Link rel="stylesheet" href=format!("/theme/{}.css", store.theme)/>
        <Link rel="canonical" href=own.clone()/>
        <Link rel="alternate" hreflang="pt-BR" href=canonical.clone()/>
        <Link rel="alternate" hreflang="en" href=english/>
        <Meta property="og:site_name" content=store.name.clone()/>
        <Meta property="og:url" content=own/>
        <Meta property="og:type" content="website"/>
        <a class="skip" href="#content">{all.common.skip_to_content}</a>
        <header class="store-head">
            <a class="store-name" href=in_lang("/", lang)>{head}</a>
            <nav aria-label=words.menu>
                <a href=in_lang("/imoveis?purpose=sale", lang)>{words.buy}</a>
                <a href=in_lang("/imoveis?purpose=rent", lang)>{words.rent}</a>
                <a href=format!("{}#contato", in_lang("/", lang))>{words.contact}</a>
            </nav>
        </header>
        <main id="content" tabindex="-1">{children()}</main>
        <footer class="store-foot">
            <p><strong>{store.name}</strong>{creci.map(|creci| format!(" · CRECI {creci}"))}</p>
            {store.address.map(|address| view! { <p>{address}</p> })}
            <p><a href=other lang=other_tag hreflang=other_tag>{words.other_language}</a></p>
        </footer>
    }
}

//! What stands above and below every public page.

use leptos::prelude::*;

use crate::storefront::search::in_lang;
use crate::storefront::types::Logo;
use crate::words::{lang, words};

/// The agency's mark and the way around.
#[component]
pub fn StoreHead(
    /// Its name.
    name: String,
    /// Its logo, which stands in the name's place.
    logo: Option<Logo>,
) -> impl IntoView {
    let (words, lang) = (&words().storefront, lang());
    let mark = match logo {
        Some(logo) => view! { <img src=logo.src alt=name width=logo.width height=logo.height/> }.into_any(),
        None => name.into_any(),
    };
    view! {
        <header class="store-head">
            <a class="store-name" href=in_lang("/", lang)>{mark}</a>
            <nav aria-label=words.menu>
                <a href=in_lang("/imoveis?purpose=sale", lang)>{words.buy}</a>
                <a href=in_lang("/imoveis?purpose=rent", lang)>{words.rent}</a>
                <a href=format!("{}#contato", in_lang("/", lang))>{words.contact}</a>
            </nav>
        </header>
    }
}

/// Who answers for the page (Lei 6.530/1978 wants the registration in every advertisement).
#[component]
pub fn StoreFoot(
    /// The agency's name.
    name: String,
    /// Its registration.
    creci: Option<String>,
    /// Where its office is.
    address: Option<String>,
    /// What else stands there.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <footer class="store-foot">
            <p><strong>{name}</strong>{creci.map(|creci| format!(" · CRECI {creci}"))}</p>
            {address.map(|address| view! { <p>{address}</p> })}
            {children.map(|children| children())}
        </footer>
    }
}

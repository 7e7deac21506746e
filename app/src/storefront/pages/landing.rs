//! `/` of a storefront.

use leptos::prelude::*;
use leptos_meta::Meta;

use super::Failed;
use crate::layouts::StorefrontLayout;
use crate::storefront::parts::{Cards, ContactLinks, SearchForm};
use crate::storefront::search::{Search, in_lang};
use crate::storefront::server_fns::load_landing;
use crate::storefront::types::LandingPage;
use crate::ui::title::PageTitle;
use crate::words::{lang, words};

/// Characters of the description; search engines show no more.
const DESCRIPTION: usize = 160;

/// The landing page.
#[component]
pub fn Landing() -> impl IntoView {
    // Nothing redraws a page without WASM: what is neither a closure nor a resource is made once.
    let content = Suspend::new(async move {
        match load_landing().await {
            Err(error) => view! { <Failed error/> }.into_any(),
            Ok(page) => content(page).into_any(),
        }
    });
    view! { <Suspense>{content}</Suspense> }
}

fn content(page: LandingPage) -> impl IntoView {
    let words = &words().storefront;
    let LandingPage { store, choices, featured } = page;
    let (about, name) = (store.about.clone(), store.name.clone());
    let description = if about.is_empty() { words.tagline.to_owned() } else { excerpt(&about, DESCRIPTION) };
    let picture = store.picture(&featured);
    let creci = store.creci.clone();
    let hero = if store.hero_title.is_empty() { words.tagline.to_owned() } else { store.hero_title.clone() };
    let shown = (!featured.is_empty()).then(|| {
        view! {
            <section class="store-block">
                <div class="store-block-head"><h2>{words.featured}</h2>
                    <a href=in_lang("/imoveis", lang())>{words.see_all}</a></div>
                <Cards cards=featured eager=3/>
            </section>
        }
    });
    view! {
        <PageTitle text=format!("{name} – {hero}")/>
        <Meta name="description" content=description.clone()/>
        <Meta property="og:title" content=name/>
        <Meta property="og:description" content=description/>
        {picture.map(|picture| view! { <Meta property="og:image" content=picture/> })}
        <StorefrontLayout store=store.clone() path="/".to_owned()>
            <section class="store-hero">
                <h1>{hero}</h1>
                <SearchForm search=Search::default() choices is_short=true/>
            </section>
            {shown}
            {(!about.is_empty()).then(|| view! {
                <section class="store-block"><h2>{words.about}</h2><p class="measure">{about}</p>
                    {creci.map(|creci| view! { <p class="quiet">"CRECI "{creci}</p> })}</section>
            })}
            <section class="store-block" id="contato">
                <h2>{words.contact}</h2>
                <ContactLinks store/>
            </section>
        </StorefrontLayout>
    }
}

/// The beginning of a text on one line, of at most so many characters: cut between words, and it says that it goes on.
fn excerpt(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let begun: String = line.chars().take(most).collect();
    let whole = match begun.rsplit_once(' ') {
        Some((whole, _)) => whole.to_owned(),
        None => begun.chars().take(most.saturating_sub(1)).collect(),
    };
    format!("{}…", whole.trim_end_matches(|c: char| !c.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_between_words() {
        assert_eq!(excerpt(" Conhecemos\n cada rua. ", 21), "Conhecemos cada rua.");
        assert_eq!(excerpt("Conhecemos cada rua do bairro", 21), "Conhecemos cada rua…");
        assert_eq!(excerpt("Conhecemos cada rua, e o bairro", 21), "Conhecemos cada rua…");
        assert_eq!(excerpt("Conhecemos cada rua", 19), "Conhecemos cada rua");
        assert_eq!(excerpt(&"ã".repeat(30), 21), format!("{}…", "ã".repeat(20)));
        assert!((1..40).all(|most| excerpt("Água, luz - e gás!", most).chars().count() <= most));
    }
}

//! The storefront in small, drawn from its own parts, in colours that are still being chosen.

use leptos::html::Div;
use leptos::prelude::*;

use crate::storefront::parts::{CardText, StoreHead};
use crate::storefront::theme;
use crate::storefront::types::Logo;
use crate::values::color::Color;
use crate::values::fields::Fields;
use crate::words::words;

/// The preview. Saved colours come as the storefront's own style sheet; chosen ones replace them in the page.
#[component]
pub fn StorePreview(
    /// What is saved.
    saved: Fields,
    /// The logo.
    logo: Option<(String, u32, u32)>,
    /// Whether it is still there.
    is_there: Signal<bool>,
    /// The primary colour, as it is typed.
    primary: RwSignal<String>,
    /// The secondary colour, as it is typed.
    secondary: RwSignal<String>,
) -> impl IntoView {
    let all = words();
    let (words, store) = (&all.store_settings, &all.storefront);
    let frame = NodeRef::<Div>::new();
    // Not a style attribute: the page's policy admits none.
    Effect::new(move |_| {
        let colors = Color::parse(&primary.read()).ok().zip(Color::parse(&secondary.read()).ok());
        if let (Some((primary, secondary)), Some(frame)) = (colors, frame.get()) {
            for (name, value) in theme::properties(primary, secondary) {
                // The only thing that can go wrong is a name that is no property's.
                let _ = leptos::web_sys::HtmlElement::style(&frame).set_property(name, &value);
            }
        }
    });
    let text = |name: &str| saved.get(name).to_owned();
    let some = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let (name, logo) = (text("company_name"), logo.map(|(src, width, height)| Logo { src, width, height }));
    let head = move || view! { <StoreHead name=name.clone() logo=logo.clone().filter(|_| is_there.get())/> };
    let sheet = theme::path(saved.get("primary_color"), saved.get("secondary_color"));
    view! {
        <link rel="stylesheet" href=sheet/>
        <section class="preview" aria-label=words.preview>
            <h2>{words.preview}</h2>
            <div class="preview-frame" data-theme="light" node_ref=frame inert=true>
                {head}
                <div class="store-hero">
                    <p class="preview-hero">{some("hero_title").unwrap_or_else(|| store.tagline.to_owned())}</p>
                    <p><span class="btn btn-brand">{all.common.search}</span></p>
                </div>
                <div class="store-block"><h2>{store.featured}</h2><CardText prices=words.sample_price.into_any() title=words.sample_title.to_owned()
                    href="/".to_owned() place=words.sample_place.to_owned() size=words.sample_size.to_owned()/></div>
            </div>
        </section>
    }
}

//! The document's title. Leptos 0.8 writes it into the page as it is: a title of somebody else's could end it and go on
//! with markup of its own.

use leptos::prelude::*;
use leptos_meta::Title;

/// The document's title, as text.
#[component]
pub fn PageTitle(
    /// What it says.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <Title text=written(text)/> }
}

/// In the page the title is markup; the browser's own is text.
#[cfg(feature = "ssr")]
fn written(text: String) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(not(feature = "ssr"))]
fn written(text: String) -> String {
    text
}

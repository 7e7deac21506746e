//! A link that opens nothing any more, whatever it was.

use leptos::prelude::*;

use crate::account::words::of;
use crate::error::{AppError, set_page_status};
use crate::words::lang;

/// Says so, and where to ask for another.
#[component]
pub fn LinkGone() -> impl IntoView {
    set_page_status(&AppError::NotFound);
    let words = of(lang());
    view! {
        <h1>{words.gone_title}</h1>
        <p class="lead">{words.gone}</p>
        <a class="btn" href="/senha">{words.ask_again}</a>
    }
}

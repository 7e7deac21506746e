//! A sign that the page answers to clicks.

use leptos::prelude::*;

/// Marks the document once the browser has taken the page over: `html[data-hydrated]`.
pub fn mark_hydrated() {
    Effect::new(|_| {
        if let Some(html) = document().document_element() {
            // The only thing that can go wrong is a name that is no attribute's.
            let _ = html.set_attribute("data-hydrated", "");
        }
    });
}

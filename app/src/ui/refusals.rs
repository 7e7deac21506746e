//! Files that were sent and not taken: the address of the page says which, and why.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::values::fields::FieldErrors;
use crate::words::{lang, problem};

/// A sentence a file; nothing when all were taken.
#[component]
pub fn Refusals() -> impl IntoView {
    let (query, lang) = (use_query_map(), lang());
    move || {
        let errors = query.read().get("refused").unwrap_or_default();
        let errors: FieldErrors = serde_json::from_str(&errors).unwrap_or_default();
        (!errors.is_empty()).then(|| {
            let lines = errors.0.iter().map(|(_, wrong)| view! { <li>{problem(wrong, lang)}</li> });
            view! { <div class="alert-box alert-bad" role="alert"><ul>{lines.collect_view()}</ul></div> }
        })
    }
}

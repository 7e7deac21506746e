//! What a property lacks before visitors may see it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::time::Duration;

use crate::access::Can;
use crate::auth::types::Me;
use crate::properties::server_fns::CheckProperty;
use crate::properties::types::Missing;
use crate::ui::act::Questions;
use crate::words::words;

/// How long somebody must have stopped typing before the list is made anew.
const PAUSE: Duration = Duration::from_millis(400);

/// What is missing, each with the way to where it is mended, for whoever may mend it.
#[component]
pub fn MissingList(
    /// What is missing.
    missing: Vec<Missing>,
    /// Where the property is edited; nothing: the fields are on this page.
    #[prop(into, optional)]
    edit: String,
) -> impl IntoView {
    let may = |can: Can| use_context::<Me>().is_some_and(|me| me.role.may(can));
    let (may_write, may_set) = (may(Can::WriteProperties), may(Can::WriteSettings));
    let lines = missing.into_iter().map(|Missing { field, label, sentence }| {
        let (may, href) = match field.as_str() {
            "creci" => (may_set, "/app/settings/store".to_owned()),
            field => (may_write, format!("{edit}#{field}")),
        };
        // A link without an address is plain text.
        view! { <li><a href=may.then_some(href)>{label}</a><span class="quiet">{sentence}</span></li> }
    });
    view! { <ul class="missing">{lines.collect_view()}</ul> }
}

/// A form with the list beside it, which follows what is typed.
#[component]
pub fn WithReadyList(
    /// What the form lacks as it stands.
    missing: Vec<Missing>,
    /// The form.
    children: Children,
) -> impl IntoView {
    let words = &words().properties;
    let (missing, questions) = (RwSignal::new(missing), Questions::default());
    let look = leptos::leptos_dom::helpers::debounce(PAUSE, move |event: leptos::ev::Event| {
        questions.ask(&event, CheckProperty::PATH, move |found| drop(missing.try_set(found)));
    });
    let list = move || {
        let missing = missing.get();
        if missing.is_empty() {
            view! { <p class="ready">{words.is_ready}</p> }.into_any()
        } else {
            view! { <p>{words.not_ready}</p><MissingList missing/> }.into_any()
        }
    };
    view! {
        <div class="columns">
            <div on:input=look>{children()}</div>
            <aside class="aside" aria-live="polite">
                <h2>{words.site}</h2>
                {list}
            </aside>
        </div>
    }
}

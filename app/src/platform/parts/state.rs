//! Closing an agency for a while, and opening it again.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::ConsoleForm;
use crate::platform::server_fns::{ResumeTenant, SuspendTenant};
use crate::platform::words::console;
use crate::ui::act::Act;
use crate::ui::field::TextField;
use crate::ui::form::field_errors;
use crate::values::fields::Fields;
use crate::words::lang;

/// What keeps the agency closed, and the form that fits: whoever is held can be resumed, whatever else closes it; of what an operator
/// does not hold, the sentences say what opens it.
#[component]
pub fn StateForm(
    /// The agency's name in addresses.
    slug: String,
    /// Its state, and whether an operator holds it closed.
    status: (String, bool),
    /// What has closed it or is about to, and what opens it again.
    standing: Vec<String>,
    /// What was typed, when it was refused.
    typed: Fields,
    /// What comes of it.
    act: Act,
) -> impl IntoView {
    let words = console(lang());
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let form = match (status.0.as_str(), status.1) {
        ("active" | "suspended" | "cancelled", true) => view! {
            <ConsoleForm act to=ResumeTenant::PATH class="form">
                <input type="hidden" name="slug" value=slug/>
                <button type="submit" class="btn">{words.resume}</button>
            </ConsoleForm>
        }
        .into_any(),
        ("active", false) => view! {
            <ConsoleForm act to=SuspendTenant::PATH class="form">
                <input type="hidden" name="slug" value=slug/>
                <TextField name="reason" label=words.reason value=typed.get("reason") required=true errors/>
                <button type="submit" class="btn">{words.suspend}</button>
            </ConsoleForm>
        }
        .into_any(),
        ("suspended" | "cancelled", false) => ().into_any(),
        _ => return ().into_any(),
    };
    let standing = (!standing.is_empty()).then(|| {
        let lines = standing.into_iter().map(|said| view! { <li>{said}</li> });
        view! { <div class="alert-box alert-warn"><ul>{lines.collect_view()}</ul></div> }
    });
    view! {
        <h2>{words.change_state}</h2>
        {standing}
        {form}
    }
    .into_any()
}

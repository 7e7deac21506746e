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

/// The form that fits the agency's state; nothing where nobody can change it by hand.
#[component]
pub fn StateForm(
    /// The agency's name in addresses.
    slug: String,
    /// Its state.
    status: String,
    /// What was typed, when it was refused.
    typed: Fields,
    /// What comes of it.
    act: Act,
) -> impl IntoView {
    let words = console(lang());
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    match status.as_str() {
        "active" => view! {
            <h2>{words.change_state}</h2>
            <ConsoleForm act to=SuspendTenant::PATH class="form">
                <input type="hidden" name="slug" value=slug/>
                <TextField name="reason" label=words.reason value=typed.get("reason") required=true errors/>
                <button type="submit" class="btn">{words.suspend}</button>
            </ConsoleForm>
        }
        .into_any(),
        "suspended" => view! {
            <h2>{words.change_state}</h2>
            <ConsoleForm act to=ResumeTenant::PATH class="form">
                <input type="hidden" name="slug" value=slug/>
                <button type="submit" class="btn">{words.resume}</button>
            </ConsoleForm>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

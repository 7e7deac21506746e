//! Where a code is typed.

use leptos::prelude::*;

use crate::ui::field::TextField;
use crate::values::fields::FieldErrors;
use crate::words::words;

/// A field for the code of a second factor. Browsers and telephones know what belongs into it, and nothing of it is kept.
#[component]
pub fn CodeField(
    /// What is wrong, with any field of the form.
    errors: Signal<FieldErrors>,
    /// What helps to fill it in.
    #[prop(optional)]
    hint: &'static str,
) -> impl IntoView {
    view! {
        <TextField name="second_factor" label=words().auth.code hint autocomplete="one-time-code" maxlength=40 required=true errors/>
    }
}

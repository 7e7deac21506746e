//! A text area whose content cannot break out of it.

use leptos::prelude::*;

use super::field::FieldFrame;
use crate::values::fields::FieldErrors;

/// Several lines of text. tachys 0.2 does not escape what stands inside the element, so this part does.
#[component]
pub fn TextArea(
    /// Name of the field.
    name: &'static str,
    /// What it is called.
    label: &'static str,
    /// What stands in it.
    #[prop(into, optional)]
    value: String,
    /// What is wrong, with any field of the form.
    #[prop(into, optional)]
    errors: Signal<FieldErrors>,
    /// What helps to fill it in.
    #[prop(optional)]
    hint: &'static str,
    /// Whether it is needed later on: the form may lack it, and does not invite to.
    #[prop(optional)]
    needed: bool,
    /// Lines shown.
    #[prop(default = 4)]
    rows: u32,
    /// Most characters.
    #[prop(default = 3000)]
    maxlength: u32,
) -> impl IntoView {
    // The parser eats a line end right behind the tag, so it gets one to eat.
    #[cfg(feature = "ssr")]
    let child = format!("\n{}", value.replace('&', "&amp;").replace('<', "&lt;"));
    #[cfg(not(feature = "ssr"))]
    let child = value.clone();
    view! {
        <FieldFrame name label errors hint is_optional=!needed>
            <textarea id=name name=name rows=rows maxlength=maxlength class="textarea w-full" prop:value=value
                aria-describedby=format!("{name}-note")>{child}</textarea>
        </FieldFrame>
    }
}

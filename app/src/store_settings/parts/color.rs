//! A colour, typed or picked, and whether words on it can be read.

use leptos::prelude::*;

use crate::store_settings::words::ratio;
use crate::ui::field::FieldFrame;
use crate::values::color::{Color, READABLE};
use crate::values::fields::FieldErrors;
use crate::words::{lang, words};

/// The field. What is typed and what is picked are one; the picker needs the page to be alive.
#[component]
pub fn ColorField(
    /// Name of the field.
    name: &'static str,
    /// What it is called.
    label: &'static str,
    /// What helps to choose.
    hint: &'static str,
    /// What stands in it.
    value: RwSignal<String>,
    /// What is wrong, with any field of the form.
    errors: Signal<FieldErrors>,
) -> impl IntoView {
    let (words, lang) = (&words().store_settings, lang());
    let color = move || value.with(|text| Color::parse(text).ok());
    // A picker holds a colour always: while one is being typed, the last that was one.
    let mut last = Color::BLACK;
    let mut picked = move || {
        last = color().unwrap_or(last);
        last.to_string().to_ascii_lowercase()
    };
    let begins = picked();
    let note = move || {
        let color = color()?;
        let contrast = color.contrast(Color::WHITE);
        let written = ratio((contrast * 10.0).floor() as u32, lang);
        if contrast >= READABLE {
            return Some(view! { <p class="contrast contrast-good">{words.readable}" ("{written}")."</p> }.into_any());
        }
        let shade = color.readable().to_string();
        let choose = shade.clone();
        let offer = view! {
            <p class="contrast">{words.hard_to_read}" ("{written}")."
                <button type="button" class="btn btn-small needs-life" on:click=move |_| value.set(choose.clone())>{words.use_shade}" "{shade}</button></p>
        };
        Some(offer.into_any())
    };
    view! {
        <FieldFrame name label errors hint is_optional=false>
            <div class="color-row">
                <input id=name name=name class="input" maxlength="7" spellcheck="false" autocomplete="off" required=true
                    value=value.get_untracked() prop:value=move || value.get() on:input=move |e| value.set(event_target_value(&e))
                    aria-invalid=move || errors.with(|e| e.of(name).is_some()).then_some("true")
                    aria-describedby=format!("{name}-note")/>
                <input type="color" class="color-pick needs-life" aria-label=label value=begins prop:value=picked
                    on:input=move |e| value.set(event_target_value(&e).to_ascii_uppercase())/>
            </div>
        </FieldFrame>
        {note}
    }
}

//! Fields of a form: the label above, what helps below, and what is wrong beside it.

use leptos::prelude::*;

use crate::values::fields::{FieldErrors, Problem};
use crate::words::{lang, problem, words};

/// What every field has around it.
#[component]
pub fn FieldFrame(
    /// Name of the field.
    name: &'static str,
    /// What it is called.
    label: &'static str,
    /// What is wrong, with any field of the form.
    errors: Signal<FieldErrors>,
    /// What helps to fill it in.
    hint: &'static str,
    /// Whether to say that it may be left empty.
    is_optional: bool,
    /// The control itself.
    children: Children,
) -> impl IntoView {
    let (lang, optional) = (lang(), words().common.optional);
    let wrong = move || errors.with(|e| e.of(name).map(|p: &Problem| problem(p, lang)));
    view! {
        <div class="field" class:field-wrong=move || errors.with(|e| e.of(name).is_some())>
            <label class="field-label" for=name>
                {label} {is_optional.then(|| view! { <span class="field-optional">{optional}</span> })}
            </label>
            {children()}
            <p class="field-note" id=format!("{name}-note")>
                <span class="field-error" role="alert">{wrong}</span>
                <span>{hint}</span>
            </p>
        </div>
    }
}

/// One line of text, of whatever kind.
#[component]
pub fn TextField(
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
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// Whether it is needed later on: the form may lack it, and does not invite to.
    #[prop(optional)]
    needed: bool,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// Which keyboard a phone shows.
    #[prop(optional)]
    inputmode: &'static str,
    /// What the browser may fill in.
    #[prop(optional)]
    autocomplete: &'static str,
    /// Most characters.
    #[prop(default = 200)]
    maxlength: u32,
) -> impl IntoView {
    view! {
        <FieldFrame name label errors hint is_optional=!required && !needed>
            <input id=name name=name type=kind value=value required=required maxlength=maxlength class="input w-full"
                inputmode=(!inputmode.is_empty()).then_some(inputmode)
                autocomplete=(!autocomplete.is_empty()).then_some(autocomplete)
                aria-invalid=move || errors.with(|e| e.of(name).is_some()).then_some("true")
                aria-describedby=format!("{name}-note")/>
        </FieldFrame>
    }
}

/// One of several choices.
#[component]
pub fn SelectField(
    /// Name of the field.
    name: &'static str,
    /// What it is called.
    label: &'static str,
    /// Which value is chosen.
    #[prop(into, optional)]
    value: String,
    /// Values and what they are called.
    options: Vec<(String, String)>,
    /// What is wrong, with any field of the form.
    #[prop(into, optional)]
    errors: Signal<FieldErrors>,
    /// What helps to choose.
    #[prop(optional)]
    hint: &'static str,
    /// Whether one must be chosen; otherwise there is an empty choice.
    #[prop(optional)]
    required: bool,
    /// Whether it is needed later on: the form may lack it, and does not invite to.
    #[prop(optional)]
    needed: bool,
) -> impl IntoView {
    let chosen = value.clone();
    let options = options.into_iter().map(move |(value, label)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{label}</option> }
    });
    view! {
        <FieldFrame name label errors hint is_optional=!required && !needed>
            <select id=name name=name class="select w-full" aria-describedby=format!("{name}-note")
                aria-invalid=move || errors.with(|e| e.of(name).is_some()).then_some("true")>
                {(!required).then(|| view! { <option value="">"–"</option> })}
                {options.collect_view()}
            </select>
        </FieldFrame>
    }
}

/// Yes or no.
#[component]
pub fn CheckField(
    /// Name of the field; its value is `true`.
    name: &'static str,
    /// What it is called.
    label: &'static str,
    /// Whether it is checked.
    #[prop(optional)]
    checked: bool,
) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" class="checkbox" name=name value="true" checked=checked/>
            <span>{label}</span>
        </label>
    }
}

/// One of a few choices, all in sight.
#[component]
pub fn RadioSet(
    /// Name of the field.
    name: &'static str,
    /// What it is called.
    label: &'static str,
    /// Values, what they are called, and what else there is to say of each.
    options: Vec<(String, String, String)>,
    /// Which value is chosen.
    #[prop(into, optional)]
    chosen: String,
    /// What is wrong, with any field of the form.
    #[prop(into, optional)]
    errors: Signal<FieldErrors>,
) -> impl IntoView {
    let lang = lang();
    let wrong = move || errors.with(|e| e.of(name).map(|p| problem(p, lang)));
    let choices = options.into_iter().map(|(value, text, more)| {
        let is_chosen = value == chosen;
        let more = (!more.is_empty()).then(|| view! { <span class="quiet">{more}</span> });
        view! {
            <label class="radio-choice">
                <input type="radio" class="radio" name=name value=value checked=is_chosen/>
                <span class="radio-text"><strong>{text}</strong>{more}</span>
            </label>
        }
    });
    view! {
        <fieldset class="field" class:field-wrong=move || errors.with(|e| e.of(name).is_some()) id=name aria-describedby=format!("{name}-note")>
            <legend class="field-label">{label}</legend>
            <div class="radio-set">{choices.collect_view()}</div>
            <p class="field-note" id=format!("{name}-note")><span class="field-error" role="alert">{wrong}</span></p>
        </fieldset>
    }
}

/// Any number of several choices.
#[component]
pub fn CheckSet(
    /// Name of each input: `purposes[]`.
    name: &'static str,
    /// Name of the field in errors: `purposes`.
    field: &'static str,
    /// What it is called.
    label: &'static str,
    /// Values and what they are called.
    options: Vec<(String, String)>,
    /// Values that are checked.
    checked: Vec<String>,
    /// What is wrong, with any field of the form.
    #[prop(into, optional)]
    errors: Signal<FieldErrors>,
) -> impl IntoView {
    let lang = lang();
    let wrong = move || errors.with(|e| e.of(field).map(|p| problem(p, lang)));
    let boxes = options.into_iter().map(|(value, text)| {
        let is_checked = checked.contains(&value);
        view! {
            <label class="check">
                <input type="checkbox" class="checkbox" name=name value=value checked=is_checked/>
                <span>{text}</span>
            </label>
        }
    });
    view! {
        <fieldset class="field" class:field-wrong=move || errors.with(|e| e.of(field).is_some()) id=field aria-describedby=format!("{field}-note")>
            <legend class="field-label">{label}</legend>
            <div class="check-row">{boxes.collect_view()}</div>
            <p class="field-note" id=format!("{field}-note")><span class="field-error" role="alert">{wrong}</span></p>
        </fieldset>
    }
}

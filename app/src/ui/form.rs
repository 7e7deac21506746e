//! Around the fields: what is wrong with the whole, and the button.

use leptos::html::Div;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use crate::error::{AppError, Clash};
use crate::ui::act::Act;
use crate::values::fields::FieldErrors;
use crate::words::{lang, problem, words};

/// The fields' problems of an error; none when it has no fields.
pub fn field_errors(error: Option<&AppError>) -> FieldErrors {
    match error {
        Some(AppError::Invalid(errors)) => errors.clone(),
        Some(AppError::Conflict(Clash::CodeTaken)) => FieldErrors::one("code", crate::values::fields::Problem::Taken),
        _ => FieldErrors::default(),
    }
}

/// For a box that says what is wrong: whoever sent the form may be far below it, so it takes the focus and comes into view.
fn focused() -> NodeRef<Div> {
    let place = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            // What is in the page and visible can have the focus; behind a dialog it is the dialog's.
            let _ = place.focus();
        }
    });
    place
}

/// A list of what is wrong, with links to the fields.
#[component]
pub fn ErrorSummary(
    /// What is wrong.
    #[prop(into)]
    errors: Signal<FieldErrors>,
    /// What a field is called.
    #[prop(into)]
    label_of: Callback<(String,), &'static str>,
) -> impl IntoView {
    let (lang, heading) = (lang(), words().common.mend_these);
    let list = move || {
        let errors = errors.get().0;
        (!errors.is_empty()).then(|| {
            let lines = errors.into_iter().map(|(field, wrong)| {
                let label = label_of.run((field.clone(),));
                view! { <li><a href=format!("#{field}")>{label}</a>": "{problem(&wrong, lang)}</li> }
            });
            view! { <div class="alert-box alert-bad" role="alert" tabindex="-1" node_ref=focused()><p>{heading}</p><ul>{lines.collect_view()}</ul></div> }
        })
    };
    view! { {list} }
}

/// A sentence for an error that belongs to no field.
#[component]
pub fn ErrorNote(
    /// The error, when there is one.
    #[prop(into)]
    error: Signal<Option<AppError>>,
) -> impl IntoView {
    let words = words();
    let note = move || {
        let error = match error.get()? {
            AppError::Invalid(_) | AppError::Conflict(Clash::CodeTaken) => return None,
            other => other,
        };
        let way_on = match &error {
            // Not the address in the error: an error says what happened, and a page where to go.
            AppError::PlanLimit(_) | AppError::PlanFeature(_) => {
                Some(("/app/settings/plan".to_owned(), Some("external"), words.billing.plan))
            }
            AppError::ProofNeeded => {
                let back = use_location().pathname.get_untracked();
                // What was typed waits in a draft, and is in the form again on the way back.
                let draft = use_query_map().read_untracked().get("draft");
                let draft = draft.map(|draft| format!("%3Fdraft%3D{draft}")).unwrap_or_default();
                Some((format!("/entrar/confirmar?next={back}{draft}"), Some("external"), words.auth.password))
            }
            _ => None,
        };
        let way_on = way_on.map(|(href, rel, name)| view! { " "<a href=href rel=rel>{name}</a> });
        let sentence = crate::ui::error::sentence(&error, words);
        Some(
            view! { <div class="alert-box alert-bad" role="alert" tabindex="-1" node_ref=focused()>{sentence}{way_on}</div> },
        )
    };
    view! { {note} }
}

/// Says that the last form was taken; until then it is not there.
#[component]
pub fn SavedNote(
    /// The page's forms.
    act: Act,
    /// The last name in the path of its server function, where a page has several such notes.
    #[prop(optional)]
    of: &'static str,
) -> impl IntoView {
    saved_where(act, of, || true)
}

/// As [`SavedNote`], where an [`Act`] has several forms: whether the last that was sent is this one.
pub fn saved_where(act: Act, of: &'static str, is_it: impl Fn() -> bool + Send + 'static) -> impl IntoView {
    let saved = words().common.saved;
    // Without a script the page's address says that the form before was taken.
    let said = use_query_map().read_untracked().get("done");
    let was_done = said.is_some_and(|said| of.is_empty() || said == of);
    let is_shown = move || (was_done || act.done() > 0 && is_it()) && act.error().with(Option::is_none);
    view! { <p role="status">{move || is_shown().then(|| view! { <span class="alert-box alert-good">{saved}</span> })}</p> }
}

/// The button that sends a form; it waits while the form is under way.
#[component]
pub fn SubmitButton(
    /// What it does.
    label: &'static str,
    /// Whether the form is under way.
    #[prop(into, optional)]
    pending: Signal<bool>,
    /// `btn-primary`, or another of the button's looks.
    #[prop(default = "btn-primary")]
    look: &'static str,
) -> impl IntoView {
    let saving = words().common.saving;
    view! {
        <button type="submit" class=format!("btn {look}") disabled=move || pending.get()>
            {move || if pending.get() { saving } else { label }}
        </button>
    }
}

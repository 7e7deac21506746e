//! Files that were sent and not taken: which, and why.

use leptos::prelude::*;

use crate::error::AppError;
use crate::words::{lang, problem};

/// A sentence a file; nothing when all were taken.
#[component]
pub fn Refusals(
    /// Why the page's last form was refused.
    #[prop(into)]
    error: Signal<Option<AppError>>,
    /// Name of the field that the files were chosen in.
    field: &'static str,
) -> impl IntoView {
    let lang = lang();
    move || {
        let Some(AppError::Invalid(errors)) = error.get() else { return None };
        let lines: Vec<_> = errors.0.iter().filter(|(name, _)| name == field).collect();
        (!lines.is_empty()).then(|| {
            let lines = lines.into_iter().map(|(_, wrong)| view! { <li>{problem(wrong, lang)}</li> });
            view! { <div class="alert-box alert-bad" role="alert"><ul>{lines.collect_view()}</ul></div> }
        })
    }
}

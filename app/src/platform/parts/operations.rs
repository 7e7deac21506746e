//! A list of operations.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::ConsoleForm;
use crate::platform::labels::work;
use crate::platform::server_fns::RetryOperation;
use crate::platform::types::OperationLine;
use crate::platform::words::console;
use crate::ui::act::Act;
use crate::words::lang;

/// Operations, each with the way to its record and, where it helps, a button to try it now.
#[component]
pub fn Operations(
    /// The operations.
    lines: Vec<OperationLine>,
    /// What is said when there are none.
    none: &'static str,
    /// What comes of trying.
    act: Act,
) -> impl IntoView {
    if lines.is_empty() {
        return view! { <p class="quiet">{none}</p> }.into_any();
    }
    let lines = lines.into_iter().map(|line| row(line, act)).collect_view();
    view! { <ul class="rows">{lines}</ul> }.into_any()
}

fn row(line: OperationLine, act: Act) -> impl IntoView {
    let (words, lang) = (console(lang()), lang());
    let is_bad = line.state == "failed" || !line.error.is_empty();
    let retry = line.may_be_retried.then(|| {
        view! {
            <ConsoleForm act to=RetryOperation::PATH class="inline-form">
                <input type="hidden" name="id" value=line.id.to_string()/>
                <button type="submit" class="btn btn-small">{words.retry}</button>
            </ConsoleForm>
        }
    });
    let error = (!line.error.is_empty()).then(|| view! { <span>{line.error.clone()}</span> });
    view! {
        <li class="row">
            <div class="row-text">
                <a href=format!("/platform/operations/{}", line.id)><strong>{line.kind.clone()}" · "{line.subject.clone()}</strong></a>
                <span class="quiet">{words.step}" "{line.step.clone()}" · "{words.attempt}" "{line.attempt}" · "{line.when.clone()}</span>
                {error}
            </div>
            <span class="tag" class:tag-warn=is_bad>{work(&line.state, lang)}</span>
            {retry}
        </li>
    }
}

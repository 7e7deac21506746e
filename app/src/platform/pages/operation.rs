//! `/platform/operations/{id}`: one operation and its record.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::layouts::ConsoleLayout;
use crate::platform::parts::{Live, Operations};
use crate::platform::server_fns::load_operation;
use crate::platform::types::OperationSheet;
use crate::platform::words::console;
use crate::ui::act::Act;
use crate::ui::error::ErrorPage;
use crate::ui::form::ErrorNote;
use crate::ui::title::PageTitle;
use crate::words::lang;

/// The page of an operation. What it shows renews itself while the operation is under way.
#[component]
pub fn OperationShow() -> impl IntoView {
    let params = use_params_map();
    let act = Act::new();
    let id = move || params.read().get("id").unwrap_or_default();
    let sheet = Resource::new_blocking(move || (id(), act.done()), |(id, _)| load_operation(id));
    let body = move || {
        Suspend::new(async move {
            match sheet.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(sheet) => view! { <Sheet sheet act/> }.into_any(),
            }
        })
    };
    view! { <ConsoleLayout><Suspense>{body}</Suspense></ConsoleLayout> }
}

#[component]
fn Sheet(sheet: OperationSheet, act: Act) -> impl IntoView {
    let words = console(lang());
    let OperationSheet { line, live, happened } = sheet;
    let heading = format!("{} · {}", line.kind, line.subject);
    let back = match line.slug.as_str() {
        "" => view! { <p><a href="/platform/operations">{words.operations}</a></p> }.into_any(),
        slug => view! { <p><a href=format!("/platform/tenants/{slug}")>{words.back_to_agency}</a></p> }.into_any(),
    };
    let lines = happened.into_iter().map(|(at, step, level, message)| {
        let is_grave = !level.is_empty();
        view! {
            <li class="row">
                <div class="row-text"><strong>{step}</strong><span>{message}</span><span class="quiet">{at}</span></div>
                {is_grave.then(|| view! { <span class="tag tag-warn">{level}</span> })}
            </li>
        }
    });
    view! {
        <PageTitle text=heading.clone()/>
        <header class="page-head"><h1>{heading}</h1></header>
        <ErrorNote error=act.error()/>
        <p class="quiet">{words.created}" "{line.created.clone()}</p>
        <Live address=live>
            <Operations lines=vec![line] none=words.no_operations act/>
            <h2>{words.record}</h2>
            <ol class="rows">{lines.collect_view()}</ol>
        </Live>
        {back}
    }
}

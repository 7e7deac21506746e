//! `/platform/operations`: what is being done to agencies, and what was.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::layouts::ConsoleLayout;
use crate::platform::fleet_words::fleet_words;
use crate::platform::parts::{Live, Operations};
use crate::platform::server_fns::list_operations;
use crate::platform::types::OperationPage;
use crate::platform::words::console;
use crate::ui::act::Act;
use crate::ui::error::ErrorPage;
use crate::ui::form::ErrorNote;
use crate::ui::title::PageTitle;
use crate::values::query::{address, clean};
use crate::words::{lang, words};

/// The list of operations. It renews itself while something is under way.
#[component]
pub fn OperationIndex() -> impl IntoView {
    let words = console(lang());
    let query = use_query_map();
    let act = Act::new();
    let part = move |name: &str| query.read().get(name).map(|value| clean(&value)).unwrap_or_default();
    let asked = move || (part("before"), part("agency"), act.done());
    let page = Resource::new_blocking(asked, |(before, agency, _)| list_operations(before, agency));
    let body = move || {
        Suspend::new(async move {
            match page.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(page) => view! { <Lists page act/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.operations/>
        <ConsoleLayout>
            <header class="page-head"><h1>{words.operations}</h1></header>
            <ErrorNote error=act.error()/>
            <Suspense>{body}</Suspense>
        </ConsoleLayout>
    }
}

#[component]
fn Lists(page: OperationPage, act: Act) -> impl IntoView {
    let console = console(lang());
    let fleet = fleet_words(lang());
    let next = page.next.map(|id| {
        let whose = Some(("agency", page.agency.as_str())).filter(|(_, agency)| !agency.is_empty());
        let id = id.to_string();
        let href = address("/platform/operations", whose.into_iter().chain([("before", id.as_str())]));
        view! { <a class="btn btn-small" rel="next" href=href>{words().common.next_page}</a> }
    });
    view! {
        <form method="get" action="/platform/operations" class="search-bar">
            <label class="field"><span class="field-label">{fleet.whose}</span>
                <input class="input" name="agency" value=page.agency.clone() placeholder=fleet.whose_hint/></label>
            <button type="submit" class="btn">{console.filter}</button>
        </form>
        <p class="quiet">{console.refreshes}</p>
        <Live address=Some(page.live)>
            <h2>{console.open_operations}</h2>
            <Operations lines=page.open none=console.nothing_open act/>
            <h2>{console.finished_operations}</h2>
            <Operations lines=page.finished none=console.nothing_finished act/>
        </Live>
        <div class="pager"><span></span><nav>{next}</nav></div>
    }
}

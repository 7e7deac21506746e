//! `/platform/audit`: what was done in every agency and on the platform.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::audit::filter::{AuditFilter, WHOSE};
use crate::audit::parts::log;
use crate::audit::server_fns::list_all_audit;
use crate::audit::words::words;
use crate::layouts::ConsoleLayout;
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::values::query::clean;
use crate::words::lang;

/// Everybody's log. Complete without WASM, and none is sent.
#[component]
pub fn GlobalAuditIndex() -> impl IntoView {
    let words = words(lang());
    let query = use_query_map();
    let filter = move || {
        let query = query.read();
        let agency = query.get(WHOSE).map(|agency| clean(&agency)).unwrap_or_default();
        (agency, AuditFilter::from_query(&|name| query.get(name)))
    };
    let page = Resource::new_blocking(filter, |(agency, filter)| list_all_audit(agency, filter));
    let list = move || {
        let (agency, filter) = filter();
        Suspend::new(async move {
            match page.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(page) => log(page, filter, Some(agency)).into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.title/>
        <ConsoleLayout>
            <header class="page-head"><h1>{words.title}</h1></header>
            <p class="lead">{words.lead_all}</p>
            <Suspense>{list}</Suspense>
        </ConsoleLayout>
    }
}

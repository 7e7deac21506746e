//! `/platform/servers`: where agencies' databases lie.

use leptos::prelude::*;

use crate::layouts::ConsoleLayout;
use crate::platform::labels::server;
use crate::platform::server_fns::list_servers;
use crate::platform::words::console;
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::values::query;
use crate::words::lang;

/// The database servers with what lies on them.
#[component]
pub fn ServerIndex() -> impl IntoView {
    let lang = lang();
    let words = console(lang);
    let servers = Resource::new_blocking(|| (), |()| list_servers());
    let body = move || {
        Suspend::new(async move {
            match servers.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(all) if all.is_empty() => view! { <p class="quiet">{words.no_servers}</p> }.into_any(),
                Ok(all) => {
                    let lines = all.into_iter().map(|line| {
                        let size = if line.size.is_empty() { words.not_measured.to_owned() } else { line.size };
                        let href = query::address("/platform/tenants", [("server", line.name.as_str())]);
                        view! {
                            <li class="row">
                                <div class="row-text"><strong><a href=href>{line.name}</a></strong>
                                    <span class="quiet">{words.agencies}": "{line.agencies}" · "{size}</span></div>
                                <span class="tag" class:tag-warn=line.state != "active">{server(&line.state, lang)}</span>
                            </li>
                        }
                    });
                    view! { <ul class="rows">{lines.collect_view()}</ul> }.into_any()
                }
            }
        })
    };
    view! {
        <PageTitle text=words.servers/>
        <ConsoleLayout>
            <header class="page-head"><h1>{words.servers}</h1></header>
            <Suspense>{body}</Suspense>
        </ConsoleLayout>
    }
}

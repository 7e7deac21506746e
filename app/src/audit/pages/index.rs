//! `/app/settings/audit`: what was done in the agency.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::audit::filter::AuditFilter;
use crate::audit::parts::log;
use crate::audit::server_fns::list_audit;
use crate::audit::words::words;
use crate::layouts::SettingsHead;
use crate::ui::anew::Anew;
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::words::lang;

/// The agency's own log.
#[component]
pub fn AuditIndex() -> impl IntoView {
    let words = words(lang());
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        let query = query.read();
        AuditFilter::from_query(&|name| query.get(name))
    });
    let (page, anew) = (Resource::new_blocking(move || filter.get(), list_audit), Anew::default());
    let list = move || {
        Suspend::new(async move {
            match page.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                // Anew for each address: a field that stays would show what was chosen in it, not what is asked for.
                Ok(page) => {
                    let filter = filter.get_untracked();
                    let is_even = anew.side(filter.clone());
                    let log = log(page, filter, None);
                    if is_even {
                        view! { <div>{log}</div> }.into_any()
                    } else {
                        view! { <section>{log}</section> }.into_any()
                    }
                }
            }
        })
    };
    view! {
        <PageTitle text=words.title/>
        <SettingsHead title=words.title.to_owned()/>
        <p class="lead">{words.lead}</p>
        <Transition>{list}</Transition>
    }
}

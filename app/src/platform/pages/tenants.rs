//! `/platform/tenants`: every agency, with suspend and resume.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

use crate::layouts::ConsoleLayout;
use crate::platform::server_fns::{ResumeTenant, SuspendTenant, list_tenants};
use crate::platform::types::TenantRow;
use crate::platform::words::status;
use crate::ui::act::{Act, ActForm};
use crate::ui::error::ErrorPage;
use crate::ui::form::ErrorNote;
use crate::ui::title::PageTitle;
use crate::values::day::format_day;
use crate::words::{lang, words};

/// The list of agencies.
#[component]
pub fn TenantIndex() -> impl IntoView {
    let all = words();
    let query = use_query_map();
    let typed = move || query.read().get("q").unwrap_or_default();
    let act = Act::new();
    let rows = Resource::new_blocking(move || (typed(), act.done()), |(q, _)| list_tenants(q));
    let list = move || {
        Suspend::new(async move {
            match rows.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(rows) if rows.is_empty() => view! { <p class="quiet">{all.platform.none}</p> }.into_any(),
                Ok(rows) => {
                    let rows = rows.into_iter().map(|row| tenant(row, act));
                    view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
                }
            }
        })
    };
    view! {
        <PageTitle text=all.platform.tenants/>
        <ConsoleLayout>
            <header class="page-head"><h1>{all.platform.tenants}</h1></header>
            <Form method="GET" action="" attr:class="search-bar">
                <label class="sr-only" for="q">{all.platform.search}</label>
                <input id="q" name="q" type="search" class="input" value=typed() placeholder=all.platform.search/>
                <button type="submit" class="btn">{all.common.search}</button>
            </Form>
            <ErrorNote error=act.error()/>
            <Transition>{list}</Transition>
        </ConsoleLayout>
    }
}

fn tenant(row: TenantRow, act: Act) -> impl IntoView {
    let (words, lang) = (&words().platform, lang());
    let state = status(&row.status, lang);
    let slug = row.slug.clone();
    let form = match row.status.as_str() {
        "active" => view! {
            <ActForm act to=SuspendTenant::PATH class="inline-form">
                <input type="hidden" name="slug" value=slug/>
                <input class="input input-small" name="reason" required=true maxlength="200" aria-label=words.reason placeholder=words.reason/>
                <button type="submit" class="btn btn-small">{words.suspend}</button>
            </ActForm>
        }
        .into_any(),
        "suspended" => view! {
            <ActForm act to=ResumeTenant::PATH class="inline-form">
                <input type="hidden" name="slug" value=slug/>
                <button type="submit" class="btn btn-small">{words.resume}</button>
            </ActForm>
        }
        .into_any(),
        _ => ().into_any(),
    };
    view! {
        <li class="row">
            <div class="row-text">
                <strong>{row.name}</strong>
                <span class="quiet">{row.slug}" · "{row.plan}" · "{words.since}" "{format_day(row.created_at, lang)}</span>
                {(!row.reason.is_empty()).then(|| view! { <span>{row.reason}</span> })}
            </div>
            <span class="tag" class:tag-warn=row.status != "active">{state}</span>
            {form}
        </li>
    }
}

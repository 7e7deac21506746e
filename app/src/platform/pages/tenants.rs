//! `/platform/tenants`: every agency with its figures, found by name and filters.

use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

use crate::layouts::ConsoleLayout;
use crate::platform::fleet_words::fleet_words;
use crate::platform::labels::{STATES, SUBSCRIPTIONS, status, subscription};
use crate::platform::money_words::money_words;
use crate::platform::server_fns::list_tenants;
use crate::platform::types::{Asked, TenantPage, TenantRow};
use crate::platform::words::console;
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::values::query;
use crate::words::{lang, words};

/// The list of agencies.
#[component]
pub fn TenantIndex() -> impl IntoView {
    let all = words();
    let given = use_query_map();
    let asked = move || {
        let part = |name: &str| given.read().get(name).unwrap_or_default();
        (part("q"), (part("status"), part("subscription")), part("plan"), part("server"), part("after"))
    };
    let page = Resource::new_blocking(asked, |(q, (status, subscription), plan, server, after)| {
        list_tenants(q, status, subscription, plan, server, after)
    });
    let list = move || {
        Suspend::new(async move {
            match page.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(page) => view! { <Found page/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=all.platform.tenants/>
        <ConsoleLayout>
            <header class="page-head"><h1>{all.platform.tenants}</h1></header>
            <Suspense>{list}</Suspense>
        </ConsoleLayout>
    }
}

#[component]
fn Found(page: TenantPage) -> impl IntoView {
    let words = console(lang());
    let TenantPage { rows, asked, is_later, next, plans, servers } = page;
    let is_narrowed = asked != Asked::default() || is_later;
    let first = is_later.then(|| view! { <a class="btn btn-small" href=address(&asked, None)>{words.first_page}</a> });
    let next = next.map(|slug| {
        view! { <a class="btn btn-small" rel="next" href=address(&asked, Some(&slug))>{crate::words::words().common.next_page}</a> }
    });
    let list = if rows.is_empty() {
        view! { <p class="quiet">{if is_narrowed { words.none } else { words.none_yet }}</p> }.into_any()
    } else {
        view! { <Table rows/> }.into_any()
    };
    view! {
        <Filters asked plans servers/>
        {list}
        <div class="pager"><span></span><nav>{first}{next}</nav></div>
    }
}

/// The address of a page of the same list.
fn address(asked: &Asked, after: Option<&str>) -> String {
    let parts = [
        ("q", asked.q.as_str()),
        ("status", &asked.status),
        ("subscription", &asked.subscription),
        ("plan", &asked.plan),
        ("server", &asked.server),
        ("after", after.unwrap_or_default()),
    ];
    let parts = parts.into_iter().filter(|(_, value)| !value.is_empty());
    query::address("/platform/tenants", parts)
}

#[component]
fn Filters(asked: Asked, plans: Vec<(String, String)>, servers: Vec<String>) -> impl IntoView {
    let (all, lang) = (words(), lang());
    let words = console(lang);
    let states = STATES.map(|state| (state.to_owned(), status(state, lang).to_owned())).to_vec();
    let bought = SUBSCRIPTIONS.map(|state| (state.to_owned(), subscription(state, lang).to_owned())).to_vec();
    let servers = servers.into_iter().map(|name| (name.clone(), name)).collect();
    view! {
        <Form method="GET" action="" attr:class="search-bar">
            <label class="sr-only" for="q">{all.platform.search}</label>
            <input id="q" name="q" type="search" class="input" value=asked.q placeholder=all.platform.search/>
            <Choice name="status" label=words.state chosen=asked.status options=states/>
            <Choice name="subscription" label=money_words(lang).subscription chosen=asked.subscription options=bought/>
            <Choice name="plan" label=words.plan chosen=asked.plan options=plans/>
            <Choice name="server" label=words.server chosen=asked.server options=servers/>
            <button type="submit" class="btn">{all.common.search}</button>
        </Form>
    }
}

#[component]
fn Choice(name: &'static str, label: &'static str, chosen: String, options: Vec<(String, String)>) -> impl IntoView {
    let words = console(lang());
    let options = options.into_iter().map(|(value, shown)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{shown}</option> }
    });
    view! {
        <select name=name class="select" aria-label=label>
            <option value="">{label}": "{words.all}</option>
            {options.collect_view()}
        </select>
    }
}

#[component]
fn Table(rows: Vec<TenantRow>) -> impl IntoView {
    let words = console(lang());
    let heads = [
        words.agency,
        words.state,
        words.plan,
        words.usage,
        words.database,
        words.schema,
        fleet_words(lang()).backup,
        words.health,
        words.activity,
    ];
    let heads = heads.map(|head| view! { <th scope="col">{head}</th> });
    let rows = rows.into_iter().map(line).collect_view();
    view! {
        <div class="table-wrap">
            <table class="list-table">
                <thead><tr>{heads.into_iter().collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn line(row: TenantRow) -> impl IntoView {
    let lang = lang();
    let words = console(lang);
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    let is_open = row.status == "active";
    let used = format!("{}: {} · {}: {}", words.users, row.users, words.properties, or(row.properties, "–"));
    let behind = row.is_behind.then(|| view! { " "<span class="tag tag-warn">{words.behind}</span> });
    let silence =
        (!row.silence.is_empty()).then(|| view! { <span class="tag tag-warn">{row.silence.clone()}</span>" " });
    let health = match (row.alerts, silence.is_some()) {
        (0, false) => view! { <span class="quiet">{words.healthy}</span> }.into_any(),
        (0, true) => ().into_any(),
        _ => view! { <a class="tag tag-warn" href="/platform/health">{words.alerts}": "{row.alerts}</a> }.into_any(),
    };
    let is_well = matches!(row.subscription.as_str(), "" | "active");
    let bought = view! {
        <span class="quiet">{money_words(lang).subscription}": "</span>
        <span class=if is_well { "quiet" } else { "tag tag-warn" }>{subscription(&row.subscription, lang)}</span>
    };
    view! {
        <tr>
            <td><a class="row-title" href=format!("/platform/tenants/{}", row.slug)>{row.name}</a><br/><span class="quiet">{row.slug}</span></td>
            <td data-label=words.state><span class="tag" class:tag-warn=!is_open>{status(&row.status, lang)}</span><br/>{bought}</td>
            <td data-label=words.plan>{or(row.plan, "–")}</td>
            <td data-label=words.usage>{used}</td>
            <td data-label=words.database>{or(row.size, words.not_measured)}<br/><span class="quiet">{row.server}</span></td>
            <td data-label=words.schema>{or(row.schema, "–")}{behind}</td>
            <td data-label=fleet_words(lang).backup class="quiet">{fleet_words(lang).no_backup}</td>
            <td data-label=words.health>{silence}{health}</td>
            <td data-label=words.activity>{or(row.activity, words.never)}</td>
        </tr>
    }
}

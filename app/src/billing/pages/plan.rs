//! `/app/settings/plan`: the plan, its use, and how to change it. The only page of a suspended agency.

use leptos::prelude::*;

use crate::billing::server_fns::load_use;
use crate::billing::types::{Meter, PlanUse};
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::words::words;

/// The agency's plan.
#[component]
pub fn PlanShow() -> impl IntoView {
    let words = &words().billing;
    let plan = Resource::new_blocking(|| (), |()| load_use());
    let page = move || {
        Suspend::new(async move {
            match plan.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(plan) => content(plan).into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.plan/>
        <Suspense>{page}</Suspense>
    }
}

fn content(plan: PlanUse) -> impl IntoView {
    let words = &words().billing;
    let is_suspended = plan.meters.is_empty();
    view! {
        <header class="page-head"><h1>{format!("{} {}", words.plan, plan.plan.to_ascii_uppercase())}</h1></header>
        {is_suspended.then(|| view! { <div class="alert-box alert-warn" role="status">{words.suspended}</div> })}
        <div class="meters">{plan.meters.into_iter().map(meter).collect_view()}</div>
        <p class="quiet">{words.how_to_change}</p>
        <p><a class="btn" href="/planos" rel="external">{words.compare}</a></p>
    }
}

fn meter(meter: Meter) -> impl IntoView {
    let words = &words().billing;
    let name = if meter.resource == "users" { words.users } else { words.properties };
    let figure = match meter.max {
        Some(max) => format!("{} {} {max}", meter.used, words.of),
        None => format!("{} ({})", meter.used, words.unlimited),
    };
    view! {
        <div class="meter">
            <p><strong>{name}</strong><span>{figure}</span></p>
            {meter.max.map(|max| view! {
                <progress class="progress" value=meter.used.to_string() max=max.to_string() aria-label=name></progress>
            })}
        </div>
    }
}

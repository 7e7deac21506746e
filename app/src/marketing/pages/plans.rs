//! `/planos`: the price table, from the database.

use leptos::prelude::*;

use crate::billing::parts::PlanTable;
use crate::billing::server_fns::list_plans;
use crate::layouts::MarketingLayout;
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::words::words;

/// The plans.
#[component]
pub fn Plans() -> impl IntoView {
    let words = &words().marketing;
    let table = Suspend::new(async move {
        match list_plans().await {
            Err(error) => view! { <ErrorPage error/> }.into_any(),
            Ok(plans) => view! { <PlanTable plans begin=words.begin_with/> }.into_any(),
        }
    });
    view! {
        <PageTitle text=words.plans/>
        <MarketingLayout>
            <h1>{words.plans}</h1>
            <p class="lead">{words.plans_lead}</p>
            <Suspense>{table}</Suspense>
        </MarketingLayout>
    }
}

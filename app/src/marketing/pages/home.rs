//! `/` of the platform: what Sobrado is, in one screen; in a demo, how to look around.

use leptos::prelude::*;
use leptos_meta::Meta;

use crate::auth::server_fns::load_demo;
use crate::auth::types::{Demo, DemoAccount};
use crate::billing::parts::PlanTable;
use crate::billing::server_fns::list_plans;
use crate::layouts::MarketingLayout;
use crate::ui::title::PageTitle;
use crate::words::words;

/// The front page.
#[component]
pub fn Home() -> impl IntoView {
    let all = words();
    let words = &all.marketing;
    let demo = Resource::new_blocking(|| (), |()| load_demo());
    let plans = Resource::new_blocking(|| (), |()| list_plans());
    let points = words.points.map(|(title, text)| view! { <li><h2>{title}</h2><p>{text}</p></li> });
    view! {
        <PageTitle text=words.title/>
        <Meta name="description" content=words.lead/>
        <MarketingLayout>
            <section class="front-hero">
                <h1>{words.headline}</h1>
                <p class="lead">{words.lead}</p>
                <p class="button-row">
                    <a class="btn btn-primary" href="/cadastro">{words.sign_up}</a>
                    <a class="btn" href="/planos">{words.see_plans}</a>
                </p>
            </section>
            <ul class="points">{points.collect_view()}</ul>
            <section class="group" aria-labelledby="plans">
                <h2 id="plans">{words.plans}</h2>
                <p class="lead">{words.plans_lead}</p>
                <Suspense>
                    {move || Suspend::new(async move { plans.await.ok().map(|plans| view! { <PlanTable plans begin=words.begin_with/> }) })}
                </Suspense>
            </section>
            <Suspense>
                {move || Suspend::new(async move { demo.await.ok().flatten().map(demo_block) })}
            </Suspense>
        </MarketingLayout>
    }
}

fn demo_block(demo: Demo) -> impl IntoView {
    let words = &words().marketing;
    let sites =
        demo.storefronts.into_iter().map(|(name, url)| view! { <li><a href=url rel="external">{name}</a></li> });
    let people = demo.people.into_iter().map(|DemoAccount { email, role, is_operator }| {
        let door = is_operator.then(|| view! { " · "<a href="/platform/entrar">{words.demo_operator_door}</a> });
        view! { <li><code>{email}</code>" "<span class="quiet">{role}</span>{door}</li> }
    });
    view! {
        <section class="demo" aria-labelledby="demo">
            <h2 id="demo">{words.demo}</h2>
            <p>{words.demo_lead}</p>
            <div class="demo-columns">
                <div><h3>{words.demo_sites}</h3><ul>{sites.collect_view()}</ul></div>
                <div>
                    <h3>{words.demo_people}</h3><ul>{people.collect_view()}</ul>
                    <p>{words.demo_password}": "<code>{demo.password}</code></p>
                </div>
            </div>
        </section>
    }
}

//! `/platform/migrations`: how far the fleet's schema is, and how it comes further.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::layouts::ConsoleLayout;
use crate::platform::fleet_types::{FleetPage, MigrationLine, RolloutLine};
use crate::platform::fleet_words::{fleet_words, rollout};
use crate::platform::labels::work;
use crate::platform::parts::{ConsoleForm, Live, ProofFirst};
use crate::platform::server_fns::{MigrateFleet, load_fleet};
use crate::ui::act::Act;
use crate::ui::error::ErrorPage;
use crate::ui::form::ErrorNote;
use crate::ui::title::PageTitle;
use crate::words::lang;

/// The fleet's schema.
#[component]
pub fn MigrationIndex() -> impl IntoView {
    let words = fleet_words(lang());
    let act = Act::new();
    let fleet = Resource::new_blocking(move || act.done(), |_| load_fleet());
    let body = move || {
        Suspend::new(async move {
            match fleet.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(fleet) => view! { <Sheet fleet act/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.migrations/>
        <ConsoleLayout>
            <header class="page-head"><h1>{words.migrations}</h1></header>
            <p class="quiet">{words.migrations_lead}</p>
            <ErrorNote error=act.error()/>
            <Suspense>{body}</Suspense>
        </ConsoleLayout>
    }
}

#[component]
fn Sheet(fleet: FleetPage, act: Act) -> impl IntoView {
    let words = fleet_words(lang());
    let FleetPage { latest, behind, operation, live, rollouts, rings, members, failed, is_proved } = fleet;
    let is_under_way = live.is_some();
    let begin = match (is_under_way, is_proved) {
        (true, _) => ().into_any(),
        (false, true) => view! { <Begin failed act/> }.into_any(),
        (false, false) => view! { <ProofFirst/> }.into_any(),
    };
    let well = (behind == 0).then(|| view! { <p>{words.nobody_behind}</p> });
    let last = operation.map(|href| view! { <p><a href=href>{words.last_operation}</a></p> });
    let rings = rings.into_iter().map(|(name, said)| view! { <div><dt>{name}</dt><dd>{said}</dd></div> });
    let has_rings = !rollouts.is_empty();
    let rollouts = if rollouts.is_empty() {
        view! { <p class="quiet">{words.no_rollouts}</p> }.into_any()
    } else {
        view! { <ul class="rows">{rollouts.into_iter().map(rollout_row).collect_view()}</ul> }.into_any()
    };
    let newest = has_rings.then(|| {
        view! {
            <h2>{words.rings}</h2>
            <dl class="facts">{rings.collect_view()}</dl>
            <h2>{words.outcomes}</h2>
            <ul class="rows">{members.into_iter().map(member_row).collect_view()}</ul>
        }
    });
    view! {
        <Live address=live>
            {begin}
            <dl class="facts">
                <div><dt>{words.latest}</dt><dd>{latest}</dd></div>
                <div><dt>{words.behind}</dt><dd>{behind}</dd></div>
            </dl>
            {well}
            {last}
            <h2>{words.rollouts}</h2>
            {rollouts}
            {newest}
        </Live>
    }
}

#[component]
fn Begin(failed: i64, act: Act) -> impl IntoView {
    let words = fleet_words(lang());
    let again = (failed > 0).then(|| {
        view! {
            <ConsoleForm act to=MigrateFleet::PATH class="inline-form">
                <input type="hidden" name="only_failed" value="true"/>
                <button type="submit" class="btn">{words.retry_failed}</button>
            </ConsoleForm>
        }
    });
    view! {
        <div class="button-row">
            <ConsoleForm act to=MigrateFleet::PATH class="inline-form">
                <button type="submit" class="btn btn-primary">{words.start}</button>
            </ConsoleForm>
            {again}
        </div>
    }
}

fn rollout_row(line: RolloutLine) -> impl IntoView {
    view! {
        <li class="row">
            <div class="row-text"><strong>{line.target}</strong><span>{line.said}</span><span class="quiet">{line.began}</span></div>
            <span class="tag" class:tag-warn=line.state == "stopped">{rollout(&line.state, lang())}</span>
        </li>
    }
}

fn member_row(line: MigrationLine) -> impl IntoView {
    let error = (!line.error.is_empty()).then(|| view! { <span>{line.error.clone()}</span> });
    view! {
        <li class="row">
            <div class="row-text">
                <strong><a href=format!("/platform/tenants/{}", line.slug)>{line.slug.clone()}</a></strong>
                <span class="quiet">{line.about}</span>
                {error}
            </div>
            <span class="tag" class:tag-warn=line.state == "failed">{work(&line.state, lang())}</span>
        </li>
    }
}

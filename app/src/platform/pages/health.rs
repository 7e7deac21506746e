//! `/platform/health`: what somebody should look at.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::layouts::ConsoleLayout;
use crate::platform::fleet_words::fleet_words;
use crate::platform::labels::work;
use crate::platform::parts::ConsoleForm;
use crate::platform::server_fns::{CloseAlert, RetryJob, load_health};
use crate::platform::types::{AlertLine, Health, JobLine};
use crate::platform::words::console;
use crate::ui::act::Act;
use crate::ui::error::ErrorPage;
use crate::ui::form::ErrorNote;
use crate::ui::title::PageTitle;
use crate::words::lang;

/// Open alerts, the queue and the worker.
#[component]
pub fn HealthShow() -> impl IntoView {
    let words = console(lang());
    let act = Act::new();
    let health = Resource::new_blocking(move || act.done(), |_| load_health());
    let body = move || {
        Suspend::new(async move {
            match health.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(health) => view! { <Sheet health act/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.health/>
        <ConsoleLayout>
            <header class="page-head"><h1>{words.health}</h1></header>
            <ErrorNote error=act.error()/>
            <Suspense>{body}</Suspense>
        </ConsoleLayout>
    }
}

#[component]
fn Sheet(health: Health, act: Act) -> impl IntoView {
    let words = console(lang());
    let Health { alerts, jobs, stuck, has_worker, unheard } = health;
    let names = [words.jobs_queued, words.jobs_running, words.jobs_parked, words.jobs_failed];
    let figures = names.into_iter().zip(jobs).map(|(name, n)| view! { <div><dt>{name}</dt><dd>{n}</dd></div> });
    let worker = if has_worker {
        view! { <p>{words.worker_there}</p> }.into_any()
    } else {
        view! { <p class="alert-box alert-bad" role="alert">{words.worker_missing}</p> }.into_any()
    };
    view! {
        <h2>{words.alerts}</h2>
        <Alerts alerts act/>
        <h2>{fleet_words(lang()).unheard}</h2>
        <Unheard unheard/>
        <h2>{words.jobs}</h2>
        <dl class="facts">{figures.collect_view()}</dl>
        <Stuck stuck act/>
        <h2>{words.worker}</h2>
        {worker}
    }
}

#[component]
fn Alerts(alerts: Vec<AlertLine>, act: Act) -> impl IntoView {
    let words = console(lang());
    if alerts.is_empty() {
        return view! { <p class="quiet">{words.no_alerts}</p> }.into_any();
    }
    let lines = alerts.into_iter().map(|alert| {
        let agency = (!alert.slug.is_empty())
            .then(|| view! { " · "<a href=format!("/platform/tenants/{}", alert.slug)>{alert.slug.clone()}</a> });
        let when = format!("{} {} · {} {} · {} {}", words.since, alert.since, alert.count, words.times, words.last, alert.last);
        view! {
            <li class="row">
                <div class="row-text"><strong>{alert.kind}{agency}</strong><span>{alert.detail}</span><span class="quiet">{when}</span></div>
                <ConsoleForm act to=CloseAlert::PATH class="inline-form">
                    <input type="hidden" name="id" value=alert.id.to_string()/>
                    <button type="submit" class="btn btn-small">{words.close_alert}</button>
                </ConsoleForm>
            </li>
        }
    });
    view! { <ul class="rows">{lines.collect_view()}</ul> }.into_any()
}

#[component]
fn Unheard(unheard: Vec<(String, Vec<String>)>) -> impl IntoView {
    if unheard.is_empty() {
        return view! { <p class="quiet">{fleet_words(lang()).all_answer}</p> }.into_any();
    }
    let agency = |slug: String| view! { <a href=format!("/platform/tenants/{slug}")>{slug.clone()}</a>" " };
    let lines = unheard.into_iter().map(|(said, slugs)| {
        let agencies = slugs.into_iter().map(agency).collect_view();
        view! { <li class="row"><div class="row-text"><strong>{said}</strong><span>{agencies}</span></div></li> }
    });
    view! { <ul class="rows">{lines.collect_view()}</ul> }.into_any()
}

#[component]
fn Stuck(stuck: Vec<JobLine>, act: Act) -> impl IntoView {
    let lang = lang();
    let words = console(lang);
    if stuck.is_empty() {
        return view! { <p class="quiet">{words.nothing_stuck}</p> }.into_any();
    }
    let lines = stuck.into_iter().map(|job| {
        let retry = (job.state == "failed").then(|| {
            view! {
                <ConsoleForm act to=RetryJob::PATH class="inline-form">
                    <input type="hidden" name="id" value=job.id.to_string()/>
                    <button type="submit" class="btn btn-small">{words.retry}</button>
                </ConsoleForm>
            }
        });
        view! {
            <li class="row">
                <div class="row-text">
                    <strong>{job.kind}" · "<a href=format!("/platform/tenants/{}", job.slug)>{job.slug.clone()}</a></strong>
                    <span>{job.error}</span>
                    <span class="quiet">{words.attempt}" "{job.attempt}" · "{job.created}</span>
                </div>
                <span class="tag tag-warn">{work(&job.state, lang)}</span>
                {retry}
            </li>
        }
    });
    view! { <ul class="rows">{lines.collect_view()}</ul> }.into_any()
}

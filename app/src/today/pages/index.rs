//! `/app`: what there is, what is missing, what was done last.

use leptos::prelude::*;

use crate::audit::types::HistoryLine;
use crate::today::server_fns::load_today;
use crate::today::types::TodayPage;
use crate::today::words::action;
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::words::{lang, words};

/// The first screen.
#[component]
pub fn Today() -> impl IntoView {
    let words = &words().today;
    let today = Resource::new_blocking(|| (), |()| load_today());
    let page = move || {
        Suspend::new(async move {
            match today.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(today) => content(today).into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.title/>
        <Suspense>{page}</Suspense>
    }
}

fn content(today: TodayPage) -> impl IntoView {
    let words = &words().today;
    let is_new = today.all == 0;
    let places = today.places_left.map_or(words.unlimited.to_owned(), |left| left.to_string());
    let figure = |name: &'static str, value: String, href: &'static str| {
        view! { <a class="figure" href=href><strong>{value}</strong><span>{name}</span></a> }
    };
    view! {
        <header class="page-head"><h1>{words.title}</h1></header>
        {is_new.then(|| view! {
            <section class="empty">
                <h2>{words.first_property}</h2>
                <p>{words.first_property_lead}</p>
                <a class="btn btn-primary" href="/app/properties/new">{words.first_property}</a>
            </section>
        })}
        <div class="figures">
            {figure(words.active, today.active.to_string(), "/app/properties?status=active")}
            {figure(words.drafts, today.drafts.to_string(), "/app/properties?status=draft")}
            {figure(words.all, today.all.to_string(), "/app/properties")}
            {figure(words.places_left, places, "/app/settings/plan")}
        </div>
        <section class="block">
            <h2>{words.activity}</h2>
            {if today.activity.is_empty() {
                view! { <p class="quiet">{words.no_activity}</p> }.into_any()
            } else {
                view! { <ul class="rows">{today.activity.into_iter().map(line).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}

fn line(line: HistoryLine) -> impl IntoView {
    let (words, lang) = (&words().today, lang());
    let who = line.who.unwrap_or_else(|| words.the_program.to_owned());
    view! {
        <li class="row">
            <span class="row-text"><span><strong>{who}</strong>" "{action(&line.action, lang)}</span></span>
            <span class="quiet">{line.at}</span>
        </li>
    }
}

//! `/app`: what there is, what is missing, what was done last.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access::Can;
use crate::audit::words::action;
use crate::auth::types::Me;
use crate::layouts::rel;
use crate::properties::types::Unready;
use crate::today::server_fns::{PutFirstStepsAway, load_today};
use crate::today::types::{ActivityLine, FirstStep, TodayPage};
use crate::ui::act::{Act, ActForm};
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::words::{lang, words};

/// The first screen.
#[component]
pub fn Today() -> impl IntoView {
    let words = &words().today;
    let act = Act::new();
    let today = Resource::new_blocking(move || act.done(), |_| load_today());
    let page = move || {
        Suspend::new(async move {
            match today.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(today) => content(today, act).into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.title/>
        <Suspense>{page}</Suspense>
    }
}

fn content(today: TodayPage, act: Act) -> impl IntoView {
    let words = &words().today;
    let may = |can| use_context::<Me>().is_some_and(|me| me.role.may(can));
    let (is_new, may_write) = (today.all == 0, may(Can::WriteProperties));
    let places = today.places_left.map_or(words.unlimited.to_owned(), |left| left.to_string());
    let figure = |name: &'static str, value: String, href: &'static str| {
        view! { <a class="figure" href=href rel=rel(href)><strong>{value}</strong><span>{name}</span></a> }
    };
    // No list to go to: what is on the site cannot be asked for by itself.
    let bare = |name: &'static str, value: String| {
        view! { <p class="figure"><strong>{value}</strong><span>{name}</span></p> }
    };
    let left = if may(Can::SeePlan) {
        figure(words.places_left, places, "/app/settings/plan").into_any()
    } else {
        bare(words.places_left, places).into_any()
    };
    view! {
        <header class="page-head"><h1>{words.title}</h1></header>
        {(!today.first_steps.is_empty()).then(|| first_steps(today.first_steps, act))}
        {(is_new && may_write).then(|| view! {
            <section class="empty">
                <h2>{words.first_property}</h2>
                <p>{words.first_property_lead}</p>
                <a class="btn btn-primary" href="/app/properties/new">{words.first_property}</a>
            </section>
        })}
        <div class="figures">
            {bare(words.published, today.published.to_string())}
            {figure(words.active, today.active.to_string(), "/app/properties?status=active")}
            {figure(words.drafts, today.drafts.to_string(), "/app/properties?status=draft")}
            {figure(words.all, today.all.to_string(), "/app/properties")}
            {left}
        </div>
        {(!is_new).then(|| view! {
            <section class="group">
                <h2>{words.unready}</h2>
                {if today.unready.is_empty() {
                    view! { <p class="quiet">{words.nothing_unready}</p> }.into_any()
                } else {
                    view! { <ul class="rows">{today.unready.into_iter().map(|property| unready(property, may_write)).collect_view()}</ul> }.into_any()
                }}
            </section>
        })}
        <section class="group">
            <h2>{words.activity}</h2>
            {if today.activity.is_empty() {
                view! { <p class="quiet">{words.no_activity}</p> }.into_any()
            } else {
                view! { <ul class="rows">{today.activity.into_iter().map(line).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}

/// What a new agency does first, and how much of it is done.
fn first_steps(steps: Vec<FirstStep>, act: Act) -> impl IntoView {
    let words = &words().today;
    let done = steps.iter().filter(|step| step.is_done).count();
    let count = format!("{done} {} {}", words.first_steps_of, steps.len());
    let steps = steps.into_iter().map(|step| {
        view! { <li class=if step.is_done { "is-done" } else { "" }><a href=step.href.clone() rel=rel(&step.href)>{step.label}</a></li> }
    });
    view! {
        <section class="group first-steps">
            <h2>{words.first_steps_title}" "<span class="quiet">{count}</span></h2>
            <ol class="step-list">{steps.collect_view()}</ol>
            <ActForm act to=PutFirstStepsAway::PATH><button type="submit" class="btn btn-small">{words.put_away}</button></ActForm>
        </section>
    }
}

/// A property and what it lacks, one tap from where it is mended; who may not mend it sees the record.
fn unready(property: Unready, may_write: bool) -> impl IntoView {
    let all = words();
    let title = if property.title.is_empty() { all.properties.untitled.to_owned() } else { property.title };
    let lacks = property.missing.iter().map(|missing| missing.label.as_str()).collect::<Vec<_>>().join(", ");
    let is_ready = property.missing.is_empty();
    let lacks =
        if is_ready { all.today.only_publish.to_owned() } else { format!("{} {lacks}", all.properties.not_ready) };
    let mend = if is_ready || !may_write { "" } else { "/edit" };
    let href = format!("/app/properties/{}{mend}", property.id);
    view! {
        <li class="row"><a class="row-text" href=href><strong>{title}</strong>
            <span class="quiet">{property.code}" · "{lacks}</span></a></li>
    }
}

fn line(ActivityLine { line, property }: ActivityLine) -> impl IntoView {
    let (words, lang) = (&words().today, lang());
    let property = property.map(|(id, name)| {
        view! { <a class="quiet" href=format!("/app/properties/{id}")>{name}</a> }
    });
    let who = line.who.unwrap_or_else(|| words.the_program.to_owned());
    view! {
        <li class="row">
            <span class="row-text"><span><strong>{who}</strong>" "{action(&line.action, lang)}</span>{property}</span>
            <span class="quiet">{line.at}</span>
        </li>
    }
}

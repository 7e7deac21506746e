//! `/platform/tenants/{slug}`: one agency, what happened to it, and what an operator can do.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::layouts::ConsoleLayout;
use crate::platform::fleet_words::fleet_words;
use crate::platform::labels::{status, subscription};
use crate::platform::money_words::money_words;
use crate::platform::parts::{ActAs, Days, Deletion, Help, Invoices, Operations, PayForm, StateForm, SubscriptionEnd};
use crate::platform::server_fns::load_tenant;
use crate::platform::types::{ActLine, DomainLine, Ending, MemberLine, TenantRow, TenantSheet};
use crate::platform::words::console;
use crate::ui::act::Act;
use crate::ui::error::ErrorPage;
use crate::ui::form::ErrorNote;
use crate::ui::title::PageTitle;
use crate::values::query;
use crate::words::lang;

/// The page of an agency.
#[component]
pub fn TenantShow() -> impl IntoView {
    let params = use_params_map();
    let slug = move || params.read().get("slug").unwrap_or_default();
    let act = Act::new();
    let sheet = Resource::new_blocking(move || (slug(), act.done()), |(slug, _)| load_tenant(slug));
    let body = move || {
        Suspend::new(async move {
            match sheet.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(sheet) => view! { <Sheet sheet act/> }.into_any(),
            }
        })
    };
    view! { <ConsoleLayout><Suspense>{body}</Suspense></ConsoleLayout> }
}

#[component]
fn Sheet(sheet: TenantSheet, act: Act) -> impl IntoView {
    let lang = lang();
    let words = console(lang);
    let (fleet, billed) = (fleet_words(lang), money_words(lang));
    let TenantSheet { row, storefront, domains, members, operations, acts, money, ending, typed } = sheet;
    let (slug, state) = (row.slug.clone(), row.status.clone());
    let more = |path: &str| query::address(path, [("agency", slug.as_str())]);
    let (all_operations, all_acts) = (more("/platform/operations"), more("/platform/audit"));
    let is_open = state == "active";
    let reason = (!row.reason.is_empty()).then(|| view! { <p class="alert-box alert-warn">{row.reason.clone()}</p> });
    let silence = (!row.silence.is_empty()).then(|| view! { <p class="alert-box alert-bad">{row.silence.clone()}</p> });
    view! {
        <PageTitle text=row.name.clone()/>
        <header class="page-head">
            <h1>{row.name.clone()}</h1>
            <span class="tag" class:tag-warn=!is_open>{status(&state, lang)}</span>
        </header>
        <ErrorNote error=act.error()/>
        {reason}
        {silence}
        <Facts row storefront ending=ending.clone()/>
        <div class="columns columns-even">
            <section>
                <StateForm slug=slug.clone() status=(state, money.is_held) standing=money.standing typed=typed.clone() act/>
                <PayForm slug=slug.clone() payable=money.payable is_proved=ending.is_proved typed=typed.clone() act/>
                <SubscriptionEnd slug=slug.clone() ending=ending.clone() act/>
                <Deletion slug=slug.clone() ending typed=typed.clone() act/>
            </section>
            <section><ActAs slug=slug.clone() members=members.clone() typed=typed.clone() act/></section>
        </div>
        <h2>{billed.invoices}</h2>
        <Invoices lines=money.invoices/>
        <Help slug members=members.clone() typed act/>
        <h2>{words.people}</h2>
        <People members/>
        <h2>{words.domains}</h2>
        <Domains domains/>
        <h2>{words.operations}</h2>
        <Operations lines=operations none=words.no_operations act/>
        <p><a class="btn btn-small" href=all_operations>{fleet.all_operations}</a></p>
        <h2>{words.acts}</h2>
        <Acts acts/>
        <p><a class="btn btn-small" href=all_acts>{fleet.all_acts}</a></p>
        <h2>{billed.days}</h2>
        <Days lines=money.days/>
    }
}

#[component]
fn Facts(row: TenantRow, storefront: String, ending: Ending) -> impl IntoView {
    let (words, fleet) = (console(lang()), fleet_words(lang()));
    let of = |used: String, max: String| if max.is_empty() { used } else { format!("{used} {} {max}", fleet.of) };
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    let size = match (row.size.is_empty(), row.measured.as_str()) {
        (false, at) if !at.is_empty() => format!("{} ({} {at})", row.size, words.measured),
        _ => words.not_measured.to_owned(),
    };
    let schema = if row.is_behind { format!("{} ({})", row.schema, words.behind) } else { or(row.schema, "–") };
    let facts = [
        (words.plan, or(row.plan, "–")),
        (fleet.subscription, subscription(&row.subscription, lang()).to_owned()),
        (words.users, of(row.users, ending.max_users)),
        (words.properties, of(or(row.properties, "–"), ending.max_properties)),
        (words.database, size),
        (words.schema, schema),
        (fleet.backup, fleet.no_backup.to_owned()),
        (words.activity, or(row.activity, words.never)),
        (words.alerts, row.alerts.to_string()),
        (words.since, row.created),
        (words.email, row.email),
        (words.server, or(row.server, "–")),
        (words.placement, or(row.placement, "–")),
    ];
    let address = storefront.clone();
    let facts = facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    view! {
        <dl class="facts">
            {facts.into_iter().collect_view()}
            <div><dt>{words.site}</dt><dd><a href=address rel="external">{storefront}</a></dd></div>
        </dl>
    }
}

#[component]
fn People(members: Vec<MemberLine>) -> impl IntoView {
    if members.is_empty() {
        return view! { <p class="quiet">{console(lang()).no_people}</p> }.into_any();
    }
    let lines = members.into_iter().map(|member| {
        view! {
            <li class="row">
                <div class="row-text"><strong>{member.name}</strong><span class="quiet">{member.email}</span></div>
                <span class="tag">{member.role}</span>
            </li>
        }
    });
    view! { <ul class="rows">{lines.collect_view()}</ul> }.into_any()
}

#[component]
fn Domains(domains: Vec<DomainLine>) -> impl IntoView {
    let words = console(lang());
    if domains.is_empty() {
        return view! { <p class="quiet">{words.no_domains}</p> }.into_any();
    }
    let lines = domains.into_iter().map(|domain| {
        let primary = domain.is_primary.then(|| view! { <span class="tag">{words.primary}</span> });
        view! {
            <li class="row">
                <div class="row-text"><strong>{domain.host}</strong><span class="quiet">{domain.state}</span></div>
                {primary}
            </li>
        }
    });
    view! { <ul class="rows">{lines.collect_view()}</ul> }.into_any()
}

#[component]
fn Acts(acts: Vec<ActLine>) -> impl IntoView {
    if acts.is_empty() {
        return view! { <p class="quiet">{console(lang()).no_acts}</p> }.into_any();
    }
    let lines = acts.into_iter().map(|act| {
        let reason = (!act.reason.is_empty()).then(|| view! { <span>{act.reason}</span> });
        view! {
            <li class="row">
                <div class="row-text"><strong>{act.act}</strong><span class="quiet">{act.who}" · "{act.at}</span>{reason}</div>
            </li>
        }
    });
    view! { <ul class="rows">{lines.collect_view()}</ul> }.into_any()
}

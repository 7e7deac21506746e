//! The filters, the lines with what changed, the way to older and newer ones, and to a copy of them. Links and a form: all of it
//! works without WASM.

use leptos::prelude::*;

use crate::audit::filter::{ALL, AuditFilter, LIST, WHOSE};
use crate::audit::types::{AuditLine, AuditPage, Change, Choice};
use crate::audit::words::words;
use crate::ui::icon::{Icon, IconName};
use crate::values::query::address;
use crate::words::lang;

/// One page of the agency's own log, or of the one that an operator means: everybody's when no agency is named.
pub fn log(page: AuditPage, filter: AuditFilter, agency: Option<String>) -> impl IntoView {
    let words = words(lang());
    let path = if agency.is_some() { ALL } else { LIST };
    let whose = agency.clone().filter(|agency| !agency.is_empty());
    let of = |path: &str| address(path, whose.iter().map(|agency| (WHOSE, agency.as_str())));
    let export = |format: &str| filter.href(&of(&format!("{path}/export")), Some(("format", format)));
    let exports = view! {
        <div class="button-row">
            <a class="btn btn-small" href=export("csv") rel="external">{words.export}</a>
            <a class="btn btn-small" href=export("jsonl") rel="external">{words.export_lines}</a>
        </div>
    };
    let link = |name: &'static str, cursor: &Option<String>, label: &'static str| {
        cursor.as_ref().map(|cursor| {
            let rel = if name == "after" { "next" } else { "prev" };
            view! { <a class="btn btn-small" href=filter.href(&of(path), Some((name, cursor))) rel=rel>{label}</a> }
        })
    };
    let common = &crate::words::words().common;
    let newer = link("before", &page.previous, common.previous_page);
    let older = link("after", &page.next, common.next_page);
    let is_empty = page.lines.is_empty();
    let searched = page.searched.map(|said| view! { <p class="quiet">{said}</p> });
    let lines = page.lines.into_iter().map(line).collect_view();
    let clear = (whose.is_some() || !filter.is_empty()).then(|| view! { <a class="btn" href=path>{common.clear}</a> });
    let found = if is_empty {
        view! { <section class="empty"><h2>{words.none}</h2><p>{words.none_lead}</p>{clear}</section> }.into_any()
    } else {
        view! {
            <ol class="rows log">{lines}</ol>
            <div class="pager">{exports}<nav aria-label=common.next_page>{newer} {older}</nav></div>
        }
        .into_any()
    };
    view! { {filters(filter, (page.people, page.actions, page.kinds), agency)} {searched} {found} }
}

fn filters(
    filter: AuditFilter,
    (people, actions, kinds): (Vec<Choice>, Vec<Choice>, Vec<Choice>),
    agency: Option<String>,
) -> impl IntoView {
    let words = words(lang());
    let path = if agency.is_some() { ALL } else { LIST };
    let field = |name: &'static str, label: &'static str, kind: &'static str, value: String| {
        view! {
            <label class="field"><span class="field-label">{label}</span>
                <input class="input" type=kind name=name value=value/></label>
        }
    };
    let (agency, who) = if let Some(agency) = agency {
        let agency = view! {
            <label class="field"><span class="field-label">{words.agency}</span>
                <input class="input" name=WHOSE value=agency placeholder=words.agency_hint/></label>
        };
        (Some(agency), field("who", words.email, "text", filter.who).into_any())
    } else {
        (None, select("who", words.who, (words.everybody, people), &filter.who).into_any())
    };
    view! {
        <input type="checkbox" id="filters" class="fold-switch"/>
        <label for="filters" class="fold-label"><Icon name=IconName::Search/>{crate::words::words().storefront.filters}</label>
        <form method="get" action=path class="search-bar fold">
            {field("q", words.search, "search", filter.q)}
            {agency} {who}
            {select("action", words.action, (words.all, actions), &filter.action)}
            {select("kind", words.kind, (words.all, kinds), &filter.kind)}
            {field("entity", words.identifier, "text", filter.entity)}
            {field("from", words.from, "date", filter.from)}
            {field("to", words.to, "date", filter.to)}
            <button type="submit" class="btn"><Icon name=IconName::Search/>{words.filter}</button>
        </form>
    }
}

/// A field to choose from. What is asked for and stands in no list is added to it, so that it is not lost.
fn select(
    name: &'static str,
    label: &'static str,
    (every, mut choices): (&'static str, Vec<Choice>),
    chosen: &str,
) -> impl IntoView {
    if !chosen.is_empty() && !choices.iter().any(|(value, _)| value == chosen) {
        choices.push((chosen.to_owned(), chosen.to_owned()));
    }
    choices.insert(0, (String::new(), every.to_owned()));
    let options = choices.into_iter().map(|(value, label)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{label}</option> }
    });
    view! {
        <label class="field"><span class="field-label">{label}</span>
            <select class="select" name=name>{options.collect_view()}</select></label>
    }
}

fn line(line: AuditLine) -> impl IntoView {
    let words = words(lang());
    let behind = line.behind.map(|name| view! { " "<span class="tag tag-warn">{words.support}": "{name}</span> });
    let agency = line.agency.map(|agency| view! { {agency}" · " });
    let record = match line.href {
        Some(href) => view! { <a href=href>{line.record}</a> }.into_any(),
        None => line.record.into_any(),
    };
    let details = line.details.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    view! {
        <li class="row" id=line.id>
            <div class="row-text">
                <span><strong>{line.who}</strong>" "{line.what}{behind}</span>
                <span class="quiet">{agency}{record}</span>
                <details>
                    <summary>{words.more}</summary>
                    {changes(line.changes)}
                    <dl class="facts">{details.collect_view()}</dl>
                </details>
            </div>
            <span class="quiet">{line.at}</span>
        </li>
    }
}

fn changes(changes: Vec<Change>) -> impl IntoView {
    let words = words(lang());
    let value = |value: String| match value.is_empty() {
        true => view! { <span class="quiet">{words.nothing}</span> }.into_any(),
        false => value.into_any(),
    };
    (!changes.is_empty()).then(|| {
        let rows = changes.into_iter().map(|change| {
            view! { <tr><th scope="row">{change.field}</th><td>{value(change.before)}</td><td>{value(change.after)}</td></tr> }
        });
        view! {
            <table class="differences">
                <thead><tr><th scope="col">{words.field}</th><th scope="col">{words.before}</th><th scope="col">{words.after}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        }
    })
}

//! `/app/properties`: the agency's stock.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::access::Can;
use crate::auth::types::Me;
use crate::properties::filter::PropertyFilter;
use crate::properties::parts::Filters;
use crate::properties::server_fns::list_properties;
use crate::properties::types::PropertyRow;
use crate::properties::words::field;
use crate::ui::anew::Anew;
use crate::ui::error::ErrorPage;
use crate::ui::icon::{Icon, IconName};
use crate::ui::title::PageTitle;
use crate::values::page::Page;
use crate::words::{lang, words};

/// The list.
#[component]
pub fn PropertyIndex() -> impl IntoView {
    let words = &words().properties;
    let may_write = use_context::<Me>().is_some_and(|me| me.role.may(Can::WriteProperties));
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        let query = query.read();
        PropertyFilter::from_query(&|name| query.get_all(name).unwrap_or_default())
    });
    let page = Resource::new_blocking(move || filter.get(), list_properties);
    let list = move || {
        Suspend::new(async move {
            match page.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(page) => content(page, filter.get_untracked(), may_write).into_any(),
            }
        })
    };
    // Anew for each address: a field that stays would show what was chosen in it, not what is asked for.
    let anew = Anew::default();
    let filters = move || {
        let filter = filter.get();
        if anew.side(filter.clone()) {
            view! { <div><Filters filter/></div> }.into_any()
        } else {
            view! { <section><Filters filter/></section> }.into_any()
        }
    };
    let other = move || {
        let archived = filter.with(|f| f.archived);
        let (href, label) = if archived {
            ("/app/properties", words.not_archived)
        } else {
            ("/app/properties?archived=yes", words.archived)
        };
        view! { <a class="btn" href=href>{label}</a> }
    };
    let new = may_write.then(|| {
        view! { <a class="btn btn-primary" href="/app/properties/new"><Icon name=IconName::Plus/>{words.new}</a> }
    });
    view! {
        <PageTitle text=words.title/>
        <header class="page-head">
            <h1>{words.title}</h1>
            <div class="button-row">{other} {new}</div>
        </header>
        {filters}
        <Transition>{list}</Transition>
    }
}

fn content(page: Page<PropertyRow>, filter: PropertyFilter, may_write: bool) -> impl IntoView {
    let words = &words().properties;
    if page.rows.is_empty() {
        return empty(&filter, may_write).into_any();
    }
    let rows = page.rows.iter().cloned().map(row).collect_view();
    view! {
        <div class="table-wrap">
            <table class="list-table">
                <thead>
                    <tr>
                        <th scope="col">{words.property}</th><th scope="col">{words.place}</th>
                        <th scope="col" class="number">{words.price}</th><th scope="col">{words.size}</th>
                        <th scope="col">{field("status", lang())}</th>
                        <th scope="col">{words.responsible}</th><th scope="col">{words.updated}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {pager(&page, &filter)}
    }
    .into_any()
}

fn empty(filter: &PropertyFilter, may_write: bool) -> impl IntoView {
    let all = words();
    let words = &all.properties;
    let (heading, lead) = match (filter.is_empty(), filter.archived) {
        (false, _) => (words.no_hit, words.no_hit_lead),
        (true, true) => (words.no_archived, ""),
        (true, false) => (words.empty, if may_write { words.empty_lead } else { "" }),
    };
    let action = if filter.is_empty() {
        (may_write && !filter.archived)
            .then(|| view! { <a class="btn btn-primary" href="/app/properties/new">{words.new}</a> }.into_any())
    } else {
        Some(view! { <a class="btn" href="/app/properties">{all.common.clear}</a> }.into_any())
    };
    view! { <section class="empty"><h2>{heading}</h2><p>{lead}</p>{action}</section> }
}

fn row(row: PropertyRow) -> impl IntoView {
    let words = &words().properties;
    let title = if row.title.is_empty() { words.untitled.to_owned() } else { row.title };
    let cover = match row.cover {
        Some(src) => view! { <img class="row-cover" src=src alt="" width="72" height="48" loading="lazy"/> }.into_any(),
        None => view! { <span class="row-cover" aria-hidden="true"><Icon name=IconName::Camera/></span> }.into_any(),
    };
    view! {
        <tr>
            <td><div class="row-head">{cover}<div><a class="row-title" href=format!("/app/properties/{}", row.id)>{title}</a>
                <div class="quiet">{row.subtitle}</div></div></div></td>
            <td>{row.place}</td>
            <td class="number">{row.prices.into_iter().map(|price| view! { <div>{price}</div> }).collect_view()}</td>
            <td>{row.size}</td>
            <td><span class="tag" class:tag-good=row.is_active>{row.status}</span>
                {row.is_published.then(|| view! { " "<span class="tag">{words.site}</span> })}</td>
            <td class="quiet">{row.responsible}</td>
            <td class="quiet">{row.updated}</td>
        </tr>
    }
}

fn pager(page: &Page<PropertyRow>, filter: &PropertyFilter) -> impl IntoView + use<> {
    let words = &words().common;
    let link = |name: &'static str, cursor: &Option<String>, label: &'static str| {
        cursor.as_ref().map(|cursor| {
            let href = filter.href(Some((name, cursor)));
            view! { <a class="btn btn-small" href=href rel=if name == "after" { "next" } else { "prev" }>{label}</a> }
        })
    };
    view! {
        <div class="pager">
            <span>{page.counted.clone()}</span>
            <nav aria-label=words.next_page>
                {link("before", &page.previous, words.previous_page)} {link("after", &page.next, words.next_page)}
            </nav>
        </div>
    }
}

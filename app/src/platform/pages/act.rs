//! `/platform/tenants/{slug}/act`: the last step before an operator acts as a member.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::error::AppError;
use crate::layouts::ConsoleLayout;
use crate::platform::labels::acting_as;
use crate::platform::parts::ConsoleForm;
use crate::platform::server_fns::{BeginActing, load_ticket};
use crate::platform::types::TicketSheet;
use crate::platform::words::console;
use crate::ui::act::Act;
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::words::lang;

/// What is about to happen, and the button.
#[component]
pub fn ActBegin() -> impl IntoView {
    let slug = use_params_map().read_untracked().get("slug").unwrap_or_default();
    let token = use_query_map().read_untracked().get("ticket").unwrap_or_default();
    let act = Act::new();
    let asked = (slug, token);
    let known = asked.clone();
    let ticket = Resource::new_blocking(move || known.clone(), |(slug, token)| load_ticket(slug, token));
    let body = move || {
        let (slug, token) = asked.clone();
        Suspend::new(async move {
            match ticket.await {
                Ok(ticket) => view! { <Question ticket slug token act/> }.into_any(),
                Err(error @ AppError::NotFound) => view! { <Gone error slug/> }.into_any(),
                Err(error) => view! { <ErrorPage error/> }.into_any(),
            }
        })
    };
    view! { <ConsoleLayout><Suspense>{body}</Suspense></ConsoleLayout> }
}

#[component]
fn Question(ticket: TicketSheet, slug: String, token: String, act: Act) -> impl IntoView {
    let lang = lang();
    let words = console(lang);
    let heading = acting_as((&ticket.member, &ticket.role), &ticket.company, lang);
    let back = format!("/platform/tenants/{slug}");
    view! {
        <PageTitle text=heading.clone()/>
        <header class="page-head"><h1>{heading}</h1></header>
        <p>{ticket.reason}</p>
        <p><strong>{if ticket.may_write { words.with_changes } else { words.read_only }}</strong></p>
        <p class="quiet">{words.act_lead}" "{words.begin_lead}</p>
        <ConsoleForm act to=BeginActing::PATH class="form">
            <input type="hidden" name="slug" value=slug/>
            <input type="hidden" name="user" value=ticket.user.to_string()/>
            <input type="hidden" name="ticket" value=token/>
            <button type="submit" class="btn btn-primary">{words.begin}</button>
        </ConsoleForm>
        <p><a href=back>{words.back_to_agency}</a></p>
    }
}

/// It was used, or its minute is over.
#[component]
fn Gone(error: AppError, slug: String) -> impl IntoView {
    crate::error::set_page_status(&error);
    let words = console(lang());
    view! {
        <PageTitle text=words.act_as/>
        <header class="page-head"><h1>{words.act_as}</h1></header>
        <p class="alert-box alert-warn" role="alert">{words.ticket_gone}</p>
        <p><a class="btn" href=format!("/platform/tenants/{slug}")>{words.back_to_agency}</a></p>
    }
}

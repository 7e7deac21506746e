//! `/app/profile/leave`: a member leaves the agency, and says who is given their records. A form and no WASM.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::layouts::AccountLayout;
use crate::team::server_fns::{LeaveAgency, load_leaving};
use crate::team::types::LeavePage;
use crate::team::words::{field, leaving};
use crate::ui::act::{Act, ActForm, use_draft};
use crate::ui::error::ErrorPage;
use crate::ui::field::SelectField;
use crate::ui::form::{ErrorNote, ErrorSummary, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::words::lang;

/// The page.
#[component]
pub fn LeaveShow() -> impl IntoView {
    if let Some(refused) = crate::auth::refused() {
        provide_context(refused);
    }
    let words = leaving(lang());
    let (act, draft) = (Act::new(), use_draft());
    let leaving = Resource::new_blocking(draft, load_leaving);
    let page = move || {
        Suspend::new(async move {
            match leaving.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(page) => view! { <Leave page act/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.title/>
        <AccountLayout>
            <header class="page-head"><h1>{words.title}</h1></header>
            <Suspense>{page}</Suspense>
        </AccountLayout>
    }
}

#[component]
fn Leave(page: LeavePage, act: Act) -> impl IntoView {
    let (lang, error) = (lang(), act.error());
    let words = leaving(lang);
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let label_of = move |name: String| field(&name, lang);
    let typed = act.refused().or(page.typed).unwrap_or_default();
    let chosen = typed.get("heir").to_owned();
    let body = if page.is_last_owner {
        view! {
            <p class="alert-box alert-warn" id="last-owner">{words.last_owner}</p>
            <p><a class="btn" href="/app/settings/team">{words.to_team}</a></p>
        }
        .into_any()
    } else if !page.is_proved {
        view! { <p>{words.needs_proof}</p> <p><a class="btn btn-primary" href="/entrar/confirmar?next=/app/profile/leave">{words.prove}</a></p> }.into_any()
    } else {
        view! {
            <ActForm act to=LeaveAgency::PATH class="form">
                <SelectField name="heir" label=words.heir value=chosen options=page.heirs needed=true errors/>
                <div class="button-row"><SubmitButton label=words.leave pending=act.pending()/></div>
            </ActForm>
        }
        .into_any()
    };
    view! {
        <section class="group" id="leave">
            <h2>{page.agency}</h2>
            <p>{words.lead}</p>
            <p class="quiet" id="records">{page.records}</p>
            <ErrorNote error/>
            <ErrorSummary errors label_of/>
            {body}
            <p><a class="btn btn-small" href="/app/profile">{words.stay}</a></p>
        </section>
    }
}

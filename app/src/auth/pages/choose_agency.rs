//! `/entrar/agencia`: for people whom more than one agency employs, and for those whom none does any more.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::server_fns::{ChooseAgency as ChooseAction, list_agencies};
use crate::auth::words::{nowhere, role, under_way};
use crate::layouts::EntranceLayout;
use crate::ui::act::{Act, ActForm};
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::words::{lang, words};

/// The choice, one button an agency.
#[component]
pub fn ChooseAgency() -> impl IntoView {
    let (words, lang) = (&words().auth, lang());
    let agencies = Resource::new_blocking(|| (), |()| list_agencies());
    let act = Act::new();
    let list = move || {
        Suspend::new(async move {
            match agencies.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(all) if all.is_empty() => view! { <Nowhere/> }.into_any(),
                Ok(all) => {
                    let lead = (all.len() > 1).then(|| view! { <p class="lead">{words.choose_lead}</p> });
                    let choices = all.into_iter().map(|agency| {
                        view! {
                            <ActForm act to=ChooseAction::PATH class="choice">
                                <input type="hidden" name="user" value=agency.user.to_string()/>
                                <button type="submit" class="choice-button">
                                    <strong>{agency.name}</strong>
                                    <span>{role(agency.role, lang)}</span>
                                </button>
                            </ActForm>
                        }
                    });
                    let choices = choices.collect_view();
                    view! {
                        <h1>{words.choose_agency}</h1>
                        {lead}
                        {choices}
                    }
                    .into_any()
                }
            }
        })
    };
    view! {
        <PageTitle text=words.choose_agency/>
        <EntranceLayout>
            <Suspense>{list}</Suspense>
        </EntranceLayout>
    }
}

/// For whoever works nowhere now: an agency of their own, or the way out.
#[component]
fn Nowhere() -> impl IntoView {
    let (title, lead, begin) = nowhere(lang());
    view! {
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        <div class="button-row">
            <a class="btn btn-primary" href="/cadastro" rel="external">{begin}</a>
            <a class="btn" href="/cadastro/andamento" rel="external">{under_way(lang())}</a>
            <form method="post" action="/sair"><button type="submit" class="btn">{words().auth.sign_out}</button></form>
        </div>
    }
}

//! `/entrar/agencia`: for people whom more than one agency employs.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::server_fns::{ChooseAgency as ChooseAction, list_agencies};
use crate::auth::words::{no_agency as none, role, under_way};
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
                // Whoever is on the way to an agency of their own.
                Ok(all) if all.is_empty() => {
                    view! { <p>{none(lang)}</p> <p><a class="btn" href="/cadastro/andamento">{under_way(lang)}</a></p> }
                        .into_any()
                }
                Ok(all) => all
                    .into_iter()
                    .map(|agency| {
                        view! {
                            <ActForm act to=ChooseAction::PATH class="choice">
                                <input type="hidden" name="user" value=agency.user.to_string()/>
                                <button type="submit" class="choice-button">
                                    <strong>{agency.name}</strong>
                                    <span>{role(agency.role, lang)}</span>
                                </button>
                            </ActForm>
                        }
                    })
                    .collect_view()
                    .into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.choose_agency/>
        <EntranceLayout>
            <h1>{words.choose_agency}</h1>
            <p class="lead">{words.choose_lead}</p>
            <Suspense>{list}</Suspense>
        </EntranceLayout>
    }
}

//! `/convite/{token}`: what an invitation's link opens. A form and no WASM.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;

use crate::error::{AppError, set_page_status};
use crate::layouts::EntranceLayout;
use crate::team::server_fns::{AcceptInvitation as Accept, load_invitation};
use crate::team::types::{Asks, InvitationCard};
use crate::team::words::of;
use crate::ui::act::{Act, ActForm};
use crate::ui::error::ErrorPage;
use crate::ui::field::TextField;
use crate::ui::form::{ErrorNote, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::words::lang;

/// The page.
#[component]
pub fn AcceptInvitation() -> impl IntoView {
    let words = of(lang());
    let token = use_params_map().read_untracked().get("token").unwrap_or_default();
    let asked = token.clone();
    let card = Resource::new_blocking(|| (), move |()| load_invitation(asked.clone()));
    let act = Act::new();
    let page = move || {
        let token = token.clone();
        Suspend::new(async move {
            match card.await {
                Err(AppError::NotFound) => {
                    set_page_status(&AppError::NotFound);
                    let sign_in = crate::words::words().auth.sign_in;
                    view! {
                        <h1>{words.gone_title}</h1>
                        <p class="lead">{words.gone}</p>
                        <p><a class="btn" href="/entrar">{sign_in}</a></p>
                    }
                    .into_any()
                }
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(card) => view! { <Card card token act/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.accept_title/>
        <EntranceLayout><Suspense>{page}</Suspense></EntranceLayout>
    }
}

#[component]
fn Card(card: InvitationCard, token: String, act: Act) -> impl IntoView {
    let (words, error) = (of(lang()), act.error());
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let fields = match card.asks {
        Asks::Nothing => ().into_any(),
        Asks::Password => view! {
            <p>{words.accept_known}</p>
            <TextField name="password" label=words.password kind="password" autocomplete="current-password" required=true errors/>
        }
        .into_any(),
        Asks::NameAndPassword => view! {
            <TextField name="name" label=words.name value=card.typed.get("name") autocomplete="name" required=true maxlength=120 errors/>
            <TextField name="new_password" label=words.new_password hint=words.new_password_hint kind="password" autocomplete="new-password" required=true errors/>
        }
        .into_any(),
    };
    view! {
        <h1>{words.accept_title}</h1>
        <p class="lead">{card.lead}</p>
        <p class="quiet">{card.email}</p>
        {card.full.map(|full| view! { <p class="alert-box alert-warn" role="status" id="full">{full}</p> })}
        <ErrorNote error/>
        <ActForm act to=Accept::PATH class="form">
            <input type="hidden" name="token" value=token/>
            {fields}
            <SubmitButton label=words.accept_button pending=act.pending()/>
        </ActForm>
    }
}

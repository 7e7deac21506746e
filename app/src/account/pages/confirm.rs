//! `/confirmar/email/{token}`: another e-mail address, once. A button, for programs look at links before people do.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;

use crate::account::parts::LinkGone;
use crate::account::server_fns::{ConfirmEmail as Confirm, load_link};
use crate::account::types::Purpose;
use crate::account::words::of;
use crate::error::AppError;
use crate::layouts::EntranceLayout;
use crate::ui::act::{Act, ActForm};
use crate::ui::error::{ErrorPage, sentence};
use crate::ui::form::SubmitButton;
use crate::ui::title::PageTitle;
use crate::words::{lang, words};

/// The page.
#[component]
pub fn ConfirmEmail() -> impl IntoView {
    let (own, all, act) = (of(lang()), words(), Act::new());
    let token = use_params_map().read_untracked().get("token").unwrap_or_default();
    let asked = token.clone();
    let link = Resource::new_blocking(|| (), move |()| load_link(asked.clone()));
    // Its one field is not typed here: what is wrong with it is said above.
    let refusal = act.error().get_untracked().map(|error| sentence(&error, all));
    let page = move || {
        let (token, refusal) = (token.clone(), refusal.clone());
        Suspend::new(async move {
            match link.await {
                Ok(link) if link.purpose != Purpose::Password => {
                    let lead = if link.purpose == Purpose::Email { own.confirm_lead } else { own.undo_lead };
                    view! {
                        <h1>{own.confirm_title}</h1>
                        <p class="lead">{lead}" "<strong>{link.email}</strong></p>
                        {refusal.map(|refusal| view! { <div class="alert-box alert-bad" role="alert">{refusal}</div> })}
                        <ActForm act to=Confirm::PATH class="form">
                            <input type="hidden" name="token" value=token/>
                            <SubmitButton label=own.confirm pending=act.pending()/>
                        </ActForm>
                    }
                    .into_any()
                }
                Ok(_) | Err(AppError::NotFound) => view! { <LinkGone/> }.into_any(),
                Err(error) => view! { <ErrorPage error/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=own.confirm_title/>
        <EntranceLayout><Suspense>{page}</Suspense></EntranceLayout>
    }
}

//! `/senha/{token}`: a new password, once.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;

use crate::account::parts::LinkGone;
use crate::account::server_fns::{SetPassword as Set, load_link};
use crate::account::types::Purpose;
use crate::account::words::of;
use crate::error::AppError;
use crate::layouts::EntranceLayout;
use crate::ui::act::{Act, ActForm};
use crate::ui::error::ErrorPage;
use crate::ui::field::TextField;
use crate::ui::form::{ErrorNote, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::words::lang;

/// The page.
#[component]
pub fn SetPassword() -> impl IntoView {
    let (words, act) = (of(lang()), Act::new());
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let token = use_params_map().read_untracked().get("token").unwrap_or_default();
    let asked = token.clone();
    let link = Resource::new_blocking(|| (), move |()| load_link(asked.clone()));
    let page = move || {
        let token = token.clone();
        Suspend::new(async move {
            match link.await {
                Ok(link) if link.purpose == Purpose::Password => view! {
                    <h1>{words.new_password}</h1>
                    <p class="lead">{link.email}</p>
                    <ErrorNote error/>
                    <ActForm act to=Set::PATH class="form">
                        <input type="hidden" name="token" value=token/>
                        <TextField name="new_password" label=words.new_password hint=words.new_password_hint kind="password" autocomplete="new-password" required=true errors/>
                        <SubmitButton label=words.set_password pending=act.pending()/>
                    </ActForm>
                }
                .into_any(),
                Ok(_) | Err(AppError::NotFound) => view! { <LinkGone/> }.into_any(),
                Err(error) => view! { <ErrorPage error/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.new_password/>
        <EntranceLayout><Suspense>{page}</Suspense></EntranceLayout>
    }
}

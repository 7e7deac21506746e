//! `/entrar` and `/platform/entrar`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::auth::server_fns::{SignIn as SignInAction, SignInOperator, load_late_form};
use crate::auth::types::Waiting;
use crate::layouts::EntranceLayout;
use crate::ui::act::{Act, ActForm};
use crate::ui::field::{CheckField, TextField};
use crate::ui::form::{ErrorNote, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::words::words;

/// Where an agency's staff signs in.
#[component]
pub fn SignIn() -> impl IntoView {
    let words = &words().auth;
    let act = Act::new();
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let next = use_query_map().read_untracked().get("next").unwrap_or_default();
    let late = Resource::new_blocking(|| (), |()| load_late_form());
    let waiting = move || {
        Suspend::new(async move {
            let (sealed, note) = match late.await.ok().flatten()? {
                Waiting::Sealed(sealed) => (Some(sealed), words.late),
                Waiting::TooLarge => (None, words.late_too_large),
            };
            Some(view! {
                {sealed.map(|sealed| view! { <input type="hidden" name="late" value=sealed/> })}
                <p class="alert-box alert-warn" role="status">{note}</p>
            })
        })
    };
    view! {
        <PageTitle text=words.sign_in/>
        <EntranceLayout>
            <h1>{words.sign_in}</h1>
            <p class="lead">{words.sign_in_lead}</p>
            <ErrorNote error/>
            <ActForm act to=SignInAction::PATH class="form">
                <input type="hidden" name="next" value=next/>
                <Suspense>{waiting}</Suspense>
                <TextField name="email" label=words.email kind="email" autocomplete="username" required=true errors/>
                <TextField name="password" label=words.password kind="password" autocomplete="current-password" required=true errors/>
                <CheckField name="remember" label=words.remember/>
                <SubmitButton label=words.sign_in pending=act.pending()/>
            </ActForm>
            <p class="quiet">{words.forgotten}</p>
        </EntranceLayout>
    }
}

/// Where operators of the platform sign in.
#[component]
pub fn OperatorSignIn() -> impl IntoView {
    let words = &words().auth;
    let act = Act::new();
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let next = use_query_map().read_untracked().get("next").unwrap_or_default();
    view! {
        <PageTitle text=words.sign_in_operator/>
        <EntranceLayout>
            <h1>{words.sign_in_operator}</h1>
            <ErrorNote error/>
            <ActForm act to=SignInOperator::PATH class="form">
                <input type="hidden" name="next" value=next/>
                <TextField name="email" label=words.email kind="email" autocomplete="username" required=true errors/>
                <TextField name="password" label=words.password kind="password" autocomplete="current-password" required=true errors/>
                <SubmitButton label=words.sign_in pending=act.pending()/>
            </ActForm>
        </EntranceLayout>
    }
}

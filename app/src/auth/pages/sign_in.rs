//! `/entrar` and `/platform/entrar`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::account::parts::ArrivalNote;
use crate::auth::server_fns::{SignIn as SignInAction, SignInOperator, load_entrance};
use crate::auth::types::{Entrance, Waiting};
use crate::layouts::EntranceLayout;
use crate::ui::act::{Act, ActForm};
use crate::ui::field::{CheckField, TextField};
use crate::ui::form::{ErrorNote, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::words::words;

/// Where an agency's staff signs in.
#[component]
pub fn SignIn() -> impl IntoView {
    let (words, front) = (&words().auth, &words().marketing);
    view! {
        <PageTitle text=words.sign_in/>
        <EntranceLayout>
            <h1>{words.sign_in}</h1>
            <p class="lead">{words.sign_in_lead}</p>
            <ArrivalNote/>
            <EntranceForm to=SignInAction::PATH stays=true/>
            <p class="entrance-ways"><a href="/senha">{words.forgotten}</a>
                <span class="quiet">{front.no_account}" "<a href="/cadastro">{front.sign_up}</a></span></p>
        </EntranceLayout>
    }
}

/// Where operators of the platform sign in.
#[component]
pub fn OperatorSignIn() -> impl IntoView {
    let words = &words().auth;
    view! {
        <PageTitle text=words.sign_in_operator/>
        <EntranceLayout>
            <h1>{words.sign_in_operator}</h1>
            <ArrivalNote/>
            <EntranceForm to=SignInOperator::PATH stays=false/>
            <p class="entrance-ways"><a href="/senha">{words.forgotten}</a></p>
        </EntranceLayout>
    }
}

/// An e-mail and a password. What was typed stands there again when the form was refused; the password does not.
#[component]
fn EntranceForm(
    /// Where it is sent.
    to: &'static str,
    /// Whether one may ask to stay signed in.
    stays: bool,
) -> impl IntoView {
    let words = &words().auth;
    let act = Act::new();
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let next = use_query_map().read_untracked().get("next").unwrap_or_default();
    let entrance = Resource::new_blocking(|| (), |()| load_entrance());
    let fields = move || {
        Suspend::new(async move {
            let Entrance { typed, waiting } = entrance.await.unwrap_or_default();
            let remember = stays.then(|| {
                view! { <CheckField name="remember" label=words.remember checked=typed.get("remember") == "true"/> }
            });
            view! {
                {waiting.map(waits)}
                <TextField name="email" label=words.email kind="email" value=typed.get("email") autocomplete="username" required=true errors/>
                <TextField name="password" label=words.password kind="password" autocomplete="current-password" required=true errors/>
                {remember}
            }
        })
    };
    view! {
        <ErrorNote error/>
        <ActForm act to class="form">
            <input type="hidden" name="next" value=next/>
            <Suspense>{fields}</Suspense>
            <SubmitButton label=words.sign_in pending=act.pending()/>
        </ActForm>
    }
}

/// A form of the CRM that goes on when its sender is back.
fn waits(waiting: Waiting) -> impl IntoView {
    let words = &words().auth;
    let (sealed, note) = match waiting {
        Waiting::Sealed(sealed) => (Some(sealed), words.late),
        Waiting::TooLarge => (None, words.late_too_large),
    };
    view! {
        {sealed.map(|sealed| view! { <input type="hidden" name="late" value=sealed/> })}
        <p class="alert-box alert-warn" role="status">{note}</p>
    }
}

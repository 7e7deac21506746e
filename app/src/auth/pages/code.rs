//! `/entrar/codigo` and `/entrar/confirmar`: the code after the password, and the password once more.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::auth::parts::CodeField;
use crate::auth::server_fns::{Prove as ProveAction, SignInCode};
use crate::auth::words::second_factor;
use crate::layouts::EntranceLayout;
use crate::ui::act::{Act, ActForm};
use crate::ui::field::TextField;
use crate::ui::form::{ErrorNote, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::words::{lang, words};

/// Where the code of a second factor is asked for.
#[component]
pub fn Code() -> impl IntoView {
    let (all, words) = (&words().auth, second_factor(lang()));
    let act = Act::new();
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let next = use_query_map().read_untracked().get("next").unwrap_or_default();
    let door = if next.starts_with("/platform") { "/platform/entrar" } else { "/entrar" };
    view! {
        <PageTitle text=all.code/>
        <EntranceLayout>
            <h1>{all.security}</h1>
            <p class="lead">{words.code_lead}</p>
            <ErrorNote error/>
            <ActForm act to=SignInCode::PATH class="form">
                <input type="hidden" name="next" value=next/>
                <CodeField hint=words.code_hint errors/>
                <SubmitButton label=all.sign_in pending=act.pending()/>
            </ActForm>
            <p class="quiet"><a href=door>{words.code_other}</a></p>
        </EntranceLayout>
    }
}

/// Where somebody who is signed in gives their password once more, before something dangerous.
#[component]
pub fn Prove() -> impl IntoView {
    let (all, words) = (&words().auth, second_factor(lang()));
    let act = Act::new();
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let next = use_query_map().read_untracked().get("next").unwrap_or_default();
    let code = crate::auth::has_second_factor().then(|| view! { <CodeField hint=words.code_hint errors/> });
    view! {
        <PageTitle text=words.prove/>
        <EntranceLayout>
            <h1>{words.prove}</h1>
            <p class="lead">{words.prove_lead}</p>
            <ErrorNote error/>
            <ActForm act to=ProveAction::PATH class="form">
                <input type="hidden" name="next" value=next/>
                <TextField name="password" label=all.password kind="password" autocomplete="current-password" required=true errors/>
                {code}
                <SubmitButton label=words.go_on pending=act.pending()/>
            </ActForm>
        </EntranceLayout>
    }
}

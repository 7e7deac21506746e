//! `/sair`: a question, because an address alone must not sign anybody out.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::server_fns::SignOut as SignOutAction;
use crate::layouts::EntranceLayout;
use crate::ui::act::{Act, ActForm};
use crate::ui::form::SubmitButton;
use crate::ui::title::PageTitle;
use crate::words::words;

/// Asks, and signs out.
#[component]
pub fn SignOut() -> impl IntoView {
    let words = &words().auth;
    let act = Act::new();
    view! {
        <PageTitle text=words.sign_out/>
        <EntranceLayout>
            <h1>{words.sign_out}</h1>
            <p class="lead">{words.sign_out_question}</p>
            <ActForm act to=SignOutAction::PATH class="form">
                <SubmitButton label=words.sign_out pending=act.pending()/>
            </ActForm>
        </EntranceLayout>
    }
}

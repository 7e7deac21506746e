//! `/sair`: a question, because an address alone must not sign anybody out.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::auth::server_fns::SignOut as SignOutAction;
use crate::layouts::EntranceLayout;
use crate::ui::form::SubmitButton;
use crate::words::words;

/// Asks, and signs out.
#[component]
pub fn SignOut() -> impl IntoView {
    let words = &words().auth;
    let action = ServerAction::<SignOutAction>::new();
    view! {
        <Title text=words.sign_out/>
        <EntranceLayout>
            <h1>{words.sign_out}</h1>
            <p class="lead">{words.sign_out_question}</p>
            <ActionForm action attr:class="form">
                <SubmitButton label=words.sign_out pending=action.pending()/>
            </ActionForm>
        </EntranceLayout>
    }
}

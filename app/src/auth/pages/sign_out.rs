//! `/sair`: a question, because an address alone must not sign anybody out.

use leptos::prelude::*;

use crate::layouts::EntranceLayout;
use crate::ui::title::PageTitle;
use crate::words::words;

/// Asks, and signs out.
#[component]
pub fn SignOut() -> impl IntoView {
    let words = &words().auth;
    view! {
        <PageTitle text=words.sign_out/>
        <EntranceLayout>
            <h1>{words.sign_out}</h1>
            <p class="lead">{words.sign_out_question}</p>
            <form class="form" method="post" action="/sair">
                <button type="submit" class="btn btn-primary">{words.sign_out}</button>
            </form>
        </EntranceLayout>
    }
}

//! `/senha`: asks for a link. The same page whether or not anybody has the address.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::account::server_fns::AskPassword;
use crate::account::words::of;
use crate::auth::server_fns::load_entrance;
use crate::layouts::EntranceLayout;
use crate::ui::act::{Act, ActForm};
use crate::ui::field::TextField;
use crate::ui::form::{ErrorNote, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::words::lang;

/// The page.
#[component]
pub fn Forgotten() -> impl IntoView {
    let (words, act) = (of(lang()), Act::new());
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let is_sent = use_query_map().read_untracked().get("sent").is_some();
    let sent = is_sent.then(|| view! { <p class="alert-box alert-good" role="status">{words.sent}</p> });
    let entrance = Resource::new_blocking(|| (), |()| load_entrance());
    let field = move || {
        Suspend::new(async move {
            let typed = entrance.await.unwrap_or_default().typed;
            view! { <TextField name="email" label=words.email kind="email" value=typed.get("email") autocomplete="username" required=true maxlength=254 errors/> }
        })
    };
    view! {
        <PageTitle text=words.forgotten/>
        <EntranceLayout>
            <h1>{words.forgotten}</h1>
            <p class="lead">{words.forgotten_lead}</p>
            {sent}
            <ErrorNote error/>
            <ActForm act to=AskPassword::PATH class="form">
                <Suspense>{field}</Suspense>
                <SubmitButton label=words.send_link pending=act.pending()/>
            </ActForm>
            <p class="entrance-ways"><a href="/entrar">{words.to_sign_in}</a></p>
        </EntranceLayout>
    }
}

//! `/cadastro/enviado`: the mail is on its way. The same page for every address.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::layouts::EntranceLayout;
use crate::sign_up::server_fns::find_mail_file;
use crate::sign_up::words::words as sign_up;
use crate::ui::title::PageTitle;
use crate::words::lang;

/// Says where to look.
#[component]
pub fn SignUpSent() -> impl IntoView {
    let words = sign_up(lang());
    let mail = use_query_map().read_untracked().get("mail").and_then(|id| id.parse().ok());
    let file = Resource::new_blocking(|| (), move |()| find_mail_file(mail));
    let shown = move || {
        Suspend::new(async move {
            let file = file.await.ok().flatten()?;
            Some(view! { <p class="alert-box alert-warn">{words.sent_file}" "<code>{file}</code></p> })
        })
    };
    view! {
        <PageTitle text=words.sent/>
        <EntranceLayout>
            <h1>{words.sent}</h1>
            <p class="lead">{words.sent_lead}</p>
            <p>{words.sent_held}</p>
            <Suspense>{shown}</Suspense>
            <p class="quiet">{words.sent_again}</p>
        </EntranceLayout>
    }
}

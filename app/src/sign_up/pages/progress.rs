//! `/cadastro/andamento`: the agency in the making, step by step; its door as soon as it stands.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::SCRIPT;
use crate::auth::server_fns::ChooseAgency;
use crate::layouts::EntranceLayout;
use crate::sign_up::server_fns::load_progress;
use crate::sign_up::types::Progress;
use crate::sign_up::words::words as sign_up;
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::words::lang;

/// The steps, live: by events where there is a script, by asking again where there is none.
#[component]
pub fn SignUpProgress() -> impl IntoView {
    let words = sign_up(lang());
    let progress = Resource::new_blocking(|| (), |()| load_progress());
    let page = move || {
        Suspend::new(async move {
            match progress.await {
                Ok(progress) => view! { <Steps progress/> }.into_any(),
                Err(error) => view! { <ErrorPage error/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.making/>
        <EntranceLayout>
            <Suspense>{page}</Suspense>
            <script src=SCRIPT defer=true></script>
        </EntranceLayout>
    }
}

#[component]
fn Steps(
    /// How far it is.
    progress: Progress,
) -> impl IntoView {
    let words = sign_up(lang());
    let Progress { company_name, steps, enter, is_held_up } = progress;
    let is_ready = enter.is_some();
    let steps = steps.into_iter().map(|step| {
        view! { <li data-step=step.name class=if step.is_done { "is-done" } else { "" }>{step.label}</li> }
    });
    let door = enter.map(|user| {
        view! {
            <form method="post" action=ChooseAgency::PATH data-enter="">
                <input type="hidden" name="user" value=user.to_string()/>
                <button type="submit" class="btn btn-primary">{words.enter}</button>
            </form>
        }
    });
    // Written out: leptos_meta's `Meta` would go to the head, where it holds with a script too.
    let again = (!is_ready).then(|| view! { <noscript><meta http-equiv="refresh" content="1"/></noscript> });
    view! {
        {again}
        <h1>{if is_ready { words.ready } else { words.making }}</h1>
        <p class="lead">{company_name}</p>
        <ol class="step-list" data-progress=(!is_ready).then_some("")>{steps.collect_view()}</ol>
        <p class="quiet" data-held-up="" hidden=!is_held_up>{words.held_up}</p>
        {if is_ready { door.into_any() } else { view! { <p class="quiet">{words.making_lead}</p> }.into_any() }}
    }
}

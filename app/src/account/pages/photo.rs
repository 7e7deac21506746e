//! `/app/profile/photo`: one's own photograph. Plain forms and no WASM.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::account::server_fns::{RemovePhoto, load_profile};
use crate::account::types::ProfilePage;
use crate::account::words::of;
use crate::layouts::AccountLayout;
use crate::ui::act::{Act, ActForm};
use crate::ui::error::ErrorPage;
use crate::ui::form::ErrorNote;
use crate::ui::portrait::Portrait;
use crate::ui::refusals::Refusals;
use crate::ui::title::PageTitle;
use crate::words::lang;

/// The page.
#[component]
pub fn PhotoShow() -> impl IntoView {
    if let Some(refused) = crate::auth::refused() {
        provide_context(refused);
    }
    let (words, act) = (of(lang()), Act::new());
    let profile = Resource::new_blocking(|| (), |()| load_profile(None));
    let page = move || {
        Suspend::new(async move {
            match profile.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(profile) => view! { <Photo profile act/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.photo/>
        <AccountLayout>
            <header class="page-head"><h1>{words.photo}</h1></header>
            <Suspense>{page}</Suspense>
        </AccountLayout>
    }
}

#[component]
fn Photo(profile: ProfilePage, act: Act) -> impl IntoView {
    let words = of(lang());
    let ProfilePage { face, saved, .. } = profile;
    let remove = face.src.is_some().then(|| {
        view! {
            <ActForm act to=RemovePhoto::PATH>
                <button type="submit" class="btn btn-small">{words.photo_remove}</button>
            </ActForm>
        }
    });
    view! {
        <section class="group" id="photo">
            <p class="quiet">{words.photo_lead}</p>
            <Refusals error=act.error() field="photo"/>
            <ErrorNote error=act.error()/>
            <div class="row row-alone">
                <Portrait face class="portrait portrait-large"/>
                <div class="row-text"><strong>{saved.get("name").to_owned()}</strong></div>
                {remove}
            </div>
            <form method="post" enctype="multipart/form-data" action="/app/profile/photo/file" class="upload-line">
                <input class="file-input" type="file" name="photo" accept="image/png,image/jpeg,image/webp" required=true
                    aria-label=words.photo aria-describedby="photo-note"/>
                <button type="submit" class="btn btn-primary">{words.photo_send}</button>
            </form>
            <p class="field-note" id="photo-note"><span>{words.photo_hint}</span></p>
            <p><a class="btn btn-small" href="/app/profile">{words.photo_back}</a></p>
        </section>
    }
}

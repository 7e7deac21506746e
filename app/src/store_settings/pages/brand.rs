//! `/app/settings/brand`: logo and colours, with the site beside them as it would look.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::error::{AppError, Clash};
use crate::layouts::SettingsHead;
use crate::store_settings::parts::{ColorField, StorePreview};
use crate::store_settings::server_fns::{RemoveLogo, UpdateBrand, load_settings};
use crate::store_settings::types::{SettingsEditing, SettingsForm};
use crate::store_settings::words::field;
use crate::ui::act::{Act, ActForm, use_draft};
use crate::ui::conflict::ConflictNote;
use crate::ui::error::ErrorPage;
use crate::ui::form::{ErrorNote, SavedNote, SubmitButton, field_errors};
use crate::ui::refusals::Refusals;
use crate::ui::title::PageTitle;
use crate::values::fields::Fields;
use crate::words::{lang, words};

/// The page.
#[component]
pub fn BrandShow() -> impl IntoView {
    let words = &words().store_settings;
    let (act, logo_act, draft) = (Act::new(), Act::beside(), use_draft());
    // Once something was saved here, what was typed before is a thing of the past.
    let key = move || (draft().filter(|_| act.done() == 0), act.stale(), act.done());
    let record = Resource::new_blocking(key, |(draft, ..)| load_settings(SettingsForm::Brand, draft));
    let page = move || {
        Suspend::new(async move {
            match record.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(saved) => view! { <Brand saved act logo_act/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.brand/>
        <SettingsHead title=words.brand.to_owned()/>
        <p class="lead">{words.brand_lead}</p>
        <Refusals error=act.error() field="logo"/>
        <Transition>{page}</Transition>
    }
}

#[component]
fn Brand(saved: SettingsEditing, act: Act, logo_act: Act) -> impl IntoView {
    let typed = act.refused().or_else(|| saved.typed.clone());
    let form = typed.clone().unwrap_or_else(|| saved.form.clone());
    let primary = RwSignal::new(form.get("primary_color").to_owned());
    let secondary = RwSignal::new(form.get("secondary_color").to_owned());
    let is_stale = act.stale().is_some();
    let version = typed.as_ref().and_then(|f| f.get("version").parse().ok()).filter(|_| !is_stale);
    let version: i32 = version.unwrap_or(saved.version);
    // Removed is the one thing that a logo can become while the page stays: nothing else of it is read anew, and so the
    // colours stay as they are typed.
    let is_there = Signal::derive(move || logo_act.done() == 0);
    let chosen = Chosen { version, primary, secondary };
    view! {
        <div class="columns columns-even">
            <div class="form">
                <LogoForms logo=saved.logo.clone() is_there act=logo_act chosen/>
                <Colors saved=saved.clone() typed act chosen/>
            </div>
            <StorePreview saved=saved.form logo=saved.logo is_there primary secondary/>
        </div>
    }
}

/// The colours that are being chosen, and the version that they began from.
#[derive(Clone, Copy)]
struct Chosen {
    version: i32,
    primary: RwSignal<String>,
    secondary: RwSignal<String>,
}

#[component]
fn Colors(saved: SettingsEditing, typed: Option<Fields>, act: Act, chosen: Chosen) -> impl IntoView {
    let Chosen { version, primary, secondary } = chosen;
    let (all, lang, error) = (words(), lang(), act.error());
    let words = &all.store_settings;
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let note = Signal::derive(move || error.get().filter(|e| !matches!(e, AppError::Conflict(Clash::Stale(_)))));
    let label_of = move |name: String| field(&name, lang);
    let conflict = typed.filter(|_| act.stale().is_some()).map(|mine| {
        let theirs = saved.only(SettingsForm::Brand);
        view! { <ConflictNote theirs mine label_of href=SettingsForm::Brand.path().to_owned()/> }
    });
    view! {
        <ErrorNote error=note/>
        <ActForm act to=UpdateBrand::PATH class="form">
            <input type="hidden" name="version" value=version.to_string()/>
            {conflict}
            <section class="form-section">
                <h2>{words.colors}</h2>
                <ColorField name="primary_color" label=field("primary_color", lang) hint=words.primary_hint value=primary errors/>
                <ColorField name="secondary_color" label=field("secondary_color", lang) hint=words.secondary_hint value=secondary errors/>
                <div class="button-row"><SubmitButton label=all.common.save pending=act.pending()/><SavedNote act of="update_brand"/></div>
            </section>
        </ActForm>
    }
}

/// A plain form: it sends the file as browsers do, with or without WASM, and the colours along, which are not saved yet.
#[component]
fn LogoForms(logo: Option<(String, u32, u32)>, is_there: Signal<bool>, act: Act, chosen: Chosen) -> impl IntoView {
    let words = &words().store_settings;
    let Chosen { version, primary, secondary } = chosen;
    let there = move |(src, width, height)| {
        view! {
            <div class="logo-row" data-theme="light">
                <img src=src alt=words.logo width=width height=height/>
                <ActForm act to=RemoveLogo::PATH><button type="submit" class="btn btn-small">{words.remove_logo}</button></ActForm>
            </div>
        }
    };
    let row = move || match logo.clone().filter(|_| is_there.get()) {
        Some(logo) => there(logo).into_any(),
        None => view! { <p class="quiet">{words.no_logo}</p> }.into_any(),
    };
    view! {
        <section class="form-section" id="logo">
            <h2>{words.logo}</h2>
            <SavedNote act of="remove_logo"/>
            <ErrorNote error=act.error()/>
            {row}
            <form method="post" enctype="multipart/form-data" action="/app/settings/brand/logo" class="upload-line">
                <input type="hidden" name="version" value=version.to_string()/>
                <input type="hidden" name="primary_color" value=move || primary.get()/>
                <input type="hidden" name="secondary_color" value=move || secondary.get()/>
                <input class="file-input" type="file" name="logo" accept="image/png,image/jpeg,image/webp" required=true
                    aria-label=words.logo aria-describedby="logo-note"/>
                <button type="submit" class="btn">{words.send_logo}</button>
            </form>
            <p class="field-note" id="logo-note">{words.logo_hint}</p>
        </section>
    }
}

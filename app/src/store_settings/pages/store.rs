//! `/app/settings/store`: the agency's name, registration and ways to reach it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::error::{AppError, Clash};
use crate::layouts::SettingsHead;
use crate::store_settings::server_fns::{UpdateStore, load_settings};
use crate::store_settings::types::{SettingsEditing, SettingsForm};
use crate::store_settings::words::field;
use crate::ui::act::{Act, ActForm, use_draft};
use crate::ui::anew::Anew;
use crate::ui::conflict::ConflictNote;
use crate::ui::error::ErrorPage;
use crate::ui::field::TextField;
use crate::ui::form::{ErrorNote, ErrorSummary, SavedNote, SubmitButton, field_errors};
use crate::ui::text_area::TextArea;
use crate::ui::title::PageTitle;
use crate::words::{lang, words};

/// The page.
#[component]
pub fn StoreShow() -> impl IntoView {
    let words = &words().store_settings;
    let (act, draft, anew) = (Act::new(), use_draft(), Anew::default());
    // Once something was saved here, what was typed before is a thing of the past.
    let key = move || (draft().filter(|_| act.done() == 0), act.stale(), act.done());
    let record = Resource::new_blocking(key, |(draft, ..)| load_settings(SettingsForm::Store, draft));
    let page = move || {
        Suspend::new(async move {
            match record.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                // Anew after each save, so that what was saved is shown as it is kept, not as it was typed.
                Ok(saved) if anew.side(saved.version) => view! { <div><StoreForm saved act/></div> }.into_any(),
                Ok(saved) => view! { <section><StoreForm saved act/></section> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.store/>
        <SettingsHead title=words.store.to_owned()/>
        <p class="lead">{words.store_lead}</p>
        <Transition>{page}</Transition>
    }
}

#[component]
fn StoreForm(saved: SettingsEditing, act: Act) -> impl IntoView {
    let typed = act.refused().or_else(|| saved.typed.clone());
    let (all, lang, error) = (words(), lang(), act.error());
    let words = &all.store_settings;
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let note = Signal::derive(move || error.get().filter(|e| !matches!(e, AppError::Conflict(Clash::Stale(_)))));
    let label_of = move |name: String| field(&name, lang);
    let is_stale = act.stale().is_some();
    let version = typed.as_ref().and_then(|f| f.get("version").parse().ok()).filter(|_| !is_stale);
    let version: i32 = version.unwrap_or(saved.version);
    let form = typed.unwrap_or_else(|| saved.form.clone());
    let conflict = is_stale.then(|| {
        let (theirs, mine) = (saved.only(SettingsForm::Store), form.clone());
        view! { <ConflictNote theirs mine label_of href=SettingsForm::Store.path().to_owned()/> }
    });
    let line = |name: &'static str, hint: &'static str, maxlength: u32| {
        view! { <TextField name label=field(name, lang) value=form.get(name).to_owned() hint maxlength needed=name == "creci" errors/> }
    };
    let (creci, hero) = (line("creci", words.creci_hint, 30), line("hero_title", words.hero_hint, 90));
    let office = line("address", "", 200);
    view! {
        <ErrorNote error=note/>
        <ErrorSummary errors label_of/>
        <ActForm act to=UpdateStore::PATH class="form">
            <input type="hidden" name="version" value=version.to_string()/>
            {conflict}
            <section class="form-section">
                <h2>{words.identity}</h2>
                <TextField name="company_name" label=field("company_name", lang) value=form.get("company_name") required=true maxlength=160 errors/>
                {creci} {hero}
                <TextArea name="about" label=field("about", lang) value=form.get("about") hint=words.about_hint rows=6 errors/>
            </section>
            <section class="form-section">
                <h2>{words.contact}</h2>
                <div class="form-grid">
                    <TextField name="phone" label=field("phone", lang) value=form.get("phone") hint=words.phone_hint kind="tel" maxlength=40 errors/>
                    <TextField name="whatsapp" label=field("whatsapp", lang) value=form.get("whatsapp") hint=words.whatsapp_hint kind="tel" maxlength=40 errors/>
                    <TextField name="email" label=field("email", lang) value=form.get("email") kind="email" maxlength=254 errors/>
                </div>
                {office}
            </section>
            <div class="button-row"><SubmitButton label=all.common.save pending=act.pending()/><SavedNote act/></div>
        </ActForm>
    }
}

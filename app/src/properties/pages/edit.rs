//! `/app/properties/{id}/edit`: a property is changed, and two who change it at once both keep what they typed.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;

use crate::error::{AppError, Clash};
use crate::properties::parts::{PropertyFields, WithReadyList};
use crate::properties::server_fns::{UpdateProperty, edit_property};
use crate::properties::types::{PropertyEditing, PropertyId};
use crate::properties::words::field;
use crate::ui::act::{Act, ActForm, use_draft};
use crate::ui::conflict::ConflictNote;
use crate::ui::error::ErrorPage;
use crate::ui::form::{ErrorNote, ErrorSummary, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::values::fields::Fields;
use crate::words::{lang, words};

/// The form, filled.
#[component]
pub fn PropertyEdit() -> impl IntoView {
    let words = &words().properties;
    let (params, draft) = (use_params_map(), use_draft());
    let act = Act::new();
    // A stale edit reads the record anew, to show what is saved beside what was typed.
    let newer = Memo::new(move |_| act.stale());
    let key = move || (params.read().get("id").and_then(|id| id.parse::<PropertyId>().ok()), draft(), newer.get());
    // Everything that the address says is read here: once something was awaited, the page may be gone.
    let record = Resource::new_blocking(key, |(id, draft, _)| async move {
        edit_property(id.ok_or(AppError::NotFound)?, draft).await
    });
    let page = move || {
        Suspend::new(async move {
            match record.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(saved) => view! { <EditForm saved act/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.edit/>
        <Transition>{page}</Transition>
    }
}

#[component]
fn EditForm(saved: PropertyEditing, act: Act) -> impl IntoView {
    let (all, lang, error) = (words(), lang(), act.error());
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let is_stale = error.with_untracked(|e| matches!(e, Some(AppError::Conflict(Clash::Stale(_)))));
    let draft = saved.typed;
    let form = act.sent().or_else(|| draft.clone()).unwrap_or_else(|| saved.form.clone());
    // A refused edit still began where it began; only a stale one is told the version it would write over.
    let began = draft.as_ref().and_then(|f| f.get("version").parse::<i32>().ok()).filter(|_| !is_stale);
    let version = began.unwrap_or(saved.version);
    let href = format!("/app/properties/{}", saved.id);
    let label_of = move |name: String| field(&name, lang);
    // Who looks after it is a number in the form, and a name for whoever compares.
    let named = |form: &Fields| match saved.team.iter().find(|(id, _)| id == form.get("responsible_id")) {
        Some((_, name)) => form.clone().with("responsible_id", name),
        None => form.clone(),
    };
    let conflict = is_stale.then(|| {
        view! { <ConflictNote theirs=named(&saved.form) mine=named(&form) label_of href=format!("{href}/edit")/> }
    });
    let note = Signal::derive(move || error.get().filter(|e| !matches!(e, AppError::Conflict(Clash::Stale(_)))));
    view! {
        <header class="page-head"><h1>{all.properties.edit}" "{saved.code}</h1></header>
        <ErrorNote error=note/>
        <ErrorSummary errors label_of/>
        <WithReadyList missing=saved.missing>
        <ActForm act to=UpdateProperty::PATH class="form">
            <input type="hidden" name="id" value=saved.id.to_string()/>
            <input type="hidden" name="version" value=version.to_string()/>
            {conflict}
            <PropertyFields form errors team=saved.team/>
            <div class="button-row">
                <SubmitButton label=all.common.save pending=act.pending()/>
                <a class="btn" href=href>{all.common.cancel}</a>
            </div>
        </ActForm>
        </WithReadyList>
    }
}

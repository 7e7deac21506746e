//! `/app/properties/new`: a property is registered.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::properties::parts::{PropertyFields, WithReadyList};
use crate::properties::server_fns::{CreateProperty, new_property};
use crate::properties::types::PropertyBlank;
use crate::properties::words::field;
use crate::ui::act::{Act, ActForm, use_draft};
use crate::ui::error::ErrorPage;
use crate::ui::form::{ErrorNote, ErrorSummary, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::words::{lang, words};

/// The blank form, or the one that was refused.
#[component]
pub fn PropertyNew() -> impl IntoView {
    let words = &words().properties;
    let act = Act::new();
    let blank = Resource::new_blocking(use_draft(), new_property);
    let page = move || {
        Suspend::new(async move {
            match blank.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(blank) => view! { <BlankForm blank act/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.new/>
        <header class="page-head"><h1>{words.new}</h1></header>
        <Suspense>{page}</Suspense>
    }
}

#[component]
fn BlankForm(blank: PropertyBlank, act: Act) -> impl IntoView {
    let PropertyBlank { id, form, missing, team } = blank;
    let (all, lang) = (words(), lang());
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    view! {
        <ErrorNote error/>
        <ErrorSummary errors label_of=move |name: String| field(&name, lang)/>
        <WithReadyList missing>
        <ActForm act to=CreateProperty::PATH class="form">
            <input type="hidden" name="id" value=id.to_string()/>
            <PropertyFields form errors team/>
            <div class="button-row">
                <SubmitButton label=all.common.save pending=act.pending()/>
                <a class="btn" href="/app/properties">{all.common.cancel}</a>
            </div>
        </ActForm>
        </WithReadyList>
    }
}

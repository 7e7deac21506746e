//! `/app/properties/new`: a property is registered.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::drafts::server_fns::load_draft;
use crate::error::AppError;
use crate::properties::parts::{PropertyFields, WithReadyList};
use crate::properties::server_fns::{CreateProperty, check_property, new_property};
use crate::properties::types::{Missing, PropertyId};
use crate::properties::words::field;
use crate::ui::act::{Act, ActForm};
use crate::ui::error::ErrorPage;
use crate::ui::form::{ErrorNote, ErrorSummary, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::values::fields::Fields;
use crate::words::{lang, words};

/// The blank form, or the one that was refused.
#[component]
pub fn PropertyNew() -> impl IntoView {
    let words = &words().properties;
    let query = use_query_map();
    let draft = move || query.read().get("draft").and_then(|id| id.parse().ok());
    let blank = Resource::new_blocking(draft, |draft| async move {
        let id = new_property().await?;
        let fields = match draft {
            Some(draft) => load_draft(draft).await.ok(),
            None => None,
        };
        let form = fields.unwrap_or_else(blank);
        let missing = check_property(form.clone()).await?;
        Ok::<_, AppError>((id, form, missing))
    });
    let page = move || {
        Suspend::new(async move {
            match blank.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok((id, form, missing)) => view! { <BlankForm id form missing/> }.into_any(),
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
fn BlankForm(id: PropertyId, form: Fields, missing: Vec<Missing>) -> impl IntoView {
    let (all, lang) = (words(), lang());
    let act = Act::new();
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    // The refused form carries the identifier that it was sent with, so that sending it again makes no second property.
    let id = Some(form.get("id").to_owned()).filter(|id| !id.is_empty()).unwrap_or_else(|| id.to_string());
    view! {
        <ErrorNote error/>
        <ErrorSummary errors label_of=move |name: String| field(&name, lang)/>
        <WithReadyList missing>
        <ActForm act to=CreateProperty::PATH class="form">
            <input type="hidden" name="id" value=id/>
            <PropertyFields form errors/>
            <div class="button-row">
                <SubmitButton label=all.common.save pending=act.pending()/>
                <a class="btn" href="/app/properties">{all.common.cancel}</a>
            </div>
        </ActForm>
        </WithReadyList>
    }
}

fn blank() -> Fields {
    Fields::default()
        .with("type", "apartment")
        .with("usage", "residential")
        .with("status", "draft")
        .with("sale_price_public", "true")
        .with("rent_period", "monthly")
        .with("visibility", "neighborhood")
}

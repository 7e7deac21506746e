//! `/app/settings/domains`: the agency's address on the platform, and domains of its own.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::domains::parts::DomainItem;
use crate::domains::server_fns::{ClaimDomain, ClearPrimary, RenameAddress, SetAgencyName, SetRedirects, load_domains};
use crate::domains::types::DomainsShown;
use crate::domains::words::{field, too_soon, words as domains};
use crate::error::AppError;
use crate::layouts::SettingsHead;
use crate::ui::act::{Act, ActForm, use_draft};
use crate::ui::error::ErrorPage;
use crate::ui::field::TextField;
use crate::ui::form::{ErrorNote, ErrorSummary, SavedNote, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::values::fields::FieldErrors;
use crate::words::lang;

/// The page.
#[component]
pub fn DomainIndex() -> impl IntoView {
    let lang = lang();
    let words = domains(lang);
    let (act, draft) = (Act::new(), use_draft());
    let key = move || (draft().filter(|_| act.done() == 0), act.done());
    let shown = Resource::new_blocking(key, |(draft, _)| load_domains(draft));
    let errors = Signal::derive(move || act.error().with(|e| field_errors(e.as_ref())));
    let page = move || {
        Suspend::new(async move {
            match shown.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(shown) => content(shown, act, errors).into_any(),
            }
        })
    };
    let label_of = move |name: String| field(&name, words);
    let slow = move || match act.error().get() {
        Some(AppError::TooMany(seconds)) => {
            Some(view! { <div class="alert-box alert-bad" role="alert">{too_soon(seconds, lang)}</div> })
        }
        _ => None,
    };
    let other = Signal::derive(move || act.error().get().filter(|error| !matches!(error, AppError::TooMany(_))));
    view! {
        <PageTitle text=words.title/>
        <SettingsHead title=words.title.to_owned()/>
        <p class="lead">{words.lead}</p>
        <SavedNote act/>
        {slow}
        <ErrorNote error=other/>
        <ErrorSummary errors label_of/>
        <Transition>{page}</Transition>
    }
}

fn content(shown: DomainsShown, act: Act, errors: Signal<FieldErrors>) -> impl IntoView {
    let words = domains(lang());
    let typed = act.refused().or_else(|| shown.typed.clone()).unwrap_or_default();
    // A field that was sent empty stays so: what is wrong with it stands beside it.
    let or = |name: &str, known: &str| if typed.0.contains_key(name) { typed.get(name) } else { known }.to_owned();
    let (host, address, name) = (or("host", ""), or("address", &shown.address), or("name", &shown.agency_name));
    let warnings = shown.warnings.iter().cloned();
    let warnings = warnings.map(|text| view! { <div class="alert-box alert-warn" role="status">{text}</div> });
    let domains = shown.domains.iter().cloned().map(|domain| view! { <DomainItem domain act/> });
    let list = if shown.domains.is_empty() {
        view! { <p class="quiet">{words.none}</p> }.into_any()
    } else {
        view! { <ul class="rows">{domains.collect_view()}</ul> }.into_any()
    };
    view! {
        {warnings.collect_view()}
        <section class="group">
            <h2 id="confirmed">{words.own}</h2>
            <div id="primary">{list}</div>
            <ActForm act to=ClaimDomain::PATH class="form">
                <TextField name="host" label=words.host value=host hint=words.host_hint required=true maxlength=253 errors/>
                <div class="button-row"><SubmitButton label=words.claim pending=act.pending()/></div>
            </ActForm>
        </section>
        {shown.has_primary.then(|| redirects(shown.redirects, act))}
        {home(&shown, address, act, errors)}
        {shown.may_rename.then(|| agency_name(name, act, errors))}
    }
}

fn redirects(is_on: bool, act: Act) -> impl IntoView {
    let words = domains(lang());
    let label = if is_on { words.redirects_off } else { words.redirects_on };
    view! {
        <section class="group">
            <h2>{words.redirects}</h2>
            <p>{words.redirects_lead}</p>
            <ActForm act to=SetRedirects::PATH>
                <input type="hidden" name="redirects" value=(!is_on).to_string()/>
                <button type="submit" class="btn">{label}</button>
            </ActForm>
        </section>
    }
}

fn agency_name(value: String, act: Act, errors: Signal<FieldErrors>) -> impl IntoView {
    let words = domains(lang());
    view! {
        <section class="group">
            <h2>{words.agency}</h2>
            <ActForm act to=SetAgencyName::PATH class="form">
                <TextField name="name" label=words.agency_name value=value hint=words.agency_hint autocomplete="organization"
                    required=true maxlength=160 errors/>
                <div class="button-row"><SubmitButton label=words.set_name pending=act.pending() look=""/></div>
            </ActForm>
        </section>
    }
}

fn home(shown: &DomainsShown, value: String, act: Act, errors: Signal<FieldErrors>) -> impl IntoView + use<> {
    let words = domains(lang());
    let choose = shown.has_primary.then(|| {
        view! {
            <ActForm act to=ClearPrimary::PATH>
                <button type="submit" class="btn btn-small">{words.make_primary}</button>
            </ActForm>
        }
    });
    let rename = shown.may_rename.then(|| {
        view! {
            <ActForm act to=RenameAddress::PATH class="form">
                <TextField name="address" label=words.address value=value hint=words.address_hint required=true maxlength=40 errors/>
                <div class="button-row"><SubmitButton label=words.rename pending=act.pending() look=""/></div>
            </ActForm>
        }
    });
    view! {
        <section class="group">
            <h2>{words.home}</h2>
            <ul class="rows"><li class="row">
                <div class="row-text"><strong>{shown.home.clone()}</strong><p class="quiet">{words.home_hint}</p></div>
                {(!shown.has_primary).then(|| view! { <span class="tag">{words.primary}</span> })}
                {choose}
            </li></ul>
            {rename}
        </section>
    }
}

//! `/app/profile/security` and `/platform/profile`: what protects one's own account. Forms and links, no script: what is
//! secret on them stays out of the browser's memory but for the page itself.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::account::parts::{DoneNote, OperatorForms};
use crate::account::server_fns::load_profile;
use crate::account::types::ProfilePage;
use crate::account::words::field;
use crate::auth::parts::{SecondFactorPart, SessionsPart};
use crate::auth::server_fns::{SetLanguage, load_security};
use crate::auth::types::Security;
use crate::auth::words::second_factor;
use crate::layouts::{AccountLayout, ConsoleLayout};
use crate::ui::act::Act;
use crate::ui::error::ErrorPage;
use crate::ui::form::{ErrorNote, ErrorSummary, field_errors};
use crate::ui::title::PageTitle;
use crate::words::{Lang, lang, words, words_in};

/// A member of staff's.
#[component]
pub fn SecurityShow() -> impl IntoView {
    if let Some(refused) = crate::auth::refused() {
        provide_context(refused);
    }
    let (act, security) = (Act::new(), Resource::new_blocking(|| (), |()| load_security()));
    let part = move || {
        Suspend::new(async move {
            match security.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(security) => view! { <SecondFactorPart security act page="/app/profile/security" lost=second_factor(lang()).lost/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words().auth.security/>
        <AccountLayout>
            <header class="page-head"><h1>{second_factor(lang()).account}</h1></header>
            <ErrorNote error=act.error()/>
            <Suspense>{part}</Suspense>
        </AccountLayout>
    }
}

/// Where an operator's own page is.
const OPERATORS: &str = "/platform/profile";

/// An operator's, with everything else that concerns them and not the platform.
#[component]
pub fn OperatorProfile() -> impl IntoView {
    let (words, lang, act) = (&words().auth, lang(), Act::new());
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let security = Resource::new_blocking(|| (), |()| load_security());
    let profile = Resource::new_blocking(|| (), |()| load_profile(None));
    let part = move || {
        Suspend::new(async move {
            match (security.await, profile.await) {
                (Err(error), _) | (_, Err(error)) => view! { <ErrorPage error/> }.into_any(),
                (Ok(security), Ok(profile)) => view! { <OperatorsOwn security profile act/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.profile/>
        <ConsoleLayout>
            <header class="page-head"><h1>{words.profile}</h1></header>
            {act.error().with_untracked(Option::is_none).then(|| view! { <DoneNote/> })}
            <ErrorNote error/>
            <ErrorSummary errors label_of=move |name: String| label(&name, lang)/>
            <Suspense>{part}</Suspense>
            <SessionsPart act=Act::beside()/>
            <section class="group">
                <h2>{words.language}</h2>
                <form method="post" action=SetLanguage::PATH class="button-row">
                    {language(Lang::Pt, "Português")} {language(Lang::En, "English")}
                </form>
            </section>
        </ConsoleLayout>
    }
}

/// What a field of any of the page's forms is called.
fn label(name: &str, lang: Lang) -> &'static str {
    let words = words_in(lang);
    match name {
        "second_factor" => words.auth.code,
        "password" => words.auth.password,
        other => field(other, lang),
    }
}

/// Whoever has to have a second factor first is shown nothing else to do.
#[component]
fn OperatorsOwn(security: Security, profile: ProfilePage, act: Act) -> impl IntoView {
    let facts = view! { <Facts name=security.name.clone() email=security.email.clone()/> };
    let proof_first = security.is_on && !security.is_proved;
    let forms = (!security.is_due).then(|| view! { <OperatorForms profile act proof_first page=OPERATORS/> });
    view! { {facts} {forms} <SecondFactorPart security act page=OPERATORS lost=second_factor(lang()).lost_operator/> }
}

#[component]
fn Facts(name: String, email: String) -> impl IntoView {
    let words = &words().auth;
    view! {
        <dl class="facts">
            <div><dt>{words.name}</dt><dd>{name}</dd></div>
            <div><dt>{words.email}</dt><dd>{email}</dd></div>
        </dl>
    }
}

fn language(offered: Lang, name: &'static str) -> impl IntoView {
    let pressed = if offered == lang() { "true" } else { "false" };
    view! { <button type="submit" name="lang" value=offered.tag() class="btn btn-small" aria-pressed=pressed lang=offered.tag()>{name}</button> }
}

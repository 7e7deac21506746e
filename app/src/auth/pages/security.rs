//! `/app/profile/security` and `/platform/profile`: what protects one's own account. Forms and links, no script: what is
//! secret on them stays out of the browser's memory but for the page itself.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::parts::{SecondFactorPart, SessionsPart};
use crate::auth::server_fns::{SetLanguage, load_security};
use crate::auth::words::second_factor;
use crate::layouts::{AccountLayout, ConsoleLayout};
use crate::ui::act::Act;
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::words::{Lang, lang, words};

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
                Ok(security) => view! { <SecondFactorPart security act page="/app/profile/security"/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words().auth.security/>
        <AccountLayout>
            <header class="page-head"><h1>{second_factor(lang()).account}</h1></header>
            <Suspense>{part}</Suspense>
        </AccountLayout>
    }
}

/// An operator's, with everything else that concerns them and not the platform.
#[component]
pub fn OperatorProfile() -> impl IntoView {
    let words = &words().auth;
    let (act, security) = (Act::new(), Resource::new_blocking(|| (), |()| load_security()));
    let part = move || {
        Suspend::new(async move {
            match security.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(security) => view! {
                    <Facts name=security.name.clone() email=security.email.clone()/>
                    <SecondFactorPart security act page="/platform/profile"/>
                }
                .into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.profile/>
        <ConsoleLayout>
            <header class="page-head"><h1>{words.profile}</h1></header>
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

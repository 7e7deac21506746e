//! `/app/profile`: one's own account, language and open sessions.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::account::parts::ProfileForms;
use crate::auth::parts::SessionsPart;
use crate::auth::server_fns::SetLanguage;
use crate::auth::types::Me;
use crate::auth::words::role;
use crate::ui::act::Act;
use crate::ui::icon::{Icon, IconName};
use crate::ui::portrait::Portrait;
use crate::ui::title::PageTitle;
use crate::words::{Lang, lang, words};

/// One's own account.
#[component]
pub fn Profile() -> impl IntoView {
    let (all, lang) = (words(), lang());
    let (words, see_site) = (&all.auth, all.today.see_site);
    let act = Act::new();
    let me = expect_context::<Me>();
    view! {
        <PageTitle text=words.profile/>
        <header class="page-head">
            <h1>{words.profile}</h1>
            <a class="rail-who" href="/app/profile/photo" rel="external"><Portrait face=me.face/>{words.photo}</a>
        </header>
        <dl class="facts">
            <div><dt>{words.agency}</dt><dd>{me.agency}</dd></div>
            <div><dt>{words.name}</dt><dd>{me.name}</dd></div>
            <div><dt>{words.email}</dt><dd>{me.email}</dd></div>
            <div><dt>{words.role}</dt><dd>{role(me.role, lang)}</dd></div>
        </dl>
        // On a phone there is no rail: this is the way out.
        <div class="button-row">
            <a class="btn" href=me.storefront rel="external"><Icon name=IconName::External/>{see_site}</a>
            <a class="btn" href="/entrar/agencia" rel="external">{words.switch_agency}</a>
            <form method="post" action="/sair">
                <button type="submit" class="btn"><Icon name=IconName::SignOut/>{words.sign_out}</button>
            </form>
        </div>
        <ProfileForms/>
        <LanguageForm/>
        <section class="group">
            <h2>{words.security}</h2>
            <p class="button-row">
                <a class="btn" href="/app/profile/security" rel="external">{words.security}</a>
                <a class="btn" href="/app/profile/leave" rel="external">{words.leave}</a>
            </p>
        </section>
        <SessionsPart act/>
    }
}

/// A plain form: the whole page comes back in the other language.
#[component]
fn LanguageForm() -> impl IntoView {
    let (words, chosen) = (&words().auth, lang());
    let button = move |lang: Lang, name: &'static str| {
        let pressed = if lang == chosen { "true" } else { "false" };
        view! { <button type="submit" name="lang" value=lang.tag() class="btn btn-small" aria-pressed=pressed lang=lang.tag()>{name}</button> }
    };
    view! {
        <section class="group">
            <h2>{words.language}</h2>
            <form method="post" action=SetLanguage::PATH class="button-row">
                {button(Lang::Pt, "Português")} {button(Lang::En, "English")}
            </form>
        </section>
    }
}

//! The CRM: a rail on a desk, a bar at the bottom of a phone, the page between.

use leptos::prelude::*;
use leptos_router::components::{A, Outlet};

use super::SignInAgain;
use crate::access::Can;
use crate::auth::types::Me;
use crate::error::AppError;
use crate::ui::act::{Lapsed, Refused};
use crate::ui::error::ErrorPage;
use crate::ui::icon::{Icon, IconName};
use crate::words::words;

/// The frame of the CRM's pages. They find [`Me`] in their context.
#[component]
pub fn CrmLayout() -> impl IntoView {
    // Known at once: a frame that waited would make its page, and ask the page's questions, once for each look at it.
    match SharedValue::new(crate::auth::me).into_inner() {
        Err(AppError::Suspended) => view! { <main id="content" class="lone"><Outlet/></main> }.into_any(),
        Err(error) => view! { <main id="content" class="lone"><ErrorPage error/></main> }.into_any(),
        Ok(me) => view! { <Frame me/> }.into_any(),
    }
}

#[component]
fn Frame(me: Me) -> impl IntoView {
    let words = words();
    provide_context(me.clone());
    provide_context(Refused(me.refused));
    let lapsed = Lapsed(RwSignal::new(None));
    provide_context(lapsed);
    view! {
        <div class="crm">
            <a class="skip" href="#content">{words.common.skip_to_content}</a>
            <header class="rail">
                <p class="rail-agency"><strong>{me.agency}</strong><a href=me.storefront rel="external" class="quiet">
                    {words.today.see_site} <Icon name=IconName::External/></a></p>
                <Navigation/>
                <Foot name=me.name/>
            </header>
            <main id="content" tabindex="-1"><Outlet/></main>
            <SignInAgain lapsed/>
            <div class="bottom-bar"><Navigation/></div>
        </div>
    }
}

#[component]
fn Navigation() -> impl IntoView {
    let words = words();
    let may = |can: Can| use_context::<Me>().is_some_and(|me| me.role.may(can));
    let site = may(Can::WriteSettings).then(|| {
        view! { <A href="/app/settings/store"><Icon name=IconName::Store/><span>{words.store_settings.site}</span></A> }
    });
    let plan = may(Can::SeePlan).then(|| {
        view! { <A href="/app/settings/plan"><Icon name=IconName::Plan/><span>{words.billing.plan}</span></A> }
    });
    view! {
        <nav class="rail-nav" aria-label="Sobrado">
            <A href="/app" exact=true><Icon name=IconName::Home/><span>{words.today.title}</span></A>
            <A href="/app/properties"><Icon name=IconName::Building/><span>{words.properties.title}</span></A>
            {site} {plan}
            <A href="/app/profile"><Icon name=IconName::Person/><span>{words.auth.profile}</span></A>
        </nav>
    }
}

#[component]
fn Foot(name: String) -> impl IntoView {
    let words = words();
    view! {
        <div class="rail-foot">
            <span>{name}</span>
            // A plain form: the page that follows is not one of this program's.
            <form method="post" action="/sair">
                <button type="submit" class="btn btn-small"><Icon name=IconName::SignOut/>{words.auth.sign_out}</button>
            </form>
        </div>
    }
}

//! The CRM: a rail on a desk, a bar at the bottom of a phone, the page between.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos_router::components::Outlet;

use super::places::Place;
use super::{Keys, PlaceLink, Shown, SignInAgain, places};
use crate::auth::types::Me;
use crate::error::AppError;
use crate::ui::act::{Lapsed, Refused};
use crate::ui::error::ErrorPage;
use crate::ui::icon::{Icon, IconName};
use crate::ui::portrait::{Face, Portrait};
use crate::words::words;

/// The frame of the CRM's pages. They find [`Me`] in their context.
#[component]
pub fn CrmLayout() -> impl IntoView {
    // Known at once: a frame that waited would make its page, and ask the page's questions, once for each look at it.
    match SharedValue::new(crate::auth::me).into_inner() {
        Err(AppError::Suspended) => view! { <main id="content" class="lone"><Outlet/>{way_out()}</main> }.into_any(),
        Err(error) => view! { <main id="content" class="lone"><ErrorPage error/>{way_out()}</main> }.into_any(),
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
    let shown = RwSignal::new(None);
    view! {
        <div class="crm">
            <a class="skip" href="#content">{words.common.skip_to_content}</a>
            <header class="rail">
                <p class="rail-agency"><strong>{me.agency}</strong><a href=me.storefront rel="external" class="quiet">
                    {words.today.see_site} <Icon name=IconName::External/></a></p>
                <Find shown/>
                <Navigation/>
                <Foot name=me.name face=me.face/>
            </header>
            <main id="content" tabindex="-1">
                {me.acting.map(acting)}
                {me.owes.then(|| view! { <div class="alert-box alert-warn" role="status">{words.billing.owes}" "<a href="/app/settings/plan" rel="external">{words.billing.plan}</a></div> })}
                {me.reminder.map(|text| view! {
                    <p class="alert-box alert-warn" role="status"><a href="/app/profile/security" rel="external">{text}</a></p>
                })}
                <Outlet/>
            </main>
            <SignInAgain lapsed/>
            <Keys shown/>
            <div class="bottom-bar"><Navigation/></div>
        </div>
    }
}

/// Who gets no further can still leave.
fn way_out() -> impl IntoView {
    view! { <p class="way-out"><a class="btn btn-small" href="/sair" rel="external">{words().auth.sign_out}</a></p> }
}

/// An operator acts as the member: said above every page, with the way back. A plain form, for what follows is the console's.
fn acting((said, end): (String, String)) -> impl IntoView {
    view! {
        <div class="alert-box alert-warn acting" role="status">{said}
            <form method="post" action="/fn/platform/end_acting"><button type="submit" class="btn btn-small">{end}</button></form>
        </div>
    }
}

#[component]
fn Navigation() -> impl IntoView {
    let link = |Place { href, covers, icon, label }: Place| {
        view! { <PlaceLink href covers><Icon name=icon/><span>{label}</span></PlaceLink> }
    };
    let links = use_context::<Me>().map(|me| places(&me)).unwrap_or_default().into_iter().map(link).collect_view();
    view! { <nav class="rail-nav" aria-label="Sobrado">{links}</nav> }
}

/// Opens the palette; before the program is there, a way to the list and its search.
#[component]
fn Find(shown: RwSignal<Option<Shown>>) -> impl IntoView {
    let open = move |event: MouseEvent| {
        event.prevent_default();
        shown.set(Some(Shown::Palette));
    };
    view! {
        <a class="rail-find" href="/app/properties" on:click=open>
            <Icon name=IconName::Search/><span>{words().common.search}</span><kbd>"Ctrl K"</kbd>
        </a>
    }
}

#[component]
fn Foot(name: String, face: Face) -> impl IntoView {
    let words = words();
    view! {
        <div class="rail-foot">
            <span class="rail-who"><Portrait face/>{name}</span>
            // A plain form: the page that follows is not one of this program's.
            <form method="post" action="/sair">
                <button type="submit" class="btn btn-small"><Icon name=IconName::SignOut/>{words.auth.sign_out}</button>
            </form>
        </div>
    }
}

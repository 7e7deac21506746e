//! Every address of the product on one screen: [`App`] and [`Front`] on the platform's host, [`Site`] on the storefronts.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{Lazy, LazyRoute, SsrMode, lazy_route, path};

use crate::account::pages::{ConfirmEmail, Forgotten, PhotoShow, SetPassword};
use crate::audit::pages::{AuditIndex, GlobalAuditIndex};
use crate::auth::pages::{
    ChooseAgency, Code, OperatorProfile, OperatorSignIn, Profile, Prove, SecurityShow, SignIn, SignOut,
};
use crate::billing::pages::PlanShow;
use crate::domains::pages::DomainIndex;
use crate::layouts::CrmLayout;
use crate::marketing::pages::{Home, Lost as NotHere, Plans, Privacy, Terms};
use crate::platform::pages::{
    ActBegin, HealthShow, MigrationIndex, OperationIndex, OperationShow, PlanEdit, PlanIndex, ServerIndex, ServerShow,
    TenantIndex, TenantShow,
};
use crate::properties::pages::{PropertyEdit, PropertyIndex, PropertyNew, PropertyPhotos, PropertyShow};
use crate::sign_up::pages::{ConfirmSignUp, SignUpNew, SignUpProgress, SignUpSent};
use crate::store_settings::pages::{BrandShow, StoreShow};
use crate::storefront::pages::{Landing, ListingShow, Lost, SearchIndex};
use crate::team::pages::{AcceptInvitation, LeaveShow, MemberShow, TeamIndex};
use crate::today::pages::Today;
use crate::ui::error::NotFoundPage;
use crate::ui::hydrated::mark_hydrated;
use crate::words::provide_lang;

/// Pages whose code the browser fetches when somebody first goes there: what every page shares stays small.
macro_rules! lazy_pages {
    ($($name:ident shows $page:ident),* $(,)?) => {
        $(
            struct $name;

            #[lazy_route]
            impl LazyRoute for $name {
                fn data() -> Self {
                    Self
                }

                fn view(_page: Self) -> AnyView {
                    view! { <$page/> }.into_any()
                }
            }
        )*
    };
}

lazy_pages! {
    LazyPropertyPhotos shows PropertyPhotos,
    LazyPropertyIndex shows PropertyIndex,
    LazyPropertyEdit shows PropertyEdit,
    LazyPropertyNew shows PropertyNew,
    LazyStoreShow shows StoreShow,
    LazyBrandShow shows BrandShow,
    LazyProfile shows Profile,
}

/// The CRM, hydrated: every other page is complete without WASM and gets none, and so do those of its settings that are seldom
/// seen.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_lang();
    mark_hydrated();
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <ParentRoute path=path!("/app") view=CrmLayout ssr=SsrMode::Async>
                    <Route path=path!("") view=Today ssr=SsrMode::Async/>
                    <Route path=path!("properties") view={Lazy::<LazyPropertyIndex>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("properties/new") view={Lazy::<LazyPropertyNew>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("properties/:id") view=PropertyShow ssr=SsrMode::Async/>
                    <Route path=path!("properties/:id/edit") view={Lazy::<LazyPropertyEdit>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("properties/:id/photos") view={Lazy::<LazyPropertyPhotos>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("settings/store") view={Lazy::<LazyStoreShow>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("settings/brand") view={Lazy::<LazyBrandShow>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("profile") view={Lazy::<LazyProfile>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/*any") view=NotFoundPage ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// The platform's front: marketing, sign-in and the operators' console. Forms and links, no WASM.
#[component]
pub fn Front() -> impl IntoView {
    provide_meta_context();
    provide_lang();
    view! {
        <Router>
            <Routes fallback=NotHere>
                <Route path=path!("/") view=Home ssr=SsrMode::Async/>
                <Route path=path!("/planos") view=Plans ssr=SsrMode::Async/>
                <Route path=path!("/cadastro") view=SignUpNew ssr=SsrMode::Async/>
                <Route path=path!("/cadastro/enviado") view=SignUpSent ssr=SsrMode::Async/>
                <Route path=path!("/cadastro/andamento") view=SignUpProgress ssr=SsrMode::Async/>
                <Route path=path!("/confirmar/:token") view=ConfirmSignUp ssr=SsrMode::Async/>
                <Route path=path!("/termos") view=Terms ssr=SsrMode::Async/>
                <Route path=path!("/privacidade") view=Privacy ssr=SsrMode::Async/>
                <Route path=path!("/entrar") view=SignIn ssr=SsrMode::Async/>
                <Route path=path!("/entrar/codigo") view=Code ssr=SsrMode::Async/>
                <Route path=path!("/entrar/confirmar") view=Prove ssr=SsrMode::Async/>
                <ParentRoute path=path!("/app/settings") view=CrmLayout ssr=SsrMode::Async>
                    <Route path=path!("domains") view=DomainIndex ssr=SsrMode::Async/>
                    <Route path=path!("team") view=TeamIndex ssr=SsrMode::Async/>
                    <Route path=path!("team/:id") view=MemberShow ssr=SsrMode::Async/>
                    <Route path=path!("plan") view=PlanShow ssr=SsrMode::Async/>
                    <Route path=path!("audit") view=AuditIndex ssr=SsrMode::Async/>
                </ParentRoute>
                <Route path=path!("/app/profile/security") view=SecurityShow ssr=SsrMode::Async/>
                <Route path=path!("/app/profile/leave") view=LeaveShow ssr=SsrMode::Async/>
                <Route path=path!("/app/profile/photo") view=PhotoShow ssr=SsrMode::Async/>
                <Route path=path!("/platform/profile") view=OperatorProfile ssr=SsrMode::Async/>
                <Route path=path!("/entrar/agencia") view=ChooseAgency ssr=SsrMode::Async/>
                <Route path=path!("/sair") view=SignOut ssr=SsrMode::Async/>
                <Route path=path!("/senha") view=Forgotten ssr=SsrMode::Async/>
                <Route path=path!("/senha/:token") view=SetPassword ssr=SsrMode::Async/>
                <Route path=path!("/confirmar/email/:token") view=ConfirmEmail ssr=SsrMode::Async/>
                <Route path=path!("/convite/:token") view=AcceptInvitation ssr=SsrMode::Async/>
                <Route path=path!("/platform/entrar") view=OperatorSignIn ssr=SsrMode::Async/>
                <Route path=path!("/platform") view=TenantIndex ssr=SsrMode::Async/>
                <Route path=path!("/platform/tenants") view=TenantIndex ssr=SsrMode::Async/>
                <Route path=path!("/platform/audit") view=GlobalAuditIndex ssr=SsrMode::Async/>
                <Route path=path!("/platform/tenants/:slug") view=TenantShow ssr=SsrMode::Async/>
                <Route path=path!("/platform/tenants/:slug/act") view=ActBegin ssr=SsrMode::Async/>
                <Route path=path!("/platform/operations") view=OperationIndex ssr=SsrMode::Async/>
                <Route path=path!("/platform/operations/:id") view=OperationShow ssr=SsrMode::Async/>
                <Route path=path!("/platform/health") view=HealthShow ssr=SsrMode::Async/>
                <Route path=path!("/platform/servers") view=ServerIndex ssr=SsrMode::Async/>
                <Route path=path!("/platform/servers/:name") view=ServerShow ssr=SsrMode::Async/>
                <Route path=path!("/platform/migrations") view=MigrationIndex ssr=SsrMode::Async/>
                <Route path=path!("/platform/plans") view=PlanIndex ssr=SsrMode::Async/>
                <Route path=path!("/platform/plans/:name") view=PlanEdit ssr=SsrMode::Async/>
                <Route path=path!("/*any") view=NotHere ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}

/// An agency's storefront. Plain HTML: complete without WASM, and none is sent.
#[component]
pub fn Site() -> impl IntoView {
    provide_meta_context();
    provide_lang();
    view! {
        <Router>
            <Routes fallback=Lost>
                <Route path=path!("/") view=Landing ssr=SsrMode::Async/>
                <Route path=path!("/imoveis") view=SearchIndex ssr=SsrMode::Async/>
                <Route path=path!("/imovel/:address") view=ListingShow ssr=SsrMode::Async/>
                <Route path=path!("/*any") view=Lost ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}

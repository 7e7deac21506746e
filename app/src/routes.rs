//! Every address of the product on one screen: [`App`] on the platform's host, [`Site`] on the agencies' storefronts.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

/// The platform: marketing, sign-in, the CRM and the operators' console. Hydrated.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    crate::words::provide_lang();
    view! {
        <Router>
            <Routes fallback=|| "404">
                <Route path=path!("/") view=|| "Sobrado" ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}

/// An agency's storefront. Plain HTML: complete without WASM, and none is sent.
#[component]
pub fn Site() -> impl IntoView {
    provide_meta_context();
    crate::words::provide_lang();
    view! {
        <Router>
            <Routes fallback=|| "404">
                <Route path=path!("/") view=|| "Sobrado" ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}

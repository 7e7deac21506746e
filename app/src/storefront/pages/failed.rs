//! What visitors see in the place of a page.

use leptos::prelude::*;

use crate::error::{AppError, set_page_status};
use crate::layouts::StorefrontLayout;
use crate::storefront::search::in_lang;
use crate::storefront::server_fns::load_store;
use crate::storefront::types::Store;
use crate::ui::error::ErrorPage;
use crate::ui::title::PageTitle;
use crate::words::{lang, words};

/// A page that could not be made. One that does not exist has the agency's frame, so that visitors find back.
#[component]
pub fn Failed(
    /// Why.
    error: AppError,
) -> impl IntoView {
    if error == AppError::NotFound { view! { <Lost/> }.into_any() } else { bare(error).into_any() }
}

/// The page for an address that leads nowhere: the same for every one of them.
#[component]
pub fn Lost() -> impl IntoView {
    set_page_status(&AppError::NotFound);
    let content = Suspend::new(async move {
        match load_store().await {
            Err(_) => bare(AppError::NotFound).into_any(),
            Ok(store) => content(store).into_any(),
        }
    });
    view! { <Suspense>{content}</Suspense> }
}

/// For want of the agency's face.
fn bare(error: AppError) -> impl IntoView {
    view! { <main id="content"><ErrorPage error/></main> }
}

fn content(store: Store) -> impl IntoView {
    let (all, lang) = (words(), lang());
    view! {
        <PageTitle text=format!("{} – {}", all.common.error_not_found_title, store.name)/>
        <StorefrontLayout store>
            <section class="notice">
                <h1>{all.common.error_not_found_title}</h1>
                <p>{all.common.error_not_found}</p>
                <a class="btn btn-brand" href=in_lang("/imoveis", lang)>{all.storefront.see_all}</a>
                <a class="btn" href=in_lang("/", lang)>{all.common.go_home}</a>
            </section>
        </StorefrontLayout>
    }
}

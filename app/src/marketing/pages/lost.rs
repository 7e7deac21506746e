//! The page for an address of the platform that leads nowhere.

use leptos::prelude::*;

use crate::error::AppError;
use crate::layouts::MarketingLayout;
use crate::ui::error::ErrorPage;

/// Says so, and leads back.
#[component]
pub fn Lost() -> impl IntoView {
    view! { <MarketingLayout><ErrorPage error=AppError::NotFound/></MarketingLayout> }
}

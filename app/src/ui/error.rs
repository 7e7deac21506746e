//! A page, or a part of one, that could not be made: what happened and what to do.

use leptos::prelude::*;

use crate::auth::types::Me;
use crate::error::{AppError, Clash};
use crate::ui::title::PageTitle;
use crate::words::{Words, problem, words};

/// What a person is told of an error.
pub fn sentence(error: &AppError, words: &'static Words) -> String {
    let common = &words.common;
    match error {
        AppError::Unauthenticated => common.error_unauthenticated.into(),
        AppError::Forbidden => common.error_forbidden.into(),
        AppError::SecondFactorDue => crate::auth::words::second_factor_due(words.lang).into(),
        AppError::ProofNeeded => crate::auth::words::proof_needed(words.lang).into(),
        AppError::NotWhileActing => common.error_acting.into(),
        AppError::NotFound => common.error_not_found.into(),
        AppError::Conflict(Clash::Stale(_) | Clash::CodeTaken) => common.error_conflict.into(),
        AppError::PlanLimit(limit) => crate::billing::words::limit_reached(limit, words.lang),
        AppError::PlanFeature(gate) => crate::billing::words::feature_lacking(gate, words.lang),
        AppError::TooMany(_) => common.error_too_many.into(),
        AppError::TooLarge => common.error_too_large.into(),
        AppError::Suspended => common.error_suspended.into(),
        AppError::Unavailable => common.error_unavailable.into(),
        AppError::Invalid(errors) => match errors.0.first() {
            Some((_, wrong)) => problem(wrong, words.lang),
            None => common.error_transport.into(),
        },
        AppError::Transport => common.error_transport.into(),
        AppError::Internal(_) => common.error_internal.into(),
    }
}

/// What a page about an error is headed with.
pub const fn heading(error: &AppError, words: &'static Words) -> &'static str {
    match error {
        AppError::NotFound => words.common.error_not_found_title,
        AppError::Forbidden | AppError::NotWhileActing => words.common.error_forbidden_title,
        _ => words.common.error_title,
    }
}

/// A whole page for an error. On the server it gives the document the error's status.
#[component]
pub fn ErrorPage(
    /// What went wrong.
    error: AppError,
) -> impl IntoView {
    crate::error::set_page_status(&error);
    let words = words();
    let heading = heading(&error, words);
    let request = match &error {
        AppError::Internal(id) if !id.is_empty() => Some(id.clone()),
        AppError::Unavailable if is_first_page() => use_context::<Me>().map(|me| me.request),
        _ => None,
    };
    let way_on = if error == AppError::Unauthenticated {
        view! { <a class="btn btn-primary" href="/entrar" rel="external">{words.auth.sign_in}</a> }.into_any()
    } else {
        let home = if use_context::<Me>().is_some() { "/app" } else { "/" };
        view! { <a class="btn" href=home rel="external">{words.common.go_home}</a> }.into_any()
    };
    view! {
        <PageTitle text=heading/>
        <section class="notice">
            <h1>{heading}</h1>
            <p>{sentence(&error, words)}</p>
            {request.map(|id| view! { <p class="notice-id">{words.common.error_request}": "<code>{id}</code></p> })}
            {way_on}
        </section>
    }
}

/// Whether the page is the one that the browser asked for, and not made in it since.
fn is_first_page() -> bool {
    Owner::current_shared_context().is_some_and(|context| context.during_hydration() || !context.is_browser())
}

/// The page for an address that leads nowhere.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <ErrorPage error=AppError::NotFound/> }
}

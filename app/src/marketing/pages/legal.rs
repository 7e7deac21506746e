//! `/termos` and `/privacidade`: what is agreed, under the version that a sign-up records.

use leptos::prelude::*;

use crate::layouts::MarketingLayout;
use crate::marketing::words::{Section, privacy, terms, version};
use crate::sign_up::rules::TERMS_VERSION;
use crate::sign_up::words::words as sign_up;
use crate::ui::title::PageTitle;
use crate::values::day::{format_day, parse_day};
use crate::words::lang;

/// The terms of use.
#[component]
pub fn Terms() -> impl IntoView {
    view! { <Text title=sign_up(lang()).read_terms sections=terms(lang())/> }
}

/// The privacy policy (LGPD, Lei 13.709/2018, art. 9).
#[component]
pub fn Privacy() -> impl IntoView {
    view! { <Text title=sign_up(lang()).read_privacy sections=privacy(lang())/> }
}

#[component]
fn Text(
    /// What it is called.
    title: &'static str,
    /// What it says.
    sections: &'static [Section],
) -> impl IntoView {
    let sections = sections.iter().map(|(heading, paragraphs)| {
        let paragraphs = paragraphs.iter().map(|text| view! { <p>{*text}</p> });
        view! { <section class="group"><h2>{*heading}</h2>{paragraphs.collect_view()}</section> }
    });
    let lang = lang();
    let day = parse_day(TERMS_VERSION).map_or_else(|| TERMS_VERSION.to_owned(), |day| format_day(day, lang));
    let version = version(&day, lang);
    view! {
        <PageTitle text=title/>
        <MarketingLayout>
            <article class="prose">
                <h1>{title}</h1>
                <p class="quiet">{version}</p>
                {sections.collect_view()}
            </article>
        </MarketingLayout>
    }
}

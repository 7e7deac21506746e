//! `/cadastro`: what the agency is called, where it will be found, what it buys.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::SCRIPT;
use crate::billing::parts::PlanTable;
use crate::billing::types::Plan;
use crate::layouts::MarketingLayout;
use crate::sign_up::rules::TERMS_VERSION;
use crate::sign_up::server_fns::{RequestSignUp, load_sign_up};
use crate::sign_up::types::{Period, SignUpPage};
use crate::sign_up::words::{period, words as sign_up};
use crate::ui::act::{Act, ActForm};
use crate::ui::error::ErrorPage;
use crate::ui::field::{RadioSet, TextField};
use crate::ui::form::{ErrorNote, ErrorSummary, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::values::fields::FieldErrors;
use crate::values::money::format_money;
use crate::words::{lang, problem, words};

/// The form that an agency signs up with.
#[component]
pub fn SignUpNew() -> impl IntoView {
    let words = sign_up(lang());
    let page = Resource::new_blocking(|| (), |()| load_sign_up());
    let chosen = use_query_map().read_untracked().get("plan").unwrap_or_default();
    let form = move || {
        let chosen = chosen.clone();
        Suspend::new(async move {
            match page.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(page) => view! { <SignUpForm page chosen/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.title/>
        <MarketingLayout>
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            <Suspense>{form}</Suspense>
            <script src=SCRIPT defer=true></script>
        </MarketingLayout>
    }
}

#[component]
fn SignUpForm(
    /// What it begins with.
    page: SignUpPage,
    /// The plan that the way here led past.
    chosen: String,
) -> impl IntoView {
    let (all, lang) = (words(), lang());
    let words = sign_up(lang);
    let act = Act::new();
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let SignUpPage { typed, plans, suffix } = page;
    let is_offered = |name: &str| plans.iter().any(|plan| plan.name == name);
    let first = plans.first().map(|plan| plan.name.as_str()).unwrap_or_default();
    let plan = [typed.get("plan"), &chosen].into_iter().find(|name| is_offered(name)).unwrap_or(first).to_owned();
    let pays = Period::parse(typed.get("billing_period")).unwrap_or_default();
    let offered: Vec<(String, String, String)> = plans.iter().map(offer).collect();
    let periods = Period::ALL.map(|p| (p.as_str().to_owned(), period(p, lang).to_owned(), String::new()));
    let label_of = move |field: String| match field.as_str() {
        "company_name" => words.company_name,
        "slug" => words.slug,
        "email" => words.email,
        "plan" => words.plan,
        "billing_period" => words.billing_period,
        _ => words.read_terms,
    };
    view! {
        <ErrorSummary errors label_of/>
        <ErrorNote error/>
        <ActForm act to=RequestSignUp::PATH class="form sign-up">
            <TextField name="company_name" label=words.company_name value=typed.get("company_name") autocomplete="organization" maxlength=160 required=true errors/>
            <div data-slug-suffix=suffix>
                <TextField name="slug" label=words.slug value=typed.get("slug") hint=words.slug_hint autocomplete="off" maxlength=40 needed=true errors/>
                <p class="slug-said" id="slug-said" role="status" data-wait=words.slug_wait></p>
            </div>
            <TextField name="email" label=words.email kind="email" value=typed.get("email") hint=words.email_hint autocomplete="email" required=true errors/>
            <RadioSet name="plan" label=words.plan options=offered chosen=plan errors/>
            <RadioSet name="billing_period" label=words.billing_period options=periods.into() chosen=pays.as_str() errors/>
            <details class="plans-in-full"><summary>{words.plans_in_full}</summary><PlanTable plans/></details>
            <Terms is_checked=typed.get("terms") == TERMS_VERSION errors/>
            <SubmitButton label=words.send pending=act.pending()/>
            <p class="quiet">{words.has_account}" "<a href="/entrar">{all.auth.sign_in}</a></p>
        </ActForm>
    }
}

/// A plan as a choice: its name, its price, what sets it apart.
fn offer(plan: &Plan) -> (String, String, String) {
    let (all, lang) = (words(), lang());
    let words = sign_up(lang);
    let price = format!(
        "{} · {} {} · {} {}",
        plan.display_name,
        format_money(plan.price_monthly, lang),
        all.billing.monthly,
        format_money(plan.price_yearly, lang),
        all.billing.yearly
    );
    let properties = match plan.max_properties {
        Some(most) => format!("{most} {}", words.properties),
        None => words.unlimited_properties.to_owned(),
    };
    let activation = if plan.activation_fee.is_zero() {
        words.no_activation.to_owned()
    } else {
        format!("{} {}", words.activation, format_money(plan.activation_fee, lang))
    };
    (plan.name.clone(), price, format!("{} {} · {properties} · {activation}", plan.max_users, words.users))
}

#[component]
fn Terms(
    /// Whether this text was accepted already.
    is_checked: bool,
    /// What is wrong, with any field of the form.
    errors: Signal<FieldErrors>,
) -> impl IntoView {
    let words = sign_up(lang());
    let lang = lang();
    let wrong = move || errors.with(|e| e.of("terms").map(|p| problem(p, lang)));
    view! {
        <div class="field" id="terms">
            <label class="check">
                <input type="checkbox" class="checkbox" name="terms" value=TERMS_VERSION checked=is_checked aria-describedby="terms-note"/>
                <span>{words.terms}</span>
            </label>
            <p class="field-note" id="terms-note">
                <span class="field-error" role="alert">{wrong}</span>
                <span><a href="/termos" target="_blank">{words.read_terms}</a>" · "<a href="/privacidade" target="_blank">{words.read_privacy}</a></span>
            </p>
        </div>
    }
}

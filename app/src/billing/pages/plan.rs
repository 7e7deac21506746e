//! `/app/settings/plan`: the plan, its use, its invoices, and how to change it. The only page of a closed agency.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

use crate::billing::server_fns::{CancelPlan, ChangePlan, KeepPlan, load_use};
use crate::billing::types::{DayRow, End, FeatureLine, InvoiceRow, Meter, PlanPage, Preview, WishForm};
use crate::ui::act::{Act, ActForm};
use crate::ui::error::ErrorPage;
use crate::ui::field::{SelectField, TextField};
use crate::ui::form::{ErrorNote, ErrorSummary, SavedNote, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::values::fields::Fields;
use crate::words::words;

/// What the address may wish for.
const WISH: [&str; 3] = ["plan", "period", "additional_users"];

/// The agency's plan.
#[component]
pub fn PlanShow() -> impl IntoView {
    let words = &words().billing;
    let (act, query) = (Act::new(), use_query_map());
    let wish = move || {
        let query = query.read();
        Fields::of(WISH.iter().filter_map(|name| Some(((*name).to_owned(), query.get(name)?))))
    };
    let plan = Resource::new_blocking(move || (wish(), act.done()), |(wish, _)| load_use(wish));
    let page = move || {
        Suspend::new(async move {
            match plan.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(plan) => content(plan, act).into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.plan/>
        <Transition>{page}</Transition>
    }
}

fn content(plan: PlanPage, act: Act) -> impl IntoView {
    let words = &words().billing;
    let label_of = |field: String| match field.as_str() {
        "plan" => words.plan,
        "period" => words.period,
        "additional_users" => words.additional_users,
        _ => words.amount,
    };
    let errors = Signal::derive(move || act.error().with(|error| field_errors(error.as_ref())));
    let notices = plan.notices.into_iter().map(|notice| {
        view! { <div class="alert-box alert-warn" role="status">{notice}</div> }
    });
    let facts = plan.facts.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    view! {
        <header class="page-head"><h1>{plan.title}</h1></header>
        <div class="form">
            {notices.collect_view()}
            <SavedNote act/>
            <ErrorNote error=act.error()/>
            <ErrorSummary errors label_of/>
            {plan.preview.map(|preview| offered(preview, act))}
            <section class="form-section">
                <dl class="plan-facts">{facts.collect_view()}</dl>
                <div class="meters">{plan.meters.into_iter().map(meter).collect_view()}</div>
            </section>
            {plan.wish.map(wished)}
            <section class="form-section">
                <h2>{words.includes}</h2>
                <ul class="plan-features">{plan.features.into_iter().map(feature).collect_view()}</ul>
                <p><a class="btn" href="/planos" rel="external">{words.compare}</a></p>
            </section>
            {(!plan.invoices.is_empty()).then(|| invoices(plan.invoices, plan.how_to_pay))}
            {(!plan.days.is_empty()).then(|| history(plan.days))}
            {plan.end.map(|end| ending(end, act))}
        </div>
    }
}

fn meter(meter: Meter) -> impl IntoView {
    let words = &words().billing;
    let name = if meter.resource == "users" { words.users } else { words.properties };
    let figure = match meter.max {
        Some(max) => format!("{} {} {max}", meter.used, words.of),
        None => format!("{} ({})", meter.used, words.unlimited),
    };
    view! {
        <div class="meter">
            <p><strong>{name}</strong><span>{figure}</span></p>
            {meter.max.map(|max| view! {
                <progress class="progress" value=meter.used.to_string() max=max.to_string() aria-label=name></progress>
            })}
        </div>
    }
}

/// What somebody may wish for: asked of the address, so that it can be looked at before it is agreed to.
fn wished(wish: WishForm) -> impl IntoView {
    let words = &words().billing;
    let errors = Signal::stored(wish.errors);
    let value = |name: &str| wish.form.get(name).to_owned();
    let (plan, period, users) = (value("plan"), value("period"), value("additional_users"));
    view! {
        <Form method="GET" action="/app/settings/plan" attr:class="form">
            <section class="form-section">
                <h2>{words.change}</h2>
                <p class="quiet">{words.change_lead}</p>
                <div class="form-grid">
                    <SelectField name="plan" label=words.plan value=plan options=wish.plans required=true errors/>
                    <SelectField name="period" label=words.period value=period options=wish.periods required=true errors/>
                    <TextField name="additional_users" label=words.additional_users value=users required=true inputmode="numeric" maxlength=3 errors/>
                </div>
                <div class="button-row"><button type="submit" class="btn">{words.see_price}</button></div>
            </section>
        </Form>
    }
}

/// What the wish comes to, and the button that agrees to it.
fn offered(preview: Preview, act: Act) -> impl IntoView {
    let words = &words().billing;
    let lines = preview.lines.into_iter().map(|line| view! { <p>{line}</p> });
    let warnings = preview.warnings.into_iter().map(|warning| {
        view! { <div class="alert-box alert-warn" role="status">{warning}</div> }
    });
    let form = preview.form.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    view! {
        <ActForm act to=ChangePlan::PATH class="form">
            <section class="form-section" id="agreed">
                <h2>{words.change}</h2>
                {lines.collect_view()}
                {warnings.collect_view()}
                {form.collect_view()}
                <div class="button-row"><SubmitButton label=words.confirm pending=act.pending()/></div>
            </section>
        </ActForm>
    }
}

fn feature(line: FeatureLine) -> impl IntoView {
    let class = if line.has { "has" } else { "has-not" };
    view! { <li class=class>{line.name}" "<span class="quiet">{line.said}</span></li> }
}

fn invoices(rows: Vec<InvoiceRow>, how_to_pay: Option<String>) -> impl IntoView {
    let words = &words().billing;
    let rows = rows.into_iter().map(|row| {
        let lines = row.lines.into_iter().map(|(what, amount)| view! { <li>{what}": "{amount}</li> });
        view! {
            <li class="row">
                <div class="row-text">
                    <strong>{row.title}</strong>
                    <span class="quiet">{row.about}</span>
                    <ul class="quiet">{lines.collect_view()}</ul>
                </div>
                <span class="tag" class:tag-warn=row.is_open>{row.status}</span>
            </li>
        }
    });
    view! {
        <section class="form-section">
            <h2>{words.invoices}</h2>
            {how_to_pay.map(|how| view! { <p><strong>{words.how_to_pay}</strong>": "{how}</p> })}
            <ul class="rows">{rows.collect_view()}</ul>
        </section>
    }
}

fn history(days: Vec<DayRow>) -> impl IntoView {
    let words = &words().billing;
    let rows = days.into_iter().map(|day| {
        view! {
            <li class="row"><strong>{day.day}</strong>
                <span class="quiet">{words.users}": "{day.users}" · "{words.properties}": "{day.properties}</span></li>
        }
    });
    view! { <section class="form-section"><h2>{words.history}</h2><ul class="rows">{rows.collect_view()}</ul></section> }
}

fn ending(end: End, act: Act) -> impl IntoView {
    let words = &words().billing;
    match end {
        End::Cancel => view! {
            <ActForm act to=CancelPlan::PATH class="form-section">
                <p class="quiet">{words.cancel_lead}</p>
                <div class="button-row"><SubmitButton label=words.cancel pending=act.pending() look=""/></div>
            </ActForm>
        }
        .into_any(),
        End::Keep => view! {
            <ActForm act to=KeepPlan::PATH class="form-section">
                <div class="button-row"><SubmitButton label=words.keep pending=act.pending()/></div>
            </ActForm>
        }
        .into_any(),
    }
}

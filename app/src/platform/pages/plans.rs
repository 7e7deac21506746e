//! `/platform/plans`: what is sold and was sold, and `/platform/plans/{name}`: the next version of a plan.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::error::AppError;
use crate::layouts::ConsoleLayout;
use crate::platform::parts::{ConsoleForm, ProofFirst};
use crate::platform::plan_types::{PlanEditor, PlanGroup, Standing, VersionPreview, VersionRow};
use crate::platform::plan_words::{PlanWords, plan_words, standing};
use crate::platform::server_fns::{PublishPlan, edit_plan, list_versions};
use crate::ui::act::Act;
use crate::ui::error::ErrorPage;
use crate::ui::field::{CheckSet, TextField};
use crate::ui::form::{ErrorNote, ErrorSummary, field_errors};
use crate::ui::title::PageTitle;
use crate::values::fields::{FieldErrors, Fields};
use crate::words::lang;

/// What an address of the editor may say, with the set of features.
const ASKED: [&str; 9] = [
    "price_monthly",
    "price_yearly",
    "max_users",
    "max_properties",
    "additional_user_price",
    "activation_fee",
    "trainings",
    "training_price",
    "valid_from",
];

/// Every plan with its versions.
#[component]
pub fn PlanIndex() -> impl IntoView {
    let words = plan_words(lang());
    let plans = Resource::new_blocking(|| (), |()| list_versions());
    let body = move || {
        Suspend::new(async move {
            match plans.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(plans) => plans.into_iter().map(group).collect_view().into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.title/>
        <ConsoleLayout>
            <header class="page-head"><h1>{words.title}</h1></header>
            <p class="quiet">{words.lead}</p>
            <Suspense>{body}</Suspense>
        </ConsoleLayout>
    }
}

fn group(group: PlanGroup) -> impl IntoView {
    let words = plan_words(lang());
    let heads =
        [words.version, words.since, words.monthly, words.yearly, words.users, words.properties, words.agencies];
    let heads = heads.map(|head| view! { <th scope="col">{head}</th> });
    let address = format!("/platform/plans/{}", group.name);
    let label = format!("{}: {}", words.next, group.title);
    view! {
        <h2>{group.title}</h2>
        <div class="table-wrap">
            <table class="list-table">
                <thead><tr>{heads.into_iter().collect_view()}</tr></thead>
                <tbody>{group.versions.into_iter().map(version).collect_view()}</tbody>
            </table>
        </div>
        <p><a class="btn" href=address aria-label=label>{words.next}</a></p>
    }
}

fn version(row: VersionRow) -> impl IntoView {
    let is_sold = row.standing == Standing::Sold;
    let words = plan_words(lang());
    view! {
        <tr>
            <td>{row.number}" "<span class="tag" class:tag-good=is_sold>{standing(row.standing, lang())}</span></td>
            <td data-label=words.since>{row.since}</td>
            <td data-label=words.monthly>{row.monthly}</td>
            <td data-label=words.yearly>{row.yearly}</td>
            <td data-label=words.users>{row.users}</td>
            <td data-label=words.properties>{row.properties}</td>
            <td data-label=words.agencies>{row.agencies}</td>
        </tr>
    }
}

/// The next version of a plan: typed, looked at, published.
#[component]
pub fn PlanEdit() -> impl IntoView {
    let (params, query, act) = (use_params_map(), use_query_map(), Act::new());
    let asked = move || {
        let query = query.read();
        let one = ASKED.iter().filter_map(|name| Some(((*name).to_owned(), query.get(name)?)));
        let set = query.get_all("features[]").unwrap_or_default().into_iter().map(|key| ("features".to_owned(), key));
        let name = params.read().get("name").unwrap_or_default();
        Fields::of(one.chain(set).chain([("plan".to_owned(), name)]))
    };
    let editor = Resource::new_blocking(asked, edit_plan);
    let body = move || {
        Suspend::new(async move {
            match editor.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(editor) => view! { <Editor editor act/> }.into_any(),
            }
        })
    };
    view! { <ConsoleLayout><Suspense>{body}</Suspense></ConsoleLayout> }
}

#[component]
fn Editor(editor: PlanEditor, act: Act) -> impl IntoView {
    let words = plan_words(lang());
    let PlanEditor { name, title, last, sold, form, errors, features, preview, proof } = editor;
    let heading = format!("{title} · {} {}", words.version, last + 1);
    let error = act.error();
    // Whoever has to prove who they are is led there from the button's place, with the form as it is.
    let other = Signal::derive(move || error.get().filter(|error| *error != AppError::ProofNeeded));
    let errors = Signal::derive(move || {
        let sent = error.with(|e| field_errors(e.as_ref()));
        if sent.is_empty() { errors.clone() } else { sent }
    });
    let waits = (last != sold).then(|| view! { <p class="alert-box alert-warn" role="status">{words.waits}</p> });
    let plan = name.clone();
    let preview = move || {
        let is_wrong = errors.with(|errors| !errors.is_empty());
        preview.clone().filter(|_| !is_wrong).map(|preview| {
            view! { <Preview preview plan=plan.clone() proof=proof.clone() act/> }
        })
    };
    view! {
        <PageTitle text=heading.clone()/>
        <header class="page-head"><h1>{heading}</h1></header>
        <p class="quiet">{words.editor_lead}</p>
        {waits}
        <ErrorNote error=other/>
        <ErrorSummary errors label_of=move |field: String| label_of(&field, words)/>
        <div class="form">
            {preview}
            <VersionForm name form features errors/>
        </div>
        <p><a href="/platform/plans">{words.back}</a></p>
    }
}

fn label_of(field: &str, words: &PlanWords) -> &'static str {
    match field {
        "price_monthly" => words.monthly,
        "price_yearly" => words.yearly,
        "max_users" => words.users,
        "max_properties" => words.properties,
        "additional_user_price" => words.additional_user,
        "activation_fee" => words.activation_fee,
        "trainings" => words.trainings,
        "training_price" => words.training_price,
        "features" => words.features,
        _ => words.valid_from,
    }
}

#[component]
fn VersionForm(
    name: String,
    form: Fields,
    features: Vec<(String, String)>,
    errors: Signal<FieldErrors>,
) -> impl IntoView {
    let words = plan_words(lang());
    let value = |name: &str| form.get(name).to_owned();
    let checked = form.all("features").to_vec();
    view! {
        <form method="get" action=format!("/platform/plans/{name}") class="form">
            <section class="form-section">
                <div class="form-grid">
                    <TextField name="price_monthly" label=words.monthly value=value("price_monthly") required=true inputmode="decimal" maxlength=20 errors/>
                    <TextField name="price_yearly" label=words.yearly value=value("price_yearly") required=true inputmode="decimal" maxlength=20 errors/>
                    <TextField name="max_users" label=words.users value=value("max_users") required=true inputmode="numeric" maxlength=7 errors/>
                    <TextField name="additional_user_price" label=words.additional_user value=value("additional_user_price") required=true inputmode="decimal" maxlength=20 errors/>
                    <TextField name="max_properties" label=words.properties value=value("max_properties") hint=words.unlimited_hint inputmode="numeric" maxlength=7 errors/>
                    <TextField name="activation_fee" label=words.activation_fee value=value("activation_fee") required=true inputmode="decimal" maxlength=20 errors/>
                    <TextField name="trainings" label=words.trainings value=value("trainings") required=true inputmode="numeric" maxlength=3 errors/>
                    <TextField name="training_price" label=words.training_price value=value("training_price") hint=words.training_hint required=true inputmode="decimal" maxlength=20 errors/>
                    <TextField name="valid_from" label=words.valid_from value=value("valid_from") hint=words.valid_from_hint kind="date" errors/>
                </div>
                <CheckSet name="features[]" field="features" label=words.features options=features checked errors/>
                <div class="button-row"><button type="submit" class="btn">{words.see}</button></div>
            </section>
        </form>
    }
}

/// What would be different, and the button that publishes it.
#[component]
fn Preview(preview: VersionPreview, plan: String, proof: Option<String>, act: Act) -> impl IntoView {
    let words = plan_words(lang());
    let VersionPreview { changes, from, hidden } = preview;
    let from = if from.is_empty() { words.at_once.to_owned() } else { format!("{} {from}.", words.from) };
    let table = if changes.is_empty() {
        view! { <p>{words.nothing_changes}</p> }.into_any()
    } else {
        let rows = changes.into_iter().map(|(what, now, then)| {
            view! { <tr><td>{what}</td><td>{now}</td><td><strong>{then}</strong></td></tr> }
        });
        let heads = [words.what, words.now, words.then].map(|head| view! { <th scope="col">{head}</th> });
        view! {
            <div class="table-wrap">
                <table class="list-table">
                    <thead><tr>{heads.into_iter().collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let publish = match proof {
        Some(way) => view! { <ProofFirst way=Some(way)/> }.into_any(),
        None => {
            let fields = hidden.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
            view! {
                <ConsoleForm act to=PublishPlan::PATH class="form">
                    <input type="hidden" name="plan" value=plan/>
                    {fields.collect_view()}
                    <button type="submit" class="btn btn-primary">{words.publish}</button>
                </ConsoleForm>
            }
            .into_any()
        }
    };
    view! {
        <section class="form-section" id="preview">
            <h2>{words.preview}</h2>
            {table}
            <p>{from}</p>
            <p class="quiet">{words.publish_lead}</p>
            {publish}
        </section>
    }
}

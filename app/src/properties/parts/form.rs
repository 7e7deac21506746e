//! The fields of a property, in the order in which an agent learns them.

use leptos::prelude::*;

use crate::properties::labels;
use crate::properties::rules::STATES;
use crate::properties::types::{Condition, Furnished, Period, PropertyType, Purpose, Status, Usage, Visibility};
use crate::properties::words::field;
use crate::ui::field::{CheckSet, SelectField, TextField};
use crate::ui::text_area::TextArea;
use crate::values::fields::{FieldErrors, Fields};
use crate::words::{Lang, lang, words};

fn options<T: Copy>(
    all: &[T],
    value: fn(T) -> &'static str,
    label: fn(T, Lang) -> &'static str,
) -> Vec<(String, String)> {
    let lang = lang();
    all.iter().map(|&choice| (value(choice).to_owned(), label(choice, lang).to_owned())).collect()
}

/// All fields, filled from `form`, with what is wrong beside each.
#[component]
pub fn PropertyFields(
    /// What stands in them.
    form: Fields,
    /// What is wrong.
    #[prop(into)]
    errors: Signal<FieldErrors>,
    /// Whom it can be given to; nobody: nothing is asked.
    team: Vec<(String, String)>,
) -> impl IntoView {
    view! {
        <Identification form=form.clone() errors team/>
        <Values form=form.clone() errors/>
        <Address form=form.clone() errors/>
        <Features form=form.clone() errors/>
        <Description form errors/>
    }
}

#[component]
fn Identification(form: Fields, errors: Signal<FieldErrors>, team: Vec<(String, String)>) -> impl IntoView {
    let (words, lang) = (&words().properties, lang());
    let responsible = form.get("responsible_id");
    // What came in with a list is nobody's, and may stay so.
    let responsible = (!team.is_empty()).then(|| {
        view! {
            <SelectField name="responsible_id" label=field("responsible_id", lang) value=responsible required=!responsible.is_empty()
                options=team errors/>
        }
    });
    view! {
        <section class="form-section">
            <h2>{words.identification}</h2>
            <div class="form-grid">
                <SelectField name="type" label=field("type", lang) value=form.get("type") required=true errors
                    options=options(PropertyType::ALL, PropertyType::as_str, labels::property_type)/>
                <SelectField name="usage" label=field("usage", lang) value=form.get("usage") required=true errors
                    options=options(Usage::ALL, Usage::as_str, labels::usage)/>
                <SelectField name="status" label=field("status", lang) value=form.get("status") required=true errors
                    options=options(Status::ALL, Status::as_str, labels::status)/>
                <TextField name="status_reason" label=field("status_reason", lang) value=form.get("status_reason") errors/>
                <SelectField name="condition" label=field("condition", lang) value=form.get("condition") errors
                    options=options(Condition::ALL, Condition::as_str, labels::condition)/>
                <TextField name="code" label=field("code", lang) value=form.get("code") hint=words.code_hint maxlength=20 errors/>
                {responsible}
            </div>
            <CheckSet name="purposes[]" field="purposes" label=field("purposes", lang) checked=form.all("purposes").to_vec() errors
                options=options(Purpose::ALL, Purpose::as_str, labels::purpose)/>
        </section>
    }
}

#[component]
fn Values(form: Fields, errors: Signal<FieldErrors>) -> impl IntoView {
    let (words, lang) = (&words().properties, lang());
    let money = |name: &'static str, value: &str| {
        view! { <TextField name label=field(name, lang) value inputmode="decimal" maxlength=20 errors/> }
    };
    let shown = [("true", words.price_shown), ("false", words.price_on_request)];
    let shown = shown.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec();
    view! {
        <section class="form-section">
            <h2>{words.values}</h2>
            <p class="quiet">{words.money_hint}</p>
            <div class="form-grid">
                {money("sale_price", form.get("sale_price"))}
                <SelectField name="sale_price_public" label=field("sale_price_public", lang) value=form.get("sale_price_public")
                    required=true options=shown errors/>
                {money("rent", form.get("rent"))}
                <SelectField name="rent_period" label=field("rent_period", lang) value=form.get("rent_period") required=true errors
                    options=options(&[Period::Monthly, Period::Weekly, Period::Daily, Period::Yearly], Period::as_str, labels::period)/>
                {money("season_price", form.get("season_price"))}
                {money("condo", form.get("condo"))}
                {money("iptu", form.get("iptu"))}
                <SelectField name="iptu_period" label=field("iptu_period", lang) value=form.get("iptu_period") errors
                    options=options(&[Period::Monthly, Period::Yearly, Period::Once], Period::as_str, labels::period)/>
            </div>
        </section>
    }
}

#[component]
fn Address(form: Fields, errors: Signal<FieldErrors>) -> impl IntoView {
    let (words, lang) = (&words().properties, lang());
    let states = STATES.iter().map(|uf| ((*uf).to_owned(), (*uf).to_owned())).collect();
    let line = |name: &'static str, value: &str| {
        let needed = matches!(name, "city" | "neighborhood");
        view! { <TextField name label=field(name, lang) value needed errors/> }
    };
    view! {
        <section class="form-section">
            <h2>{words.address}</h2>
            <div class="form-grid">
                <TextField name="cep" label=field("cep", lang) value=form.get("cep") inputmode="numeric" maxlength=9 errors/>
                <SelectField name="uf" label=field("uf", lang) value=form.get("uf") options=states needed=true errors/>
                {line("city", form.get("city"))}
                {line("neighborhood", form.get("neighborhood"))}
                {line("street", form.get("street"))}
                {line("number", form.get("number"))}
                {line("complement", form.get("complement"))}
                <SelectField name="visibility" label=field("visibility", lang) value=form.get("visibility") required=true errors
                    options=options(&[Visibility::Neighborhood, Visibility::Street, Visibility::Full], Visibility::as_str, labels::visibility)/>
            </div>
        </section>
    }
}

#[component]
fn Features(form: Fields, errors: Signal<FieldErrors>) -> impl IntoView {
    let (words, lang) = (&words().properties, lang());
    let number = |name: &'static str, value: &str| {
        view! { <TextField name label=field(name, lang) value inputmode="numeric" maxlength=6 errors/> }
    };
    let area = |name: &'static str, value: &str| {
        view! { <TextField name label=field(name, lang) value inputmode="decimal" maxlength=14 errors/> }
    };
    view! {
        <section class="form-section">
            <h2>{words.features}</h2>
            <div class="form-grid">
                {number("bedrooms", form.get("bedrooms"))} {number("suites", form.get("suites"))} {number("bathrooms", form.get("bathrooms"))}
                {number("lavabos", form.get("lavabos"))} {number("parking", form.get("parking"))} {number("floor", form.get("floor"))}
                {number("floors_total", form.get("floors_total"))} {number("year_built", form.get("year_built"))}
                <SelectField name="furnished" label=field("furnished", lang) value=form.get("furnished") errors
                    options=options(Furnished::ALL, Furnished::as_str, labels::furnished)/>
            </div>
        </section>
        <section class="form-section">
            <h2>{words.areas}</h2>
            <div class="form-grid">
                {area("area_private", form.get("area_private"))} {area("area_total", form.get("area_total"))}
                {area("area_built", form.get("area_built"))} {area("area_land", form.get("area_land"))}
            </div>
        </section>
    }
}

#[component]
fn Description(form: Fields, errors: Signal<FieldErrors>) -> impl IntoView {
    let (words, lang) = (&words().properties, lang());
    view! {
        <section class="form-section">
            <h2>{words.description_section}</h2>
            <TextField name="title" label=field("title", lang) value=form.get("title") maxlength=100 needed=true errors/>
            <TextArea name="description" label=field("description", lang) value=form.get("description") rows=8 needed=true errors/>
            <TextArea name="internal_notes" label=field("internal_notes", lang) value=form.get("internal_notes") hint=words.notes_hint
                rows=3 errors/>
        </section>
    }
}

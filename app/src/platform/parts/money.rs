//! An agency's invoices, the payments that are recorded, and its use by day.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{ConsoleForm, ProofFirst};
use crate::billing::types::{DayRow, InvoiceRow};
use crate::platform::money_words::money_words;
use crate::platform::server_fns::PayInvoice;
use crate::platform::words::console;
use crate::ui::act::Act;
use crate::ui::field::{SelectField, TextField};
use crate::ui::form::field_errors;
use crate::values::fields::Fields;
use crate::words::lang;

/// Invoices with their state.
#[component]
pub fn Invoices(
    /// The invoices.
    lines: Vec<InvoiceRow>,
) -> impl IntoView {
    if lines.is_empty() {
        return view! { <p class="quiet">{money_words(lang()).no_invoices}</p> }.into_any();
    }
    let lines = lines.into_iter().map(|invoice| {
        view! {
            <li class="row">
                <div class="row-text"><strong>{invoice.title}</strong><span class="quiet">{invoice.about}</span></div>
                <span class="tag" class:tag-warn=invoice.is_open>{invoice.status}</span>
            </li>
        }
    });
    view! { <ul class="rows">{lines.collect_view()}</ul> }.into_any()
}

/// The form that records a payment; nothing where nothing is to be paid.
#[component]
pub fn PayForm(
    /// The agency's name in addresses.
    slug: String,
    /// What can be paid: number, and what is said of it.
    payable: Vec<(String, String)>,
    /// Whether the operator has just proved who they are.
    is_proved: bool,
    /// What was typed, when it was refused.
    typed: Fields,
    /// What comes of it.
    act: Act,
) -> impl IntoView {
    let words = money_words(lang());
    let Some((oldest, _)) = payable.first() else { return ().into_any() };
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let chosen = if typed.get("invoice").is_empty() { oldest.clone() } else { typed.get("invoice").to_owned() };
    let form = if is_proved {
        view! {
            <ConsoleForm act to=PayInvoice::PATH class="form">
                <input type="hidden" name="slug" value=slug/>
                <SelectField name="invoice" label=words.invoice value=chosen options=payable required=true errors/>
                <TextField name="reference" label=words.reference value=typed.get("reference") hint=words.reference_hint required=true maxlength=200 autocomplete="off" errors/>
                <button type="submit" class="btn">{words.pay}</button>
            </ConsoleForm>
        }
        .into_any()
    } else {
        view! { <ProofFirst/> }.into_any()
    };
    view! {
        <h2>{words.pay}</h2>
        <p class="quiet">{words.pay_lead}</p>
        {form}
    }
    .into_any()
}

/// How much the agency used, a line a day.
#[component]
pub fn Days(
    /// The days.
    lines: Vec<DayRow>,
) -> impl IntoView {
    let words = console(lang());
    if lines.is_empty() {
        return view! { <p class="quiet">{money_words(lang()).no_days}</p> }.into_any();
    }
    let lines = lines.into_iter().map(|day| {
        view! {
            <li class="row"><strong>{day.day}</strong>
                <span class="quiet">{words.users}": "{day.users}" · "{words.properties}": "{day.properties}</span></li>
        }
    });
    view! { <ul class="rows">{lines.collect_view()}</ul> }.into_any()
}

//! How an agency ends: its subscription with the period, or all of it after a time of grace; and both taken back.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{ConsoleForm, ProofFirst};
use crate::platform::fleet_words::fleet_words;
use crate::platform::server_fns::{CallOffDeletion, CancelTenant, DeleteTenant, KeepTenant};
use crate::platform::types::Ending;
use crate::ui::act::Act;
use crate::ui::field::TextField;
use crate::ui::form::field_errors;
use crate::values::fields::Fields;
use crate::words::lang;

/// The subscription, and how it is ended with its period or goes on.
#[component]
pub fn SubscriptionEnd(
    /// The agency's name in addresses.
    slug: String,
    /// How it stands.
    ending: Ending,
    /// What comes of it.
    act: Act,
) -> impl IntoView {
    let words = fleet_words(lang());
    if ending.until.is_empty() || !ending.may_be_deleted {
        return ().into_any();
    }
    let is_over = ending.ends || ending.has_ended;
    let said = match (ending.has_ended, ending.ends) {
        (true, _) => words.has_ended,
        (false, true) => words.ends_on,
        (false, false) if ending.is_over => words.ran_until,
        (false, false) if ending.is_paid => words.goes_on_until,
        (false, false) => words.goes_on_unpaid,
    };
    let way = match (is_over, ending.is_proved) {
        (true, _) => view! {
            <p class="quiet">{words.keep_lead}</p>
            <ConsoleForm act to=KeepTenant::PATH class="form">
                <input type="hidden" name="slug" value=slug/>
                <button type="submit" class="btn">{words.keep}</button>
            </ConsoleForm>
        }
        .into_any(),
        (false, true) => view! {
            <p class="quiet">{words.cancel_lead}</p>
            <ConsoleForm act to=CancelTenant::PATH class="form">
                <input type="hidden" name="slug" value=slug/>
                <button type="submit" class="btn">{words.cancel}</button>
            </ConsoleForm>
        }
        .into_any(),
        (false, false) => view! { <ProofFirst/> }.into_any(),
    };
    view! {
        <h2>{words.subscription}</h2>
        <p>{said}" "{ending.until}"."</p>
        {way}
    }
    .into_any()
}

/// How all of the agency is deleted, or that called off while there is time.
#[component]
pub fn Deletion(
    /// The agency's name in addresses.
    slug: String,
    /// How it stands.
    ending: Ending,
    /// What was typed, when it was refused.
    typed: Fields,
    /// What comes of it.
    act: Act,
) -> impl IntoView {
    let words = fleet_words(lang());
    let body = match (ending.may_be_deleted, ending.dropped_after.as_str()) {
        (false, "") => return ().into_any(),
        (false, _) if ending.is_staying => view! { <p>{words.staying}</p> }.into_any(),
        (false, _) => view! {
            <p class="alert-box alert-warn">{words.going}": "{ending.why}" "{words.dropped_after}" "{ending.dropped_after}"."</p>
            <p class="quiet">{words.call_off_lead}</p>
            <ConsoleForm act to=CallOffDeletion::PATH class="form">
                <input type="hidden" name="slug" value=slug/>
                <button type="submit" class="btn">{words.call_off}</button>
            </ConsoleForm>
        }
        .into_any(),
        (true, _) => view! {
            <p class="quiet">{words.delete_lead}</p>
            {if ending.is_proved { view! { <DeleteForm slug typed act/> }.into_any() } else { view! { <ProofFirst/> }.into_any() }}
        }
        .into_any(),
    };
    view! {
        <h2>{words.delete}</h2>
        {body}
    }
    .into_any()
}

#[component]
fn DeleteForm(slug: String, typed: Fields, act: Act) -> impl IntoView {
    let words = fleet_words(lang());
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let days = typed.get("grace_days");
    let days = if days.is_empty() { "30" } else { days }.to_owned();
    view! {
        <ConsoleForm act to=DeleteTenant::PATH class="form">
            <input type="hidden" name="slug" value=slug/>
            <TextField name="delete_reason" label=words.delete_reason value=typed.get("delete_reason") required=true errors/>
            <TextField name="grace_days" label=words.grace_days value=days hint=words.grace_hint required=true inputmode="numeric" maxlength=3 errors/>
            <TextField name="delete_slug" label=words.delete_slug value=typed.get("delete_slug") required=true autocomplete="off" errors/>
            <button type="submit" class="btn btn-danger">{words.delete}</button>
        </ConsoleForm>
    }
}

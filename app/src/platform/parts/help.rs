//! Helping somebody who has lost their second factor.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::ConsoleForm;
use crate::platform::server_fns::ResetMembersFactor;
use crate::platform::types::MemberLine;
use crate::platform::words::help;
use crate::ui::act::Act;
use crate::ui::field::{SelectField, TextField};
use crate::ui::form::field_errors;
use crate::values::fields::Fields;
use crate::words::lang;

/// Whom, and why. Who runs the platform is not among them, and nobody who has no second factor.
#[component]
pub fn Help(
    /// The agency's name in addresses.
    slug: String,
    /// Its staff.
    members: Vec<MemberLine>,
    /// What was typed, when it was refused.
    typed: Fields,
    /// What comes of it.
    act: Act,
) -> impl IntoView {
    let (words, error) = (help(lang()), act.error());
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let fitting = members.into_iter().filter(|member| member.may_be_helped);
    let options: Vec<(String, String)> =
        fitting.map(|member| (member.user.to_string(), format!("{} · {}", member.name, member.role))).collect();
    let form = if options.is_empty() {
        view! { <p class="quiet">{words.nobody}</p> }.into_any()
    } else {
        view! {
            <ConsoleForm act to=ResetMembersFactor::PATH class="form">
                <input type="hidden" name="slug" value=slug/>
                <SelectField name="helped" label=words.whom value=typed.get("helped") options required=true errors/>
                <TextField name="help_reason" label=words.why value=typed.get("help_reason") hint=words.why_hint required=true maxlength=500 errors/>
                <button type="submit" class="btn">{words.reset}</button>
            </ConsoleForm>
        }
        .into_any()
    };
    view! {
        <h2>{words.title}</h2>
        <p class="quiet">{words.lead}</p>
        {form}
    }
}

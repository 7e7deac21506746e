//! Asking to act as a member.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::ConsoleForm;
use crate::platform::server_fns::ActAs as ActAsAction;
use crate::platform::types::MemberLine;
use crate::platform::words::console;
use crate::ui::act::Act;
use crate::ui::field::{CheckField, SelectField, TextField};
use crate::ui::form::field_errors;
use crate::values::fields::Fields;
use crate::words::lang;

/// As whom, why, and the password once more. What was typed stands there again when it was refused; the password does not.
#[component]
pub fn ActAs(
    /// The agency's name in addresses.
    slug: String,
    /// Its staff.
    members: Vec<MemberLine>,
    /// What was typed, when it was refused.
    typed: Fields,
    /// What comes of it.
    act: Act,
) -> impl IntoView {
    let words = console(lang());
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let fitting = members.into_iter().filter(|member| member.may_be_acted_as);
    let options: Vec<(String, String)> =
        fitting.map(|member| (member.user.to_string(), format!("{} · {}", member.name, member.role))).collect();
    let form = if options.is_empty() {
        view! { <p class="quiet">{words.nobody_to_act_as}</p> }.into_any()
    } else {
        view! {
            <ConsoleForm act to=ActAsAction::PATH class="form">
                <input type="hidden" name="slug" value=slug/>
                <SelectField name="user" label=words.as_whom value=typed.get("user") options required=true errors/>
                <TextField name="why" label=words.why value=typed.get("why") hint=words.why_hint required=true maxlength=500 errors/>
                <CheckField name="may_write" label=words.may_write checked=typed.get("may_write") == "true"/>
                <TextField name="password" label=words.own_password kind="password" autocomplete="current-password" required=true errors/>
                <button type="submit" class="btn">{words.ask}</button>
            </ConsoleForm>
        }
        .into_any()
    };
    view! {
        <h2>{words.act_as}</h2>
        <p class="quiet">{words.act_lead}</p>
        {form}
    }
}

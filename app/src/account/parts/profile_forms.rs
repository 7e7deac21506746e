//! How one is called and reached, another password, another e-mail address.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::account::server_fns::{AskEmail, ChangePassword, UpdateProfile, load_profile};
use crate::account::types::ProfilePage;
use crate::account::words::{field, forms};
use crate::ui::act::{Act, ActForm, use_draft};
use crate::ui::error::ErrorPage;
use crate::ui::field::TextField;
use crate::ui::form::{ErrorNote, ErrorSummary, SubmitButton, field_errors, saved_where};
use crate::values::fields::FieldErrors;
use crate::words::{lang, words};

/// The forms.
#[component]
pub fn ProfileForms() -> impl IntoView {
    let (act, draft) = (Act::new(), use_draft());
    let key = move || (draft().filter(|_| act.done() == 0), act.done());
    let profile = Resource::new_blocking(key, |(draft, _)| load_profile(draft));
    let page = move || {
        Suspend::new(async move {
            match profile.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(profile) => view! { <Forms profile act/> }.into_any(),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}

#[component]
fn Forms(profile: ProfilePage, act: Act) -> impl IntoView {
    let (lang, error) = (lang(), act.error());
    let own = forms(lang);
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let label_of = move |name: String| field(&name, lang);
    let typed = act.refused().or(profile.typed).unwrap_or_default();
    // A form that was refused may be another of the three: it has not all fields.
    let value = |name: &str| {
        let from = if typed.0.contains_key(name) { &typed } else { &profile.saved };
        from.get(name).to_owned()
    };
    let line = |name: &'static str, hint: &'static str, maxlength: u32| {
        view! { <TextField name label=field(name, lang) value=value(name) hint maxlength required=name == "name" errors/> }
    };
    let (name, phone, creci) = (line("name", "", 120), line("phone", "", 40), line("creci", own.creci_hint, 30));
    let email = typed.get("email").to_owned();
    view! {
        <ErrorNote error/>
        <ErrorSummary errors label_of/>
        <section class="group">
            <h2>{own.profile}</h2>
            <ActForm act to=UpdateProfile::PATH class="form">
                <div class="form-grid">{name} {phone} {creci}</div>
                <div class="button-row"><SubmitButton label=words().common.save pending=act.pending()/>{saved_note(act, "name", "update_profile")}</div>
            </ActForm>
        </section>
        {password_form(act, errors)}
        {email_form(act, errors, email)}
    }
}

/// Says beside its button that a form was taken: the last of the three that share the page, known by a field of its own, or by
/// the last name in the path of its server function.
fn saved_note(act: Act, field: &'static str, of: &'static str) -> impl IntoView {
    saved_where(act, of, move || act.sent().is_some_and(|sent| sent.0.contains_key(field)))
}

fn secret(
    name: &'static str,
    (hint, autocomplete): (&'static str, &'static str),
    errors: Signal<FieldErrors>,
) -> impl IntoView {
    view! { <TextField name label=field(name, lang()) kind="password" hint autocomplete required=true errors/> }
}

/// Another password.
pub(super) fn password_form(act: Act, errors: Signal<FieldErrors>) -> impl IntoView {
    let own = forms(lang());
    view! {
        <section class="group">
            <h2>{own.password}</h2>
            <p class="quiet">{own.password_lead}</p>
            <ActForm act to=ChangePassword::PATH class="form">
                {secret("current_password", ("", "current-password"), errors)}
                {secret("new_password", (own.new_password_hint, "new-password"), errors)}
                <div class="button-row"><SubmitButton label=words().common.save pending=act.pending() look=""/>{saved_note(act, "new_password", "change_password")}</div>
            </ActForm>
        </section>
    }
}

/// Another e-mail address, and the one that was typed before.
pub(super) fn email_form(act: Act, errors: Signal<FieldErrors>, email: String) -> impl IntoView {
    let own = forms(lang());
    view! {
        <section class="group">
            <h2>{own.email}</h2>
            <p class="quiet">{own.email_lead}</p>
            <ActForm act to=AskEmail::PATH class="form">
                <TextField name="email" label=own.new_email kind="email" value=email required=true maxlength=254 errors/>
                {secret("email_password", ("", "current-password"), errors)}
                <div class="button-row"><SubmitButton label=own.send_link pending=act.pending() look=""/>{saved_note(act, "email_password", "ask_email")}</div>
            </ActForm>
        </section>
    }
}

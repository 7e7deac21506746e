//! An operator's own account, on a page without a script: what was typed comes with the answer, and what was done stands in its
//! address.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::profile_forms::{email_form, password_form};
use crate::account::server_fns::UpdateProfile;
use crate::account::types::{Done, ProfilePage};
use crate::account::words::{field, forms, of};
use crate::auth::parts::ProofWay;
use crate::ui::act::{Act, ActForm};
use crate::ui::field::TextField;
use crate::ui::form::{SubmitButton, field_errors};
use crate::words::{lang, words};

/// The forms: who has a second factor gives both once more before a password or an address is typed, for nothing that is typed
/// here waits for them.
#[component]
pub fn OperatorForms(
    /// What is saved, and what was typed.
    profile: ProfilePage,
    /// The page's forms.
    act: Act,
    /// Whether password and code are to be given first.
    proof_first: bool,
    /// The page's address.
    page: &'static str,
) -> impl IntoView {
    let (lang, error) = (lang(), act.error());
    let own = forms(lang);
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let typed = profile.typed.unwrap_or_default();
    let name = if typed.0.contains_key("name") { typed.get("name") } else { profile.saved.get("name") }.to_owned();
    let email = typed.get("email").to_owned();
    let weighty = if proof_first {
        view! { <section class="group"><h2>{of(lang).password_and_email}</h2><ProofWay page/></section> }.into_any()
    } else {
        view! { {password_form(act, errors)} {email_form(act, errors, email)} }.into_any()
    };
    view! {
        <section class="group">
            <h2>{own.profile}</h2>
            <ActForm act to=UpdateProfile::PATH class="form">
                <TextField name="name" label=field("name", lang) value=name maxlength=120 required=true errors/>
                <div class="button-row"><SubmitButton label=words().common.save pending=act.pending()/></div>
            </ActForm>
        </section>
        {weighty}
    }
}

/// What an operator has just done: one of our own sentences, for one of our words in the address.
#[component]
pub fn DoneNote() -> impl IntoView {
    let said = use_query_map().read_untracked().get("done").unwrap_or_default();
    let words = of(lang());
    let done = Done::ALL.into_iter().find(|done| done.as_str() == said);
    done.map(|done| {
        let note = match done {
            Done::Details => words.details_saved,
            Done::Password => words.password_saved,
            Done::Email => words.email_asked,
        };
        view! { <p class="alert-box alert-good" role="status">{note}</p> }
    })
}

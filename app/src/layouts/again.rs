//! The session has ended while somebody worked: the page stays, and a dialog asks for the password.

use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::parts::CodeField;
use crate::auth::server_fns::Renew;
use crate::auth::types::Me;
use crate::ui::act::{Act, ActForm, Lapsed};
use crate::ui::field::TextField;
use crate::ui::form::{ErrorNote, SubmitButton, field_errors};
use crate::words::words;

/// The dialog. Once its password is right, what was refused is sent again.
#[component]
pub fn SignInAgain(
    /// What waits.
    lapsed: Lapsed,
) -> impl IntoView {
    let words = &words().auth;
    let dialog = NodeRef::<Dialog>::new();
    let is_waiting = Memo::new(move |_| lapsed.0.with(Option::is_some));
    Effect::new(move |_| {
        let is_waiting = is_waiting.get();
        let Some(dialog) = dialog.get() else { return };
        if is_waiting && !dialog.open() {
            // A dialog that is in the page can be shown.
            let _ = dialog.show_modal();
        } else if !is_waiting && dialog.open() {
            dialog.close();
        }
    });
    // Made anew each time: nothing of it, a password least of all, stays in a page that it is not shown on.
    let form = move || is_waiting.get().then(|| view! { <Password lapsed/> });
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="again" on:close=move |_| lapsed.0.set(None)>
            <h2 id="again">{words.again}</h2>
            <p>{words.again_lead}</p>
            {form}
        </dialog>
    }
}

#[component]
fn Password(lapsed: Lapsed) -> impl IntoView {
    let (all, me, act) = (words(), expect_context::<Me>(), Act::alone());
    let has_factor = me.second_factor;
    let words = &all.auth;
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    Effect::new(move |_| {
        if act.done() > 0
            && let Some(unsent) = lapsed.0.try_update(Option::take).flatten()
        {
            unsent.send();
        }
    });
    // Also when it has been set up since this page was made: then the server says that a code is lacking.
    let is_asked = Memo::new(move |_| has_factor || errors.with(|e| e.of("second_factor").is_some()));
    let code = move || is_asked.get().then(|| view! { <CodeField errors/> });
    view! {
        <ErrorNote error/>
        <ActForm act to=Renew::PATH class="form">
            <input type="hidden" name="user" value=me.user.to_string()/>
            <input type="hidden" name="remember" value=me.remember.to_string()/>
            <p class="quiet">{me.email}</p>
            <TextField name="password" label=words.password kind="password" autocomplete="current-password" required=true errors/>
            {code}
            <div class="button-row">
                <SubmitButton label=words.sign_in pending=act.pending()/>
                <button type="button" class="btn" on:click=move |_| lapsed.0.set(None)>{all.common.cancel}</button>
            </div>
        </ActForm>
    }
}

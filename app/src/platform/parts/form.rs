//! A form of the console.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::ui::act::{Act, ActForm};

/// A form that says which page it stands on: refused, it is answered with that page, and sent again from the answer's address.
#[component]
pub fn ConsoleForm(
    /// What comes of it.
    act: Act,
    /// The server function's path: `<Name>::PATH`.
    to: &'static str,
    /// Classes.
    class: &'static str,
    /// Fields and buttons.
    children: Children,
) -> impl IntoView {
    let page = use_location().pathname.get_untracked();
    view! {
        <ActForm act to class>
            <input type="hidden" name="__page" value=page/>
            {children()}
        </ActForm>
    }
}

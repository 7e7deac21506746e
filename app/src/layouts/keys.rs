//! Keys that work on every page of the CRM, and the dialog that they open.

use leptos::ev::{self, KeyboardEvent};
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Element, HtmlElement};

use super::palette::palette;
use crate::auth::types::Me;
use crate::words::words;

/// What the dialog shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The palette: go to, begin, find.
    Palette,
    /// The list of the keys.
    Keys,
}

/// The dialog of the palette and of the keys, and the listener that opens it. What is in it comes when it is first opened.
#[component]
pub fn Keys(
    /// What is open.
    shown: RwSignal<Option<Shown>>,
) -> impl IntoView {
    let (words, me) = (&words().common, expect_context::<Me>());
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let listening = window_event_listener(ev::keydown, move |event| pressed(&event, shown));
        on_cleanup(move || listening.remove());
    });
    Effect::new(move |_| {
        let is_shown = shown.with(Option::is_some);
        let Some(dialog) = dialog.get() else { return };
        if is_shown && !dialog.open() {
            // A dialog that is in the page can be shown.
            let _ = dialog.show_modal();
        } else if !is_shown && dialog.open() {
            dialog.close();
        }
    });
    let content = move || {
        let me = me.clone();
        shown.get().map(|what| Suspend::new(async move { palette(what, me, shown).await }))
    };
    view! {
        <dialog class="dialog palette" node_ref=dialog aria-label=words.palette on:close=move |_| shown.set(None)>{content}</dialog>
    }
}

fn pressed(event: &KeyboardEvent, shown: RwSignal<Option<Shown>>) {
    let (key, commands) = (event.key(), event.ctrl_key() || event.meta_key());
    let is_open = shown.with_untracked(Option::is_some);
    // Another dialog asks for something first.
    if event.alt_key() || (!is_open && find("dialog[open]").is_some()) {
        return;
    }
    let opens = match key.as_str() {
        "k" | "K" if commands => (!is_open).then_some(Shown::Palette),
        "/" if !commands && !is_typing(event) => match find("#content input[name=q]") {
            Some(field) => {
                event.prevent_default();
                // A field that is in the page takes the focus, or is one that takes none.
                let _ = field.focus();
                return;
            }
            None => Some(Shown::Palette),
        },
        "?" if !commands && !is_typing(event) => Some(Shown::Keys),
        _ => return,
    };
    event.prevent_default();
    shown.set(opens);
}

fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

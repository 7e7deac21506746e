//! Forms that change something: sent by the page where there is WASM, and as browsers always did where there is none.
//!
//! Leptos' own action forms decode a form into its server function's arguments only to encode them again, once for every
//! function of the bundle; these send what the form holds.

#[cfg(feature = "hydrate")]
#[path = "sender_browser.rs"]
mod sender;
#[cfg(not(feature = "hydrate"))]
#[path = "sender_server.rs"]
mod sender;

use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use leptos::server_fn::error::ServerFnUrlError;
use serde::de::DeserializeOwned;

use crate::error::{AppError, Clash};
use crate::values::fields::Fields;

/// A form that was sent after its session had ended.
#[derive(Clone)]
pub struct Unsent {
    act: Act,
    to: &'static str,
    values: Vec<(String, String)>,
}

impl Unsent {
    /// Sends it once more.
    pub fn send(self) {
        self.act.send(self.to, self.values);
    }
}

/// What waits for a new session; whoever provides it asks for the password and sends it again.
#[derive(Clone, Copy)]
pub struct Lapsed(pub RwSignal<Option<Unsent>>);

/// The forms of a page, or of a part of one, which share what came of the last of them.
#[derive(Clone, Copy)]
pub struct Act {
    lapsed: Option<Lapsed>,
    done: RwSignal<usize>,
    error: RwSignal<Option<AppError>>,
    pending: RwSignal<bool>,
    sent: RwSignal<Option<Fields>>,
}

impl Default for Act {
    fn default() -> Self {
        Self::new()
    }
}

impl Act {
    /// Nothing was sent yet, or without WASM what the address says of the form before.
    pub fn new() -> Self {
        let refused = use_context::<ServerActionError>().map(|e| ServerFnUrlError::decode_err(e.err()));
        Self::with(use_context::<Lapsed>(), refused)
    }

    /// For a form beside the page's own: what the address says is not of it, and it waits for nobody.
    pub fn alone() -> Self {
        Self::with(None, None)
    }

    fn with(lapsed: Option<Lapsed>, refused: Option<AppError>) -> Self {
        Self {
            lapsed,
            done: RwSignal::new(0),
            error: RwSignal::new(refused),
            pending: RwSignal::new(false),
            sent: RwSignal::new(None),
        }
    }

    /// How many forms were taken: what a page reads anew depends on it.
    pub fn done(self) -> usize {
        self.done.get()
    }

    /// Why the last form was refused.
    pub fn error(self) -> Signal<Option<AppError>> {
        self.error.into()
    }

    /// The version that somebody else saved meanwhile, when that is why the last form was refused.
    pub fn stale(self) -> Option<i32> {
        self.error.with(|error| match error {
            Some(AppError::Conflict(Clash::Stale(version))) => Some(*version),
            _ => None,
        })
    }

    /// What was sent last, when it was refused.
    pub fn refused(self) -> Option<Fields> {
        self.sent().filter(|_| self.error.with_untracked(Option::is_some))
    }

    /// Whether a form is under way.
    pub fn pending(self) -> Signal<bool> {
        self.pending.into()
    }

    /// What was sent last.
    pub fn sent(self) -> Option<Fields> {
        self.sent.get_untracked()
    }

    /// Sends values to the server function at `to`; not while others are under way.
    pub fn send(self, to: &'static str, values: Vec<(String, String)>) {
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        self.sent.set(Some(Fields::of(values.clone())));
        let unsent = Unsent { act: self, to, values: values.clone() };
        // The answer may come when the page has gone: then nobody wants to know.
        sender::send(to, values, move |outcome| {
            self.pending.try_set(false);
            if let (Err(AppError::Unauthenticated), Some(Lapsed(waiting))) = (&outcome, self.lapsed) {
                waiting.try_set(Some(unsent.clone()));
            }
            if outcome.is_ok() {
                self.done.try_update(|done| *done += 1);
            }
            self.error.try_set(outcome.err());
        });
    }
}

/// What the form of an event holds, taken from the browser; none when something else has taken the event.
pub fn values(event: &SubmitEvent) -> Option<Vec<(String, String)>> {
    sender::values(event)
}

/// Asks the server function at `to` about the form that an event comes from, as it stands. A failure is no answer.
pub fn ask<T: DeserializeOwned + 'static>(event: &Event, to: &'static str, then: impl Fn(T) + 'static) {
    sender::ask(event, to, then);
}

/// A form whose fields are the arguments of a server function.
#[component]
pub fn ActForm(
    /// What comes of it.
    act: Act,
    /// The server function's path: `<Name>::PATH`.
    to: &'static str,
    /// Classes.
    #[prop(optional)]
    class: &'static str,
    /// Fields and buttons.
    children: Children,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        if let Some(values) = values(&event) {
            act.send(to, values);
        }
    };
    view! { <form method="post" action=to class=class on:submit=submit>{children()}</form> }
}

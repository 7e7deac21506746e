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
use leptos_router::hooks::use_query_map;
use serde::de::DeserializeOwned;
use uuid::Uuid;

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

/// Without WASM, the draft that the address named when the page was opened, and why its form was refused; whoever provides
/// it has it from the server. Nothing else in an address says why: anybody can have written it.
#[derive(Clone)]
pub struct Refused(pub Option<(Uuid, AppError)>);

/// The draft that the page's address names.
pub fn use_draft() -> impl Fn() -> Option<Uuid> + Copy + Send + Sync + 'static {
    let query = use_query_map();
    move || query.read().get("draft").and_then(|id| id.parse().ok())
}

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
    /// Nothing was sent yet, or without WASM what came of the form before.
    pub fn new() -> Self {
        let refused = match use_context::<Refused>() {
            Some(Refused(refused)) => {
                let draft = untrack(use_draft());
                refused.filter(|(id, _)| draft == Some(*id)).map(|(_, why)| why)
            }
            None => sender::refused(),
        };
        Self::with(use_context::<Lapsed>(), refused)
    }

    /// For forms beside the page's own: what came of the form before was not theirs.
    pub fn beside() -> Self {
        Self::with(use_context::<Lapsed>(), None)
    }

    /// For a form beside every page's: it waits for nobody.
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

    /// Says why a form was not even sent.
    pub fn refuse(self, why: AppError) {
        self.error.set(Some(why));
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

/// Whether the files that were chosen in a field of an event's form have more bytes than this.
pub fn is_heavier(event: &SubmitEvent, field: &str, most: u32) -> bool {
    sender::is_heavier(event, field, most)
}

/// Questions about a form, in the order in which they were asked.
#[derive(Clone, Copy)]
pub struct Questions(StoredValue<u32>);

impl Default for Questions {
    fn default() -> Self {
        Self(StoredValue::new(0))
    }
}

impl Questions {
    /// Asks the server function at `to` about the form that an event comes from, as it stands. A failure is no answer,
    /// and neither is one that was overtaken: a newer question is under way, or was answered before it.
    pub fn ask<T: DeserializeOwned + 'static>(self, event: &Event, to: &'static str, then: impl Fn(T) + 'static) {
        let number = self.next();
        sender::ask(event, to, move |answer| {
            if self.is_last(number) {
                then(answer);
            }
        });
    }

    fn next(self) -> Option<u32> {
        self.0.try_update_value(|last| {
            *last += 1;
            *last
        })
    }

    fn is_last(self, number: Option<u32>) -> bool {
        self.0.try_get_value() == number
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_overtaken_is_none() {
        Owner::new().with(|| {
            let questions = Questions::default();
            let (first, second) = (questions.next(), questions.next());
            assert!(!questions.is_last(first) && questions.is_last(second));
            let third = questions.next();
            assert!(!questions.is_last(second) && questions.is_last(third));
        });
    }
}

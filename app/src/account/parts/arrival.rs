//! What somebody has just done, on the sign-in page that follows.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::account::words::of;
use crate::words::lang;

/// One of our own sentences, for one of four words in the address.
#[component]
pub fn ArrivalNote() -> impl IntoView {
    let (words, query) = (of(lang()), use_query_map());
    let notes = [("joined", words.joined), ("changed", words.changed), ("moved", words.moved), ("left", words.left)];
    let note = notes.into_iter().find(|(name, _)| query.read_untracked().get(name).is_some());
    note.map(|(_, note)| view! { <p class="alert-box alert-good" role="status">{note}</p> })
}

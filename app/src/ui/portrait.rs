//! What somebody looks like: their photograph, or the letters that stand for it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A face, ready to be shown beside its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// Address of the photograph.
    pub src: Option<String>,
    /// What stands in its place: the first letters of first and last name.
    pub letters: String,
}

/// It. The name stands beside it, so it says nothing by itself.
#[component]
pub fn Portrait(
    /// Whose.
    face: Face,
    /// `portrait`, or with it another of its looks.
    #[prop(default = "portrait")]
    class: &'static str,
) -> impl IntoView {
    match face.src {
        Some(src) => view! { <img class=class src=src alt="" width="256" height="256"/> }.into_any(),
        None => view! { <span class=class aria-hidden="true">{face.letters}</span> }.into_any(),
    }
}

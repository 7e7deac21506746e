//! Two people edited: both versions side by side, and the choice between them.

use leptos::prelude::*;

use crate::values::fields::Fields;
use crate::words::words;

/// What is saved now beside what was typed, field by field where they differ.
#[component]
pub fn ConflictNote(
    /// What is saved now.
    theirs: Fields,
    /// What was typed.
    mine: Fields,
    /// What a field is called.
    #[prop(into)]
    label_of: Callback<(String,), &'static str>,
    /// Where to go to keep what is saved.
    href: String,
) -> impl IntoView {
    let words = &words().common;
    let rows = differences(&theirs, &mine).into_iter().map(|(name, theirs, mine)| {
        view! { <tr><th scope="row">{label_of.run((name,))}</th><td>{theirs}</td><td>{mine}</td></tr> }
    });
    view! {
        <div class="alert-box alert-warn" role="alert">
            <p>{words.stale}</p>
            <table class="list-table">
                <thead><tr><td></td><th scope="col">{words.stale_theirs}</th><th scope="col">{words.stale_mine}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
            <p class="button-row">
                <button type="submit" class="btn btn-primary">{words.keep_mine}</button>
                <a class="btn" href=href rel="external">{words.take_theirs}</a>
            </p>
        </div>
    }
}

fn differences(theirs: &Fields, mine: &Fields) -> Vec<(String, String, String)> {
    let shown = |fields: &Fields, name: &str| fields.all(name).join(", ").trim().to_owned();
    let pairs = theirs.0.keys().map(|name| (name.clone(), shown(theirs, name), shown(mine, name)));
    pairs.filter(|(_, theirs, mine)| theirs != mine).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_compared() {
        let theirs = Fields::default().with("title", "Casa").with("rent", "100");
        let mine = Fields::default().with("title", "Casa azul").with("rent", "100 ").with("id", "x");
        assert_eq!(differences(&theirs, &mine), [("title".to_owned(), "Casa".to_owned(), "Casa azul".to_owned())]);
    }
}

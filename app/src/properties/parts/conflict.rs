//! Two people edited: both versions side by side, and the choice between them.

use leptos::prelude::*;

use crate::properties::types::PropertyForm;
use crate::properties::words::field;
use crate::words::{lang, words};

/// What is saved now beside what was typed, field by field where they differ.
#[component]
pub fn ConflictNote(
    /// What is saved now.
    theirs: PropertyForm,
    /// What was typed.
    mine: PropertyForm,
    /// Where to go to keep what is saved.
    href: String,
) -> impl IntoView {
    let (words, lang) = (&words().properties, lang());
    let rows = differences(&theirs, &mine).into_iter().map(|(name, theirs, mine)| {
        view! { <tr><th scope="row">{field(&name, lang)}</th><td>{theirs}</td><td>{mine}</td></tr> }
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

fn differences(theirs: &PropertyForm, mine: &PropertyForm) -> Vec<(String, String, String)> {
    let fields = |form: &PropertyForm| match serde_json::to_value(form) {
        Ok(serde_json::Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    let shown = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(all) => all.iter().filter_map(|v| v.as_str()).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    let mine = fields(mine);
    fields(theirs)
        .iter()
        .filter_map(|(name, theirs)| {
            let (theirs, mine) = (shown(theirs), shown(mine.get(name)?));
            (theirs.trim() != mine.trim()).then(|| (name.clone(), theirs, mine))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_compared() {
        let theirs = PropertyForm { title: "Casa".into(), rent: "100".into(), ..PropertyForm::default() };
        let mine = PropertyForm { title: "Casa azul".into(), rent: "100 ".into(), ..PropertyForm::default() };
        assert_eq!(differences(&theirs, &mine), [("title".to_owned(), "Casa".to_owned(), "Casa azul".to_owned())]);
    }
}

//! The palette: go to, begin, find. Fetched when it is first opened.

use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlElement;
use std::time::Duration;

use super::keys::Shown;
use super::places::{Place, beginnings, places, rel};
use crate::auth::types::Me;
use crate::properties::filter::PropertyFilter;
use crate::properties::server_fns::list_properties;
use crate::properties::types::PropertyRow;
use crate::properties::words::search_for;
use crate::ui::icon::{Icon, IconName};
use crate::words::{Lang, words};

/// Nothing is asked of the server before somebody has stopped typing for so long.
const SILENCE: Duration = Duration::from_millis(150);
/// So many hits are shown; the list shows all of them.
const HITS: usize = 6;

/// What is in the dialog.
#[lazy]
pub async fn palette(what: Shown, me: Me, shown: RwSignal<Option<Shown>>) -> AnyView {
    match what {
        Shown::Palette => view! { <Palette me shown/> }.into_any(),
        Shown::Keys => view! { <KeyList shown/> }.into_any(),
    }
}

/// A line of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    href: String,
    label: String,
    hint: String,
    icon: IconName,
}

impl From<Place> for Entry {
    fn from(place: Place) -> Self {
        Self { href: place.href.into(), label: place.label.into(), hint: String::new(), icon: place.icon }
    }
}

#[component]
fn Palette(me: Me, shown: RwSignal<Option<Shown>>) -> impl IntoView {
    let (words, lang) = (&words().common, me.lang);
    let (typed, at, hits) = (RwSignal::new(String::new()), RwSignal::new(0), RwSignal::new(Vec::new()));
    let field = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // It has just been put into the page.
            let _ = field.focus();
        }
    });
    Effect::new(move |_| {
        let asked = typed.get();
        at.set(0);
        if asked.trim().is_empty() {
            hits.set(Vec::new());
        } else {
            set_timeout(move || look_for(asked, typed, hits), SILENCE);
        }
    });
    let fixed: Vec<Entry> = places(&me).into_iter().chain(beginnings(&me)).map(Entry::from).collect();
    let entries = Memo::new(move |_| entries(&fixed, &typed.read(), hits.get(), lang));
    let lines = move || {
        let line = |(n, entry): (usize, Entry)| {
            let is_chosen = move || (at.get() == n).to_string();
            let rel = rel(&entry.href);
            view! {
                <a role="option" id=format!("palette-{n}") href=entry.href rel=rel tabindex="-1" aria-selected=is_chosen on:mousemove=move |_| at.set(n)>
                    <Icon name=entry.icon/><span>{entry.label}</span><small>{entry.hint}</small>
                </a>
            }
        };
        entries.get().into_iter().enumerate().map(line).collect_view()
    };
    let pressed = move |event: KeyboardEvent| {
        let count = entries.with(Vec::len);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1).min(count.saturating_sub(1))),
            "ArrowUp" => at.update(|at| *at = at.saturating_sub(1)),
            "Enter" => follow(at.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <input
            node_ref=field class="input" type="text" role="combobox" autocomplete="off" spellcheck="false"
            aria-label=words.palette aria-expanded="true" aria-controls="palette-lines"
            aria-activedescendant=move || format!("palette-{}", at.get())
            placeholder=words.palette on:input=move |e| typed.set(event_target_value(&e)) on:keydown=pressed
        />
        <div id="palette-lines" role="listbox" aria-label=words.palette on:click=move |_| shown.set(None)>{lines}</div>
    }
}

/// Goes where a line leads, as a click on it does.
fn follow(line: usize) {
    let link = document().query_selector(&format!("#palette-{line}")).ok().flatten();
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        link.click();
    }
}

/// Asks for properties, unless something else has been typed since, or the palette has been closed.
fn look_for(asked: String, typed: RwSignal<String>, hits: RwSignal<Vec<Entry>>) {
    let is_asked = move |asked: &str| typed.try_with_untracked(|typed| typed == asked) == Some(true);
    if !is_asked(&asked) {
        return;
    }
    spawn_local(async move {
        let filter = PropertyFilter { q: asked.clone(), ..PropertyFilter::default() };
        // Without an answer the line that leads to the list is still there.
        let Ok(page) = list_properties(filter).await else { return };
        if is_asked(&asked) {
            let hit = |row: PropertyRow| Entry {
                href: format!("/app/properties/{}", row.id),
                label: row.title,
                hint: row.subtitle,
                icon: IconName::Building,
            };
            hits.set(page.rows.into_iter().take(HITS).map(hit).collect());
        }
    });
}

/// The lines for what is typed: places and beginnings whose name holds it, properties, and the whole search.
fn entries(fixed: &[Entry], typed: &str, hits: Vec<Entry>, lang: Lang) -> Vec<Entry> {
    let typed = typed.trim();
    if typed.is_empty() {
        return fixed.to_vec();
    }
    let sought = folded(typed);
    let named = fixed.iter().filter(|entry| folded(&entry.label).contains(&sought)).cloned();
    let filter = PropertyFilter { q: typed.to_owned(), ..PropertyFilter::default() };
    let all =
        Entry { href: filter.href(None), label: search_for(typed, lang), hint: String::new(), icon: IconName::Search };
    named.chain(hits).chain([all]).collect()
}

/// Small letters without the accents of Portuguese, as people type who are in a hurry. By hand: what Unicode knows of letters
/// would be a tenth of the palette.
fn folded(text: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'à' | 'â' | 'ã' | 'Á' | 'À' | 'Â' | 'Ã' => 'a',
        'é' | 'ê' | 'É' | 'Ê' => 'e',
        'í' | 'Í' => 'i',
        'ó' | 'ô' | 'õ' | 'Ó' | 'Ô' | 'Õ' => 'o',
        'ú' | 'Ú' => 'u',
        'ç' | 'Ç' => 'c',
        other => other.to_ascii_lowercase(),
    };
    text.chars().map(plain).collect()
}

#[component]
fn KeyList(shown: RwSignal<Option<Shown>>) -> impl IntoView {
    let words = &words().common;
    let keys = [("Ctrl K", words.key_palette), ("/", words.key_search), ("?", words.key_keys), ("Esc", words.close)];
    let line =
        |(key, does): (&'static str, &'static str)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{does}</dd></div> };
    view! {
        <h2>{words.keys}</h2>
        <dl class="keys">{keys.map(line).collect_view()}</dl>
        <button type="button" class="btn" on:click=move |_| shown.set(None)>{words.close}</button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(label: &str) -> Entry {
        Entry { href: format!("/{label}"), label: label.into(), hint: String::new(), icon: IconName::Home }
    }

    #[track_caller]
    fn check(typed: &str, hits: &[&str], expected: &[&str]) {
        let fixed = ["Hoje", "Imóveis", "Novo imóvel"].map(entry);
        let hits = hits.iter().map(|hit| entry(hit)).collect();
        let lines: Vec<String> = entries(&fixed, typed, hits, Lang::Pt).into_iter().map(|entry| entry.label).collect();
        assert_eq!(lines, expected, "{typed:?}");
    }

    #[test]
    fn what_is_typed_narrows_the_lines_whatever_its_accents() {
        check("", &[], &["Hoje", "Imóveis", "Novo imóvel"]);
        check("  ", &[], &["Hoje", "Imóveis", "Novo imóvel"]);
        check("IMOVE", &[], &["Imóveis", "Novo imóvel", "Buscar “IMOVE” em Imóveis"]);
        check("ap0023", &["Casa"], &["Casa", "Buscar “ap0023” em Imóveis"]);
    }

    #[test]
    fn the_whole_search_is_an_address_of_the_list() {
        let last = entries(&[], "água & luz", Vec::new(), Lang::En).pop().expect("it is always there");
        assert_eq!(last.href, "/app/properties?q=%C3%A1gua%20%26%20luz");
        assert_eq!(last.label, "Search for “água & luz” in Properties");
    }
}

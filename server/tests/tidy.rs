//! Laws of the house that a machine can see. No database, milliseconds.

#[path = "tidy/data.rs"]
mod data;
#[path = "tidy/inputs.rs"]
mod inputs;
#[path = "tidy/proofs.rs"]
mod proofs;
#[path = "tidy/setup.rs"]
mod setup;
#[path = "tidy/supply.rs"]
mod supply;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the server lies in the house").to_owned()
}

fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten().map(|e| e.path()) {
            let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if entry.is_dir() && !matches!(name.as_str(), "target" | "node_modules" | ".git" | ".data") {
                walk(&entry, extension, found);
            } else if entry.extension().is_some_and(|e| e == extension) {
                found.push(entry);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), extension, &mut found);
    found.sort();
    assert!(!found.is_empty(), "no .{extension} under {folder}: the test looks in the wrong place");
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("readable");
            (path.strip_prefix(root()).expect("inside").to_string_lossy().into_owned(), text)
        })
        .collect()
}

fn rust() -> Vec<(String, String)> {
    ["app", "frontend", "server"].iter().flat_map(|folder| files(folder, "rs")).collect()
}

/// The part of a file that is not tests: they may be as long as they need.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

#[track_caller]
fn none(law: &str, offenders: Vec<String>) {
    assert!(offenders.is_empty(), "{law}\n  {}", offenders.join("\n  "));
}

#[test]
fn the_switch_between_server_and_browser_stands_where_it_may() {
    let allowed = [
        "app/src/lib.rs",
        "app/src/error.rs",
        "app/src/values/id.rs",
        "app/src/words/mod.rs",
        "app/src/ui/text_area.rs",
        "app/src/ui/title.rs",
    ];
    let offenders = files("app/src", "rs")
        .into_iter()
        .filter(|(path, _)| !allowed.contains(&path.as_str()))
        .flat_map(|(path, text)| {
            let lines: Vec<&str> = text.lines().collect();
            (0..lines.len())
                .filter(|&i| lines[i].contains("feature = \"ssr\"") || lines[i].contains("feature = \"hydrate\""))
                .filter(|&i| {
                    let next = lines.get(i + 1).map_or("", |l| l.trim());
                    let above_mod = next.starts_with("mod ")
                        || next.starts_with("pub mod ")
                        || next.starts_with("#[path")
                        || next.starts_with("pub(crate) mod ");
                    !(path.ends_with("/mod.rs") && above_mod)
                })
                .map(|i| format!("{path}:{}", i + 1))
                .collect::<Vec<_>>()
        })
        .collect();
    none("cfg(feature) stands only above a `mod` line", offenders);
}

#[test]
fn rooms_are_not_too_full() {
    let offenders = rust()
        .into_iter()
        .filter(|(path, _)| !path.contains("/tests/") && !path.ends_with("tests.rs"))
        .map(|(path, text)| (path, without_tests(&text).lines().count()))
        .filter(|(_, lines)| *lines > 400)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    none("a file has at most 400 lines beside its tests", offenders);
}

#[test]
fn every_file_says_what_it_is() {
    let offenders =
        rust().into_iter().filter(|(_, text)| !text.trim_start().starts_with("//!")).map(|(path, _)| path).collect();
    none("a file opens with a `//!` sentence", offenders);
}

#[test]
fn only_these_rooms_open_an_agency() {
    let callers: BTreeSet<String> = rust()
        .into_iter()
        .filter(|(path, _)| path.starts_with("app/src") || path.starts_with("server/src"))
        .filter(|(_, text)| text.contains("registry.open("))
        .map(|(path, _)| path.rsplit_once('/').map_or(path.clone(), |(folder, _)| folder.to_owned()))
        .collect();
    let allowed = [
        "server/src/layers",
        "server/src/worker",
        "server/src/commands",
        "server/src/commands/demo",
        "server/src/commands/import",
    ];
    let offenders = callers.into_iter().filter(|folder| !allowed.contains(&folder.as_str())).collect();
    none("registry.open is called by the layers, the worker and the commands (ARCHITECTURE.md)", offenders);
}

const SLICES: [&str; 14] = [
    "account",
    "auth",
    "audit",
    "billing",
    "domains",
    "drafts",
    "platform",
    "properties",
    "sign_up",
    "store_settings",
    "storefront",
    "team",
    "today",
    "marketing",
];

#[test]
fn slices_point_one_way() {
    // Who may look into whom, types and parts alike; what is not listed is refused. ARCHITECTURE.md says why.
    let arrows = [
        ("storefront", "properties"),
        ("storefront", "store_settings"),
        ("today", "properties"),
        ("today", "audit"),
        ("properties", "audit"),
        ("properties", "drafts"),
        ("store_settings", "audit"),
        ("store_settings", "drafts"),
        ("store_settings", "storefront"),
        ("auth", "drafts"),
        ("domains", "drafts"),
        ("marketing", "billing"),
        ("marketing", "auth"),
        ("marketing", "sign_up"),
        ("sign_up", "auth"),
        ("sign_up", "billing"),
        ("billing", "auth"),
        ("today", "auth"),
        ("properties", "auth"),
        ("store_settings", "auth"),
        ("platform", "auth"),
        ("platform", "billing"),
        ("platform", "audit"),
        ("account", "auth"),
        ("account", "drafts"),
        ("account", "team"),
        ("auth", "account"),
        ("team", "account"),
        ("team", "properties"),
        ("team", "audit"),
        ("team", "auth"),
        ("team", "drafts"),
    ];
    let mut offenders = Vec::new();
    for (path, text) in files("app/src", "rs") {
        let Some(slice) = path.strip_prefix("app/src/").and_then(|p| p.split('/').next()) else { continue };
        if !SLICES.contains(&slice) {
            continue;
        }
        for other in SLICES {
            let looks = text.contains(&format!("crate::{other}::"));
            if looks && other != slice && !arrows.contains(&(slice, other)) {
                offenders.push(format!("{path} looks into {other}"));
            }
            let sql = text.contains(&format!("crate::{other}::db"));
            let may = path.ends_with("db.rs") || path.contains("/db/") || path.ends_with("jobs.rs");
            if sql && other != slice && !may && !matches!(other, "audit" | "drafts") {
                offenders.push(format!("{path} uses {other}'s SQL"));
            }
        }
        for other in SLICES {
            if other != slice && text.contains(&format!("crate::{other}::pages")) {
                offenders.push(format!("{path} uses {other}'s pages"));
            }
        }
    }
    none("arrows between slices are listed", offenders);
}

#[test]
fn a_slices_further_files_are_in_decisions() {
    let usual = [
        "mod.rs",
        "types.rs",
        "rules.rs",
        "rules",
        "db.rs",
        "db",
        "server_fns.rs",
        "jobs.rs",
        "pages",
        "parts",
        "words.rs",
    ];
    let decisions = fs::read_to_string(root().join("DECISIONS.md")).expect("readable");
    let mut offenders = BTreeSet::new();
    for (path, text) in files("app/src", "rs") {
        let Some((slice, inside)) = path.strip_prefix("app/src/").and_then(|path| path.split_once('/')) else {
            continue;
        };
        let name = inside.split('/').next().unwrap_or_default();
        let is_further = SLICES.contains(&slice) && !usual.contains(&name);
        if is_further && !decisions.contains(&format!("`{slice}/{}`", name.trim_end_matches(".rs"))) {
            offenders.insert(format!("{path}: {}", text.lines().next().unwrap_or_default()));
        }
    }
    none("what a slice has beside the usual files is in DECISIONS.md, with why", offenders.into_iter().collect());
}

#[test]
fn every_server_function_is_named_and_guarded() {
    let mut offenders = Vec::new();
    for (path, text) in files("app/src", "rs") {
        for (at, _) in text.match_indices("#[server") {
            let rest = &text[at..];
            if rest.starts_with("#[server(flatten)") || rest.starts_with("#[server(default)") {
                continue;
            }
            let attribute = rest.split(")]").next().unwrap_or_default();
            if !attribute.contains("prefix = \"/fn\"") || !attribute.contains("endpoint = ") {
                offenders.push(format!("{path}: {attribute}"));
            }
            if attribute.contains("GetUrl") || attribute.contains("GetCbor") {
                offenders.push(format!("{path}: {attribute} answers GET"));
            }
            // The first statement says who is calling.
            let body = rest.split_once("AppError> {").map_or("", |(_, body)| body);
            let first: String =
                body.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with("//")).unwrap_or_default().into();
            let names = [
                "caller::staff(",
                "caller::staff_of_plan(",
                "caller::visitor(",
                "caller::operator(",
                "caller::anybody(",
                "caller::entrance(",
                "caller::house(",
                "caller::person(",
                "caller::insider(",
            ];
            if !names.iter().any(|name| first.contains(name)) {
                offenders.push(format!("{path}: `{first}` is the first line of a server function"));
            }
        }
    }
    none("a server function names its endpoint, and its first line says who is calling", offenders);
}

#[test]
fn text_areas_are_the_houses_own() {
    let offenders = files("app/src", "rs")
        .into_iter()
        .filter(|(path, text)| text.contains("<textarea") && path != "app/src/ui/text_area.rs")
        .map(|(path, _)| path)
        .collect();
    none("a bare <textarea> is not escaped by this Leptos", offenders);
}

#[test]
fn titles_are_the_houses_own() {
    let offenders = files("app/src", "rs")
        .into_iter()
        .filter(|(path, text)| text.contains("<Title") && path != "app/src/ui/title.rs")
        .map(|(path, _)| path)
        .collect();
    none("a bare <Title> is not escaped by this Leptos", offenders);
}

#[test]
fn pages_carry_no_inline_styles_and_no_inline_handlers() {
    let offenders = files("app/src", "rs")
        .into_iter()
        .filter(|(_, text)| text.contains(" style=\"") || text.contains(" style=format!") || text.contains(" onclick="))
        .map(|(path, _)| path)
        .collect();
    none("the content security policy admits neither", offenders);
}

#[test]
fn nothing_is_left_for_later() {
    let words = ["todo!(", "unimplemented!(", "dbg!(", "#[ignore", "#[allow(", "#![allow("].map(|w| w.to_owned());
    let offenders = rust()
        .into_iter()
        .filter(|(path, _)| path != "server/tests/tidy.rs")
        .flat_map(|(path, text)| {
            words.iter().filter(|w| text.contains(w.as_str())).map(|w| format!("{path}: {w}")).collect::<Vec<_>>()
        })
        .collect();
    none("no stub, no silenced lint, no sleeping test", offenders);
}

#[test]
fn no_drawer_is_opened() {
    let drawers = ["utils", "util", "helpers", "helper", "common", "services", "service", "manager", "models", "core"];
    let allowed = ["app/src/words/common.rs"];
    let offenders = rust()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| !allowed.contains(&path.as_str()))
        .filter(|path| path.trim_end_matches(".rs").split('/').any(|part| drawers.contains(&part)))
        .collect();
    none("no room becomes a drawer", offenders);
}

#[test]
fn the_tables_words_are_real() {
    // Every row of the access table is a path of one face or a server function that exists.
    let functions: BTreeSet<String> = files("app/src", "rs")
        .into_iter()
        .flat_map(|(_, text)| {
            text.match_indices("endpoint = \"")
                .map(|(at, m)| {
                    let rest = &text[at + m.len()..];
                    format!("/fn/{}", rest.split('"').next().unwrap_or_default())
                })
                .collect::<Vec<_>>()
        })
        .collect();
    let declared: BTreeSet<String> =
        app::access::ROWS.iter().map(|r| r.path.to_owned()).filter(|p| p.starts_with("/fn/")).collect();
    assert_eq!(functions, declared, "server functions and their rows in app/src/access.rs");
}

//! Where the parts come from that are not ours.

use std::collections::BTreeSet;
use std::fs;

use super::{none, root, rust};

/// What `deny.toml` overlooks without saying why and until when.
fn undated(deny: &str) -> Vec<String> {
    let deny: toml::Table = deny.parse().expect("deny.toml is TOML");
    let lists = [("advisories", "ignore"), ("bans", "skip"), ("bans", "skip-tree"), ("licenses", "exceptions")];
    let entries = lists.iter().filter_map(|(table, list)| deny.get(*table)?.get(*list)?.as_array()).flatten();
    let says = |entry: &toml::Value| {
        let reason = entry.get("reason").and_then(toml::Value::as_str).unwrap_or_default();
        let date = reason.split_once("until ").map_or("", |(_, date)| date.get(..10).unwrap_or_default());
        date.len() == 10
            && date.bytes().enumerate().all(|(n, b)| if n == 4 || n == 7 { b == b'-' } else { b.is_ascii_digit() })
    };
    entries.filter(|entry| !says(entry)).map(ToString::to_string).collect()
}

#[test]
fn dependencies_are_asked_for_licence_source_and_advisories() {
    // SUP-01. The gate runs it; what is overlooked has a reason and an end.
    let gate = fs::read_to_string(root().join(".make/check")).expect("readable");
    for call in ["cargo deny --log-level error check bans licenses sources", "--offline check advisories"] {
        assert!(gate.contains(call), ".make/check does not call `{call}`");
    }
    let deny = fs::read_to_string(root().join("deny.toml")).expect("readable");
    none("what deny.toml overlooks says why, and `until` when", undated(&deny));
    let sources: toml::Table = deny.parse().expect("deny.toml is TOML");
    for (table, key) in [("sources", "unknown-registry"), ("sources", "unknown-git")] {
        assert_eq!(sources[table][key].as_str(), Some("deny"), "{table}.{key}");
    }
    let bad = "[advisories]\nignore = [\"RUSTSEC-2026-0001\", { id = \"RUSTSEC-2026-0002\", reason = \"no way in\" }]";
    assert_eq!(undated(bad).len(), 2, "the law can fail");
    assert_eq!(undated("[advisories]\nignore = [{ id = \"R\", reason = \"no way in; until 2027-01-31\" }]").len(), 0);
}

fn toml(path: &str) -> toml::Table {
    fs::read_to_string(root().join(path)).expect("readable").parse().expect("TOML")
}

#[test]
fn every_crate_comes_locked_from_the_one_registry() {
    // SUP-03 and INP-36.
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let mut offenders = Vec::new();
    let lock = toml("Cargo.lock");
    let crates = lock["package"].as_array().expect("a list");
    assert!(crates.len() > 100, "the lock is read");
    for package in crates {
        let name = package["name"].as_str().expect("a name");
        let ours = ["app", "frontend", "scenery", "server", "tenancy"].contains(&name);
        let source = package.get("source").and_then(toml::Value::as_str);
        if !ours && (source != Some(registry) || package.get("checksum").is_none()) {
            offenders.push(format!("{name} comes from {source:?}"));
        }
        // What goes back and tries again can be kept busy by who writes the text.
        if ["onig", "pcre2"].contains(&name) {
            offenders.push(format!("{name} is a backtracking expression engine"));
        }
        // zxcvbn's own expressions, on a hundred characters at most (INP-36 and AUTH-10 want one each; DECISIONS.md).
        let needs = package.get("dependencies").and_then(toml::Value::as_array);
        let goes_back =
            needs.is_some_and(|all| all.iter().any(|one| one.as_str().is_some_and(|n| n.starts_with("fancy-regex"))));
        if goes_back && name != "zxcvbn" {
            offenders.push(format!("{name} uses a backtracking expression engine"));
        }
    }
    for (name, wanted) in toml("Cargo.toml")["workspace"]["dependencies"].as_table().expect("a table") {
        let version = wanted.get("version").unwrap_or(wanted).as_str();
        let is_fine = wanted.get("path").is_some() || version.is_some_and(|version| !version.contains('*'));
        if !is_fine || wanted.get("git").is_some() {
            offenders.push(format!("{name} = {wanted}"));
        }
    }
    none("crates are locked, from crates.io, of a named version", offenders);
    for script in [".make/build", ".make/setup"] {
        let text = fs::read_to_string(root().join(script)).expect("readable");
        assert!(!text.contains("cargo update"), "{script} changes the lock");
    }
}

/// Our crates, and where their sources lie.
const OURS: [&str; 5] = ["app", "frontend", "server", "server/tenancy", "server/scenery"];

/// Names in a text, of crates among them.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).collect()
}

#[test]
fn every_dependency_is_used_and_in_decisions() {
    let mut offenders = Vec::new();
    let decisions = fs::read_to_string(root().join("DECISIONS.md")).expect("readable");
    let decided = words(&decisions);
    let workspace = toml("Cargo.toml");
    let shared = workspace["workspace"]["dependencies"].as_table().expect("a table");
    for (name, wanted) in shared {
        if wanted.get("path").is_none() && !decided.contains(name.as_str()) {
            offenders.push(format!("{name} is not in DECISIONS.md"));
        }
    }
    let (mut used, sources) = (BTreeSet::new(), rust());
    for folder in OURS {
        let inner = OURS.iter().filter(|other| other.starts_with(&format!("{folder}/")));
        let inner: Vec<String> = inner.map(|other| format!("{other}/")).collect();
        let own = sources.iter().filter(|(path, _)| {
            path.starts_with(&format!("{folder}/")) && !inner.iter().any(|other| path.starts_with(other))
        });
        let named: BTreeSet<&str> = own.flat_map(|(_, text)| words(text)).collect();
        let manifest = toml(&format!("{folder}/Cargo.toml"));
        for table in ["dependencies", "dev-dependencies"] {
            for (name, _) in manifest.get(table).and_then(toml::Value::as_table).into_iter().flatten() {
                used.insert(name.clone());
                if !named.contains(name.replace('-', "_").as_str()) {
                    offenders.push(format!("{folder} does not use {name}"));
                }
            }
        }
    }
    offenders.extend(shared.keys().filter(|name| !used.contains(*name)).map(|name| format!("nobody wants {name}")));
    none("a dependency is used, and somebody has written down why", offenders);
}

#[test]
fn nothing_of_ours_is_unsafe() {
    // SUP-06.
    assert_eq!(toml("Cargo.toml")["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("deny"));
    for folder in OURS {
        let manifest = toml(&format!("{folder}/Cargo.toml"));
        assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "{folder}");
    }
    let words = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "(unsafe_code"].map(str::to_owned);
    let offenders = rust()
        .into_iter()
        .filter(|(path, _)| path != "server/tests/tidy/supply.rs")
        .filter(|(_, text)| words.iter().any(|word| text.contains(word)))
        .map(|(path, _)| path)
        .collect();
    none("unsafe code is refused, and nobody asks for an exception", offenders);
}

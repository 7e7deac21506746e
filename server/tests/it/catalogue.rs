//! Every row of the security catalogue names its test, or the sentence why not yet; every tenancy case names its test.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the house").to_owned()
}

/// Names of everything that is run as a test: functions with the attribute, examples that must not compile, journeys.
fn tests() -> BTreeSet<String> {
    let root = root();
    let mut tests = BTreeSet::new();
    let mut folders = vec![root.join("server"), root.join("app/src"), root.join("end2end/journeys")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
            let text = || fs::read_to_string(&entry).unwrap_or_default();
            match entry.extension().and_then(|e| e.to_str()) {
                _ if entry.is_dir() => folders.push(entry),
                Some("rs") => tests.extend(tests_in(&text())),
                Some("ts") => tests.extend(journeys_in(&text())),
                _ => {}
            }
        }
    }
    tests
}

fn tests_in(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut tests = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((_, rest)) = line.split_once("fn ") else { continue };
        let above = || lines[..at].iter().rev();
        let is_test = if line.starts_with("//") {
            above().find(|line| line.contains("```")).is_some_and(|line| line.contains("```compile_fail"))
        } else {
            let mut attributes = above().take_while(|line| line.starts_with('#') || line.starts_with("//"));
            attributes.any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
        };
        if is_test {
            tests.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    tests
}

fn journeys_in(text: &str) -> Vec<String> {
    let titles = text.lines().filter_map(|line| line.trim().strip_prefix("test(\"")?.split('"').next());
    titles.map(str::to_owned).collect()
}

/// The lines of a table below its head, as columns.
fn table(name: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("server/tests").join(name)).expect("the table");
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[track_caller]
fn exist(tests: &BTreeSet<String>, row: &str, names: &str) {
    for name in names.split(' ') {
        assert!(tests.contains(name), "{row}: no test {name}");
    }
}

#[test]
fn only_what_is_run_is_a_test() {
    let text = "#[test]\nfn a() {}\nfn b() {}\n#[tokio::test(flavor = \"current_thread\")]\n// Why.\nasync fn c() {}\n
        #[expect(x)]\nfn d() {}\n//! ```compile_fail,E1\n//! fn e() {}\n//! ```\n/// ```no_run\n/// fn f() {}\n/// ```\n// fn g() {}";
    assert_eq!(tests_in(text), ["a", "c", "e"]);
    assert_eq!(journeys_in("test(\"one\", x);\n  // test(\"two\")\ntest.skip(\"three\", x)"), ["one"]);
}

#[test]
fn every_row_names_a_test_that_exists_or_says_why_not() {
    let tests = tests();
    let mut seen = BTreeSet::new();
    for row in table("catalogue.tsv") {
        let [id, state, says] = row.as_slice() else { panic!("{row:?}") };
        assert!(seen.insert(id.clone()), "{id} twice");
        match state.as_str() {
            "test" => exist(&tests, id, says),
            // Some of it has a test, and the rest says why not.
            "part" => {
                let (names, why) = says.split_once("; ").unwrap_or_else(|| panic!("{id}: say why not all"));
                exist(&tests, id, names);
                assert!(why.len() > 20, "{id}: say why not all");
            }
            "later" => assert!(says.len() > 20, "{id}: say why"),
            other => panic!("{id}: {other}"),
        }
    }
    assert_eq!(seen.len(), 293, "the catalogue has 293 rows");
}

#[test]
fn the_first_wave_has_its_tests() {
    let wave = [
        ("AUTH", &[1, 2, 4, 6, 7, 8, 12, 13, 14, 15, 31][..]),
        ("AZ", &[2, 4, 7, 11, 13]),
        ("ISO", &[1, 2, 3, 5, 6, 7, 8, 9, 13, 22]),
        ("INP", &[1, 5, 9, 11, 17, 18, 19]),
        ("CSRF", &[1, 2, 3, 4, 5]),
        ("HDR", &[1, 2, 3, 4, 5, 6, 7]),
        ("CON", &[1, 3, 4]),
        ("FLT", &[5, 6, 16, 19, 21, 34, 36, 41]),
        ("UPL", &[7]),
        ("OBS", &[1, 2, 3, 5, 10]),
        ("MON", &[1]),
        ("TZ", &[1]),
        ("SUP", &[1]),
    ];
    let tested: BTreeSet<String> =
        table("catalogue.tsv").into_iter().filter(|row| row[1] == "test").map(|row| row[0].clone()).collect();
    for (part, numbers) in wave {
        for number in numbers {
            let id = format!("{part}-{number:02}");
            assert!(tested.contains(&id), "{id} is of the first wave and has no test");
        }
    }
}

#[test]
fn every_tenancy_case_of_the_first_version_has_its_test() {
    let all = tests();
    let mut named = BTreeSet::new();
    for row in table("cases.tsv") {
        let [case, tests] = row.as_slice() else { panic!("{row:?}") };
        assert!(named.insert(case.clone()), "{case} twice");
        exist(&all, case, tests);
    }
    let numbers = |part: &'static str, numbers: Vec<u32>| numbers.into_iter().map(move |n| format!("{part}{n}"));
    let wanted: BTreeSet<String> = numbers("A", (1..=8).collect())
        .chain(numbers("B", (9..=19).collect()))
        .chain(numbers("C", (20..=27).collect()))
        .chain(numbers("D", (28..=39).collect()))
        .chain(numbers("E", (40..=50).collect()))
        .chain(numbers("F", (51..=61).collect()))
        .collect();
    assert_eq!(named, wanted);
}

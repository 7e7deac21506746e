//! Every row of the security catalogue names its test, or the sentence why not yet.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_row_names_a_test_that_exists_or_says_why_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the house");
    let mut sources = String::new();
    let mut folders = vec![root.join("server"), root.join("app/src"), root.join("end2end/journeys")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|e| e == "rs" || e == "ts") {
                sources.push_str(&fs::read_to_string(entry).unwrap_or_default());
            }
        }
    }
    let table = fs::read_to_string(root.join("server/tests/catalogue.tsv")).expect("the table");
    let mut seen = BTreeSet::new();
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        assert_eq!(columns.len(), 3, "{line}");
        assert!(seen.insert(columns[0]), "{} twice", columns[0]);
        match columns[1] {
            "test" => {
                for name in columns[2].split(' ') {
                    assert!(
                        sources.contains(&format!("fn {name}(")) || sources.contains(&format!("\"{name}\"")),
                        "{}: no test {name}",
                        columns[0]
                    );
                }
            }
            "later" => assert!(columns[2].len() > 20, "{}: say why", columns[0]),
            other => panic!("{}: {other}", columns[0]),
        }
    }
    assert_eq!(seen.len(), 293, "the catalogue has 293 rows");
}

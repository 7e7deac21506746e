//! What somebody of an agency asks of the central database, where all agencies' rows lie beside each other, names their agency or
//! themselves. Heard while every row of the access table is asked for with what is theirs. ISO-30.

use http::StatusCode;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use tenancy::testing::run;

use app::access::{Audience, ROWS};

use crate::harness::{house, statements};
use crate::isolation::{Ask, ask, make, two};
use crate::permissions::every_field;

/// What names whoever asks, or their agency.
const NAMES: [&str; 8] = [
    "tenant_id = $",
    "company_id = $",
    "person_id = $",
    "user_id = $",
    "u.person_id = $",
    "c.id = $",
    "p.id = $",
    "tenant_id = t",
];

/// Statements that name a row by something that nobody else has, by the words that they are told by, each with its reason.
const BY_KEY: [(&str, &str); 10] = [
    ("where s.id = $1", "a session is found by the digest of a secret, and says whose it is"),
    ("update sessions set last_seen_at", "likewise"),
    ("sessions set ended_at = now() where id = $1", "likewise, with its person beside it"),
    (
        "from users u join people p on p.id = u.person_id where u.id = $1 and u.active",
        "the account that the session names",
    ),
    ("insert into", "a new row bears its agency, and the database asks for one"),
    ("where host = $1", "a host has one owner among all agencies: who claims it must not find it taken unseen"),
    ("slug = $1", "a name in addresses has one owner among all agencies, likewise"),
    ("where p.email = $1", "a person is one in all agencies, and is asked for by the address that they sign in with"),
    ("where id = $1", "a row that was found by its agency a statement before, in the same transaction"),
    ("where invoice_id = any($1)", "lines of invoices that were found by their agency a statement before"),
];

/// Tables of the central database with an agency's column, as its history makes them.
fn of_agencies() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the house").join("migrations/central");
    let mut tables = BTreeSet::new();
    for file in fs::read_dir(folder).expect("the history").flatten() {
        let text = fs::read_to_string(file.path()).expect("readable");
        for made in text.split("create table ").skip(1) {
            let (name, rest) = made.split_once([' ', '(']).expect("a name");
            let body = rest.split("\n);").next().unwrap_or_default();
            let has = |column: &str| body.lines().any(|line| line.trim_start().starts_with(column));
            if has("tenant_id ") || has("company_id ") {
                tables.insert(name.to_owned());
            }
        }
    }
    tables
}

/// Which of these tables a statement reads or writes.
fn touched<'a>(statement: &str, tables: &'a BTreeSet<String>) -> Vec<&'a str> {
    let words: Vec<&str> =
        statement.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect();
    let after =
        |word: &str| words.windows(2).any(|two| ["from", "join", "update", "into"].contains(&two[0]) && two[1] == word);
    tables.iter().map(String::as_str).filter(|table| after(table)).collect()
}

fn is_bound(statement: &str) -> bool {
    NAMES.iter().any(|name| statement.contains(name)) || BY_KEY.iter().any(|(words, _)| statement.contains(words))
}

#[test]
fn what_an_agency_asks_of_the_central_database_names_it() {
    run(async {
        let tables = of_agencies();
        assert!(tables.len() >= 20 && tables.contains("users") && tables.contains("invoices"), "{tables:?}");
        let house = house().await;
        let mut two = two(house).await;
        let nobody = uuid::Uuid::nil().to_string();
        let (mut heard, mut unbound) = (0, BTreeMap::new());
        for row in ROWS.iter().filter(|row| matches!(row.audience, Audience::Staff(_))) {
            let request = ask(row, &two);
            let asking = async {
                match (&request, row.path.strip_prefix("/fn/")) {
                    (Ask::Own | Ask::Apart, Some(endpoint)) => two.of_b.call(endpoint, &every_field(&nobody)).await,
                    (Ask::Own | Ask::Apart, None) if row.method == "GET" => two.of_b.get(row.path).await,
                    (Ask::Own | Ask::Apart, None) => {
                        two.of_b.send_files(row.path, "application/json", "logo", &[]).await
                    }
                    _ => make(&mut two.of_b, row.path, &request).await.expect("it is asked for something"),
                }
            };
            let (answer, asked) = statements(asking).await;
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{}: somebody has to be there to ask", row.path);
            for statement in asked {
                let touched = touched(&statement, &tables);
                heard += usize::from(!touched.is_empty());
                if !touched.is_empty() && !is_bound(&statement) {
                    unbound.insert(statement, row.path);
                }
            }
        }
        assert!(heard > 50, "only {heard} statements were heard");
        assert!(unbound.is_empty(), "{unbound:#?}");
    });
}

#[test]
fn a_statement_that_names_nobody_is_noticed() {
    let tables = of_agencies();
    for (statement, expected) in [
        ("select id, total from invoices order by id", Some(false)),
        ("update users set role = 'owner'", Some(false)),
        ("select 1 from sessions s join users u on u.id = s.user_id where u.active", Some(false)),
        ("select id from invoices where tenant_id = $1", Some(true)),
        ("select title from properties where id = $1", None),
    ] {
        let seen = (!touched(statement, &tables).is_empty()).then(|| is_bound(statement));
        assert_eq!(seen, expected, "{statement}");
    }
}

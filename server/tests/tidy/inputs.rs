//! Nobody can say which agency they mean: it is in the session or in the host (ISO-05), and in no static (ISO-14).

use std::collections::{BTreeMap, BTreeSet};

use super::{files, none, root, rust, without_tests};

/// A word of a name that means an agency. Its slug does, and so does a type that names one.
const MEANS_AN_AGENCY: [&str; 5] = ["tenant", "company", "agency", "slug", "tenantid"];

/// Functions for those who run the platform, where no session or host says which agency: they name it by its slug, and
/// `caller::operator` lets nobody else in.
const OF_OPERATORS: [&str; 12] = [
    "platform/reset_second_factor",
    "platform/suspend",
    "platform/resume",
    "platform/tenant",
    "platform/act_as",
    "platform/ticket",
    "platform/begin_acting",
    "platform/cancel",
    "platform/keep",
    "platform/call_off",
    "platform/operations",
    "audit/list_all",
];

/// Functions for those who have no agency yet: they say what one is to be called, and none that is there is opened by it.
const OF_NEWCOMERS: [&str; 2] = ["sign_up/check_slug", "sign_up/request"];

/// A field or an argument: its name and its type.
type Input = (String, String);

/// The parts of a list between commas that stand in no bracket.
fn parts(list: &str) -> Vec<String> {
    let (mut parts, mut depth, mut arrow) = (vec![String::new()], 0_i32, ' ');
    for c in list.chars() {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            '>' if arrow == '-' => {}
            ')' | ']' | '}' | '>' => depth -= 1,
            _ => {}
        }
        arrow = c;
        match (c, depth) {
            (',', 0) => parts.push(String::new()),
            _ => parts.last_mut().expect("there is one").push(c),
        }
    }
    parts
}

/// `#[server(default)] pub name: Type` of each part.
fn inputs(list: &str) -> Vec<Input> {
    let plain: String = list.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join(" ");
    let input = |part: String| {
        let mut part = part.trim();
        while let Some((_, rest)) = part.strip_prefix("#[").and_then(|attribute| attribute.split_once(']')) {
            part = rest.trim();
        }
        let (name, kind) = part.split_once(':')?;
        Some((name.split_whitespace().last().unwrap_or_default().to_owned(), kind.trim().to_owned()))
    };
    parts(&plain).into_iter().filter_map(input).collect()
}

/// What stands between the bracket that `text` begins with and its other half.
fn bracketed(text: &str) -> &str {
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[1..at];
        }
    }
    ""
}

/// Server functions by endpoint, with their arguments.
fn functions(text: &str) -> BTreeMap<String, Vec<Input>> {
    let mut found = BTreeMap::new();
    for (at, mark) in text.match_indices("endpoint = \"") {
        let rest = &text[at + mark.len()..];
        let endpoint = rest.split('"').next().unwrap_or_default().to_owned();
        let arguments = rest.split_once("pub async fn ").and_then(|(_, f)| f.find('(').map(|at| bracketed(&f[at..])));
        found.insert(endpoint, inputs(arguments.unwrap_or_default()));
    }
    found
}

/// Structs by name, with their fields.
fn structs(text: &str) -> BTreeMap<String, Vec<Input>> {
    let mut found = BTreeMap::new();
    for (at, mark) in text.match_indices("struct ") {
        let rest = &text[at + mark.len()..];
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
        let body = rest.find(['{', ';', '(']).filter(|at| rest[*at..].starts_with('{'));
        found.insert(name, inputs(body.map_or("", |at| bracketed(&rest[at..]))));
    }
    found
}

/// Types that a type is made of.
fn names_in(kind: &str) -> impl Iterator<Item = &str> {
    kind.split(|c: char| !c.is_alphanumeric()).filter(|word| word.starts_with(char::is_uppercase))
}

fn means_an_agency((name, kind): &Input) -> bool {
    let named = name.split('_').any(|word| MEANS_AN_AGENCY.contains(&word.to_lowercase().as_str()));
    named || names_in(kind).any(|word| MEANS_AN_AGENCY.contains(&word.to_lowercase().as_str()))
}

/// Inputs of these functions that say which agency is meant, in them and in the types that they take.
fn agencies_in(functions: &BTreeMap<String, Vec<Input>>, structs: &BTreeMap<String, Vec<Input>>) -> Vec<String> {
    let mut offenders = Vec::new();
    for (endpoint, arguments) in functions {
        let mut open: Vec<Input> = arguments.clone();
        let mut seen = BTreeSet::new();
        while let Some(input) = open.pop() {
            if means_an_agency(&input) {
                offenders.push(format!("{endpoint}: {}: {}", input.0, input.1));
            }
            for name in names_in(&input.1) {
                if seen.insert(name.to_owned()) {
                    open.extend(structs.get(name).into_iter().flatten().cloned());
                }
            }
        }
    }
    offenders
}

#[test]
fn nobody_says_which_agency_they_mean() {
    let (mut all, mut types) = (BTreeMap::new(), BTreeMap::new());
    let mut offenders = Vec::new();
    for (path, text) in files("app/src", "rs") {
        let text = without_tests(&text);
        all.append(&mut functions(text));
        types.append(&mut structs(text));
        // The console's pages are operators', who name an agency by its slug: nobody else gets to see them.
        if path.starts_with("app/src/platform/") {
            continue;
        }
        // A form's fields have no type: here it is the names that are read out of it.
        // Whoever signs up says what an agency is to be called, and means none that is there.
        if path.starts_with("app/src/sign_up/") {
            continue;
        }
        for word in ["tenant", "tenant_id", "company", "company_id", "agency", "agency_id", "slug"] {
            if text.contains(&format!(".get(\"{word}\")")) || text.contains(&format!(".all(\"{word}\")")) {
                offenders.push(format!("{path} reads `{word}` from a form"));
            }
        }
    }
    let declared = app::access::ROWS.iter().filter(|row| row.path.starts_with("/fn/"));
    assert_eq!(all.len(), declared.count(), "every function is looked at");
    assert!(all["properties/update"].len() == 3 && types["Search"].len() > 5, "and its inputs are seen");
    for exempt in OF_OPERATORS.into_iter().chain(OF_NEWCOMERS) {
        let inputs = all.remove(exempt).expect("it is there");
        assert!(inputs.iter().any(means_an_agency), "{exempt} needs no exception");
    }
    offenders.extend(agencies_in(&all, &types));
    // Handlers that are no server functions take what their path, and the extractors, give them.
    let media = std::fs::read_to_string(root().join("server/src/media.rs")).expect("readable");
    let handlers = media.match_indices("pub async fn ").map(|(at, _)| {
        let list = media[at..].find('(').map_or("", |open| bracketed(&media[at + open..]));
        (format!("media.rs: {}", media[at..].lines().next().unwrap_or_default()), inputs(list))
    });
    let handlers: BTreeMap<String, Vec<Input>> = handlers.collect();
    assert!(handlers.len() >= 6, "the handlers are seen: {handlers:?}");
    offenders.extend(agencies_in(&handlers, &types));
    for row in app::access::ROWS.iter().filter(|row| row.audience != app::access::Audience::Operator) {
        if MEANS_AN_AGENCY.iter().any(|word| row.path.contains(&format!("{{{word}"))) {
            offenders.push(format!("{} has it in its path", row.path));
        }
    }
    none("an agency is said by the session or the host, never by who asks", offenders);
}

#[test]
fn the_law_on_inputs_can_fail() {
    let types = structs(
        "pub struct Outer { pub id: Uuid, pub inner: Option<Inner> }\n
         pub struct Inner { /// Whose.\n pub company_id: Uuid }\n
         pub struct Fine { pub id: Uuid, pub q: BTreeMap<String, Vec<String>> }",
    );
    let bad = |arguments: &str| {
        let text = format!(
            "#[server(prefix = \"/fn\", endpoint = \"a/b\")]\npub async fn b({arguments}) -> Result<(), AppError> {{"
        );
        let functions = functions(&text);
        assert_eq!(functions.len(), 1);
        agencies_in(&functions, &types).len()
    };
    for named in [
        "tenant: Uuid",
        "id: Uuid, tenant_id: Uuid",
        "#[server(default)] company: String",
        "company_id: i64",
        "slug: String",
        "of: TenantId",
        "of: Option<TenantId>",
        "page: Outer",
        "pages: Vec<Outer>",
        "\n    id: Uuid,\n    // Whose.\n    #[server(default)] agency: String,\n",
    ] {
        assert_eq!(bad(named), 1, "{named}");
    }
    for fine in ["", "id: Uuid, version: i32", "#[server(flatten)] form: Fields", "of: Fine", "f: fn(u8, u8) -> u8"] {
        assert_eq!(bad(fine), 0, "{fine}");
    }
}

/// Statics of the program, which outlive every request. None may hold what is an agency's.
const STATICS: [(&str, &[&str]); 9] = [
    // The style sheet's address.
    ("app/src/shell.rs", &["ADDRESS"]),
    // Sentences of the interface.
    ("app/src/words/mod.rs", &["PT", "EN"]),
    // Lists of routes, the same for everybody.
    ("server/src/router.rs", &["CRM", "FRONT", "ROUTES"]),
    ("server/src/main.rs", &["ALLOCATOR"]),
    // Counters, whose labels are routes; lines on their way to the log.
    ("server/src/telemetry.rs", &["METRICS", "LINES"]),
    // Which style a plain page brings along.
    ("server/src/layers/plain.rs", &["POLICY"]),
    // Whose hand gave the command that this process is.
    ("server/tenancy/src/central/audit.rs", &["HAND"]),
    // The two histories.
    ("server/tenancy/src/migrate.rs", &["CENTRAL", "TENANT"]),
    // Threads, the cluster of tests, how many agencies it has made, and what has panicked.
    ("server/tenancy/src/testing.rs", &["RUNTIME", "BED", "COUNT", "PANICS", "HOOK"]),
];

/// Names of statics, and of whatever else lives as long as a thread or a task.
fn statics(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .lines()
        .filter_map(|line| {
            let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            let (name, _) = line.strip_prefix("static ")?.split_once(':')?;
            Some(name.trim_start_matches("mut ").to_owned())
        })
        .collect();
    found.extend(
        ["thread_local!", "task_local!", "lazy_static!"].iter().filter(|m| text.contains(*m)).map(|m| (*m).into()),
    );
    found
}

#[test]
fn no_static_holds_what_is_an_agencys() {
    let mut offenders = Vec::new();
    for (path, text) in rust() {
        let is_program =
            ["app/src", "frontend/src", "server/src", "server/tenancy/src"].iter().any(|f| path.starts_with(f));
        let known = STATICS.iter().find(|(file, _)| *file == path).map_or(&[][..], |(_, names)| names);
        let found = if is_program { statics(without_tests(&text)) } else { Vec::new() };
        offenders
            .extend(found.iter().filter(|name| !known.contains(&name.as_str())).map(|name| format!("{path}: {name}")));
    }
    none("a static is listed in server/tests/tidy/inputs.rs, with what it holds", offenders);
    assert_eq!(
        statics("pub static A: u8 = 1;\n    static B: OnceLock<u8> = x;\nthread_local! {}"),
        ["A", "B", "thread_local!"]
    );
}

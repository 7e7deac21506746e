//! Laws about databases, money and secrets.

use super::*;

/// The first word of a statement that is one of these tables' names; what stands in quotes is a value and no table.
fn named<'a>(query: &'a str, tables: &[&str]) -> Option<&'a str> {
    let outside = query.split('\'').step_by(2);
    let mut words = outside.flat_map(|part| part.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')));
    words.find(|word| tables.contains(&word.to_ascii_lowercase().as_str()))
}

#[test]
fn central_tables_do_not_exist_for_slices() {
    let history = files("migrations/central", "sql");
    let made = history.iter().flat_map(|(_, text)| text.lines().filter_map(|l| l.strip_prefix("create table ")));
    let central: Vec<&str> = made.filter_map(|rest| rest.split([' ', '(']).next()).collect();
    assert!(central.contains(&"companies") && central.contains(&"jobs"), "{central:?}");
    let offenders = files("app/.sqlx", "json").into_iter().filter_map(|(path, text)| {
        let data: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let table = named(data["query"].as_str().expect("a query"), &central)?.to_owned();
        Some(format!("{path}: {table}"))
    });
    none("the query data of `app` knows only an agency's tables", offenders.collect());
    for bad in [
        "select name from companies",
        "select name\n from companies\n where id = $1",
        "select name from (select name from companies) c",
        "select s.name from companies, staff s",
        "select s.name from staff s, public.\"companies\" c",
        "insert into companies(slug) values ('a')",
        "delete from staff using companies",
    ] {
        assert_eq!(named(bad, &central), Some("companies"), "the law can fail: {bad}");
    }
    let fine = "select company_name, companies_seen from store_settings where name <> 'companies' and slug = $1";
    assert_eq!(named(fine, &central), None);
}

#[test]
fn migrations_are_named_say_why_and_keep_time_with_its_zone() {
    let mut offenders = Vec::new();
    for folder in ["migrations/central", "migrations/tenant"] {
        for (path, text) in files(folder, "sql") {
            let name = Path::new(&path).file_name().unwrap_or_default().to_string_lossy().into_owned();
            let (stamp, rest) = name.split_once('_').unwrap_or((&name, ""));
            if stamp.len() != 14 || !stamp.bytes().all(|b| b.is_ascii_digit()) || rest.is_empty() {
                offenders.push(format!("{path}: name"));
            }
            if !text.starts_with("-- ") {
                offenders.push(format!("{path}: the first line says why"));
            }
            let plain = text.to_lowercase();
            for bad in ["timestamp without", " timestamp,", " timestamp ", " real", " double precision", " float"] {
                if plain.contains(bad) {
                    offenders.push(format!("{path}: {bad}"));
                }
            }
        }
    }
    none("migrations", offenders);
}

#[test]
fn money_is_never_a_float() {
    let allowed = [
        "app/src/store_settings/",
        "app/src/ui/act/sender_browser.rs",
        "app/src/values/color.rs",
        "app/src/values/fields.rs",
        "app/src/words/mod.rs",
        "app/src/outside/pictures/draw.rs",
        "server/scenery/",
        "server/tenancy/src/registry/",
        "server/src/layers/request.rs",
        "server/tenancy/src/central/jobs.rs",
        "server/tenancy/src/central/mails.rs",
    ];
    let offenders = rust()
        .into_iter()
        .filter(|(path, _)| {
            !path.contains("/tests/") && !path.contains("/benches/") && path != "server/src/telemetry.rs"
        })
        .filter(|(path, _)| !allowed.iter().any(|a| path.starts_with(a)))
        .filter(|(_, text)| {
            without_tests(text)
                .lines()
                .any(|l| !l.trim_start().starts_with("//") && (l.contains("f64") || l.contains("f32")))
        })
        .map(|(path, _)| path)
        .collect();
    none("f32 and f64 stay out of everything that could be money", offenders);
}

#[test]
fn only_the_cabinet_holds_pools() {
    // ISO-06: clippy refuses the types; here it is seen to that it keeps doing so, and that nobody goes round it.
    let clippy = fs::read_to_string(root().join("clippy.toml")).expect("readable");
    for fence in ["sqlx::PgPool", "sqlx::Pool", "sqlx::postgres::PgPoolOptions", "sqlx::postgres::PgConnectOptions"] {
        assert!(clippy.contains(&format!("\"{fence}\"")), "clippy.toml admits {fence}");
    }
    let words = ["PgPool", "Pool<", "PgConnection", "PgConnectOptions", "sqlx::any"];
    let offenders = rust()
        .into_iter()
        .filter(|(path, _)| path.starts_with("app/src") || path.starts_with("server/src"))
        .flat_map(|(path, text)| {
            words.iter().filter(|w| text.contains(*w)).map(|w| format!("{path}: {w}")).collect::<Vec<_>>()
        })
        .collect();
    none("a slice takes a TenantDb, never a pool or a connection", offenders);
}

#[test]
fn no_credential_stands_in_the_program() {
    // AUTH-31: what a person or a database is let in with is typed, made or derived; the demo's password, which production
    // refuses, stands in one place.
    let mut offenders = Vec::new();
    for (path, text) in rust() {
        let is_program =
            (path.starts_with("app/src") || path.starts_with("server/src") || path.starts_with("server/tenancy/src"))
                && path != "server/tenancy/src/testing.rs";
        if !is_program {
            continue;
        }
        let text = without_tests(&text);
        for sign in ["$argon2", "-----BEGIN", "AKIA", "password = \"", "secret = \""] {
            if text.contains(sign) {
                offenders.push(format!("{path}: {sign}"));
            }
        }
        if text.contains("sobrado-demo-2026") && path != "app/src/auth/sign_in.rs" {
            offenders.push(format!("{path}: the demo's password"));
        }
    }
    none("no credential stands in the program", offenders);
}

//! What lies in the central database is of no use to whoever steals it: nothing secret stands there in clear.

use sqlx::{AssertSqlSafe, ConnectOptions as _};
use tenancy::testing::{PASSWORD, PASSWORD_HASH, SECRET, house_passwords, role_password, run, superuser};

use crate::harness::house;

/// Every row of every table of the central database, as text. Bytes stand in it as PostgreSQL writes them, in hexadecimal.
async fn dump() -> Vec<(String, String)> {
    let mut root = superuser().await.database("central").connect().await.expect("superuser");
    let tables = sqlx::query_scalar(
        "select format('%I.%I', schemaname, tablename) from pg_tables
         where schemaname not in ('pg_catalog', 'information_schema') order by 1",
    );
    let tables: Vec<String> = tables.fetch_all(&mut root).await.expect("listed");
    let mut dumped = Vec::new();
    for table in tables {
        let rows = AssertSqlSafe(format!("select t::text from {table} t"));
        let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(&mut root).await.expect("read");
        dumped.extend(rows.into_iter().map(|row| (table.clone(), row)));
    }
    dumped
}

#[test]
fn nothing_secret_stands_in_clear_in_the_central_database() {
    run(async {
        let house = house().await;
        let mut secrets =
            vec![("the key".to_owned(), SECRET.to_owned()), ("a password".to_owned(), PASSWORD.to_owned())];
        secrets.extend(house_passwords().await.map(|password| ("a role of the house".to_owned(), password)));
        let (a, b) = (house.agency().await, house.agency().await);
        let mistyped = "quase-a-minha-senha-2026";
        secrets.push(("what was typed for a password".to_owned(), mistyped.to_owned()));
        let mut signed_in = vec![house.operator().await];
        for agency in [&a, &b] {
            secrets.push((format!("{}'s role", agency.route.slug), role_password(&agency.route).await));
            house.stranger().call("auth/sign_in", &[("email", &agency.email), ("password", mistyped)]).await;
            signed_in.push(house.owner(agency).await);
        }
        for caller in signed_in {
            let session = caller.cookies.into_iter().find(|(name, _)| name == app::caller::SESSION);
            secrets.push(session.expect("signed in"));
        }

        let rows = dump().await;
        for (what, secret) in &secrets {
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            let found = rows.iter().find(|(_, row)| row.contains(secret.as_str()) || row.contains(&hex));
            assert!(found.is_none(), "{what} stands in {}", found.map_or("", |(table, _)| table.as_str()));
        }
        // What is no secret is seen in the same rows, text and JSON and all.
        for (table, text) in [
            ("public.companies", &*a.route.slug),
            ("public.companies", &*b.route.slug),
            ("public.tenant_placements", &*a.route.placement.role_name),
            ("public.people", PASSWORD_HASH),
            ("public.tenant_operations", &*a.email),
            ("public.sessions", &*a.person.to_string()),
            ("public.sessions", &*b.person.to_string()),
        ] {
            assert!(rows.iter().any(|(of, row)| of == table && row.contains(text)), "{text} is not seen in {table}");
        }
    });
}

//! Every role against every row, through HTTP: what the matrix says is what happens. AZ-02, AZ-04, AZ-07, HDR-01 to HDR-07.

use http::StatusCode;
use std::collections::BTreeSet;
use tenancy::testing::run;

use app::access::{Access, Audience, Can, ROWS, Role, Scope, of_server_fn};

use crate::harness::{Answer, Caller, a_property, house, register, register_as};

#[test]
fn every_server_function_has_a_row() {
    app_is_linked();
    let functions: BTreeSet<String> = server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let rows: BTreeSet<String> = ROWS.iter().map(|r| r.path.to_owned()).filter(|p| p.starts_with("/fn/")).collect();
    assert_eq!(functions, rows);
}

/// Pages come from the faces' own route lists, plain handlers from the text of the router: what answers has a row, and a row
/// answers.
#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    run(async {
        let mut routes = BTreeSet::from(["/metrics", "/healthz", "/readyz"].map(str::to_owned));
        for list in [
            leptos_axum::generate_route_list(app::App),
            leptos_axum::generate_route_list(app::Front),
            leptos_axum::generate_route_list(app::Site),
        ] {
            // What is left over goes to the page that says so.
            let pages = list.iter().map(|route| route.path()).filter(|path| !path.ends_with("/{*any}"));
            routes.extend(pages.map(str::to_owned));
        }
        let router = include_str!("../../src/router.rs");
        for (call, rest) in [(".route(\"", ""), (".route_service(\"", ""), (".nest_service(\"", "/{*file}")] {
            let named = router.split(call).skip(1).filter_map(|after| after.split('"').next());
            routes.extend(named.map(|path| format!("{path}{rest}")));
        }
        // Those that stand under a constant's name.
        let constants = router.matches(".route(limits::").count();
        let named = [server::layers::limits::UPLOADS, server::layers::limits::LOGO, server::layers::limits::PORTRAIT];
        assert_eq!(constants, named.len(), "name the new constant here");
        routes.extend(named.map(str::to_owned));
        let of_pages = |path: &&str| !path.starts_with("/fn/");
        let rows: BTreeSet<String> = ROWS.iter().map(|row| row.path).filter(of_pages).map(str::to_owned).collect();
        assert_eq!(routes, rows);
    });
}

/// Fields that any function understands, and that name nothing that there is.
pub fn every_field(nobody: &str) -> Vec<(&str, &str)> {
    let mut fields = a_property(nobody, "Casa");
    fields.extend([
        ("version", "1"),
        ("q", ""),
        ("lang", "pt-BR"),
        ("user", nobody),
        ("slug", "x"),
        ("photo", nobody),
        ("featured", "true"),
        ("place", "1"),
        ("alt", ""),
        ("password", "x"),
        ("second_factor", "x"),
        ("ticket", "x"),
        ("token", "x"),
        ("name", "x"),
        ("helped", nobody),
        ("help_reason", "x"),
    ]);
    fields
}

/// The row asked for with what there is not: as a call, and a page as a browser asks for it.
pub async fn ask(caller: &mut Caller, row: &Access) -> Answer {
    let nobody = uuid::Uuid::nil().to_string();
    let path = row.path.replace("{id}", &nobody).replace("{slug}", "x").replace("{address}", "x-AP0001");
    let path = path.replace("{photo}/{file}", "x/x.webp");
    match (row.method, path.strip_prefix("/fn/")) {
        ("GET", _) => caller.get(&path.replace("{file}", "x.png")).await,
        (_, Some(endpoint)) => caller.call(endpoint, &every_field(&nobody)).await,
        _ => caller.send_files(&path, "application/json", "file", &[]).await,
    }
}

/// The functions register themselves when the crate is linked: name something of it.
fn app_is_linked() {
    assert!(app::access::of_server_fn("/fn/auth/sessions").is_some());
}

#[test]
fn every_role_meets_the_matrix() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Loja na avenida").await;
        for role in Role::ALL {
            let member = if role == Role::Owner { owner.clone() } else { house.member(&a, role.as_str()).await };
            for row in ROWS {
                let Audience::Staff(can) = row.audience else { continue };
                let mut caller = member.clone();
                let answer = if row.method == "GET" {
                    caller.get(&row.path.replace("{id}", &id)).await
                } else if row.path.starts_with("/app") {
                    caller.send_files(&row.path.replace("{id}", &id), "application/json", "file", &[]).await
                } else {
                    let nobody = uuid::Uuid::nil().to_string();
                    caller.call(row.path.trim_start_matches("/fn/"), &every_field(&nobody)).await
                };
                assert!(!answer.status.is_server_error(), "{role:?} {} answers {}", row.path, answer.status);
                let refused = answer.status == StatusCode::FORBIDDEN;
                assert_eq!(refused, !role.may(can), "{role:?} {} answers {}", row.path, answer.status);
            }
        }
    });
}

/// The CRM's addresses in a page's links.
fn links(page: &str) -> BTreeSet<String> {
    let all = page.split("href=\"").skip(1).filter_map(|rest| rest.split(['"', '#']).next());
    all.filter(|link| link.starts_with("/app")).map(|link| link.replace("&amp;", "&")).collect()
}

#[test]
fn nobody_is_offered_what_they_may_not_do() {
    run(async {
        let house = house().await;
        // One begins, the other has a property that lacks something of itself and something of the agency's.
        let (new, old) = (house.agency().await, house.agency().await);
        let id = register_as(&mut house.owner(&old).await, &[("title", "Loja"), ("description", "")]).await;
        let record = format!("/app/properties/{id}");
        for role in Role::ALL {
            for (agency, more) in [(&new, "/app/profile"), (&old, record.as_str())] {
                // A partner sees their own records alone, and this is none of theirs.
                let more = if role.sees() == Scope::Own { "/app/profile" } else { more };
                let mut member = match role {
                    Role::Owner => house.owner(agency).await,
                    _ => house.member(agency, role.as_str()).await,
                };
                let pages = ["/app", "/app/properties", "/app/properties?archived=yes", more, "/app/settings/plan"];
                let mut offered = BTreeSet::new();
                for page in pages.iter().take(if role.may(Can::SeePlan) { 5 } else { 4 }) {
                    let answer = member.get(page).await;
                    assert_eq!(answer.status, StatusCode::OK, "{role:?} {page}");
                    let text = answer.text();
                    for action in text.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                        let Some(Audience::Staff(can)) = of_server_fn(action).map(|row| row.audience) else { continue };
                        assert!(role.may(can), "{role:?} is offered {action} on {page}");
                    }
                    offered.extend(links(&text));
                }
                for link in &offered {
                    let status = member.get(link).await.status;
                    assert_eq!(status, StatusCode::OK, "{role:?} is led to {link}");
                }
                assert_eq!(offered.contains("/app/properties/new"), role.may(Can::WriteProperties), "{role:?}");
            }
        }
    });
}

#[test]
fn who_is_nobody_gets_nothing() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut operator = house.operator().await;
        let mut owner = house.owner(&a).await;
        for row in ROWS {
            let closed = matches!(row.audience, Audience::Staff(_) | Audience::Operator | Audience::SignedIn);
            if !closed {
                continue;
            }
            let mut stranger = house.stranger();
            if row.method == "GET" {
                let path = row.path.replace("{id}", "x").replace("{slug}", "x").replace("{name}", "x");
                let answer = stranger.get(&path).await;
                let door = if row.path.starts_with("/platform") { "/platform/entrar?next=" } else { "/entrar?next=" };
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", row.path);
                assert!(answer.header("location").starts_with(door), "{}: {}", row.path, answer.header("location"));
            } else if row.path.starts_with("/app") {
                let path = row.path.replace("{id}", "x");
                let answer = stranger.send_files(&path, "application/json", "file", &[]).await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}: {}", row.path, answer.text());
            } else {
                let answer = stranger
                    .call(row.path.trim_start_matches("/fn/"), &every_field(&uuid::Uuid::nil().to_string()))
                    .await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}: {}", row.path, answer.text());
            }
        }
        // The two kinds of people are not in each other's rooms.
        let mut finance = house.member(&a, "finance").await;
        for row in ROWS {
            let strangers = match row.audience {
                Audience::Operator => vec![&mut owner, &mut finance],
                Audience::Staff(_) => vec![&mut operator],
                _ => continue,
            };
            for caller in strangers {
                let answer = ask(caller, row).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {}: {}", row.method, row.path, answer.text());
            }
        }
        assert_eq!(operator.get("/platform/tenants").await.status, StatusCode::OK);
        let found = operator.call("platform/tenants", &[("q", &a.route.slug)]).await.json();
        assert_eq!(found["rows"][0]["plan"], "K2", "as people call it: {found}");
    });
}

#[test]
fn what_is_nobodys_business_is_ignored() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = uuid::Uuid::now_v7().to_string();
        let stranger = uuid::Uuid::now_v7().to_string();
        let mut fields = a_property(&id, "Apartamento na praça");
        fields.extend([
            ("version", "77"),
            ("created_by", stranger.as_str()),
            ("tenant_id", stranger.as_str()),
            ("deleted_at", "2020-01-01"),
            ("published_at", "2020-01-01"),
            ("featured", "true"),
            ("role", "owner"),
            ("plan", "k2"),
        ]);
        assert_eq!(owner.call("properties/create", &fields).await.status, StatusCode::OK);
        let row = sqlx::query("select version, created_by, responsible_id, deleted_at is null and published_at is null and not featured as untouched from properties where id = $1::uuid")
            .bind(&id)
            .fetch_one(&a.db)
            .await
            .expect("it is there");
        use sqlx::Row as _;
        assert_eq!(row.get::<i32, _>("version"), 1);
        assert_eq!(row.get::<uuid::Uuid, _>("created_by"), a.owner.as_uuid());
        assert_eq!(row.get::<uuid::Uuid, _>("responsible_id"), a.owner.as_uuid());
        assert!(row.get::<bool, _>("untouched"));
    });
}

#[test]
fn every_answer_carries_the_security_headers() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let mut answers = vec![
            ("page", owner.get("/app").await),
            ("redirect", house.stranger().get("/app").await),
            ("not found", house.stranger().get("/nowhere").await),
            ("call", owner.call("auth/sessions", &[]).await),
            ("refused call", house.stranger().call("auth/sessions", &[]).await),
            ("missing file", house.stranger().get("/pkg/none.js").await),
            ("storefront", house.visitor(&a).get("/").await),
            ("storefront, not found", house.visitor(&a).get("/nowhere").await),
            ("too large", owner.call("properties/create", &[("title", &"x".repeat(70_000))]).await),
            ("health", house.stranger().get("/healthz").await),
        ];
        let mut unknown = house.stranger();
        unknown.host = "unknown.example".into();
        answers.push(("unknown host", unknown.get("/").await));
        for (what, answer) in &answers {
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "strict-origin-when-cross-origin"),
                ("cross-origin-resource-policy", "same-origin"),
            ] {
                assert_eq!(answer.header(name), value, "{what}: {name}");
            }
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src") && policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{what}: {policy}");
            assert!(
                answer.headers.contains_key("permissions-policy") && !answer.headers.contains_key("server"),
                "{what}"
            );
            assert!(!answer.header("x-request-id").is_empty(), "{what}");
        }
        assert_eq!(answers[0].1.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answers[0].1.header("cache-control"), "no-store");
        assert_eq!(answers[3].1.header("cache-control"), "no-store");
        assert_eq!(answers[5].1.header("cache-control"), "no-store", "a missing file is not immutable");
        let nonces: BTreeSet<String> = {
            let mut seen = BTreeSet::new();
            for _ in 0..100 {
                let answer = owner.get("/app").await;
                let policy = answer.header("content-security-policy").to_owned();
                let nonce =
                    policy.split("'nonce-").nth(1).and_then(|r| r.split('\'').next()).expect("a nonce").to_owned();
                assert!(answer.text().contains(&format!("nonce=\"{nonce}\"")), "the page's scripts carry it");
                seen.insert(nonce);
            }
            seen
        };
        assert_eq!(nonces.len(), 100);
        assert!(nonces.iter().all(|n| n.len() >= 22), "128 bits");
    });
}

#[test]
fn a_storefront_page_carries_no_script_and_no_nonce() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let answer = house.visitor(&a).get("/").await;
        assert!(
            !answer.text().contains("<script") && !answer.text().contains("nonce") && !answer.text().contains(".wasm")
        );
        assert!(answer.header("content-security-policy").contains("script-src 'self'; style-src 'self'"));
    });
}

#[test]
fn every_audience_is_somebodys() {
    for row in ROWS {
        let of_a_function = row.path.starts_with("/fn/");
        let closed = matches!(row.audience, Audience::Staff(_) | Audience::Operator | Audience::SignedIn);
        if row.path.starts_with("/app") || (row.path.starts_with("/platform") && row.path != "/platform/entrar") {
            assert!(closed, "{} is open", row.path);
        }
        assert!(!row.mutating || of_a_function || row.method != "GET", "{} changes something on GET", row.path);
    }
}

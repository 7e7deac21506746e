//! Cases 9 to 13, 20 to 22 and ISO-03: whose face a host shows, and what a storefront host never does.

use http::{HeaderValue, Method, StatusCode};
use sqlx::ConnectOptions as _;
use tenancy::testing::{new_tenant, run, superuser};

use app::access::{Audience, ROWS};
use app::state::Settings;

use crate::harness::{PROXY, house, open, open_as, register, settings, statements};
use crate::permissions::ask;

#[test]
fn a_host_shows_its_own_face_and_no_other() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let own = |agency: &tenancy::testing::Agency| format!("{}.localhost", agency.route.slug);
        for (host, status) in [
            (own(&a), 200),
            (format!("{}:3000", own(&a)), 200),
            (format!("{}.", own(&a).to_uppercase()), 200),
            (format!("{}.:443", own(&a)), 200),
            ("nobody.localhost".into(), 404),
            ("unknown.example".into(), 404),
            ("127.0.0.1".into(), 404),
            (format!("x.{}", own(&a)), 404),
            (format!("{}, {}", own(&a), own(&b)), 400),
            (format!("{}@{}", own(&a), own(&b)), 400),
            ("[::1]".into(), 400),
        ] {
            let mut caller = house.stranger();
            caller.host = host.clone();
            let answer = caller.get("/").await;
            assert_eq!(answer.status.as_u16(), status, "{host}");
            assert!(!answer.text().contains(&b.route.name), "{host} shows B");
            assert_eq!(answer.text().contains(&a.route.name), status == 200, "{host}");
        }
    });
}

#[test]
fn an_unknown_host_is_unknown_without_a_question() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let opened = || house.state.house.registry.snapshot().opened;
        for _ in 0..20 {
            let random = uuid::Uuid::now_v7().simple();
            for host in [format!("www.{random}.example"), format!("{random}.localhost")] {
                let mut visitor = house.stranger();
                visitor.host.clone_from(&host);
                let (answer, asked) = statements(visitor.get("/")).await;
                assert_eq!((answer.status, asked), (StatusCode::NOT_FOUND, Vec::new()), "{host}");
            }
        }
        assert_eq!(opened(), 0, "no agency's database was touched");
        // A known one, on a page that nobody has kept: the ears are open.
        let (page, asked) = statements(house.visitor(&a).get("/imoveis?q=vista")).await;
        assert!(page.status == StatusCode::OK && !asked.is_empty(), "{}: {asked:?}", page.status);
        assert_eq!(opened(), 1);
    });
}

#[test]
fn a_loopback_address_is_told_where_to_go_outside_production() {
    run(async {
        let production = open_as(Default::default(), Settings { production: true, ..settings() }).await;
        for (house, host, is_told) in [
            (house().await, "127.0.0.1:3000", true),
            (house().await, "127.0.0.2", true),
            (house().await, "10.0.0.1:3000", false),
            (house().await, "unknown.example", false),
            (&production, "127.0.0.1:3000", false),
        ] {
            let mut caller = house.stranger();
            caller.host = host.to_owned();
            let answer = caller.get("/").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{host}");
            assert_eq!(answer.text().contains("Abra / open http://localhost:3000"), is_told, "{host}");
        }
    });
}

#[test]
fn two_hosts_in_one_request_are_a_trick() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut caller = house.visitor(&a);
        caller.headers.append("host", HeaderValue::from_str(&format!("{}.localhost", b.route.slug)).expect("a header"));
        assert_eq!(caller.get("/").await.status, StatusCode::BAD_REQUEST);
        let mut caller = house.visitor(&a);
        let absolute = format!("http://{}.localhost/", b.route.slug);
        assert_eq!(caller.get(&absolute).await.status, StatusCode::BAD_REQUEST);
    });
}

#[test]
fn a_forwarded_host_counts_from_a_trusted_proxy_alone() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let forwarded = HeaderValue::from_str(&format!("{}.localhost", b.route.slug)).expect("a header");
        // From nobody that is known, from the other side of the world, and from beside the proxy.
        for peer in [None, Some([203, 0, 113, 9]), Some([10, 9, 8, 6])] {
            let mut stranger = house.visitor(&a);
            stranger.peer = peer.map(|ip| (ip, 4_000).into());
            stranger.headers.insert("x-forwarded-host", forwarded.clone());
            stranger.headers.insert(
                "forwarded",
                HeaderValue::from_str(&format!("host={}.localhost", b.route.slug)).expect("a header"),
            );
            let text = stranger.get("/").await.text();
            assert!(text.contains(&a.route.name) && !text.contains(&b.route.name), "{peer:?}: {text}");
        }
        // The same headers, from the proxy.
        let mut request = http::Request::builder()
            .uri("/")
            .header("host", format!("{}.localhost", a.route.slug))
            .header("x-forwarded-host", forwarded);
        let peer: std::net::SocketAddr = format!("{PROXY}:4000").parse().expect("an address");
        request = request.extension(axum::extract::ConnectInfo(peer));
        let answer = house.stranger().knock(request.body(axum::body::Body::empty()).expect("a request")).await;
        assert!(answer.text().contains(&b.route.name));
    });
}

#[test]
fn a_domain_of_ones_own_shows_the_storefront() {
    run(async {
        let house = house().await;
        let new = tenancy::central::operations::NewTenant {
            domain: Some("www.imóveis-do-mar.example".into()),
            ..new_tenant()
        };
        let domain = tenancy::Host::parse("www.imóveis-do-mar.example").expect("a host").as_str().to_owned();
        let a = house.agency_of(tenancy::central::operations::NewTenant { domain: Some(domain.clone()), ..new }).await;
        let unicode = "www.imóveis-do-mar.example";
        let under_ours = format!("http://{}.localhost:3000/", a.route.slug);
        for is_chosen in [false, true] {
            // Until the agency chooses one of its domains, its address is its place under the platform's host.
            let canonical = if is_chosen { format!("https://{domain}/") } else { under_ours.clone() };
            if is_chosen {
                let mut root = superuser().await.database("central").connect().await.expect("superuser");
                let choose =
                    sqlx::query("update domains set is_primary = true where tenant_id = $1").bind(a.route.tenant);
                choose.execute(&mut root).await.expect("chosen");
                house.state.house.routes.reload().await.expect("read");
            }
            for host in [
                domain.clone(),
                format!("{}.:443", domain.to_uppercase()),
                // Raw bytes, as no browser sends them and a careless program does.
                unicode.to_owned(),
                format!("{}.:443", unicode.to_uppercase()),
                unicode.replace('ó', "o\u{301}"),
            ] {
                let mut caller = house.stranger();
                caller.host = host;
                // The same page each time: one that was kept under the agency's earlier address is not shown.
                let answer = caller.get("/").await;
                assert_eq!(answer.status, StatusCode::OK);
                assert!(answer.text().contains(&a.route.name));
                let said = format!("<link href=\"{canonical}\" rel=\"canonical\">");
                assert!(answer.text().contains(&said), "{said} is not in {}", answer.text());
            }
        }
        // What is no text is no name.
        let request = http::Request::get("/")
            .header("host", HeaderValue::from_bytes(b"www.im\xf3veis.example").expect("a header"));
        let answer = house.stranger().knock(request.body(axum::body::Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    });
}

#[test]
fn a_path_of_one_face_is_not_on_the_other() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        for path in ["/entrar", "/app", "/app/properties", "/platform", "/planos", "/sair", "/fn/auth/sign_in"] {
            assert_eq!(house.visitor(&a).get(path).await.status, StatusCode::NOT_FOUND, "{path} on a storefront");
        }
        for endpoint in ["auth/sign_in", "auth/sessions", "properties/list", "billing/plans"] {
            let answer = house.visitor(&a).call(endpoint, &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{endpoint} on a storefront");
        }
        // What a storefront alone has is nowhere on the platform, whoever asks.
        let is_storefronts = |audience: &Audience| matches!(audience, Audience::Storefront);
        let (mut owner, mut visitor) = (house.owner(&a).await, house.visitor(&a));
        let (mut asked, mut shown) = (0, 0);
        for row in ROWS.iter().filter(|row| is_storefronts(&row.audience)) {
            if ROWS.iter().any(|other| other.path == row.path && !is_storefronts(&other.audience)) {
                continue;
            }
            for caller in [&mut house.stranger(), &mut owner] {
                assert_eq!(ask(caller, row).await.status, StatusCode::NOT_FOUND, "{} on the platform", row.path);
            }
            shown += usize::from(ask(&mut visitor, row).await.status == StatusCode::OK);
            asked += 1;
        }
        assert!(asked >= 6 && shown >= 4, "{asked} rows, of which {shown} are there for a visitor");
        for path in ["/healthz", "/readyz"] {
            assert_eq!(house.visitor(&a).get(path).await.status, StatusCode::OK);
            let mut nobody = house.stranger();
            nobody.host = "unknown.example".into();
            assert_eq!(nobody.get(path).await.status, StatusCode::OK);
        }
        assert_eq!(house.stranger().get("/metrics").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_storefront_reads_no_session_and_sets_no_cookie() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut member = house.owner(&a).await;
        register(&mut member, "Apartamento com vista").await;
        let without = house.visitor(&b).get("/").await;
        let mut with = house.visitor(&b);
        with.cookies = member.cookies.clone();
        let with_cookie = with.get("/").await;
        assert_eq!(without.comparable(), with_cookie.comparable());
        assert!(!with_cookie.headers.contains_key("set-cookie"));
        // On a page that nobody has kept: nothing is asked about the session, or about whoever is in it.
        let (fresh, asked) = statements(with.get("/imoveis?q=vista")).await;
        assert!(fresh.status == StatusCode::OK && !asked.is_empty(), "{asked:?}");
        let of_people = ["sessions", "users", "people"];
        assert!(asked.iter().all(|sql| of_people.iter().all(|table| !sql.contains(table))), "{asked:?}");
        assert_eq!(member.call("auth/sessions", &[]).await.status, StatusCode::OK, "the session is intact");
    });
}

#[test]
fn a_change_is_on_the_storefront_within_a_second_and_not_before_asked() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut visitor = house.visitor(&a);
        let first = visitor.get("/").await;
        let etag = first.headers.get("etag").cloned().expect("a page that is kept has one");
        visitor.headers.insert("if-none-match", etag);
        assert_eq!(visitor.get("/").await.status, StatusCode::NOT_MODIFIED);
        // Another process changes the name: this one has not committed anything.
        let mut tx = a.db.begin().await.expect("a transaction");
        sqlx::query(
            "update store_settings set company_name = 'Nome Novo Imóveis', content_version = content_version + 1",
        )
        .execute(&mut tx)
        .await
        .expect("renamed");
        tx.commit().await.expect("committed");
        let mut seen = false;
        for _ in 0..100 {
            let answer = visitor.get("/").await;
            seen = answer.status == StatusCode::OK && answer.text().contains("Nome Novo Imóveis");
            if seen {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(seen, "the content version is asked at most a second later");
    });
}

#[test]
fn a_method_that_nobody_answers_is_refused() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut nobody = house.stranger();
        nobody.host = "unknown.example".into();
        for method in ["TRACE", "OPTIONS", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND", "XYZZY"] {
            let method = Method::from_bytes(method.as_bytes()).expect("a token");
            for caller in [&mut house.stranger(), &mut house.visitor(&a), &mut nobody] {
                for path in ["/", "/entrar", "/app", "/fn/auth/sign_in", "/pkg/sobrado.js", "/nada", "/healthz"] {
                    caller.headers.insert("x-secret", http::HeaderValue::from_static("a-secret-of-the-request"));
                    let answer = caller.send(method.clone(), path, "text/html", None).await;
                    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path} at {}", caller.host);
                    assert_eq!(answer.header("allow"), "GET, HEAD, POST");
                    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
                    assert!(
                        !answer.text().contains("a-secret-of-the-request"),
                        "nothing is sent back: {}",
                        answer.text()
                    );
                }
            }
        }
    });
}

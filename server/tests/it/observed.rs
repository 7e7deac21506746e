//! OBS-01 to OBS-03 and OBS-05, on the real process: what the logs, the metrics and the health addresses say, and to whom.

use nix::sys::signal::Signal;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use tenancy::TenantId;
use tenancy::testing::{PASSWORD, SECRET, run};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use app::access::ROWS;

use crate::harness::chance::Dice;
use crate::harness::process::{Installation, Reply, Served};
use crate::harness::{a_photo, a_property};

/// What somebody types or a browser sends, and no log may ever hold.
const WRONG: &str = "errada-mas-secreta-9b1";
const CPF: &str = "529.982.247-25";
const DIGITS: &str = "52998224725";
const PHONE: &str = "98765-4321";
const MAIL: &str = "fulana.canario@cliente.example";
const NAME: &str = "Fulana";
const AGENT: &str = "Mozilla-canario-77";
const HOP: &str = "203.0.113.77";
const TOKEN: &str = "tok-5f1e0c9ad2";

/// Everything that a day brings: right and wrong, found and not found, well and badly formed.
async fn a_day(served: &Served, at: &Installation) -> (Vec<Reply>, String) {
    let owner = &at.agencies[0].new;
    let mut replies = Vec::new();
    let say = async |method: &str, path: &str, cookies: &str, kind: &str, body: &[u8]| {
        let site = if method == "POST" { "same-origin" } else { "" };
        let headers = [
            ("cookie", cookies),
            ("user-agent", AGENT),
            ("x-forwarded-for", HOP),
            ("content-type", kind),
            ("sec-fetch-site", site),
        ];
        served.send(method, path, &headers, body).await.expect("an answer")
    };
    for (email, password) in [(owner.admin_email.as_str(), WRONG), (MAIL, WRONG), (MAIL, PASSWORD)] {
        replies.push(served.call("auth/sign_in", "", &[("email", email), ("password", password)]).await.expect("said"));
    }
    let cookies = served.sign_in(&owner.admin_email).await;
    let id = uuid::Uuid::now_v7().to_string();
    let notes = format!("{NAME}, CPF {CPF}, (11) {PHONE}, {MAIL}");
    let mut fields = a_property(&id, "Casa no alto");
    fields.extend([("internal_notes", notes.as_str()), ("street", notes.as_str()), ("number", DIGITS)]);
    let created = served.call("properties/create", &cookies, &fields).await.expect("said");
    assert_eq!(created.status, 200, "{}", created.body);
    replies.push(created);
    fields.extend([("suites", "9"), ("bedrooms", CPF)]);
    replies.push(served.call("properties/create", &cookies, &fields).await.expect("said"));
    fields.push(("version", "7"));
    replies.push(served.call("properties/update", &cookies, &fields).await.expect("said"));
    replies.push(served.call("properties/load", &cookies, &[("id", MAIL)]).await.expect("said"));
    let form = "application/x-www-form-urlencoded";
    for path in [
        "/".to_owned(),
        "/app".to_owned(),
        format!("/app/properties/{id}"),
        format!("/app/properties?q={CPF}&token={TOKEN}"),
        format!("/app/{MAIL}/{TOKEN}"),
        format!("/{CPF}"),
        format!("/entrar?next=/app/{DIGITS}"),
        format!("/pkg/{TOKEN}.js"),
        format!("/media/{CPF}/{MAIL}"),
        "/healthz".to_owned(),
    ] {
        replies.push(say("GET", &path, &cookies, "", b"").await);
    }
    for body in [format!("id={id}&title={NAME}%ff&email={MAIL}"), format!("{CPF}=%00")] {
        replies.push(say("POST", "/fn/properties/create", &cookies, form, body.as_bytes()).await);
        replies.push(say("POST", &format!("/fn/{TOKEN}"), &cookies, form, body.as_bytes()).await);
        replies.push(say("POST", "/fn/auth/sign_in", &cookies, "application/json", body.as_bytes()).await);
    }
    for file in [a_photo(20), b"no photograph".to_vec()] {
        let head = format!("--e\r\ncontent-disposition: form-data; name=\"photos\"; filename=\"{CPF}.jpg\"\r\n");
        let body = [head.as_bytes(), b"content-type: image/jpeg\r\n\r\n", &file, b"\r\n--e--\r\n"].concat();
        let path = format!("/app/properties/{id}/photos");
        replies.push(say("POST", &path, &cookies, "multipart/form-data; boundary=e", &body).await);
    }
    for path in
        ["/".to_owned(), format!("/imoveis?q={NAME}&email={MAIL}"), format!("/imovel/{TOKEN}"), format!("/{CPF}")]
    {
        replies.push(served.visit(&owner.slug, &path).await.expect("said"));
    }
    replies.push(served.send("GET", "/", &[("host", &format!("{TOKEN}.example"))], b"").await.expect("said"));
    (replies, cookies)
}

/// Keys and types of the line that each request leaves; nothing else may be on it.
fn check_request_line(line: &Value, at: &Installation) {
    let object = line.as_object().expect("an object");
    for (name, value) in object {
        let fits = match name.as_str() {
            "timestamp" => value.as_str().is_some_and(|t| t.ends_with('Z') && t.as_bytes().get(10) == Some(&b'T')),
            "level" => value == "INFO",
            "target" => value == "request",
            "request_id" => value.as_str().is_some_and(|id| (8..=64).contains(&id.len())),
            "method" => value.as_str().is_some_and(|m| ["GET", "POST", "HEAD"].contains(&m)),
            "route" => value.as_str().is_some_and(|r| r == "unknown" || ROWS.iter().any(|row| row.path == r)),
            "status" => value.as_u64().is_some_and(|s| (200..600).contains(&s)),
            "ms" => value.is_u64(),
            "tenant" => value.as_str().is_some_and(|t| at.agencies.iter().any(|a| a.tenant.to_string() == t)),
            "user" => value.as_str().is_some_and(|u| u.parse::<uuid::Uuid>().is_ok()),
            _ => false,
        };
        assert!(fits, "{name} of {line}");
    }
    for name in ["timestamp", "level", "target", "request_id", "method", "route", "status", "ms"] {
        assert!(object.contains_key(name), "{name} is not on {line}");
    }
}

/// Requests that somebody's data would be sought by: the answer, the agency, and whether a person of it asked.
async fn of_agencies(served: &Served, at: &Installation) -> Vec<(Reply, TenantId, bool)> {
    let mut replies = Vec::new();
    for agency in &at.agencies {
        let cookies = served.sign_in(&agency.new.admin_email).await;
        let page = served.send("GET", "/app", &[("cookie", &cookies)], b"").await.expect("said");
        let call = served.call("properties/list", &cookies, &[]).await.expect("said");
        let missing = served.send("GET", "/app/properties/x", &[("cookie", &cookies)], b"").await.expect("said");
        replies.extend([page, call, missing].map(|reply| (reply, agency.tenant, true)));
        for path in ["/", "/imoveis", "/imovel/x-AP0001"] {
            replies.push((served.visit(&agency.new.slug, path).await.expect("said"), agency.tenant, false));
        }
    }
    replies
}

/// Labels of metrics are few and say nothing of anybody.
fn check_metrics(text: &str, at: &Installation) {
    assert!(text.contains("http_requests_total") && text.contains("outbox_carried_total"), "{text}");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let labels = line.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map_or("", |(labels, _)| labels);
        for label in labels.split(',').filter(|l| !l.is_empty()) {
            let name = label.split('=').next().unwrap_or_default();
            assert!(["status", "kind", "outcome", "quantile", "le", "server", "scope"].contains(&name), "{line}");
        }
        for agency in &at.agencies {
            assert!(!line.contains(&agency.tenant.to_string()) && !line.contains(&agency.new.slug), "{line}");
        }
    }
}

#[test]
fn logs_fit_their_schema_and_hold_nobodys_data() {
    run(async {
        let at = Installation::new().await;
        let mut served = at.serve(&[]).await;
        let (replies, cookies) = a_day(&served, &at).await;
        let uploaded = replies.iter().find(|r| r.status == 303 && r.header("location").contains("/photos"));
        let uploaded = uploaded.expect("photographs were taken in").header("x-request-id").to_owned();
        let theirs = of_agencies(&served, &at).await;
        // The photograph's sizes are made by a job, which says in which request it was asked for.
        let mut told = false;
        for _ in 0..400 {
            told = at.log().lines().any(|l| l.contains("\"target\":\"job\"") && l.contains(&uploaded));
            if told {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(told, "no line of a job names the request {uploaded}: {}", at.log());
        // The database gone, requests fail: their page and every line about them carry the identifier.
        at.kill_postgres();
        let failed = served.send("GET", "/app", &[("cookie", &cookies)], b"").await.expect("an answer");
        assert_eq!(failed.status, 503, "{}", failed.body);
        let id = failed.header("x-request-id").to_owned();
        assert!(failed.body.contains(&id), "the error page names the request: {}", failed.body);
        let metrics = served.ask_inside("/metrics").await.body;
        served.signal(Signal::SIGTERM);
        assert!(served.ended().await.success());

        let log = at.log();
        let lines: Vec<Value> =
            log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect();
        let requests: Vec<&Value> = lines.iter().filter(|line| line["target"] == "request").collect();
        for line in &requests {
            check_request_line(line, &at);
        }
        for reply in replies.iter().chain([&failed]) {
            let id = reply.header("x-request-id");
            assert_eq!(requests.iter().filter(|line| line["request_id"] == id).count(), 1, "lines of {id}");
        }
        for (reply, tenant, is_signed_in) in &theirs {
            let id = reply.header("x-request-id");
            let line = requests.iter().find(|line| line["request_id"] == id).expect("a line of each");
            assert_eq!(line["tenant"], tenant.to_string(), "whose it is: {line}");
            assert_eq!(line.get("user").is_some(), *is_signed_in, "and who asked, where somebody is signed in: {line}");
        }
        let names_it = |line: &&Value| {
            line["spans"].as_array().is_some_and(|all| all.iter().any(|s| s["request_id"] == id.as_str()))
        };
        let about = lines.iter().find(names_it);
        // Where it is known already that the database has gone, that was said once, and the request's own line says the rest.
        let is_known = lines.iter().any(|line| line["target"] == "tenancy::central_db" && line["is_there"] == false);
        assert!(about.is_some() || is_known, "what was logged while it failed names the request {id}: {log}");
        check_metrics(&metrics, &at);
        let statuses: BTreeSet<u64> = requests.iter().filter_map(|line| line["status"].as_u64()).collect();
        for status in [200, 303, 400, 404, 415, 422, 503] {
            assert!(statuses.contains(&status), "the day had no {status}: {statuses:?}");
        }

        let of_postgres = fs::read_to_string(at.folder.join("log/postgres.log")).expect("its log");
        let said = fs::read_to_string(at.folder.join("stdout.log")).expect("what it said");
        let secrets = cookies.split("; ").filter_map(|c| c.split_once('=')).map(|(_, value)| value);
        let owner = &at.agencies[0].new;
        let canaries = [WRONG, CPF, DIGITS, PHONE, MAIL, NAME, AGENT, HOP, TOKEN, PASSWORD, SECRET, "$argon2"];
        for canary in canaries.into_iter().chain(secrets).chain([owner.admin_email.as_str(), &owner.admin_name]) {
            for (what, text) in
                [("log", &log), ("PostgreSQL's log", &of_postgres), ("stdout", &said), ("metrics", &metrics)]
            {
                assert!(!text.contains(canary), "{canary} is in the {what}: {}", around(text, canary));
            }
        }
    });
}

fn around<'a>(text: &'a str, canary: &str) -> &'a str {
    text.lines().find(|line| line.contains(canary)).unwrap_or_default()
}

#[test]
fn an_identifier_is_ours_or_a_trusted_proxys_and_well_formed() {
    run(async {
        let at = Installation::new().await;
        let served = at.serve(&["--no-worker"]).await;
        for (sent, taken) in [
            ("edge-0123456789", true),
            ("ABCDEFGH", true),
            ("short", false),
            ("with space in it", false),
            ("quote\"and<angle>", false),
            (&"x".repeat(65), false),
        ] {
            let reply = served.send("GET", "/", &[("x-request-id", sent)], b"").await.expect("an answer");
            let answered = reply.header("x-request-id");
            assert_eq!(answered == sent, taken, "{sent:?} was answered with {answered:?}");
            assert!(answered.len() >= 8);
        }
    });
}

#[test]
fn health_is_the_process_and_readiness_its_databases() {
    run(async {
        let at = Installation::new().await;
        let mut served = at.serve(&["--no-worker"]).await;
        let slug = &at.agencies[0].new.slug;
        let say = async |path: &str| {
            let reply = served.get(path).await.expect("an answer");
            (reply.status, reply.body)
        };
        assert_eq!(say("/healthz").await, (200, "ok\n".to_owned()));
        assert_eq!(say("/readyz").await, (200, "ready\n".to_owned()));
        assert_eq!(say("/metrics").await.0, 404, "figures are inside only");
        assert_eq!(served.visit(slug, "/metrics").await.expect("an answer").status, 404);
        let inside = served.ask_inside("/metrics").await;
        assert!(inside.status == 200 && inside.body.contains("http_requests_total"), "{}", inside.body);
        assert_eq!(served.ask_inside("/app").await.status, 404, "and nothing else is");

        at.kill_postgres();
        assert_eq!(say("/readyz").await, (503, "not ready\n".to_owned()), "no detail for the public");
        assert_eq!(say("/healthz").await, (200, "ok\n".to_owned()), "the process is well");
        served.signal(Signal::SIGTERM);
        assert!(served.ended().await.success(), "it ends well without a database: {}", at.log());
    });
}

#[test]
fn a_thousand_random_hosts_ask_the_central_database_nothing() {
    run(async {
        // Case 13. With PostgreSQL gone a question would wait for three seconds and fail; from memory each is told at once.
        let mut dice = Dice::new();
        let at = Installation::new().await;
        let served = at.serve(&["--no-worker"]).await;
        at.kill_postgres();
        let all = async {
            for n in 0..1_000 {
                let host = format!("h{n}-{}.scanner.example", dice.below(1_000_000));
                let reply = served.send("GET", "/", &[("host", &host)], b"").await.expect("an answer");
                assert_eq!(reply.status, 404, "{host}: {}", reply.body);
            }
        };
        let told = tokio::time::timeout(std::time::Duration::from_secs(100), all).await;
        assert!(told.is_ok(), "somebody asked the database");
    });
}

#[test]
fn two_requests_on_one_connection_have_two_identifiers() {
    run(async {
        let at = Installation::new().await;
        let served = at.serve(&["--no-worker"]).await;
        let mut stream = tokio::net::TcpStream::connect(served.public).await.expect("it listens");
        let host = served.host(None);
        let requests = format!(
            "GET /healthz HTTP/1.1\r\nhost: {host}\r\n\r\nGET /healthz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(requests.as_bytes()).await.expect("sent");
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("answered");
        let ids: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix("x-request-id: ")).collect();
        assert_eq!(ids.len(), 2, "{text}");
    });
}

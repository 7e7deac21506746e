//! Faults from outside and inside: slow clients, panics, SIGTERM. FLT-16, FLT-21, FLT-41.

use axum::Router;
use axum::body::Body;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use futures::FutureExt as _;
use http::{Request, StatusCode};
use nix::sys::signal::Signal;
use sqlx::{ConnectOptions as _, Row as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tenancy::testing::{run, superuser};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use app::error::AppError;
use server::layers::request::{Proxies, REQUEST_ID};
use server::layers::{panic, request};
use server::listen::{self, Patience, Peers};
use server::worker;

use crate::harness::chance::times;
use crate::harness::process::{Installation, read};
use crate::harness::{a_photo, a_property, open};
use crate::restarts::{count, inside};

#[test]
fn who_sends_half_a_head_is_not_waited_for() {
    run(async {
        let second = Duration::from_secs(1);
        let patience = Patience { head: second, finish: second, ..Patience::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let router = Router::new().route("/", get(|| async { "well" }));
        // All of them come from here.
        let peers = Peers::new(Proxies::default(), usize::MAX);
        let serving = tokio::spawn(listen::serve(listener, router, stop.clone(), patience, peers));
        let openings: [&[u8]; 5] =
            [b"", b"GET / HTTP/1.1\r\nhost: x\r\nx-a: ", b"PRI * HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET"];
        let mut slow = Vec::new();
        for n in 0..times(2_000) {
            let opening = openings[n % openings.len()].to_vec();
            let drips = n % openings.len() == 1;
            slow.push(tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.expect("it listens");
                stream.write_all(&opening).await.expect("sent");
                // A byte now and then does not buy more time.
                let mut byte = [0; 512];
                loop {
                    let read = tokio::time::timeout(Duration::from_millis(200), stream.read(&mut byte)).await;
                    match read {
                        Ok(Ok(0) | Err(_)) => return,
                        Ok(Ok(_)) => {}
                        Err(_) if drips => drop(stream.write_all(b"a").await),
                        Err(_) => {}
                    }
                }
            }));
        }
        for _ in 0..20 {
            let mut stream = TcpStream::connect(address).await.expect("others are let in");
            stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.expect("sent");
            assert_eq!(read(stream).await.expect("others are served").body, "well");
        }
        let all = futures::future::join_all(slow);
        // Ten times what the patience is: the mechanism is there or is not.
        let closed = tokio::time::timeout(patience.head * 10, all).await;
        assert!(closed.is_ok(), "some half heads are still waited for");
        stop.cancel();
        serving.await.expect("it ends");
    });
}

#[test]
fn a_panic_is_one_requests_trouble() {
    run(async {
        let router = Router::new()
            .route(
                "/panics",
                get(|| async {
                    if true {
                        panic!("as meant")
                    }
                }),
            )
            .route("/well", get(|| async { "well" }))
            .layer(from_fn(panic::layer))
            .layer(from_fn_with_state(Proxies::default(), request::layer));
        for accept in ["text/html", "application/json"] {
            let request = Request::get("/panics").header("accept", accept).body(Body::empty()).expect("a request");
            let answer = router.clone().oneshot(request).await.expect("the router never fails");
            assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
            let id = answer.headers()[REQUEST_ID].to_str().expect("text").to_owned();
            let body = axum::body::to_bytes(answer.into_body(), 10_000).await.expect("a body");
            let body = String::from_utf8_lossy(&body);
            assert!(body.contains(&id) && !body.contains("as meant"), "{body}");
        }
        let request = Request::get("/well").body(Body::empty()).expect("a request");
        assert_eq!(router.oneshot(request).await.expect("the router never fails").status(), StatusCode::OK);
    });
}

static BEGUN: AtomicUsize = AtomicUsize::new(0);

#[test]
fn a_panicking_job_comes_back_and_the_worker_lives() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let state = house.state.house.clone();
        let route = state.routes.by_tenant(a.route.tenant).expect("known");
        let db = state.registry.open(&route).await.expect("opened");
        let mut tx = db.begin().await.expect("a transaction");
        for (n, kind) in ["test.panics", "test.panics", "test.panics", "test.works"].iter().enumerate() {
            let job = serde_json::json!({"kind": kind, "payload": {"n": n}});
            let insert = sqlx::query("insert into outbox (id, kind, payload) values ($1, 'job', $2)");
            insert.bind(uuid::Uuid::now_v7()).bind(job).execute(&mut tx).await.expect("asked for");
        }
        tx.commit().await.expect("committed");
        let (_never, committed) = tokio::sync::mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        // Other tests' jobs lie in the same queue: theirs are not done here.
        let handler: worker::Handler = |_, job| {
            async move {
                match job.kind.as_str() {
                    "test.panics" if job.attempt == 1 => panic!("as meant, by a job"),
                    "test.panics" | "test.works" => BEGUN.fetch_add(1, Ordering::SeqCst),
                    _ => return Err(AppError::Unavailable),
                };
                Ok(())
            }
            .boxed()
        };
        let working = tokio::spawn(worker::carry_and_work(state, committed, handler, stop.clone()));
        // Three panics are more than there are workers: had one ended its worker, nobody would be left for the rest.
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        let mut states: Vec<(String, i32)> = Vec::new();
        for _ in 0..600 {
            let rows = sqlx::query("select state, attempt, kind from jobs where tenant_id = $1 order by kind, id");
            let rows = rows.bind(a.route.tenant).fetch_all(&mut root).await.expect("listed");
            states = rows.iter().map(|r| (r.get("state"), r.get("attempt"))).collect();
            if states.len() == 4 && states.iter().all(|(state, _)| state == "done") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let done = |attempt| ("done".to_owned(), attempt);
        assert_eq!(states, [done(2), done(2), done(2), done(1)]);
        assert_eq!(BEGUN.load(Ordering::SeqCst), 4);
        assert!(!working.is_finished());
        stop.cancel();
        working.await.expect("it ends when told");
    });
}

#[test]
fn what_is_under_way_finishes_before_the_process_ends() {
    run(async {
        let at = Installation::new().await;
        let mut served = at.serve(&[]).await;
        let cookies = served.sign_in(&at.agencies[0].new.admin_email).await;
        let id = uuid::Uuid::now_v7().to_string();
        served.call("properties/create", &cookies, &a_property(&id, "Casa lenta")).await.expect("created");
        // A photograph on a slow line: half of it is sent when the process is told to stop.
        let head = "--e\r\ncontent-disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n";
        let body = [head.as_bytes(), &a_photo(7), b"\r\n--e--\r\n"].concat();
        let path = format!("/app/properties/{id}/photos");
        let headers = [
            ("cookie", cookies.as_str()),
            ("content-type", "multipart/form-data; boundary=e"),
            ("sec-fetch-site", "same-origin"),
            ("accept", "application/json"),
        ];
        let mut slow = TcpStream::connect(served.public).await.expect("it listens");
        slow.write_all(&served.head("POST", &path, &headers, body.len())).await.expect("sent");
        let (first, second) = body.split_at(body.len() / 2);
        slow.write_all(first).await.expect("sent");
        served.get("/healthz").await.expect("what was sent before has been read");

        served.signal(Signal::SIGTERM);
        let mut said = Vec::new();
        // An edge that asks learns that it should send nobody any more; then nobody is let in.
        while let Ok(reply) = served.get("/readyz").await {
            said.push(reply.status);
        }
        assert!(said.contains(&503), "an edge was told: {said:?}");
        slow.write_all(second).await.expect("sent");
        let reply = read(slow).await.expect("the request that was under way is answered");
        assert_eq!(reply.status, 204, "{}", reply.body);
        let told = Instant::now();
        assert!(served.ended().await.success());
        assert!(told.elapsed() < listen::GRACE * 3, "it took {:?} to end", told.elapsed());
        let databases = at.databases().await;
        let mut db = inside(&databases, &at.agencies[0]).await;
        assert_eq!(count(&mut db, "select count(*) from property_photos").await, 1);
        databases.close().await.expect("stopped");
    });
}

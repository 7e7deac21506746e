//! Restarts and kills: what was acknowledged is there, and nobody is turned away. FLT-05, FLT-16, FLT-19.

use nix::sys::signal::Signal;
use sqlx::{ConnectOptions as _, PgConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tenancy::testing::run;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::harness::chance::{Dice, soaking, times, turn};
use crate::harness::process::{Installation, Resident, Served, read};
use crate::harness::{a_photo, a_property};

/// Into an agency's database above every rule.
pub async fn inside(databases: &tenancy::Deployment, agency: &Resident) -> PgConnection {
    let name = format!("t_{}", agency.tenant.as_uuid().simple());
    let superuser = databases.cluster().expect("it is private").superuser();
    superuser.database(&name).connect().await.expect("superuser")
}

pub async fn central(databases: &tenancy::Deployment) -> PgConnection {
    let superuser = databases.cluster().expect("it is private").superuser();
    superuser.database("central").connect().await.expect("superuser")
}

pub async fn count(db: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(db).await.expect("counted")
}

/// An edge: asks whether we are ready, and sends a visitor if so. Who is refused before saying anything is asked again.
async fn an_edge(
    address: std::net::SocketAddr,
    host: String,
    served: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
) -> Vec<String> {
    let mut failed = Vec::new();
    let ask = async |path: &str| {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        if let Err(error) = stream.write_all(request.as_bytes()).await {
            return Some(Err(error.to_string()));
        }
        Some(read(stream).await.map_err(|error| error.to_string()))
    };
    while !stop.load(Ordering::Relaxed) {
        let asked = Instant::now();
        if !matches!(ask("/readyz").await, Some(Ok(reply)) if reply.status == 200) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        }
        let answer = ask("/imoveis").await;
        // Had this machine no time for us, an edge would have asked anew before sending anybody.
        if asked.elapsed() > Duration::from_millis(250) && !matches!(&answer, Some(Ok(reply)) if reply.status == 200) {
            continue;
        }
        match answer {
            Some(Ok(reply)) if reply.status == 200 => drop(served.fetch_add(1, Ordering::Relaxed)),
            None => failed.push("refused".to_owned()),
            Some(Ok(reply)) => failed.push(format!("{}: {}", reply.status, reply.body)),
            Some(Err(error)) => failed.push(error),
        }
    }
    failed
}

#[test]
fn restarts_lose_no_request() {
    run(async {
        let _turn = turn().await;
        let at = Installation::new().await;
        // PostgreSQL stays: it is the server that is exchanged.
        let databases = at.databases().await;
        let mut served = at.serve(&[]).await;
        let (answered, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let host = served.host(Some(&at.agencies[0].new.slug));
        let edge = || tokio::spawn(an_edge(served.public, host.clone(), answered.clone(), stop.clone()));
        let edges = [edge(), edge(), edge()];
        for round in 0..times(100) {
            // In the middle of it: some have been answered since the last restart, others are under way.
            let before = answered.load(Ordering::Relaxed);
            while answered.load(Ordering::Relaxed) < before + 3 {
                tokio::time::sleep(Duration::from_millis(5)).await;
                assert!(edges.iter().any(|edge| !edge.is_finished()), "round {round}");
            }
            served.signal(Signal::SIGTERM);
            assert!(served.ended().await.success());
            served = at.serve(&[]).await;
        }
        stop.store(true, Ordering::Relaxed);
        let mut failed = Vec::new();
        for edge in edges {
            failed.extend(edge.await.expect("no panic"));
        }
        let answered = answered.load(Ordering::Relaxed);
        assert!(failed.is_empty(), "{} of {answered} failed: {failed:?}", failed.len());
        println!("{answered} requests through {} restarts", times(100));
        served.signal(Signal::SIGTERM);
        served.ended().await;
        databases.close().await.expect("stopped");
    });
}

/// Registers properties until the server dies; what was acknowledged is told.
async fn a_writer(served: &Served, cookies: &str, written: &std::sync::Mutex<Vec<String>>) {
    loop {
        let id = uuid::Uuid::now_v7().to_string();
        match served.call("properties/create", cookies, &a_property(&id, "Casa escrita")).await {
            Ok(reply) if reply.status == 200 => written.lock().expect("not poisoned").push(id),
            // Refused while it dies: not acknowledged, so nothing is owed.
            Ok(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            Err(_) => return,
        }
    }
}

/// What is owed after the last restart: each acknowledged property once, its history line, and one line in the platform's
/// log that the outbox has carried there.
async fn owed(databases: &tenancy::Deployment, agency: &Resident, written: &[String]) {
    let mut db = inside(databases, agency).await;
    let ids: Vec<uuid::Uuid> = written.iter().map(|id| id.parse().expect("an identifier")).collect();
    let kept: i64 = sqlx::query_scalar("select count(*) from properties where id = any($1)")
        .bind(&ids)
        .fetch_one(&mut db)
        .await
        .expect("counted");
    assert_eq!(usize::try_from(kept).expect("a count"), ids.len(), "acknowledged properties that are not there");
    for _ in 0..600 {
        if count(&mut db, "select count(*) from outbox").await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(count(&mut db, "select count(*) from outbox").await, 0, "the sweep carries what a crash left");
    let lines = "select array_agg(id order by id) from activity_log where action like 'property.%'";
    let history: Option<Vec<uuid::Uuid>> = sqlx::query_scalar(lines).fetch_one(&mut db).await.expect("listed");
    let properties = count(&mut db, "select count(*) from properties").await;
    let created = count(&mut db, "select count(*) from activity_log where action = 'property.create'").await;
    assert_eq!(created, properties, "one history line a property");
    let lines =
        "select array_agg(id order by id) from tenant_audit_log where tenant_id = $1 and action like 'property.%'";
    let mut central = central(databases).await;
    let carried = sqlx::query_scalar(lines).bind(agency.tenant).fetch_one(&mut central).await;
    let carried: Option<Vec<uuid::Uuid>> = carried.expect("listed");
    assert_eq!(carried, history, "each line once in the platform's log");
    let whole = tenancy::central::audit::verify(databases.central(), agency.tenant).await.expect("walked");
    assert_eq!(whole, None, "the chain is whole");
}

#[test]
fn kills_of_server_and_postgres_lose_nothing_acknowledged() {
    run(async {
        let _turn = turn().await;
        let mut dice = Dice::new();
        let at = Installation::new().await;
        let agency = &at.agencies[0];
        let written = std::sync::Mutex::new(Vec::new());
        let rounds = times(100);
        let began = Instant::now();
        let mut served = at.serve(&[]).await;
        for round in 0..rounds {
            if soaking() && began.elapsed() > Duration::from_secs(600) {
                println!("stopped after {round} kills: ten minutes are over");
                break;
            }
            let cookies = served.sign_in(&agency.new.admin_email).await;
            let writers = futures::future::join_all((0..3).map(|_| a_writer(&served, &cookies, &written)));
            let life = Duration::from_millis(u64::try_from(dice.below(60)).expect("small"));
            let (kind, before) = (dice.below(3), written.lock().expect("not poisoned").len());
            let killing = async {
                // In the middle of it: something has been acknowledged, and more is under way.
                while written.lock().expect("not poisoned").len() < before + 2 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                tokio::time::sleep(life).await;
                if kind < 2 {
                    at.kill_postgres();
                }
                if kind == 0 {
                    // For a moment the server goes on without a database.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                served.signal(Signal::SIGKILL);
            };
            tokio::join!(writers, killing);
            served.kill().await;
            served = at.serve(&[]).await;
        }
        let written = written.into_inner().expect("not poisoned");
        assert!(written.len() >= 20, "only {} writes were acknowledged", written.len());
        let databases = at.databases().await;
        owed(&databases, agency, &written).await;
        println!("{} acknowledged writes, all there, {:.1?}", written.len(), began.elapsed());
        served.kill().await;
        databases.close().await.expect("stopped");
    });
}

#[test]
fn what_a_kill_left_in_an_outbox_is_delivered_once() {
    run(async {
        let at = Installation::new().await;
        let agency = &at.agencies[0];
        // Without a worker nobody carries: the kill comes between the agency's commit and the relay.
        let mut served = at.serve(&["--no-worker"]).await;
        let cookies = served.sign_in(&agency.new.admin_email).await;
        let mut written = Vec::new();
        for n in 0..20 {
            let id = uuid::Uuid::now_v7().to_string();
            let reply = served.call("properties/create", &cookies, &a_property(&id, "Casa")).await.expect("said");
            assert_eq!(reply.status, 200, "{n}: {}", reply.body);
            written.push(id);
        }
        let head = "--e\r\ncontent-disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n";
        let body = [head.as_bytes(), &a_photo(9), b"\r\n--e--\r\n"].concat();
        let kind = "multipart/form-data; boundary=e";
        let headers = [("cookie", cookies.as_str()), ("content-type", kind), ("sec-fetch-site", "same-origin")];
        let path = format!("/app/properties/{}/photos", written[0]);
        assert_eq!(served.send("POST", &path, &headers, &body).await.expect("said").status, 303);
        served.kill().await;
        let databases = at.databases().await;
        let mut db = inside(&databases, agency).await;
        assert!(count(&mut db, "select count(*) from outbox").await > 20, "the lines were left behind");
        // The first start's sweep finds them; killed again in the middle of it and started again, it finds the rest.
        let mut served = at.serve(&[]).await;
        served.kill().await;
        let mut served = at.serve(&[]).await;
        owed(&databases, agency, &written).await;
        let ready = "select count(*) from property_photos where state = 'ready'";
        for _ in 0..600 {
            if count(&mut db, ready).await == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(count(&mut db, ready).await, 1, "the job was done");
        let mut central = central(&databases).await;
        assert_eq!(count(&mut central, "select count(*) from jobs").await, 1, "and was asked for once");
        served.kill().await;
        databases.close().await.expect("stopped");
    });
}

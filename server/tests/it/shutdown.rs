//! The end of the process: it comes, whatever is stuck, and PostgreSQL is stopped as it should be.

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use std::fs;
use std::time::Duration;
use tenancy::testing::run;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::harness::a_logo;
use crate::harness::process::{Installation, Served, read};

/// A table that the worker asks every two seconds, held by somebody who does not let go.
async fn hold_the_jobs(at: &Installation) -> PgConnection {
    let databases = at.databases().await;
    let superuser = databases.cluster().expect("it is private").superuser();
    let mut root = superuser.database("central").connect().await.expect("superuser");
    // The connection stays: the server is the cluster's last user all the same.
    databases.close().await.expect("it is still used");
    root.execute("set idle_in_transaction_session_timeout = 0").await.expect("set");
    root.execute("begin").await.expect("begun");
    root.execute("lock table jobs in access exclusive mode").await.expect("held");
    let mut waiting = 0_i64;
    for _ in 0..600 {
        let count =
            sqlx::query_scalar("select count(*) from pg_locks where not granted and relation = 'jobs'::regclass");
        waiting = count.fetch_one(&mut root).await.expect("counted");
        if waiting > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(waiting > 0, "the worker asks for jobs");
    root
}

/// A form with a logo, up to its end.
fn a_form() -> Vec<u8> {
    let head =
        "--e\r\ncontent-disposition: form-data; name=\"logo\"; filename=\"a.png\"\r\ncontent-type: image/png\r\n\r\n";
    [head.as_bytes(), &a_logo(9), b"\r\n--e--\r\n"].concat()
}

const SETTINGS: &str = "/app/settings/brand/logo";

fn headers(cookies: &str) -> [(&str, &str); 4] {
    [
        ("cookie", cookies),
        ("content-type", "multipart/form-data; boundary=e"),
        ("sec-fetch-site", "same-origin"),
        ("accept", "application/json"),
    ]
}

/// A logo whose file never opens: a pipe that nobody writes to. Gives its address.
async fn a_logo_without_end(at: &Installation, served: &Served, cookies: &str) -> String {
    let owner = &at.agencies[0];
    let sent = served.send("POST", SETTINGS, &headers(cookies), &a_form()).await.expect("an answer");
    assert_eq!(sent.status, 204, "{}", sent.body);
    let settings = served.call("store_settings/load", cookies, &[]).await.expect("an answer");
    let settings: serde_json::Value = serde_json::from_str(&settings.body).expect("JSON");
    let address = settings["logo"][0].as_str().expect("a logo").to_owned();
    assert_eq!(served.visit(&owner.new.slug, &address).await.expect("an answer").status, 200);
    let folder = at.folder.join("files/tenants").join(owner.tenant.to_string());
    for file in fs::read_dir(folder).expect("its files").flatten() {
        fs::remove_file(file.path()).expect("ours");
        nix::unistd::mkfifo(&file.path(), Mode::from_bits_truncate(0o600)).expect("a pipe");
    }
    address
}

/// Sends a logo on a line so slow that it is never there, until it is cut off.
async fn a_form_without_end(served: &Served, cookies: &str) -> JoinHandle<()> {
    let mut stream = TcpStream::connect(served.public).await.expect("it listens");
    stream.write_all(&served.head("POST", SETTINGS, &headers(cookies), 100_000)).await.expect("sent");
    stream.write_all(&a_form()[..200]).await.expect("sent");
    tokio::spawn(async move {
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    })
}

#[test]
fn nothing_that_is_stuck_holds_up_the_end() {
    run(async {
        let at = Installation::new().await;
        let mut served = at.serve(&[]).await;
        let cookies = served.sign_in(&at.agencies[0].new.admin_email).await;
        let logo = a_logo_without_end(&at, &served, &cookies).await;
        // A thread waits for a pipe, a request for its body, the worker for a table. None of them is let go before the end.
        let mut visitor = TcpStream::connect(served.public).await.expect("it listens");
        let host = served.host(Some(&at.agencies[0].new.slug));
        visitor.write_all(&served.head("GET", &logo, &[("host", &host)], 0)).await.expect("sent");
        let sending = a_form_without_end(&served, &cookies).await;
        let root = hold_the_jobs(&at).await;

        served.signal(Signal::SIGTERM);
        assert!(served.ended().await.success(), "it ends well: {}", at.log());
        for said in ["some requests did not finish in time", "the worker did not finish in time"] {
            assert!(at.log().contains(said), "{said}: {}", at.log());
        }
        sending.await.expect("it was cut off");
        assert_eq!(read(visitor).await.expect("told in time").status, 503);
        assert_eq!(at.postmaster(), None, "PostgreSQL is stopped");
        let log = fs::read_to_string(at.folder.join("log/postgres.log")).expect("its log");
        let last = log.rsplit("received ").next().unwrap_or_default();
        assert!(last.starts_with("fast shutdown request") && last.contains("database system is shut down"), "{log}");
        // It was there to the end, and goes with PostgreSQL.
        root.close().await.expect_err("it was ended");
    });
}
